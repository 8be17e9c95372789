/** The types whose `id` is made of their key, because their own IDs are unique only at a bank, for a customer, in a chain, or at a time. */
const keyedTypes = ['Account', 'AuditEvent', 'CustomerAsOf', 'KycCheck', 'KycDocument', 'KycMedia'] as const;

type KeyedType = (typeof keyedTypes)[number];

/** The parts of a key in the order of the primary key, such as the IDs of the bank and of the account. */
export type GlobalKey = readonly [owner: string, own: string];

/** No ID that people choose contains it (`parseId`), so a global ID is never equal to the `id` of another type. */
const separator = '~';

const pattern = new RegExp(`^(${keyedTypes.join('|')})~([0-9A-Za-z._-]+)~([0-9A-Za-z._-]+)$`);

/**
 * The `id` of an object with a composite key: the same for the same key, and different from that of every other object.
 *
 * @example globalId('Account', 'gh.29.uk', 'current-1') // Account~gh.29.uk~current-1
 */
export function globalId(type: KeyedType, ...key: GlobalKey): string {
  return [type, ...key].join(separator);
}

/** The key of an object of the type. Null if the text is not the `id` of one. */
export function keyOfGlobalId(type: KeyedType, id: string): GlobalKey | null {
  const [, typeName, owner, own] = pattern.exec(id) ?? [];
  return typeName !== type || owner === undefined || own === undefined ? null : [owner, own];
}
