import { setTimeout as sleep } from 'node:timers/promises';
import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { inResponseOrder } from '../../src/http/error-order.ts';
import { startGateway } from '../support/gateway.ts';

const at = (...path: (string | number)[]) => ({ path });

test('errors are sorted by the position of their fields in the response, and by the items of lists', () => {
  const data = { z: null, list: [{ b: null, a: null }, null], a: null };
  const errors = [at('a'), at('list', 1, 'a'), at('list', 0, 'a'), at('list', 0, 'b'), at('z')];

  const sorted = inResponseOrder(errors, data);

  expect(sorted).toEqual([at('z'), at('list', 0, 'b'), at('list', 0, 'a'), at('list', 1, 'a'), at('a')]);
});

test('errors at the same path keep their order, errors without a path come first, and without data, names are compared', () => {
  const errors = [{ ...at('a'), message: 'one' }, at('b', 'y'), at('b', 'x'), { ...at('a'), message: 'two' }, {}];
  expect(inResponseOrder(errors, null)).toEqual([
    {},
    { ...at('a'), message: 'one' },
    { ...at('a'), message: 'two' },
    at('b', 'x'),
    at('b', 'y'),
  ]);
});

test('a response has its errors in the order of the selection, whichever field fails first', async () => {
  const schema = buildSchema('type Query { slow: Int fast: Int }');
  for (const [name, milliseconds] of [
    ['slow', 50],
    ['fast', 0],
  ] as const) {
    const field = schema.getQueryType()?.getFields()[name];
    if (field === undefined) throw new Error('The schema lacks a field.');
    field.extensions = { accessRule: 'public' };
    field.resolve = async () => {
      await sleep(milliseconds);
      throw new Error(name);
    };
  }
  const gateway = await startGateway({ schema });
  const { errors } = await gateway.query(null, '{ slow fast again: slow }');
  expect(errors.map(({ path }) => path)).toEqual([['slow'], ['fast'], ['again']]);
  await gateway.stop();
});
