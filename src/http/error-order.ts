type Path = readonly (string | number)[];

/** The positions of the fields and items of a path: at each level a number or, if the level above it is null, its name. */
function positionsOf(path: Path, data: unknown, keys: Map<object, Map<string, number>>): (string | number)[] {
  let parent = data;
  return path.map((step) => {
    if (typeof parent !== 'object' || parent === null) return step;
    let positions = keys.get(parent);
    if (positions === undefined && !Array.isArray(parent)) {
      positions = new Map(Object.keys(parent).map((key, index) => [key, index]));
      keys.set(parent, positions);
    }
    parent = (parent as Record<string | number, unknown>)[step];
    return typeof step === 'number' ? step : (positions?.get(step) ?? step);
  });
}

function compare(one: Path, other: Path): number {
  for (const [index, position] of one.entries()) {
    const otherPosition = other[index];
    if (otherPosition === undefined) return 1;
    if (position === otherPosition) continue;
    if (typeof position === 'number' && typeof otherPosition === 'number') return position - otherPosition;
    return String(position) < String(otherPosition) ? -1 : 1;
  }
  return one.length - other.length;
}

/**
 * Sorts errors by the positions of their fields in the response. Fields fail in the order in which their reads end, which
 * differs between the databases and from one request to the next. Errors at the same path keep their order.
 */
export function inResponseOrder<Item extends { path?: Path }>(errors: readonly Item[], data: unknown): Item[] {
  const keys = new Map<object, Map<string, number>>();
  return errors
    .map((error) => ({ error, positions: positionsOf(error.path ?? [], data, keys) }))
    .sort((one, other) => compare(one.positions, other.positions))
    .map(({ error }) => error);
}
