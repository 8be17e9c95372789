import type { FastifyInstance } from 'fastify';
import type { AuditTrail } from '../audit/audit-trail.ts';
import { validateEmail } from '../domain/user/email-validation.ts';
import { clientNameOf } from './request-headers.ts';

/** Where the link in a mail leads to. Whoever opens it reads a line of text. */
export function addEmailValidation(
  app: FastifyInstance,
  { auditTrail, secret }: { auditTrail: AuditTrail; secret: string },
): void {
  app.get('/validate-email', async (request, reply) => {
    const { token } = request.query as { token?: unknown };
    const caller = { requestId: request.id, clientAddress: request.clientAddress, clientName: clientNameOf(request) };
    const sent = typeof token === 'string' ? token : null;
    const isValidated = await validateEmail({ auditTrail, secret, caller }, sent);
    reply.type('text/plain; charset=utf-8');
    if (isValidated) return 'The e-mail address is validated. You can log in now.\n';
    return reply
      .code(400)
      .send('The link is not valid, or older than 24 hours. Create the user again to get another one.\n');
  });
}
