import { eq } from 'drizzle-orm';
import { gatewayError } from '../../base/errors.ts';
import { comparedForm } from '../../base/identifiers.ts';
import type { Queries } from '../../database/database.ts';
import { isUniqueViolation } from '../../database/errors.ts';
import { identifier } from '../../graph/input.ts';
import { collectProblems } from '../../graph/input-collection.ts';
import { type ChildValues, customerCollection } from '../customer/customer-collection.ts';
import type { LockedCustomer } from '../customer/locked-customer.ts';
import { type TaxResidenceRow, taxResidence } from './tax-residence.table.ts';
import type { TaxResidenceInput } from './tax-residence.type.ts';

export const taxResidences = customerCollection(taxResidence, { notFound: 'OBP-30300', storedAt: 'createdAt' });

/** All columns of a tax residence. */
export function taxResidenceValues(input: TaxResidenceInput, field = 'input'): ChildValues<typeof taxResidence> {
  return collectProblems(() => ({
    domain: identifier(`${field}.domain`, input.domain, 20),
    taxNumber: identifier(`${field}.taxNumber`, input.taxNumber, 20),
  }));
}

/** Stores a tax residence. @throws TAX_RESIDENCE_EXISTS if the customer already has it. */
export async function storeTaxResidence(
  transaction: Queries,
  customer: LockedCustomer,
  values: ChildValues<typeof taxResidence>,
): Promise<TaxResidenceRow> {
  // The unique constraint does not find the forms that an earlier version stored.
  const stored = await transaction
    .select({ domain: taxResidence.domain, taxNumber: taxResidence.taxNumber })
    .from(taxResidence)
    .where(eq(taxResidence.customerId, customer.id));
  const form = comparedForm(values.domain, values.taxNumber);
  if (stored.some(({ domain, taxNumber }) => comparedForm(domain, taxNumber) === form)) {
    throw gatewayError('TAX_RESIDENCE_EXISTS', { customerId: customer.id });
  }
  try {
    return await taxResidences.create(transaction, customer, values);
  } catch (error) {
    if (!isUniqueViolation(error, ['customer_id', 'domain', 'tax_number'])) throw error;
    throw gatewayError('TAX_RESIDENCE_EXISTS', { customerId: customer.id, cause: error });
  }
}
