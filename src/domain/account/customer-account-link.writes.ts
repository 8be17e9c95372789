import { gatewayError } from '../../base/errors.ts';
import { parseId } from '../../base/values.ts';
import type { Queries } from '../../database/database.ts';
import { isForeignKeyViolation, isUniqueViolation } from '../../database/errors.ts';
import { text, valid } from '../../graph/input.ts';
import { collectProblems } from '../../graph/input-collection.ts';
import { columnsOf, requiredField } from '../../graph/input-fields.ts';
import { type ChildValues, customerCollection } from '../customer/customer-collection.ts';
import type { LockedCustomer } from '../customer/locked-customer.ts';
import { type CustomerAccountLinkRow, customerAccountLink } from './customer-account-link.table.ts';
import type { CreateCustomerAccountLinkInput } from './customer-account-link.type.ts';

export const accountLinks = customerCollection(customerAccountLink, { notFound: 'OBP-30225', storedAt: 'createdAt' });

/** The fields of a new link and of an update. */
export const accountLinkFields = {
  relationshipType: requiredField((value: string, place) => ({ relationshipType: text(place, value, 255) })),
};

/** The columns of a new link. */
export function accountLinkValues(
  input: CreateCustomerAccountLinkInput,
  field = 'input',
): ChildValues<typeof customerAccountLink> {
  return collectProblems(() => ({
    accountId: valid(`${field}.accountId`, () => parseId(input.accountId)),
    ...columnsOf(accountLinkFields, input, field),
  }));
}

/**
 * Links an account of the customer's bank.
 * @throws OBP-30018 if the bank does not have the account; OBP-30223 if the account is already linked to the customer.
 */
export async function createAccountLink(
  transaction: Queries,
  customer: LockedCustomer,
  values: ChildValues<typeof customerAccountLink>,
  field = 'input',
): Promise<CustomerAccountLinkRow> {
  try {
    return await accountLinks.create(transaction, customer, values);
  } catch (error) {
    const details = { field: `${field}.accountId`, cause: error };
    if (isUniqueViolation(error, ['customer_id', 'account_id'])) throw gatewayError('OBP-30223', details);
    // The customer is locked, so the account is the one that does not exist.
    if (isForeignKeyViolation(error)) throw gatewayError('OBP-30018', { ...details, bankId: customer.bankId });
    throw error;
  }
}
