import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { buildSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { printedSchema } from '../../src/schema.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';

const contract = readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8');
const version = createHash('sha256').update(contract).digest('hex').slice(0, 16);

let open: Gateway;
let closed: Gateway;

beforeAll(async () => {
  open = await startGateway();
  closed = await startGateway({ environment: { GATEWAY_SCHEMA_DOWNLOAD: 'off' } });
});

afterAll(async () => {
  await open.stop();
  await closed.stop();
});

function download({ url }: Gateway, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/schema.graphql`, { headers });
}

describe('GET /schema.graphql', () => {
  test('returns the contract with its directives to every caller where it is public', async () => {
    const response = await download(open);
    const text = await response.text();

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/graphql; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(response.headers.get('etag')).toBe(`W/"${version}"`);
    expect(text).toBe(await printedSchema());
    expect(buildSchema(text).getDirective('requiresRole')).toBeDefined();
  });

  test.each([`"${version}"`, `W/"${version}"`, `"other", "${version}"`, '*'])(
    'returns 304 without a body for If-None-Match: %s',
    async (tag) => {
      const full = await download(open);
      const response = await download(open, { 'if-none-match': tag });

      expect(response.status).toBe(304);
      expect(await response.text()).toBe('');
      for (const name of ['etag', 'cache-control', 'vary']) {
        expect(response.headers.get(name)).not.toBeNull();
        expect(response.headers.get(name)).toBe(full.headers.get(name));
      }
    },
  );

  test('returns the contract for the ETag of another version', async () => {
    expect((await download(open, { 'if-none-match': '"other"' })).status).toBe(200);
  });

  test('requires CanGetSchema where it is not public', async () => {
    const reader = await closed.createUser({ roles: [['CanGetSchema', null]] });
    const other = await closed.createUser({ roles: [['CanGetAnyUser', null]] });
    const answerTo = async (headers: Record<string, string>) => {
      const response = await download(closed, headers);
      const body = await response.text();
      return { status: response.status, key: body.startsWith('{') ? JSON.parse(body).errors[0].extensions.key : null };
    };

    expect(await answerTo({})).toEqual({ status: 401, key: 'OBP-20001' });
    expect(await answerTo({ 'if-none-match': `"${version}"` })).toEqual({ status: 401, key: 'OBP-20001' });
    expect(await answerTo({ authorization: 'Bearer no-token' })).toEqual({ status: 401, key: 'INVALID_TOKEN' });
    expect(await answerTo({ authorization: `Bearer ${other.token}` })).toEqual({ status: 403, key: 'OBP-20006' });
    expect(await answerTo({ authorization: `Bearer ${reader.token}` })).toEqual({ status: 200, key: null });
  });

  test('is not stored by shared caches where it is not public', async () => {
    const { token } = await closed.createUser({ roles: [['CanGetSchema', null]] });

    const { headers } = await download(closed, { authorization: `Bearer ${token}` });

    expect(headers.get('cache-control')).toBe('private, no-cache');
  });

  test('is charged to the budget of the network', async () => {
    const limited = await startGateway({ environment: { GATEWAY_ANONYMOUS_COST_PER_MINUTE: '100' } });
    const statuses: number[] = [];
    for (let count = 0; count < 100 && statuses.at(-1) !== 429; count += 1) {
      statuses.push((await download(limited)).status);
    }
    await limited.stop();

    expect(statuses[0]).toBe(200);
    expect(statuses.at(-1)).toBe(429);
  });
});

describe('x-schema-version', () => {
  test.each([
    ['a response of GraphQL', () => open.query(null, '{ banks { id } }').then(({ headers }) => headers)],
    ['a refused operation', () => open.query('no-token', '{ banks { id } }').then(({ headers }) => headers)],
    ['an unknown path', () => fetch(`${open.url}/unknown`).then(({ headers }) => headers)],
    ['the health', () => fetch(`${open.url}/health/live`).then(({ headers }) => headers)],
    ['the contract', () => download(open).then(({ headers }) => headers)],
  ])('is the version of the contract in the headers of %s', async (_title, headersOf) => {
    expect((await headersOf()).get('x-schema-version')).toBe(version);
  });

  test('is in the headers of a request that is not parsed', async () => {
    const { hostname, port } = new URL(open.url);
    const headers = await new Promise((resolve, reject) => {
      const request = httpRequest({ hostname, port, path: '/graphql', headers: { large: 'x'.repeat(40_000) } });
      request
        .on('response', (response) => resolve(response.headers))
        .on('error', reject)
        .end();
    });

    expect(headers).toMatchObject({ 'x-schema-version': version });
  });
});
