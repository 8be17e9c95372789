/** Writes of customer numbers by the API and by imports. */
import { randomUUID } from 'node:crypto';
import type { Gateway, TestUser } from './gateway.ts';

const create = /* GraphQL */ `mutation ($bankId: ID!, $input: CreateCustomerInput!) {
  createCustomer(bankId: $bankId, input: $input) { customer { id customerNumber } } }`;
const update = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!, $input: UpdateCustomerNumberInput!) {
  updateCustomerNumber(bankId: $bankId, customerId: $customerId, input: $input) { customer { customerNumber } } }`;

export function createCustomerAs(gateway: Gateway, { token }: TestUser, bankId: string, customerNumber: string) {
  const input = { customerNumber, legalName: 'Ada Lovelace', mobilePhoneNumber: '+44 7400 123456' };
  return gateway.query(token, create, { bankId, input });
}

export function updateNumberAs(
  gateway: Gateway,
  { token }: TestUser,
  { bankId, customerId }: { bankId: string; customerId: string | undefined },
  customerNumber: string,
) {
  return gateway.query(token, update, { bankId, customerId, input: { customerNumber } });
}

/** The record of a new customer in an import. */
export function recordOfCustomer(bankId: string, customerNumber: string, values: object = {}) {
  return {
    ...{ bank_id: bankId, customer_id: randomUUID(), customer_number: customerNumber },
    ...{ legal_name: 'Ada Lovelace', mobile_phone_number: '+44 7400 123456', ...values },
  };
}
