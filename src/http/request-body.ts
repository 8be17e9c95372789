import { MIMEType } from 'node:util';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { requestError } from '../base/errors.ts';

/** Strict, because the default decoder replaces invalid bytes, so the database would store another text than the client sent. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Accepts `application/json` in UTF-8, and nothing else. */
export function acceptJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    // The parser calls `done` itself.
    void parse(request, decode(request, body), done);
  });
}

function decode({ headers }: FastifyRequest, body: Buffer): string {
  const { 'content-type': contentType, 'content-encoding': encoding = 'identity' } = headers;
  if (encoding.toLowerCase() !== 'identity' || !isUtf8(contentType)) {
    throw requestError('UNSUPPORTED_MEDIA_TYPE');
  }
  try {
    return utf8.decode(body);
  } catch {
    throw requestError('OBP-10001', { detail: 'BODY_UTF_8' });
  }
}

/** Whether the header declares UTF-8, which is what JSON is in if it declares no charset. */
function isUtf8(contentType = ''): boolean {
  if (contentType === 'application/json') return true;
  try {
    // A MIME type ignores a second charset, which another server might not.
    if ((contentType.match(/charset/gi)?.length ?? 0) > 1) return false;
    const charset = new MIMEType(contentType).params.get('charset') ?? 'utf-8';
    return /^utf-?8$/i.test(charset);
  } catch {
    return false;
  }
}
