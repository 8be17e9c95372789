import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'graphql';
import { overviewOfPage } from '../test/support/overview-of-page.ts';

/** What is measured. */
export const works = ['overview', 'page', 'me', 'write'] as const;
export type Work = (typeof works)[number];

export const workTitles: Record<Work, string> = {
  overview: 'the overview of one customer',
  page: 'a page of 100 customers with everything around them',
  me: '{ me { id } }: the fixed cost of a request',
  write: 'createCustomerAddress, 16 clients',
};

/** How many connections send requests, each one at a time. */
export const clientsOf: Record<Work, number> = { overview: 8, page: 8, me: 8, write: 16 };

/** The bank whose customers are read, and the one whose customers get addresses: what is read stays the same. */
export const readBankId = 'gh.29.uk';
export const writeBankId = 'rs.31.de';

const overviewFile = join(import.meta.dirname, '../schema/operations/CustomerOverview.graphql');
export const overviewDocument = readFileSync(overviewFile, 'utf8');

/** The roles that the comment of the operation names: those who read hold them, and CanGetCustomers for the pages. */
export function rolesOfReader(): string[] {
  const [comment = ''] = overviewDocument.split(/^query/m);
  return [...new Set([...(comment.match(/\bCan\w+/g) ?? []), 'CanGetCustomers'])];
}

export const pageDocument = overviewOfPage(parse(overviewDocument));
export const customersOfPage = 100;

export const meDocument = '{ me { id } }';

/** A page of ids alone: how the benchmark finds customers and cursors. */
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
