import { Arg, ID, Int } from 'type-graphql';

/** The maximum number of IDs of a field that reads several objects by their IDs. */
export const maxIds = 100;

/** The argument `bankId: ID!`. The access rule of the field is checked at this bank. */
export function BankId() {
  return Arg('bankId', () => ID, { description: 'The ID of the bank.' });
}

/** The argument `bankId: ID` of a field that also has a system role. */
export function BankIdOrNull() {
  return Arg('bankId', () => ID, {
    nullable: true,
    description: 'The ID of the bank. Required if the caller holds the role only at this bank.',
  });
}

/** The argument `accountId: ID!`: an ID at the bank of the argument `bankId`. */
export function AccountId() {
  return Arg('accountId', () => ID, { description: 'The ID of the account at the bank.' });
}

/** The argument `customerId: ID!`. */
export function CustomerId() {
  return Arg('customerId', () => ID, { description: 'The ID of the customer.' });
}

/** The argument `expectedVersion: Int` of mutations that change an object with a version. `addition` is a further sentence. */
export function ExpectedVersion(addition = '') {
  return Arg('expectedVersion', () => Int, {
    nullable: true,
    description:
      `The version that the client read. If the object has changed since, the mutation fails with \`VERSION_CONFLICT\` and writes nothing. ${addition}`.trim(),
  });
}
