import { gatewayError } from '../../base/errors.ts';
import { oneBy } from '../../database/batch.ts';
import { loadNullable } from '../../database/loader.ts';
import type { Context } from '../../graph/context.ts';
import { type CustomerRow, customer } from './customer.table.ts';
import { type Customer, toCustomer } from './customer.type.ts';
import { findCustomerByNumber } from './customer-number.ts';

export const customerById = oneBy(customer, 'id');

const customerByNumber = oneBy(customer, 'bankId', 'customerNumber');

/**
 * Loads the customer with this number: exactly as written, or else by its canonical form.
 * @throws OBP-30002 if the bank has no such customer, or if the exact number is needed because several numbers have this form.
 */
export async function customerByNumberAt(context: Context, bankId: string, number: string): Promise<CustomerRow> {
  const exact = await context.loader(customerByNumber).load([bankId, number]);
  const row = exact ?? (await findCustomerByNumber(context.readDatabase(), bankId, number));
  if (row === null) throw gatewayError('OBP-30002');
  return row;
}

/** Loads a customer for the field `customer` of other objects. Null if the customer does not exist. */
export async function loadCustomer(context: Context, customerId: string | null): Promise<Customer | null> {
  if (customerId === null) return null;
  const row = await context.loader(customerById).load(customerId);
  return row === null ? null : toCustomer(row);
}

/** Loads the customer of each object, for the field `customer` of lists. Null if the object has no customer. */
export async function loadCustomers(
  context: Context,
  children: readonly { customerId: string | null }[],
): Promise<(Customer | null)[]> {
  const rows = await loadNullable(
    context.loader(customerById),
    children.map(({ customerId }) => customerId),
  );
  return rows.map((row) => (row === null ? null : toCustomer(row)));
}

/**
 * Loads a customer of a bank. `bankId` is null only for fields without a bank, which find the customers of any bank.
 * @throws OBP-30046 if the bank does not have the customer.
 */
export async function customerAt(context: Context, bankId: string | null, customerId: string): Promise<Customer> {
  const row = await context.loader(customerById).load(customerId);
  if (row === null || (bankId !== null && row.bankId !== bankId)) throw gatewayError('OBP-30046');
  return toCustomer(row);
}

/** Loads customers of a bank. OBP-30046 in place of each that the bank does not have. */
export async function customersAt(
  context: Context,
  bankId: string,
  customerIds: readonly string[],
): Promise<(Customer | Error)[]> {
  const rows = await context.loader(customerById).loadAll(customerIds);
  // One error for all missing customers, which the response repeats only with its path.
  const notFound = gatewayError('OBP-30046');
  return rows.map((row) => (row?.bankId === bankId ? toCustomer(row) : notFound));
}

/** The ID of the customer's bank. Null if the customer does not exist. */
export async function bankOfCustomer(context: Context, customerId: string): Promise<string | null> {
  return (await context.loader(customerById).load(customerId))?.bankId ?? null;
}
