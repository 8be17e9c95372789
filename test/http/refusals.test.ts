import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { undocumentedParts } from '../support/documented-errors.ts';
import { type Gateway, type ResponseError, startGateway } from '../support/gateway.ts';
import { bodyOf, openRawClient, rawPost, rawResponse } from '../support/raw-client.ts';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

const marker = 'Secret-Marker';
const query = '{"query":"{ me { username } }"}';

function lines(...text: string[]): string {
  return `${text.join('\r\n')}\r\n\r\n`;
}

const close = 'connection: close';
const chunked = ['POST /graphql HTTP/1.1', 'host: x', 'content-type: application/json', 'transfer-encoding: chunked'];

describe('a response without a GraphQL operation', () => {
  test.each<[description: string, request: string | Buffer, status: number, key: string]>([
    ['an invalid escape in the path', lines(`GET /%zz${marker} HTTP/1.1`, 'host: x', close), 400, 'MALFORMED_REQUEST'],
    ['a path that is not UTF-8', lines(`GET /${marker}%ff HTTP/1.1`, 'host: x', close), 400, 'MALFORMED_REQUEST'],
    ['an unknown path', lines(`GET /${marker} HTTP/1.1`, 'host: x', close), 404, 'PATH_NOT_FOUND'],
    ['an absolute URL', lines(`GET http://${marker}/x HTTP/1.1`, 'host: x', close), 404, 'PATH_NOT_FOUND'],
    [
      'a path of 10,000 characters',
      lines(`GET /playground/static/${marker.repeat(770)} HTTP/1.1`, 'host: x', close),
      404,
      'PATH_NOT_FOUND',
    ],
    [
      'a path out of a folder',
      lines(`GET /playground/static/..%2f..%2f${marker} HTTP/1.1`, 'host: x', close),
      404,
      'PATH_NOT_FOUND',
    ],
    ['OPTIONS without CORS', lines('OPTIONS /graphql HTTP/1.1', 'host: x', close), 404, 'PATH_NOT_FOUND'],
    ['OPTIONS of the whole server', lines('OPTIONS * HTTP/1.1', 'host: x', close), 404, 'PATH_NOT_FOUND'],
    ['TRACE', lines('TRACE /graphql HTTP/1.1', 'host: x', `x-a: ${marker}`, close), 404, 'PATH_NOT_FOUND'],
    ['a method of WebDAV', lines('PROPFIND /graphql HTTP/1.1', 'host: x', close), 404, 'PATH_NOT_FOUND'],
    ['an unknown method', lines(`${marker} / HTTP/1.1`, 'host: x', close), 400, 'MALFORMED_REQUEST'],
    ['something that is not HTTP', `${marker}\r\n\r\n`, 400, 'MALFORMED_REQUEST'],
    ['a TLS handshake', Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]), 400, 'MALFORMED_REQUEST'],
    ['HTTP/1.1 without a host', lines('GET /health/live HTTP/1.1', close), 400, 'MALFORMED_REQUEST'],
    ['two hosts', lines('GET / HTTP/1.1', 'host: x', 'host: y', close), 400, 'DUPLICATE_HEADER'],
    ['a header of 20 KB', lines('GET / HTTP/1.1', `x-a: ${marker.repeat(1600)}`), 431, 'HEADERS_TOO_LARGE'],
    [
      'an unknown expectation',
      lines('GET / HTTP/1.1', 'host: x', `expect: ${marker}`, close),
      417,
      'EXPECTATION_FAILED',
    ],
    [
      'an upgrade to HTTP/2',
      lines('GET / HTTP/1.1', 'host: x', 'upgrade: h2c', 'connection: upgrade, close'),
      404,
      'PATH_NOT_FOUND',
    ],
    [
      'an upgrade to a web socket',
      lines('GET /graphql HTTP/1.1', 'host: x', 'upgrade: websocket', 'connection: upgrade, close'),
      405,
      'METHOD_NOT_ALLOWED',
    ],
    ['a length and chunks', rawPost(query, ['transfer-encoding: chunked', close]), 400, 'MALFORMED_REQUEST'],
    ['two lengths', rawPost(query, ['content-length: 5', close]), 400, 'MALFORMED_REQUEST'],
    [
      'an invalid length',
      lines('POST /graphql HTTP/1.1', 'host: x', `content-length: ${marker}`),
      400,
      'MALFORMED_REQUEST',
    ],
    ['an unknown transfer encoding', lines(...chunked, 'transfer-encoding: identity', close), 400, 'MALFORMED_REQUEST'],
    ['an invalid chunk', `${lines(...chunked)}${marker}\r\n`, 400, 'MALFORMED_REQUEST'],
    ['a chunk extension of 20 KB', `${lines(...chunked)}2;a=${marker.repeat(1600)}\r\n`, 413, 'BODY_TOO_LARGE'],
    ['a body of 300 KB in chunks', `${lines(...chunked)}493e0\r\n${'x'.repeat(300_000)}\r\n`, 413, 'BODY_TOO_LARGE'],
    [
      'a declared length of 300 KB',
      lines('POST /graphql HTTP/1.1', 'host: x', 'content-type: application/json', 'content-length: 300000'),
      413,
      'BODY_TOO_LARGE',
    ],
    ['an invalid header name', lines('GET / HTTP/1.1', 'host: x', `${marker} a: b`), 400, 'MALFORMED_REQUEST'],
    ['a line feed alone', `GET / HTTP/1.1\nhost: ${marker}\n\n`, 400, 'MALFORMED_REQUEST'],
  ])(
    'has the shape and the headers of all responses, and no input, for %s',
    async (_description, request, status, key) => {
      const response = await rawResponse(gateway.url, request);
      expect(response).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(bodyOf(response)).toMatchObject({
        errors: [{ message: expect.any(String), extensions: { code: expect.any(String), obpCode: null, key } }],
      });
      expect(undocumentedParts((bodyOf(response) as { errors: ResponseError[] }).errors, status)).toEqual([]);
      const head = response.slice(0, response.indexOf('\r\n\r\n')).toLowerCase();
      expect(head).toContain('content-security-policy: default-src');
      expect(head).toContain('x-content-type-options: nosniff');
      expect(head).toContain('cache-control: no-store');
      expect(head).toMatch(/x-request-id: [\w-]{36}/);
      expect(head).toContain('content-type: application/json; charset=utf-8');
      expect(response + JSON.stringify(gateway.logged)).not.toContain(marker);
    },
  );

  test('has the same shape for a request whose headers do not end', async () => {
    const response = await rawResponse(gateway.url, 'POST /graphql HTTP/1.1\r\nhost: localhost\r\n');
    expect(response).toMatch(/^HTTP\/1\.1 408 [\s\S]*x-content-type-options: nosniff/);
    expect(bodyOf(response)).toMatchObject({ errors: [{ extensions: { key: 'REQUEST_TIMED_OUT' } }] });
  });

  test('has no body for HEAD', async () => {
    const response = await rawResponse(gateway.url, lines('HEAD /graphql HTTP/1.1', 'host: x', close));
    expect(response).toMatch(/^HTTP\/1\.1 405 [\s\S]*x-content-type-options: nosniff[\s\S]*\r\n\r\n$/);
  });

  test('closes the connection for CONNECT', async () => {
    expect(await rawResponse(gateway.url, lines(`CONNECT ${marker}:443 HTTP/1.1`, 'host: x'))).toBe('');
  });

  test('continues a request that expects it', async () => {
    const client = await openRawClient(gateway.url);
    const [head = '', body = ''] = rawPost(query, ['expect: 100-continue', close])
      .toString()
      .split(/(?<=\r\n\r\n)/);
    client.send(head);
    await expect.poll(() => client.received(), { timeout: 10_000 }).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    client.send(body);
    expect(await client.closed()).toMatch(/HTTP\/1\.1 200 [\s\S]*"data":\{"me":null\}/);
  });

  test('is never mixed into the response to an earlier request', async () => {
    const client = await openRawClient(gateway.url);
    client.send(Buffer.concat([rawPost(query), Buffer.from(`${marker}\r\n\r\n`)]));
    expect(await client.closed()).not.toMatch(/HTTP\/1\.1 400/);
  });
});

