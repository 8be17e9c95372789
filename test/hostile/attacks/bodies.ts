/** Invalid bodies, headers, addresses, and bytes. */
import { gzipSync } from 'node:zlib';
import { type Attack, type AttackOptions, attack } from '../attack.ts';
import { exchange } from '../client.ts';
import { maxTextBytes } from '../texts.ts';

const bounds = { cpuMilliseconds: 100, bytes: 4_000 };
const refused = { statuses: [400], never: ['OBP-50000'] };
const securityHeaders = ['x-content-type-options: nosniff', 'content-security-policy: '];

interface BodyOptions extends AttackOptions {
  headers?: Readonly<Record<string, string | string[]>>;
  method?: string;
  path?: string;
}

function body(
  name: string,
  bytes: string | Uint8Array,
  { headers, method, path, ...options }: BodyOptions = {},
): Attack {
  return attack(name, async (scene) => [await scene.send({ body: bytes, headers, method, path })], {
    expected: refused,
    ...options,
    bounds: { ...bounds, ...options.bounds },
  });
}

/** An attack that sends bytes unchanged over a socket. */
function raw(
  name: string,
  bytes: (port: number) => string | Uint8Array | readonly (string | Uint8Array)[],
  options: AttackOptions = {},
): Attack {
  return attack(name, async ({ port, newAddress }) => [await exchange(port, newAddress(), bytes(port), 2_000)], {
    expected: { statuses: [400] },
    ...options,
    bounds: { ...bounds, ...options.bounds },
  });
}

const login = '{"query":"{ __typename }"';
const ping = JSON.stringify({ query: '{ __typename }' });
const withVariables = (variables: string) => `{"query":"query($a: String) { __typename }","variables":${variables}}`;

/** Allows every response except an unexpected error. The bounds limit its cost. */
const anyResponse = { statuses: [200, 400], never: ['OBP-50000'] };

const json: Attack[] = [
  body('JSON: lists 110,000 deep', withVariables(`{"a":${'['.repeat(110_000)}${']'.repeat(110_000)}}`), {
    expected: anyResponse,
  }),
  body(
    'JSON: lists 110,000 deep for an argument',
    JSON.stringify({
      query: 'query($f: CustomerFilter) { customers(bankId: "a", filter: $f) { totalCount } }',
      variables: 0,
    }).replace('"variables":0', () => `"variables":{"f":{"attribute":${'['.repeat(110_000)}${']'.repeat(110_000)}}}`),
    { expected: anyResponse },
  ),
  body('JSON: objects 40,000 deep', withVariables(`${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`), {
    expected: anyResponse,
  }),
  body(
    'JSON: objects 40,000 deep with __proto__',
    withVariables(`${'{"a":'.repeat(40_000)}{"__proto__":1}${'}'.repeat(40_000)}`),
  ),
  body('JSON: not closed', '['.repeat(maxTextBytes)),
  body('JSON: __proto__', `${login},"__proto__":{"isSuperAdmin":true}}`),
  body('JSON: __proto__ written with escapes', `${login},"\\u005f_proto__":{"isSuperAdmin":true}}`),
  body('JSON: __proto__ in variables', withVariables('{"a":"x","__proto__":{"a":"y"}}')),
  body('JSON: constructor.prototype', `${login},"constructor":{"prototype":{"isSuperAdmin":true}}}`),
  body('JSON: the same name 20,000 times', withVariables(`{${'"a":"x",'.repeat(20_000)}"a":"y"}`), {
    expected: anyResponse,
  }),
  body(
    'JSON: 20,000 variables',
    withVariables(`{${Array.from({ length: 20_000 }, (_, index) => `"v${index}":1`).join()}}`),
    { expected: anyResponse },
  ),
  body('JSON: 1e400', withVariables('{"a":1e400}'), { expected: anyResponse }),
  body('JSON: a number of 240,000 digits', withVariables(`{"a":${'9'.repeat(maxTextBytes)}}`), {
    expected: anyResponse,
  }),
  body('JSON: -0', withVariables('{"a":-0}'), { expected: anyResponse }),
  body('JSON: variables as a list', withVariables('[1,2]'), { expected: anyResponse }),
  body('JSON: variables as a text', withVariables('"{}"')),
  body('JSON: a document that is a number', '{"query":1e999}'),
  body('JSON: a document that is a list', '{"query":["{ __typename }"]}'),
  body('JSON: extensions of 240,000 characters', `${login},"extensions":{"a":"${'x'.repeat(maxTextBytes)}"}}`, {
    expected: anyResponse,
  }),
  body('JSON: extensions that are a text', `${login},"extensions":"x"}`),
  body(
    'JSON: a persisted query',
    '{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38"}}}',
    { expected: anyResponse },
  ),
  body('JSON: a batch of 1,000 operations', `[${`${ping},`.repeat(999)}${ping}]`),
  body('JSON: an empty batch', '[]'),
  body('JSON: null', 'null'),
  body('JSON: a text', '"query"'),
  body('JSON: an empty body', ''),
  body('JSON: white space', ' '.repeat(maxTextBytes)),
];

