import type { FastifyInstance, FastifyReply } from 'fastify';
import { GatewayError } from '../base/errors.ts';
import { databaseOutage, retryAfterSeconds } from '../database/errors.ts';
import { readLink, validateEmail } from '../domain/user/email-validation.ts';
import type { CostControl } from './cost-control.ts';
import type { ServerParts } from './request.ts';
import { clientNameOf } from './request-headers.ts';

const maxFormBytes = 4_096;

const contentSecurityPolicy = "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** It is sent to the address of the page, whose query has the token. */
const form = `<form method="post">
<p><label>Password: <input type="password" name="password" autocomplete="current-password" required autofocus></label></p>
<p><button>Validate</button></p>
</form>`;

const texts = {
  form: 'Enter the password that you chose when you registered.',
  VALIDATED: 'The email address is validated. You can log in now.',
  EXPIRED:
    'The link is invalid or older than 24 hours, or the username or the email address is already in use. Register again.',
  WRONG_PASSWORD: 'This is not the password that you chose when you registered.',
  RATE_LIMITED: 'There were too many attempts. Try again later.',
  SERVICE_UNAVAILABLE: 'The service is temporarily unavailable. Try again later.',
};

function sendPage(reply: FastifyReply, status: number, text: string, hasForm: boolean): FastifyReply {
  const page = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Email address</title></head>
<body>
<h1>Validate your email address</h1>
<p>${text}</p>
${hasForm ? form : ''}
</body>
</html>
`;
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .header('content-security-policy', contentSecurityPolicy)
    .send(page);
}

/** Sends the page for OBP-20013, RATE_LIMITED, and outages of the database. @throws other errors. */
function sendRefusal(reply: FastifyReply, error: unknown): FastifyReply {
  if (databaseOutage(error) !== null) {
    return sendPage(reply.header('retry-after', String(retryAfterSeconds)), 503, texts.SERVICE_UNAVAILABLE, true);
  }
  const { retryAfterSeconds: seconds } = error instanceof GatewayError ? error.extensions : {};
  if (typeof seconds !== 'number') throw error;
  return sendPage(reply.header('retry-after', String(seconds)), 429, texts.RATE_LIMITED, true);
}

function tokenOf(query: unknown): string | null {
  const { token } = query as { token?: unknown };
  return typeof token === 'string' ? token : null;
}

/**
 * The page of the link in a mail. Opening it changes nothing, because mail programs open links before their users do. The
 * form asks for the password of the registration.
 */
export function addEmailValidation(
  app: FastifyInstance,
  { auditTrail, database, failures, config: { secret, passwordCost } }: ServerParts,
  costControl: CostControl,
): void {
  app.register(async (routes) => {
    routes.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: maxFormBytes },
      (_request, body, done) => done(null, new URLSearchParams(String(body))),
    );

    routes.addHook('onRequest', async (request, reply) => {
      try {
        if (request.method === 'POST') costControl.admitForm(request);
        else costControl.admitPage(request);
      } catch (error) {
        return sendRefusal(reply, error);
      }
    });

    routes.get('/validate-email', async ({ query }, reply) => {
      const isLink = (await readLink(secret, tokenOf(query))) !== null;
      return isLink ? sendPage(reply, 200, texts.form, true) : sendPage(reply, 400, texts.EXPIRED, false);
    });

    routes.post('/validate-email', async (request, reply) => {
      const password = request.body instanceof URLSearchParams ? (request.body.get('password') ?? '') : '';
      const caller = { requestId: request.id, clientAddress: request.clientAddress, clientName: clientNameOf(request) };
      const validation = { database, auditTrail, secret, passwordCost, caller };
      try {
        const outcome = await validateEmail(validation, tokenOf(request.query), password);
        const status = outcome === 'VALIDATED' ? 200 : 400;
        return sendPage(reply, status, texts[outcome], outcome === 'WRONG_PASSWORD');
      } catch (error) {
        if (databaseOutage(error) !== null) failures.log(error, { request });
        return sendRefusal(reply, error);
      }
    });
  });
}
