import { buildSchema, type GraphQLObjectType, getOperationAST, parse } from 'graphql';
import { beforeEach, describe, expect, test } from 'vitest';
import { afterTicks, databaseTicks } from '../../src/base/ticks.ts';
import { batchPerTick } from '../../src/database/batch-per-tick.ts';
import { createLoader } from '../../src/database/loader.ts';
import { withBatch } from '../../src/execution/batched.ts';
import { executePlan } from '../../src/execution/compiled.ts';
import { createDocumentCache } from '../../src/execution/document-cache.ts';
import { createPlans } from '../../src/execution/executor.ts';

let tick: number;

beforeEach(() => {
  tick = 0;
  for (let count = 1; count <= 10; count += 1) {
    afterTicks(count, () => {
      tick = count;
    });
  }
});

/** A loader that records the tick of each read, with its keys. */
function recordingLoader() {
  const reads: { tick: number; keys: readonly string[] }[] = [];
  const loader = createLoader<string, string>(async (keys) => {
    reads.push({ tick, keys });
    return keys.map((key) => `value of ${key}`);
  });
  return { loader, reads };
}

/** Executes `{ customer { id addresses } }`. The fields load their values, `addresses` as a batched field. */
function executeCustomer(prefetch: boolean) {
  const customers = recordingLoader();
  const addresses = recordingLoader();
  const schema = buildSchema('type Query { customer: Customer } type Customer { id: String addresses: String }');
  const { customer } = (schema.getQueryType() as GraphQLObjectType).getFields();
  const field = (schema.getType('Customer') as GraphQLObjectType).getFields().addresses;
  if (customer === undefined || field === undefined) throw new Error('The schema has no such field.');
  customer.resolve = async () => ({ id: await customers.loader.load('c') });
  if (prefetch) customer.extensions = { keyOf: () => ({ id: 'c' }) };
  const load = (parents: readonly object[]) => addresses.loader.loadAll(parents.map(() => 'c'));
  field.resolve = () => null;
  field.extensions = withBatch(field, load, (parents) => void load(parents));
  const document = parse('{ customer { id addresses } }');
  const operation = getOperationAST(document);
  if (operation == null) throw new Error('The document has no operation.');
  const { planFor } = createPlans(schema, createDocumentCache());
  const result = executePlan({ plan: planFor(document, operation, {}), context: {}, variables: {} });
  return { result, customers: customers.reads, addresses: addresses.reads };
}

describe('a read of a loader', () => {
  test('starts one tick after `loadAll`, with the keys of the tick', async () => {
    const { loader, reads } = recordingLoader();

    await Promise.all([loader.loadAll(['a', 'b']), loader.loadAll(['b', 'c'])]);

    expect(reads).toEqual([{ tick: 1, keys: ['a', 'b', 'c'] }]);
  });

  test('starts one tick after `load`, together with `loadAll`', async () => {
    const { loader, reads } = recordingLoader();

    await Promise.all([loader.load('a'), loader.loadAll(['b']), loader.load('c')]);

    expect(reads.flatMap(({ keys }) => keys).sort()).toEqual(['a', 'b', 'c']);
    expect(new Set(reads.map((read) => read.tick))).toEqual(new Set([1]));
  });
});

describe('a batched field', () => {
  test('is read two ticks after its parent is known', async () => {
    const { result, customers, addresses } = executeCustomer(false);

    expect(await result).toEqual({ data: { customer: { id: 'value of c', addresses: 'value of c' } } });
    expect(customers).toMatchObject([{ tick: 1 }]);
    // Its parent was known in tick 1.
    expect(addresses).toMatchObject([{ tick: 3 }]);
  });

  test('is prefetched in the tick in which its parent is read', async () => {
    const { result, customers, addresses } = executeCustomer(true);

    expect(await result).toEqual({ data: { customer: { id: 'value of c', addresses: 'value of c' } } });
    expect(customers).toMatchObject([{ tick: 1 }]);
    expect(addresses).toMatchObject([{ tick: 1 }]);
  });
});

describe('batchPerTick', () => {
  test('passes on all items that are added before the last tick, together', async () => {
    const batches: { tick: number; items: readonly number[] }[] = [];
    const add = batchPerTick<number>((items) => batches.push({ tick, items }));

    add(0);
    for (let count = 1; count < databaseTicks; count += 1) afterTicks(count, () => add(count));
    await new Promise<void>((resolve) => afterTicks(10, resolve));

    expect(batches).toEqual([{ tick: databaseTicks, items: [0, 1, 2] }]);
  });
});
