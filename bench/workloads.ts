import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'graphql';
import { overviewOfPage } from '../test/support/overview-of-page.ts';

export const workloads = ['overview', 'page', 'me', 'write'] as const;
export type Workload = (typeof workloads)[number];

export const workloadTitles: Record<Workload, string> = {
  overview: 'the overview of one customer',
  page: 'the overview of each customer of a page of 100',
  me: '{ me { id } }, the fixed cost of a request',
  write: 'createCustomerAddress from 16 clients',
};

/** The number of connections, each of which sends one request at a time. */
export const clientsOf: Record<Workload, number> = { overview: 8, page: 8, me: 8, write: 16 };

/** The bank of the read workloads. Addresses are created at another bank, so that reads always return the same data. */
export const readBankId = 'gh.29.uk';
export const writeBankId = 'rs.31.de';

const overviewFile = join(import.meta.dirname, '../schema/operations/CustomerOverview.graphql');
export const overviewDocument = readFileSync(overviewFile, 'utf8');

/** Returns the roles that the comment of the operation lists, and `CanGetCustomers` for the pages. */
export function readerRoles(): string[] {
  const [comment = ''] = overviewDocument.split(/^query/m);
  return [...new Set([...(comment.match(/\bCan\w+/g) ?? []), 'CanGetCustomers'])];
}

export const pageDocument = overviewOfPage(parse(overviewDocument));
export const pageSize = 100;

export const meDocument = '{ me { id } }';

/** A page of IDs, from which the benchmark gets customers and cursors. */
export const idsDocument = `
  query Ids($bankId: ID!, $first: Int!, $after: String) {
    customers(bankId: $bankId, first: $first, after: $after, sortBy: CREATED) {
      nodes { id }
      pageInfo { hasNextPage endCursor }
    }
  }`;

export const writeDocument = `
  mutation CreateCustomerAddress($bankId: ID!, $customerId: ID!, $input: CustomerAddressInput!) {
    createCustomerAddress(bankId: $bankId, customerId: $customerId, input: $input) {
      customerAddress { id line1 city postcode countryCode tags status insertDate version }
    }
  }`;

export const newAddress = {
  line1: '12 Harbour Street',
  city: 'Bristol',
  postcode: 'BS1 5TR',
  countryCode: 'GB',
  tags: ['mailing', 'home'],
  status: 'OK',
};