describe('a header that occurs twice', () => {
  test.each([
    ['Authorization', ['authorization: Bearer a', 'Authorization: Bearer b']],
    ['Content-Type', ['Content-Type: text/plain']],
    ['Idempotency-Key', ['idempotency-key: a', 'idempotency-key: b']],
    ['X-Reason', ['x-reason: a', 'x-reason: b']],
    ['Origin', ['origin: https://a.example.org', 'origin: https://b.example.org']],
  ])('is refused if it is %s, and nothing is executed', async (name, headers) => {
    const before = gateway.database.statistics.statements;
    const response = await rawResponse(gateway.url, rawPost(query, [...headers, close]));
    expect(response).toMatch(/^HTTP\/1\.1 400 /);
    expect(bodyOf(response)).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT', key: 'DUPLICATE_HEADER', header: name.toLowerCase() } }],
    });
    expect(gateway.database.statistics.statements).toBe(before);
  });

  test('is refused after 2,000 other headers', async () => {
    const others = Array.from({ length: 2_000 }, () => 'a:');
    const headers = ['authorization: Bearer a', ...others, 'authorization: Bearer b', close];
    expect(await rawResponse(gateway.url, rawPost(query, headers))).toContain('DUPLICATE_HEADER');
  });

  test('is accepted if it is a list', async () => {
    const headers = ['accept: application/json', 'accept: */*', 'x-forwarded-for: a', 'x-forwarded-for: b', close];
    expect(await rawResponse(gateway.url, rawPost(query, headers))).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('a request body', () => {
  const document = 'query ($id: ID!) { bank(bankId: $id) { id } }';
  const named = (name: string) => JSON.stringify({ query: document, variables: { id: name } });

  test.each<[description: string, body: Buffer | string, contentType: string, status: number, key: string | null]>([
    ['latin1 without a charset', Buffer.from(named('Jürgen'), 'latin1'), 'application/json', 400, 'OBP-10001'],
    [
      'latin1 that is declared as UTF-8',
      Buffer.from(named('Jürgen'), 'latin1'),
      'application/json; charset=utf-8',
      400,
      'OBP-10001',
    ],
    [
      'latin1 with its charset',
      Buffer.from(named('Jürgen'), 'latin1'),
      'application/json; charset=iso-8859-1',
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'UTF-8 with a second charset',
      named('a'),
      'application/json; charset=utf-8; charset=latin1',
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'UTF-8 that is declared as latin1',
      named('Jürgen'),
      'application/json;charset="ISO-8859-1"',
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['UTF-16 without a charset', Buffer.from(`\ufeff${named('a')}`, 'utf16le'), 'application/json', 400, 'OBP-10001'],
    [
      'UTF-16 with its charset',
      Buffer.from(named('a'), 'utf16le'),
      'application/json; charset=utf-16',
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['an overlong encoding', Buffer.from([0x7b, 0x22, 0xc0, 0xa2, 0x22, 0x7d]), 'application/json', 400, 'OBP-10001'],
    [
      'a surrogate in UTF-8',
      Buffer.concat([Buffer.from('{"query":"{ banks { id } } #'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
      'application/json',
      400,
      'OBP-10001',
    ],
    ['a character that is cut off', Buffer.from(named('Jürgen')).subarray(0, -9), 'application/json', 400, 'OBP-10001'],
    ['a form', 'query=a', 'application/x-www-form-urlencoded', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['plain text', named('a'), 'text/plain', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['JSON with __proto__', '{"query":"{ banks { id } }","__proto__":{"a":1}}', 'application/json', 400, 'OBP-10001'],
    [
      'JSON with constructor.prototype',
      '{"query":"{ banks { id } }","constructor":{"prototype":{}}}',
      'application/json',
      400,
      'OBP-10001',
    ],
    ['UTF-8', named('Jürgen'), 'application/json', 200, null],
    ['UTF-8 with its charset', named('Jürgen'), 'Application/JSON; Charset="UTF-8"', 200, null],
    ['UTF-8 with a byte order mark', `\ufeff${named('Jürgen')}`, 'application/json', 200, null],
  ])('fails with its status in %s', async (_description, body, contentType, status, key) => {
    const headers = { 'content-type': contentType };
    const response = await fetch(`${gateway.url}/graphql`, { method: 'POST', headers, body: Buffer.from(body) });
    expect(response.status).toBe(status);
    const { errors } = (await response.json()) as { errors: { extensions: { key: string } }[] };
    expect(errors[0]?.extensions.key).toBe(key ?? 'OBP-30111');
  });

  test('fails with HTTP 415 if it has a content encoding', async () => {
    const response = await rawResponse(gateway.url, rawPost(query, ['content-encoding: gzip', close]));
    expect(response).toMatch(/^HTTP\/1\.1 415 /);
  });

  test.each([
    ['at its top', (nested: string) => nested],
    [
      'in a variable',
      (nested: string) => `{"query":"query ($a: [String]) { banks { id } }","variables":{"a":${nested}}}`,
    ],
    ['in extensions', (nested: string) => `{"query":"{ banks { id } }","extensions":{"a":${nested}}}`],
  ])('is handled quickly if it is nested 120,000 levels deep %s', async (_where, bodyWith) => {
    const body = bodyWith('['.repeat(120_000) + ']'.repeat(120_000));
    const before = process.cpuUsage();
    const response = await rawResponse(gateway.url, rawPost(body, [close]));
    const { user, system } = process.cpuUsage(before);
    expect(response).toMatch(/^HTTP\/1\.1 (200|400) /);
    expect(response).not.toContain('OBP-50000');
    expect((user + system) / 1_000).toBeLessThan(1_000);
  });
});

test('health checks of anonymous callers cause no statements', async () => {
  const { statements } = gateway.database.statistics;
  const responses = await Promise.all(Array.from({ length: 20 }, () => fetch(`${gateway.url}/health/ready`)));
  expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 200));
  expect(gateway.database.statistics.statements).toBe(statements);
});
