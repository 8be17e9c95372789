import { expect, test } from 'vitest';
import { Batched, BatchedByKey } from '../../src/execution/batched.ts';

interface Key {
  id: string;
}
interface Parent extends Key {
  name: string;
}

class Resolvers {
  @Batched()
  async fromParents(parents: Parent[], _context: object): Promise<string[]> {
    return parents.map(({ name }) => name);
  }

  @BatchedByKey<Key>()
  async fromKeys(keys: readonly Key[]): Promise<string[]> {
    return keys.map(({ id }) => id);
  }

  // @ts-expect-error A batched method takes a list of parents.
  @Batched()
  async fromOneParent(parent: Parent): Promise<string[]> {
    return [parent.name];
  }

  // @ts-expect-error A batched method returns a promise of a list.
  @Batched()
  async toOneValue(parents: Parent[]): Promise<number> {
    return parents.length;
  }

  // @ts-expect-error A method that is batched by key reads no more of its parents than the key.
  @BatchedByKey<Key>()
  async fromMoreThanKeys(parents: Parent[]): Promise<string[]> {
    return parents.map(({ name }) => name);
  }
}

test('the decorators of batched fields leave the methods as they are', async () => {
  const parents = [{ id: '1', name: 'Anna' }];

  expect(await new Resolvers().fromParents(parents, {})).toEqual(['Anna']);
  expect(await new Resolvers().fromKeys(parents)).toEqual(['1']);
});
