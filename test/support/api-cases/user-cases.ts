import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { World } from '../every-entity.ts';
import { type ApiCase, anId, badInput, changed, ofBank } from './api-case.ts';

const createAccount = (world: World) => ({
  ...ofBank(world),
  input: {
    userId: world.freeUser.id,
    label: 'Everyday',
    productCode: 'CURRENT',
    balance: { currency: 'EUR', amount: '0.00' },
    branchId: 'DERBY6',
    accountRoutings: [{ scheme: 'IBAN', address: 'FR1420041010050500013M02606' }],
  },
});

function newUser() {
  const username = `user${randomUUID().replaceAll('-', '')}`;
  return {
    username,
    password: 'A long enough passphrase.',
    email: `${username}@example.org`,
    firstName: 'Ada',
    lastName: 'Lovelace',
  };
}

export const userCases: Readonly<Record<string, ApiCase>> = {
  createAccount: {
    variables: createAccount,
    ownVariables: (world) => ({ input: { ...createAccount(world).input, userId: null, accountRoutings: null } }),
    selection: 'account { id bankId label productCode balance { currency amount } }',
    result: ({ bankId }) => ({
      account: {
        id: anId,
        bankId,
        label: 'Everyday',
        productCode: 'CURRENT',
        balance: { currency: 'EUR', amount: expect.stringMatching(/^0(\.0+)?$/) },
      },
    }),
    alsoRoles: ['CanGetCustomerOverview'],
    refusals: {
      'OBP-10001': badInput(createAccount, { label: 'x'.repeat(256) }),
      // An account for the caller does not require a role.
      'OBP-20006': { variables: createAccount, caller: ({ linkedUser }) => linkedUser.token },
      'OBP-20005': badInput(createAccount, { userId: 'no-such-user' }),
      'OBP-30105': badInput(createAccount, { balance: { currency: 'XXY', amount: '0' } }),
      'OBP-30106': badInput(createAccount, { balance: { currency: 'EUR', amount: '0.000' } }),
      'OBP-30107': badInput(createAccount, { userId: 'no user!' }),
      'OBP-30109': badInput(createAccount, { balance: { currency: 'EUR', amount: '10' } }),
      'OBP-30110': badInput(createAccount, { accountId: 'no account!' }),
      'OBP-30112': badInput(createAccount, { balance: { currency: 'EUR', amount: 'nothing' } }),
      'OBP-30114': badInput(createAccount, {
        accountRoutings: [
          { scheme: 'IBAN', address: 'FR1420041010050500013M02606' },
          { scheme: 'IBAN', address: 'FR7630006000011234567890189' },
        ],
      }),
      'OBP-30115': badInput(createAccount, {
        accountRoutings: [{ scheme: 'IBAN', address: 'DE89370400440532013000' }],
      }),
      'OBP-30208': changed(createAccount, ({ accountId }) => ({ accountId })),
    },
    otherVariables: (world) => ({ input: { ...createAccount(world).input, label: 'Savings' } }),
  },
  createUser: {
    variables: () => ({ input: newUser() }),
    selection: 'user { username } token validationRequired',
    result: () => ({ user: { username: anId }, token: anId, validationRequired: false }),
    refusals: {
      'OBP-10001': { variables: () => ({ input: { ...newUser(), firstName: ' ' } }) },
      'OBP-30207': { variables: () => ({ input: { ...newUser(), password: 'too short' } }) },
    },
  },
};
