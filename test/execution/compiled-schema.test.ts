/**
 * Compiled execution of the gateway's schema equals graphql-js: the same data, and the same errors for callers with any roles.
 * `SEED=<seed> npm test -- test/execution/compiled-schema.test.ts` repeats a failure.
 */
import { GraphQLError, type GraphQLSchema, getIntrospectionQuery, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { roles } from '../../src/base/roles.ts';
import { type ContextParts, createContext } from '../../src/graph/context.ts';
import { formatError } from '../../src/http/format-error.ts';
import { gatewaySchema } from '../../src/schema.ts';
import { type Executor, executionTimeout, executorsOf, variationsOf } from '../support/executors.ts';
import { contextParts, type Gateway, startGateway } from '../support/gateway.ts';
import { randomNumbers, randomOperation, testSeed } from '../support/random-operation.ts';
import { insertWholeCustomers } from '../support/whole-customer.ts';

const seed = testSeed();

describe(`random operations (seed ${seed}) on the schema of the gateway`, () => {
  const bankId = 'gh.29.uk';
  let gateway: Gateway;
  let schema: GraphQLSchema;
  let parts: ContextParts;
  let ids: string[];
  let numbers: string[];
  let linkedUserId: string;

  beforeAll(async () => {
    gateway = await startGateway();
    await gateway.createBank(bankId);
    const customers = await insertWholeCustomers(gateway.database, 5, { bankId });
    ids = customers.flatMap(({ customerId, accountId, userId }) => [customerId, customerId, accountId, userId]);
    numbers = customers.map(({ customerNumber }) => customerNumber);
    linkedUserId = customers[0]?.userId ?? '';
    schema = await gatewaySchema();
    parts = await contextParts(gateway.config.databaseUrl, gateway.database);
  });
  afterAll(() => gateway.stop());

  const pages = [1, 2, 3, 50, null];
  function valuesOf(argument: string): unknown[] | undefined {
    if (argument === 'bankId') return [bankId, bankId, bankId, bankId, bankId, 'no.such.bank'];
    if (argument === 'customerNumber') return [...numbers, 'no such number'];
    if (argument === 'first' || argument === 'limit') return [...pages, ...pages, 0, 101];
    if (argument === 'after') return [null, 'no cursor'];
    if (argument === 'id' || argument.endsWith('Id')) return [...ids, 'no-such-id', 'no ID'];
    return undefined;
  }

  /** Returns an anonymous caller, a linked user, or a user with some roles. */
  function caller(random: () => number): ContextParts['user'] {
    if (parts.user === null || random() < 0.05) return null;
    const held = Object.keys(roles).filter(() => random() < 0.7);
    if (random() < 0.3) return { ...parts.user, id: linkedUserId, systemRoles: new Set(), bankRoles: new Map() };
    return {
      ...parts.user,
      id: linkedUserId,
      systemRoles: new Set(held),
      bankRoles: new Map([[bankId, new Set(held)]]),
    };
  }

  const unexpected: unknown[] = [];
  const format = formatError({
    onUnexpected: (error) => {
      // Apollo Server marks errors of variables before they are formatted, so they are not unexpected.
      if (error instanceof GraphQLError && error.path !== undefined) unexpected.push(error);
    },
  });

  /** Returns the path of the null above the error. It is null if no parent of the error is. */
  function nullAbove(data: unknown, path: readonly (string | number)[] = []): string | null {
    let value = data;
    for (const [index, key] of path.slice(0, -1).entries()) {
      value = (value as Record<string | number, unknown>)[key];
      if (value == null) return JSON.stringify(path.slice(0, index + 1));
    }
    return null;
  }

  /**
   * Returns the response in a form that can be compared. The order of errors differs, because batched fields are resolved in another
   * order, and statements end in any order on PostgreSQL. If there are errors below a null, the result only contains that there is
   * one.
   */
  async function run(executor: Executor, user: ContextParts['user'], variables: Record<string, unknown>) {
    const { data, errors = [] } = await executor(createContext({ ...parts, user }), variables);
    const places = errors.map(({ path }) => nullAbove(data, path));
    const codes: unknown[] = [];
    const reported = new Set<string>();
    errors.forEach((error, index) => {
      const formatted = format({ ...error.toJSON() }, error);
      codes.push(formatted.extensions?.code);
      reported.add(places[index] === null ? JSON.stringify(formatted, null, 1) : `below ${places[index]}`);
    });
    return { text: JSON.stringify({ data, errors: [...reported].sort() }, null, 1), codes };
  }

  test(
    'each has the same response, with the same refusals',
    async () => {
      const random = randomNumbers(seed);
      const codes = new Map<unknown, number>();
      let [executed, withData] = [0, 0];
      while (executed < 400) {
        // Tokens of meetings, the time of an export, and the cursors of changes differ at each read.
        const options = {
          kind: 'query',
          maxDepth: 5,
          valuesOf,
          without: ['staffToken', 'customerToken', 'exportedAt', 'changes'],
        } as const;
        const operation = randomOperation(schema, random, options);
        const { document, interpreted, compiled } = executorsOf(schema, operation.query);
        if (validate(schema, document).length > 0) continue;
        const user = caller(random);
        for (const variables of variationsOf(operation)) {
          const expected = await run(interpreted, user, variables);
          const actual = await run(compiled, user, variables);
          const hint = `SEED=${seed}, operation ${executed}:\n${operation.query}\n${JSON.stringify(variables)}`;
          expect(actual.text, hint).toBe(expected.text);
          for (const code of expected.codes) codes.set(code, (codes.get(code) ?? 0) + 1);
          if (/: \{/.test(expected.text)) withData += 1;
        }
        executed += 1;
      }
      // Otherwise, the test would cover little.
      expect(withData).toBeGreaterThan(executed / 4);
      for (const code of ['FORBIDDEN', 'NOT_FOUND', 'UNAUTHENTICATED', 'BAD_USER_INPUT']) {
        expect(codes.get(code), `${code} with SEED=${seed}`).toBeGreaterThan(0);
      }
      expect(unexpected, `SEED=${seed}`).toEqual([]);
    },
    executionTimeout,
  );

  test('introspection has the same response', async () => {
    const { interpreted, compiled } = executorsOf(schema, getIntrospectionQuery());
    const expected = await run(interpreted, null, {});
    expect((await run(compiled, null, {})).text).toBe(expected.text);
    expect(expected.text.length).toBeGreaterThan(100_000);
  });
});
