import { GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { describe, expect, test, vi } from 'vitest';
import type { Queries } from '../../src/database/database.ts';
import { type Call, createContext, type WriteOnce } from '../../src/graph/context.ts';
import { addIdempotencyKeys, mutate } from '../../src/graph/mutation.ts';
import { gatewaySchema } from '../../src/schema.ts';
import { mutationsWithoutKey } from '../support/api-cases.ts';
import { contextParts } from '../support/gateway.ts';
import { openMigratedDatabase } from '../support/migrated-database.ts';

const field = {
  type: GraphQLString,
  args: { bankId: { type: GraphQLString }, input: { type: GraphQLString } },
};

/** A schema with one keyed mutation, and one that is marked `@Unkeyed()`. */
function schemaOf(resolve: (context: never) => unknown): GraphQLSchema {
  return new GraphQLSchema({
    mutation: new GraphQLObjectType({
      name: 'Mutation',
      fields: {
        createNote: { ...field, resolve: (_root, _args, context) => resolve(context as never) },
        login: { ...field, resolve: () => null, extensions: { isUnkeyed: true } },
      },
    }),
  });
}

interface FakeContext {
  call: Call | null;
  request: { idempotencyKey: string | null };
  write(work: (transaction: Queries) => Promise<unknown>): Promise<unknown>;
}

function fakeContext(headerKey: string | null = null): FakeContext {
  return { call: null, request: { idempotencyKey: headerKey }, write: (work) => work({} as Queries) };
}

/** Resolves `createNote`, and returns the calls that were written once with their keys. */
async function callsOf(args: Record<string, unknown>, context = fakeContext()): Promise<unknown[]> {
  const calls: unknown[] = [];
  const writeOnce: WriteOnce = (_context, transaction, { field, arguments: others, key }, write) => {
    calls.push({ field, arguments: others, key });
    return write(transaction);
  };
  const schema = schemaOf((resolverContext) =>
    mutate(
      resolverContext,
      async () => ({ id: 'note-1' }),
      ({ id }) => id,
    ),
  );
  addIdempotencyKeys(schema, writeOnce);
  const { createNote } = schema.getMutationType()?.getFields() ?? {};
  await createNote?.resolve?.(null, args, context, undefined as never);
  return calls;
}

describe('addIdempotencyKeys', () => {
  test('adds the argument to every mutation that is not marked @Unkeyed()', async () => {
    const fields = Object.values((await gatewaySchema()).getMutationType()?.getFields() ?? {});
    const unkeyed = fields.filter(({ args }) => !args.some(({ name }) => name === 'idempotencyKey'));

    expect(fields.length).toBeGreaterThan(50);
    expect(unkeyed.map(({ name }) => name).sort()).toEqual(mutationsWithoutKey);
  });

  test('passes the field and all arguments but the key to writeOnce', async () => {
    const calls = await callsOf({ bankId: 'b', input: 'text', idempotencyKey: 'key-1' });

    expect(calls).toEqual([{ field: 'createNote', arguments: { bankId: 'b', input: 'text' }, key: 'key-1' }]);
  });

  test('takes the key of the Idempotency-Key header', async () => {
    expect(await callsOf({ bankId: 'b' }, fakeContext('key-2'))).toMatchObject([{ key: 'key-2' }]);
  });

  test('does not call writeOnce without a key', async () => {
    expect(await callsOf({ bankId: 'b' })).toEqual([]);
  });

  test('removes the call from the context when the field is resolved', async () => {
    const context = fakeContext();
    await callsOf({ bankId: 'b', idempotencyKey: 'key-3' }, context);

    expect(context.call).toBeNull();
  });

  test('fails for a mutation that does not call mutate', async () => {
    const schema = schemaOf(() => 'note-1');
    addIdempotencyKeys(schema, (_context, transaction, _call, write) => write(transaction));
    const { createNote } = schema.getMutationType()?.getFields() ?? {};

    await expect(createNote?.resolve?.(null, {}, fakeContext(), undefined as never)).rejects.toThrow(
      'createNote must call mutate, or be marked @Unkeyed().',
    );
  });
});

test('context.write fails for a mutation that does not call mutate, and writes nothing', async () => {
  const { database, url, drop } = await openMigratedDatabase();
  const context = createContext(await contextParts(url, database));
  context.call = {
    ...{ field: 'createNote', arguments: {}, idempotencyKey: null, isMutated: false },
    writeOnce: (_context, transaction, _call, write) => write(transaction),
  };
  const work = vi.fn();

  await expect(context.write(work)).rejects.toThrow('createNote must call mutate, or be marked @Unkeyed().');
  expect(work).not.toHaveBeenCalled();
  await drop();
});
