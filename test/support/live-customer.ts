/**
 * A customer whose changes a test streams.
 *
 *   const customer = await createLiveCustomer(gateway);
 *   const stream = await customer.open(await customer.createReader());
 *   await customer.change();
 *   expect((await stream.next())?.data?.customerChanged?.fields).toEqual(['Customer.email']);
 */
import { randomUUID } from 'node:crypto';
import type { Gateway, TestUser } from './gateway.ts';
import { type OpenStream, openStream } from './live-stream.ts';
import { insertCustomer } from './rows.ts';

export const customerChangedDocument = /* GraphQL */ `
  subscription ($bankId: ID!, $customerId: ID!) {
    customerChanged(bankId: $bankId, customerId: $customerId) {
      fields
    }
  }
`;

interface OpenOptions {
  /** Another gateway on the same database. */
  at?: Gateway;
  query?: string;
  headers?: Record<string, string>;
}

export interface LiveCustomer {
  bankId: string;
  customerId: string;
  /** Creates a user who can read the customer, but none of the lists. */
  createReader(): Promise<TestUser>;
  open(reader: TestUser, options?: OpenOptions): Promise<OpenStream>;
  /** Changes the email address of the customer through a gateway. @throws if the mutation fails */
  change(at?: Gateway): Promise<void>;
}

export async function createLiveCustomer(gateway: Gateway): Promise<LiveCustomer> {
  const bankId = `bank-${randomUUID()}`;
  await gateway.createBank(bankId);
  const { id: customerId } = await insertCustomer(gateway.database, { bankId });
  const officer = await gateway.createUser({
    roles: [
      ['CanUpdateCustomerEmail', bankId],
      ['CanExceedRateLimit', null],
    ],
  });
  return {
    bankId,
    customerId,
    createReader: () => gateway.createUser({ roles: [['CanGetCustomer', bankId]] }),
    open: ({ token }, { at = gateway, query = customerChangedDocument, headers = {} } = {}) =>
      openStream(at.url, token, query, { variables: { bankId, customerId }, headers }),
    async change(at = gateway) {
      const { errors } = await at.query(
        officer.token,
        `mutation ($bankId: ID!, $customerId: ID!, $email: EmailAddress!) {
          updateCustomerEmail(bankId: $bankId, customerId: $customerId, input: { email: $email }) { __typename } }`,
        { bankId, customerId, email: `${randomUUID()}@example.org` },
      );
      if (errors.length > 0) throw new Error(JSON.stringify(errors));
    },
  };
}
