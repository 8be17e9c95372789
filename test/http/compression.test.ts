import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { buildSchema, GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acceptedEncoding } from '../../src/http/accepted-encoding.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';

/** A small schema, because the server is under test here. `Session.token` is marked as `@Secret()` marks a field. */
function testSchema(): GraphQLSchema {
  const schema = buildSchema(`
    type Query { text(length: Int!): String fail(length: Int!): String session: Session }
    type Session { name: String token: String session: Session }
    type Mutation { write(length: Int!): String }
  `);
  const text = (_parent: unknown, { length }: { length: number }) => 'customer '.repeat(length / 9);
  const session = () => ({ name: 'customer '.repeat(1_000), token: 'token '.repeat(1_000), session });
  const fail = () => {
    throw new Error('x'.repeat(5_000));
  };
  for (const [type, fields] of Object.entries({ Query: { text, fail, session }, Mutation: { write: text } })) {
    const object = schema.getType(type);
    for (const [name, resolve] of Object.entries(fields)) {
      const field = object instanceof GraphQLObjectType ? object.getFields()[name] : undefined;
      if (field !== undefined) field.resolve = resolve as never;
    }
  }
  const { token } = (schema.getType('Session') as GraphQLObjectType).getFields();
  if (token !== undefined) token.extensions = { secret: true };
  return schema;
}

let gateway: Gateway;
beforeAll(async () => {
  const environment = { GATEWAY_CORS_ORIGINS: 'https://app.example.org' };
  gateway = await startGateway({ schema: testSchema(), environment });
});
afterAll(() => gateway.stop());

interface Received {
  status: number | undefined;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/** Sends a request whose answer is not decompressed. */
async function receive(path: string, headers: Record<string, string>, body?: object): Promise<Received> {
  const { promise, resolve, reject } = Promise.withResolvers<Received>();
  const sent = request(
    `${gateway.url}${path}`,
    { method: body === undefined ? 'GET' : 'POST', headers: { 'content-type': 'application/json', ...headers } },
    (response) => {
      const { statusCode: status, headers: received } = response;
      buffer(response).then((bytes) => resolve({ status, headers: received, body: bytes }), reject);
    },
  );
  sent.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  return promise;
}

const decompressors = { zstd: zstdDecompressSync, br: brotliDecompressSync, gzip: gunzipSync };
const ask = (query: string, encoding = 'zstd') => receive('/graphql', { 'accept-encoding': encoding }, { query });

describe.each(['zstd', 'br', 'gzip'] as const)('an answer in %s', (encoding) => {
  test.each([9_000, 900_000])('contains the same %i characters as an uncompressed one', async (length) => {
    const query = `{ text(length: ${length}) }`;
    const compressed = await ask(query, encoding);
    const plain = await receive('/graphql', {}, { query });

    expect(compressed.headers).toMatchObject({ 'content-encoding': encoding, vary: 'Origin, accept-encoding' });
    expect(compressed.headers['content-length']).toBe(String(compressed.body.length));
    expect(plain.headers).toMatchObject({ vary: 'Origin, accept-encoding' });
    expect(plain.headers).not.toHaveProperty('content-encoding');
    expect(decompressors[encoding](compressed.body)).toEqual(plain.body);
    expect(compressed.body.length).toBeLessThan(plain.body.length / 4);
  });
});

test.each([
  ['a short answer', '{ text(length: 900) }'],
  ['a mutation', 'mutation { write(length: 9000) }'],
  ['a secret', '{ session { name token } }'],
  ['a secret with another name', '{ session { name session { alias: token } } }'],
  ['a secret in a fragment', 'query { session { ...S } } fragment S on Session { name token }'],
  ['a skipped secret', '{ session { name token @skip(if: true) } }'],
])('an answer with %s is not compressed', async (_case, query) => {
  const { status, headers } = await ask(query);

  expect(status).toBe(200);
  expect(headers).not.toHaveProperty('content-encoding');
});

test.each([
  ['an invalid document', { query: `{ ${'unknown '.repeat(500)} }` }],
  ['a body of a wrong type', { query: 1, padding: 'x'.repeat(5_000) }],
])('an error of HTTP for %s is not compressed', async (_case, body) => {
  const { status, headers } = await receive('/graphql', { 'accept-encoding': 'zstd' }, body);

  expect(status).toBe(400);
  expect(headers).not.toHaveProperty('content-encoding');
});

test('more large answers than other threads compress at once are complete, compressed or not', async () => {
  const answers = await Promise.all(Array.from({ length: 6 }, () => ask('{ text(length: 900000) }', 'gzip')));

  const bodies = answers.map(({ body, headers }) => (headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body));
  expect(new Set(bodies.map(({ length }) => length)).size).toBe(1);
  expect(answers.some(({ headers }) => headers['content-encoding'] === 'gzip')).toBe(true);
});

test('the page of the playground is compressed', async () => {
  const { headers, body } = await receive('/playground', { 'accept-encoding': 'gzip' });

  expect(headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(body).toString()).toContain('<title>');
});

test('nothing is compressed if it is disabled', async () => {
  const disabled = await startGateway({ schema: testSchema(), environment: { GATEWAY_COMPRESSION: 'off' } });
  const { headers } = await disabled.query(null, '{ text(length: 9000) }');
  await disabled.stop();

  expect([headers.get('content-encoding'), headers.get('vary')]).toEqual([null, null]);
});

test('the health is not compressed', async () => {
  expect((await receive('/health/ready', { 'accept-encoding': 'gzip' })).headers.vary).toBe('Origin');
});

test.each([
  [undefined, 'identity'],
  ['', 'identity'],
  ['identity', 'identity'],
  ['deflate, compress', 'identity'],
  ['gzip', 'gzip'],
  ['x-gzip, GZIP', 'gzip'],
  ['gzip, deflate, br, zstd', 'zstd'],
  ['gzip, deflate, br', 'br'],
  ['gzip;q=1.0, br;q=0.9, zstd;q=0.5', 'gzip'],
  ['gzip ; q=0.5 , br ; q=0.8', 'br'],
  ['gzip;q=0', 'identity'],
  ['*', 'zstd'],
  ['*;q=0', 'identity'],
  ['zstd;q=0, *', 'br'],
  ['identity;q=1, gzip;q=0.5', 'identity'],
  ['identity;q=0.5, gzip;q=0.5', 'gzip'],
  ['gzip;q=2', 'identity'],
  ['gzip;q=-1', 'identity'],
  ['gzip;q=0.5;q=1', 'gzip'],
  [`gzip, ${'a, '.repeat(1_000)}`, 'identity'],
])('the header %j accepts %s', (header, encoding) => {
  expect(acceptedEncoding(header)).toBe(encoding);
});
