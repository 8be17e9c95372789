/** A guarded object tells where it is and whose. */
export interface Touched {
  bankId?: string | null;
  customerId?: string | null;
  accountId?: string | null;
}

/** How far inside a payload its objects are looked for. */
const maximalDepth = 3;

/** Calls `visit` with each object in `value` that says whose it is: in lists, in pages of connections, in payloads. */
export function eachTouched(value: unknown, visit: (touched: Touched) => void, depth = 0): void {
  if (typeof value !== 'object' || value === null || value instanceof Date || depth > maximalDepth) return;
  if (Array.isArray(value)) {
    for (const item of value) eachTouched(item, visit, depth + 1);
    return;
  }
  const { nodes, bankId, customerId } = value as Touched & { nodes?: unknown };
  if (nodes !== undefined) eachTouched(nodes, visit, depth);
  else if (typeof bankId === 'string' || typeof customerId === 'string') visit(value as Touched);
  else for (const part of Object.values(value)) eachTouched(part, visit, depth + 1);
}

/** Whether `value` is a list, or a page of a connection, of nothing but what says that it is this customer's: as most are. */
export function isAllOf({ bankId, customerId }: Touched, value: unknown): boolean {
  if (typeof bankId !== 'string' || typeof customerId !== 'string' || typeof value !== 'object') return false;
  const items: unknown = Array.isArray(value) ? value : (value as { nodes?: unknown } | null)?.nodes;
  return (
    Array.isArray(items) &&
    items.every((item: Touched | null) => item?.bankId === bankId && item.customerId === customerId)
  );
}
