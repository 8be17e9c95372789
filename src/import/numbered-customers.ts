import type { Database } from '../database/database.ts';
import { customer as customerTable } from '../domain/customer/customer.table.ts';
import { storedRows } from './existing-rows.ts';
import { identityOf, type Row } from './row.ts';

const exactNumber = ['bankId', 'customerNumber'];
const canonicalNumber = ['bankId', 'canonicalNumber'];

/**
 * Finds the customers of the database with these numbers at these banks. The map key is `identityOfNumber`. An earlier version might
 * have stored a number in another form, which counts unless several numbers at the bank have the same canonical form.
 */
export async function customersNumbered(database: Database, references: readonly object[]): Promise<Map<string, Row>> {
  const numbers = references as readonly Row[];
  const customers = new Map<string, Row>();
  const forms = numbers.map(({ bankId, customerNumber }) => ({ bankId, canonicalNumber: customerNumber }));
  const otherForms = await storedRows(database, customerTable, canonicalNumber, forms);
  for (const [identity, [row, ...others]] of Map.groupBy(otherForms, (row) => identityOf(canonicalNumber, row))) {
    if (row !== undefined && others.length === 0) customers.set(identity, row);
  }
  for (const row of await storedRows(database, customerTable, exactNumber, numbers)) {
    customers.set(identityOfNumber(row), row);
  }
  return customers;
}

export function identityOfNumber(row: Row): string {
  return identityOf(exactNumber, row);
}
