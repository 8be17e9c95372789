import { gatewayError } from '../../base/errors.ts';
import { oneBy } from '../../database/batch.ts';
import { loadNullable } from '../../database/loader.ts';
import type { Context } from '../../graph/context.ts';
import { customer } from './customer.table.ts';
import { type Customer, toCustomer } from './customer.type.ts';

export const customerById = oneBy(customer, 'id');

/** The customer, or null where there is none: what the edge `customer` of a child gives. */
export async function loadCustomer(context: Context, customerId: string | null): Promise<Customer | null> {
  if (customerId === null) return null;
  const row = await context.loader(customerById).load(customerId);
  return row === null ? null : toCustomer(row);
}

/** The customer whom each of these belongs to, null where there is none: the edge `customer` of lists. */
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
 * The customer at this bank; one of another bank is not found. Only where a field takes no bank (`bankId` null) is it
 * the customer of any bank.
 */
export async function customerAt(context: Context, bankId: string | null, customerId: string): Promise<Customer> {
  const row = await context.loader(customerById).load(customerId);
  if (row === null || (bankId !== null && row.bankId !== bankId)) throw gatewayError('OBP-30046');
  return toCustomer(row);
}

/** Whose customer that is; null where there is none. */
export async function bankOfCustomer(context: Context, customerId: string): Promise<string | null> {
  return (await context.loader(customerById).load(customerId))?.bankId ?? null;
}
