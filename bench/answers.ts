/** Where two answers differ first, in words; null where they are the same field by field. */
export function firstDifference(expected: unknown, actual: unknown, path = 'data'): string | null {
  if (Object.is(expected, actual)) return null;
  if (Array.isArray(expected) && Array.isArray(actual)) {
    if (expected.length !== actual.length) return `${path} has ${actual.length} items, not ${expected.length}`;
    return firstOf(expected.keys(), (index) => firstDifference(expected[index], actual[index], `${path}[${index}]`));
  }
  if (isObject(expected) && isObject(actual)) {
    const names = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    return firstOf(names, (name) => firstDifference(expected[name], actual[name], `${path}.${name}`));
  }
  return `${path} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function firstOf<Item>(items: Iterable<Item>, find: (item: Item) => string | null): string | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}
