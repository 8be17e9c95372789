import { buildSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, startGateway } from '../support/gateway.ts';

/** Keeps the process busy, as a large response does. */
function block(milliseconds: number): number {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
  return milliseconds;
}

function blockingSchema() {
  const schema = buildSchema('type Query { block(milliseconds: Int!): Int }');
  const field = schema.getQueryType()?.getFields().block;
  if (field === undefined) throw new Error('The schema lacks a field.');
  field.resolve = (_parent, { milliseconds }) => block(milliseconds);
  field.extensions = { accessRule: 'public' };
  return schema;
}

const clients = 60;
const blocking = '{ block(milliseconds: 50) }';

/** Sends requests until one of them is refused, or the time is over. Returns the refused response. */
async function requestUntilRefused(gateway: Gateway) {
  let refused: Awaited<ReturnType<Gateway['query']>> | null = null;
  const end = performance.now() + 20_000;
  const client = async () => {
    while (refused === null && performance.now() < end) {
      const response = await gateway.query(null, blocking);
      if (response.status === 503) refused = response;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return refused as Awaited<ReturnType<Gateway['query']>> | null;
}

describe('an overloaded gateway', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startGateway({
      schema: blockingSchema(),
      environment: { GATEWAY_REFUSE_WHEN_OVERLOADED: 'on' },
    });
  });
  afterAll(() => gateway.stop());

  test('refuses requests with HTTP 503 and the time to retry after, and says so in the log once', async () => {
    const response = await requestUntilRefused(gateway);

    expect(response?.errors).toMatchObject([
      { extensions: { key: 'OVERLOADED', code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: expect.any(Number) } },
    ]);
    expect(Number(response?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(response?.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response?.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
    const logged = () => gateway.logged.filter(({ msg }) => msg === 'overloaded');
    await expect.poll(logged).toMatchObject([{ level: 'warn', refused: expect.any(Number) }]);
  });

  test('accepts requests again when it has less to do', async () => {
    await requestUntilRefused(gateway);
    await expect.poll(async () => (await gateway.query(null, blocking)).status, { timeout: 20_000 }).toBe(200);
  });
});

test('a gateway that does not refuse executes all requests of a burst', async () => {
  const gateway = await startGateway({ schema: blockingSchema() });
  const statuses = await Promise.all(
    Array.from({ length: clients }, async () => (await gateway.query(null, '{ block(milliseconds: 20) }')).status),
  );
  expect(new Set(statuses)).toEqual(new Set([200]));
  await gateway.stop();
});
