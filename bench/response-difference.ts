/** Describes the first difference between two responses. Null if all fields are equal. */
export function firstDifference(expected: unknown, actual: unknown, path = 'data'): string | null {
  if (Object.is(expected, actual)) return null;
  if (Array.isArray(expected) && Array.isArray(actual)) {
    if (expected.length !== actual.length) return `${path} has a length of ${actual.length}, not ${expected.length}`;
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

function firstOf<Item>(items: Iterable<Item>, differenceOf: (item: Item) => string | null): string | null {
  for (const item of items) {
    const difference = differenceOf(item);
    if (difference !== null) return difference;
  }
  return null;
}