const latin1 = (text: string) => Buffer.from(text, 'latin1');
const updateName = (name: string) =>
  JSON.stringify({
    query: 'mutation($input: CreateUserInput!) { createUser(input: $input) { user { id } } }',
    variables: {
      input: {
        username: 'hostile.latin.1',
        email: 'l@example.org',
        firstName: name,
        lastName: 'Tripman',
        password: 'A password of the attacks, 1!',
      },
    },
  });
const jsonType = { 'content-type': 'application/json' };

const encodings: Attack[] = [
  body('encoding: latin1', latin1(updateName('Jürgen'))),
  body(
    'encoding: an overlong slash',
    Buffer.concat([
      latin1(updateName('A').slice(0, -30)),
      Buffer.from([0xc0, 0xaf]),
      latin1(updateName('A').slice(-30)),
    ]),
  ),
  body(
    'encoding: a surrogate in UTF-8',
    Buffer.concat([Buffer.from('{"query":"{ __typename } #'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
  ),
  body(
    'encoding: a truncated character',
    Buffer.concat([Buffer.from('{"query":"{ __typename } #'), Buffer.from([0xf0, 0x9f, 0x98]), Buffer.from('"}')]),
  ),
  body('encoding: UTF-16 that is not declared', Buffer.from(updateName('Eve'), 'utf16le')),
  body('encoding: UTF-16 that is declared', Buffer.from(updateName('Eve'), 'utf16le'), {
    headers: { 'content-type': 'application/json; charset=utf-16' },
    expected: { statuses: [415] },
  }),
  body('encoding: latin1 that is declared', latin1(updateName('Jürgen')), {
    headers: { 'content-type': 'application/json; charset=iso-8859-1' },
    expected: { statuses: [415] },
  }),
  body('encoding: an unknown charset', ping, {
    headers: { 'content-type': 'application/json; charset=x' },
    expected: { statuses: [415] },
  }),
  body('encoding: 200,000 bytes of invalid UTF-8', Buffer.alloc(200_000, 0xff)),
  body('encoding: gzip', gzipSync(Buffer.alloc(5_000_000, 32)), {
    headers: { ...jsonType, 'content-encoding': 'gzip' },
    expected: { statuses: [400, 415] },
  }),
  body('type: text/plain', ping, { headers: { 'content-type': 'text/plain' }, expected: { statuses: [400, 415] } }),
  body('type: a form', 'query=%7B__typename%7D', {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    expected: { statuses: [400, 415] },
  }),
  body('type: multipart', '--x\r\n\r\n--x--', {
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    expected: { statuses: [400, 415] },
  }),
  body('type: very long', ping, {
    headers: { 'content-type': `application/json; ${'a=b; '.repeat(2_000)}` },
    expected: { statuses: [200, 400, 415] },
  }),
  body('size: one byte too many', `{"query":"${'#'.repeat(262_144)}"}`, {
    expected: { statuses: [413], keys: ['BODY_TOO_LARGE'] },
  }),
];

const addresses: Attack[] = [
  ['GET', '/%zz', [400]],
  ['GET', '/%00', [400, 404]],
  ['GET', '/%c0%ae%c0%ae/etc/passwd', [400, 404]],
  ['GET', '/../../../../etc/passwd', [400, 404]],
  ['GET', '//example.org/graphql', [400, 404]],
  ['GET', `/${'a'.repeat(12_000)}`, [400, 404, 414, 431]],
  ['GET', `/${'%zz'.repeat(3_000)}`, [400, 404, 414]],
  ['GET', '/graphql?query=%7B__typename%7D', [405]],
  ['GET', '/graphql/%zz', [400, 404]],
  ['POST', '/%zz', [400]],
  ['POST', '/graphql?a=%zz', [200, 400]],
  ['PUT', '/graphql', [400, 405]],
  ['OPTIONS', '/graphql', [204, 400, 404, 405]],
  ['TRACE', '/graphql', [400, 404, 405]],
  ['PROPFIND', '/%zz', [400, 404]],
  ['GET', '/email-validation?token=%zz', [400, 404]],
].map(([method, path, statuses]) =>
  body(`address: ${method} ${String(path).slice(0, 40)}`, method === 'POST' ? ping : '', {
    method: String(method),
    path: String(path),
    expected: {
      statuses: statuses as number[],
      never: ['/%zz', 'etc/passwd', 'aaaaaaaa', 'OBP-50000'],
      always: securityHeaders,
    },
  }),
);

const headers: Attack[] = [
  body('header: a bidirectional control in X-Reason', ping, {
    headers: { ...jsonType, 'x-reason': '%E2%80%AEreason' },
    expected: { statuses: [400] },
  }),
  body('header: isolates in X-Reason', ping, {
    headers: { ...jsonType, 'x-reason': '%E2%81%A6reason%E2%81%A9' },
    expected: { statuses: [400] },
  }),
  body('header: X-Reason of 12,000 percent signs', ping, { headers: { ...jsonType, 'x-reason': '%'.repeat(12_000) } }),
  body('header: X-Reason of combining marks', ping, { headers: { ...jsonType, 'x-reason': '%CC%80'.repeat(2_000) } }),
  body('header: a line break in X-Reason', ping, { headers: { ...jsonType, 'x-reason': 'a%0D%0Ab' } }),
  body('header: Authorization of 12,000 characters', ping, {
    headers: { ...jsonType, authorization: `Bearer ${'a'.repeat(12_000)}` },
    expected: { statuses: [401], keys: ['INVALID_TOKEN'] },
  }),
  body('header: Authorization of spaces', ping, {
    headers: { ...jsonType, authorization: `Bearer ${' '.repeat(12_000)}a b` },
    expected: { statuses: [401] },
  }),
  body('header: Basic', ping, { headers: { ...jsonType, authorization: 'Basic YTpi' }, expected: { statuses: [401] } }),
  body(
    'header: an idempotency key of 12,000 characters',
    JSON.stringify({
      query:
        'mutation { requestEntitlement(input: { roleName: CanGetMeetings, bankId: "a", reason: "b" }) { __typename } }',
    }),
    { headers: { ...jsonType, 'idempotency-key': 'a'.repeat(12_000) }, expected: { statuses: [200, 400] } },
  ),
  body('header: a request ID of 8,000 characters', ping, {
    headers: { ...jsonType, 'x-request-id': 'a'.repeat(8_000) },
    expected: { statuses: [200], never: ['aaaaaaaa'] },
  }),
  body('header: an invalid Host', ping, {
    headers: { ...jsonType, host: '[::::]:99999' },
    expected: { statuses: [200, 400] },
  }),
  body('header: a preflight from an unknown origin', '', {
    method: 'OPTIONS',
    headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    expected: { statuses: [204, 400, 404, 405], never: ['access-control-allow-origin'] },
  }),
];

const request = (lines: readonly string[], content = '') => `${lines.join('\r\n')}\r\n\r\n${content}`;
const head = (...lines: string[]) => ['POST /graphql HTTP/1.1', 'Host: a', 'Content-Type: application/json', ...lines];

/** Expects a response with one of these statuses, or a closed connection. */
const closedOr = (...statuses: number[]) => ({ statuses: [0, ...statuses] });

const sockets: Attack[] = [
  raw('socket: two Authorization headers', () =>
    request(
      head('Authorization: Bearer a', 'Authorization: Bearer b', `Content-Length: ${ping.length}`, 'Connection: close'),
      ping,
    ),
  ),
  raw('socket: two Authorization headers, one empty', () =>
    request(
      head('Authorization:', 'Authorization: Bearer b', `Content-Length: ${ping.length}`, 'Connection: close'),
      ping,
    ),
  ),
  raw('socket: Content-Length and Transfer-Encoding', () =>
    request(head(`Content-Length: ${ping.length}`, 'Transfer-Encoding: chunked'), `0\r\n\r\n${ping}`),
  ),
  raw('socket: two Content-Lengths', () => request(head('Content-Length: 5', `Content-Length: ${ping.length}`), ping)),
  raw('socket: a Content-Length of 10 GB', () => request(head('Content-Length: 10000000000'), ping), {
    expected: { statuses: [413] },
  }),
  raw('socket: a negative Content-Length', () => request(head('Content-Length: -1'), ping)),
  raw(
    'socket: chunks of one byte',
    () =>
      request(
        head('Transfer-Encoding: chunked', 'Connection: close'),
        `${[...ping].map((character) => `1\r\n${character}\r\n`).join('')}0\r\n\r\n`,
      ),
    { expected: { statuses: [200] } },
  ),
  raw(
    'socket: 100,000 chunks of one byte',
    () => request(head('Transfer-Encoding: chunked', 'Connection: close'), `${'1\r\n \r\n'.repeat(100_000)}0\r\n\r\n`),
    { expected: { statuses: [400] }, bounds: { cpuMilliseconds: 400 } },
  ),
  raw(
    'socket: chunks without an end',
    () => request(head('Transfer-Encoding: chunked'), '400\r\n'.concat(' '.repeat(1_024), '\r\n').repeat(400)),
    { expected: { statuses: [413] } },
  ),
  raw(
    'socket: a chunk extension of 200,000 bytes',
    () => request(head('Transfer-Encoding: chunked'), `1;a=${'b'.repeat(200_000)}\r\n`),
    { expected: closedOr(400, 413) },
  ),
  raw('socket: 2,000 headers', () => request(head(...Array.from({ length: 2_000 }, (_, index) => `A${index}: b`))), {
    expected: { statuses: [431, 400] },
  }),
  raw('socket: a header of 100,000 bytes', () => request(head(`A: ${'b'.repeat(100_000)}`)), {
    expected: { statuses: [431] },
  }),
  raw('socket: a header name with a space', () => request(head('A b: c'))),
  raw('socket: a bare line feed', () => 'POST /graphql HTTP/1.1\nHost: a\n\n'),
  raw('socket: a missing Host', () => request(['POST /graphql HTTP/1.1', 'Content-Length: 0'])),
  raw('socket: HTTP/0.9', () => 'GET /\r\n\r\n', { expected: closedOr(400, 404, 505) }),
  raw('socket: HTTP/9.9', () => request(['GET / HTTP/9.9', 'Host: a'])),
  raw('socket: the preface of HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  raw(
    'socket: an upgrade to HTTP/2',
    () =>
      request([
        'GET /health/live HTTP/1.1',
        'Host: a',
        'Connection: Upgrade, HTTP2-Settings, close',
        'Upgrade: h2c',
        'HTTP2-Settings: AAMAAABkAAQAAP__',
      ]),
    { expected: closedOr(200, 400, 426, 501) },
  ),
  raw(
    'socket: an upgrade to a WebSocket',
    () =>
      request([
        'GET /graphql HTTP/1.1',
        'Host: a',
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
        'Sec-WebSocket-Version: 13',
      ]),
    { expected: closedOr(400, 404, 405, 426, 501) },
  ),
  raw('socket: CONNECT', () => request(['CONNECT example.org:443 HTTP/1.1', 'Host: example.org:443']), {
    expected: closedOr(400, 404, 405, 501),
  }),
  raw('socket: TLS', () => Buffer.from('16030100b8010000b40303', 'hex')),
  raw('socket: random bytes', () => Buffer.from(Array.from({ length: 5_000 }, (_, index) => (index * 7919) % 251))),
  raw(
    'socket: Expect: 100-continue without a body',
    () => request(head('Expect: 100-continue', 'Content-Length: 100000')),
    { expected: closedOr(100, 400, 408, 413, 417) },
  ),
  raw(
    'socket: an unknown expectation',
    () => request(head('Expect: 200-maybe', `Content-Length: ${ping.length}`, 'Connection: close'), ping),
    { expected: closedOr(200, 400, 417) },
  ),
  raw('socket: a path with a raw line feed', () => 'GET /a\nb HTTP/1.1\r\nHost: a\r\n\r\n'),
  raw(
    'socket: an absolute address',
    () => request(['GET http://169.254.169.254/latest HTTP/1.1', 'Host: a', 'Connection: close']),
    { expected: { statuses: [400, 404] } },
  ),
];

export const bodyAttacks: Attack[] = [...json, ...encodings, ...addresses, ...headers, ...sockets];
