import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { createDocumentCache } from '../../src/execution/document-cache.ts';
import { createPlans } from '../../src/execution/executor.ts';
import { gatewaySchema } from '../../src/schema.ts';

const document = (name: string) => parse(`query ${name} { me { id username email } }`);

/** Returns the bytes of a single document. */
async function bytesOfOne(): Promise<number> {
  const cache = createDocumentCache();
  await cache.set('a', document('a'));
  return cache.size().bytes;
}

describe('the document cache', () => {
  test('evicts the least recently used document first', async () => {
    const cache = createDocumentCache(2 * (await bytesOfOne()));
    const [a, b, c] = [document('a'), document('b'), document('c')];
    await cache.set('a', a);
    await cache.set('b', b);
    expect(await cache.get('a')).toBe(a);

    await cache.set('c', c);

    expect(await cache.get('b')).toBeUndefined();
    expect([await cache.get('a'), await cache.get('c')]).toEqual([a, c]);
    expect(cache.size().documents).toBe(2);
  });

  test('never exceeds its maximum size', async () => {
    const maxBytes = 10 * (await bytesOfOne());
    const cache = createDocumentCache(maxBytes);
    for (let index = 0; index < 1000; index += 1) {
      await cache.set(`key ${index}`, document(`q${index}`));
      expect(cache.size().bytes).toBeLessThanOrEqual(maxBytes);
    }
    expect(cache.size().documents).toBeGreaterThan(5);
  });

  test('does not store a document that is too large, and frees the bytes of a deleted one', async () => {
    const cache = createDocumentCache(await bytesOfOne());
    await cache.set('large', parse(`{ ${'me { id } '.repeat(100)} }`));
    expect(cache.size()).toEqual({ documents: 0, bytes: 0 });
    await cache.set('a', document('a'));
    await cache.set('a', document('a'));
    expect(cache.size().documents).toBe(1);
    expect(await cache.delete('a')).toBe(true);
    expect(cache.size()).toEqual({ documents: 0, bytes: 0 });
  });

  test('evicts a document when its plans are too large', async () => {
    const schema = await gatewaySchema();
    const cache = createDocumentCache(200_000);
    const { planFor } = createPlans(schema, cache);
    const names = Array.from({ length: 12 }, (_, index) => `v${index}`);
    const text = `query Many(${names.map((name) => `$${name}: Boolean!`).join(' ')}) {
    ${names.map((name) => `me @include(if: $${name}) { id }`).join(' ')} }`;
    const many = parse(text);
    const [operation] = many.definitions;
    if (operation?.kind !== 'OperationDefinition') throw new Error('There is no operation.');
    await cache.set('other', document('other'));
    await cache.set('many', many);
    const before = cache.size().bytes;

    for (let bits = 0; bits < 4096; bits += 1) {
      const variables = Object.fromEntries(names.map((name, index) => [name, (bits & (1 << index)) !== 0]));
      planFor(many, operation, variables);
      if (bits === 0) expect(cache.size().bytes).toBeGreaterThan(before);
      expect(cache.size().bytes).toBeLessThanOrEqual(200_000);
    }

    expect(await cache.get('many')).toBeUndefined();
  });
});
