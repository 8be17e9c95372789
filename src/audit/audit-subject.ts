/** The bank, the customer and the account of an object. */
export interface AuditSubject {
  bankId?: string | null;
  customerId?: string | null;
  accountId?: string | null;
  /** The customers of an object that concerns several of them. */
  auditedCustomerIds?: readonly string[];
}

/** The maximum depth of objects inside a payload. */
const maxDepth = 3;

/** Calls `visit` with each object that has a bank or a customer: in lists, in the pages of connections, and in payloads. */
export function forEachSubject(value: unknown, visit: (subject: AuditSubject) => void, depth = 0): void {
  if (typeof value !== 'object' || value === null || value instanceof Date || depth > maxDepth) return;
  if (Array.isArray(value)) {
    for (const item of value) forEachSubject(item, visit, depth + 1);
    return;
  }
  const { nodes, bankId, customerId } = value as AuditSubject & { nodes?: unknown };
  if (nodes !== undefined) forEachSubject(nodes, visit, depth);
  else if (typeof bankId === 'string' || typeof customerId === 'string') visit(value as AuditSubject);
  else for (const part of Object.values(value)) forEachSubject(part, visit, depth + 1);
}

/** Whether `value` is a list or a page of a connection whose objects all belong to this customer. */
export function areAllOfCustomer({ bankId, customerId }: AuditSubject, value: unknown): boolean {
  if (typeof bankId !== 'string' || typeof customerId !== 'string' || typeof value !== 'object') return false;
  const items: unknown = Array.isArray(value) ? value : (value as { nodes?: unknown } | null)?.nodes;
  return (
    Array.isArray(items) &&
    items.every(
      (item: AuditSubject | null) =>
        item?.bankId === bankId && item.customerId === customerId && item.auditedCustomerIds === undefined,
    )
  );
}
