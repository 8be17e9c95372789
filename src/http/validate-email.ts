import type { FastifyInstance } from 'fastify';
import type { Database } from '../database/database.ts';
import { validateEmail } from '../domain/user/email-validation.ts';

/** Where the link in a mail leads to. Whoever opens it reads a line of text. */
export function addEmailValidation(
  app: FastifyInstance,
  { database, secret }: { database: Database; secret: string },
): void {
  app.get('/validate-email', async (request, reply) => {
    const { token } = request.query as { token?: unknown };
    const isValidated = typeof token === 'string' && (await validateEmail(database, secret, token));
    reply.type('text/plain; charset=utf-8');
    if (isValidated) return 'The e-mail address is validated. You can log in now.\n';
    return reply
      .code(400)
      .send('The link is not valid, or older than 24 hours. Create the user again to get another one.\n');
  });
}
