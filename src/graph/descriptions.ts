/** The descriptions of the SDL that many types share. */

/** The description of `version` in a type whose mutations take `expectedVersion`. */
export const versionDescription =
  'The version of the object, incremented by every update. Send it as `expectedVersion` to detect concurrent changes.';

/** The description of an `id` that is made of the key of the object. */
export function globalIdDescription(noun: string): string {
  return `The opaque ID of the ${noun}, which no other object of the gateway has.`;
}

/** The description of the object in the payload of the mutations that create, update, or delete it. */
export function payloadObject(noun: string): string {
  return `The ${noun} after the mutation or, for a deletion, before it. Null if the mutation is retried with the same idempotency key after the ${noun} was deleted.`;
}

/** The description of the object in the payload of mutations if it can be deleted only together with its customer. */
export function payloadObjectOfCustomer(noun: string): string {
  return `The ${noun} after the mutation. Null if the mutation is retried with the same idempotency key after the customer was deleted.`;
}

/** The description of the ID in a payload whose object requires the role with which it is read. */
export function payloadObjectId(noun: string): string {
  return `The ID of the ${noun}.`;
}

/** The rule for times of what has happened. */
export const pastTimeDescription =
  'It must not be in the future. A time that is at most five minutes ahead is stored as the present.';

/** The rule of inputs for updates. */
export const updateRule =
  'Omitted fields stay. Null unsets a field, or fails with OBP-10001 if the field cannot be unset. Lists and nested objects are replaced as a whole.';

/** The description of a mutation that updates an object. */
export function updateDescription(noun: string): string {
  return `Updates ${noun}. ${updateRule}`;
}

/** The arguments of a list that bound the period of its rows. */
export const periodDescriptions = {
  from: 'The start of the period, inclusive. By default, the period has no start.',
  to: 'The end of the period, exclusive. By default, the period has no end.',
};
