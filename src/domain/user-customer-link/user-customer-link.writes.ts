import { and, eq } from 'drizzle-orm';
import { gatewayError } from '../../base/errors.ts';
import { parseId } from '../../base/values.ts';
import type { Queries } from '../../database/database.ts';
import { isForeignKeyViolation } from '../../database/errors.ts';
import { defaultMaxItems } from '../../execution/max-items.ts';
import { valid } from '../../graph/input.ts';
import { requiredField } from '../../graph/input-fields.ts';
import { type ChildValues, customerCollection } from '../customer/customer-collection.ts';
import type { LockedCustomer } from '../customer/locked-customer.ts';
import { refuseUserOverflow } from '../user/user-overflow.ts';
import { type UserCustomerLinkRow, userCustomerLink } from './user-customer-link.table.ts';
import type { CreateUserCustomerLinkInput } from './user-customer-link.type.ts';

export const userLinks = customerCollection(userCustomerLink, { notFound: 'OBP-30035', storedAt: 'dateInserted' });

/** The columns of a new, active link. */
export function userLinkValues(
  { userId }: CreateUserCustomerLinkInput,
  field = 'input',
): ChildValues<typeof userCustomerLink> {
  return { userId: valid(`${field}.userId`, () => parseId(userId)), isActive: true };
}

/** The fields of an update. */
export const userLinkFields = { isActive: requiredField((isActive: boolean) => ({ isActive })) };

/** @throws SELF_LINK_REFUSED if the user is the caller, because the customer's data would become the caller's own data. */
export function refuseSelfLink(callerId: string | undefined, userId: string, field: string): void {
  if (userId === callerId) throw gatewayError('SELF_LINK_REFUSED', { field });
}

/**
 * The customer is locked, so no link is created at the same time.
 * @throws SELF_LINK_REFUSED if the caller has an active link to the customer, because the new data would become the caller's own.
 */
export async function refuseOwnCustomer(
  transaction: Queries,
  callerId: string | undefined,
  { id }: LockedCustomer,
  field: string,
): Promise<void> {
  if (callerId === undefined) return;
  const { customerId, userId, isActive } = userCustomerLink;
  const [link] = await transaction
    .select({ id: userCustomerLink.id })
    .from(userCustomerLink)
    .where(and(eq(customerId, id), eq(userId, callerId), eq(isActive, true)));
  if (link !== undefined) throw gatewayError('SELF_LINK_REFUSED', { field });
}

/** @throws TOO_MANY_ITEMS if one of the users would have more than 500 links. */
export function refuseLinkOverflow(transaction: Queries, userIds: readonly string[], field: string): Promise<void> {
  return refuseUserOverflow(transaction, userCustomerLink, userIds, defaultMaxItems, {
    detail: 'LINKS_OF_USER',
    field,
  });
}

/** The customer is locked, so no link is created at the same time. */
async function refuseSecondLink(
  transaction: Queries,
  customer: LockedCustomer,
  linkedUserId: string,
  field: string,
): Promise<void> {
  const { id, customerId, userId, isActive } = userCustomerLink;
  const [link] = await transaction
    .select({ id, isActive })
    .from(userCustomerLink)
    .where(and(eq(customerId, customer.id), eq(userId, linkedUserId)));
  if (link === undefined) return;
  throw gatewayError('OBP-30007', {
    field: `${field}.userId`,
    userCustomerLinkId: link.id,
    detail: link.isActive ? undefined : 'LINK_SWITCHED_OFF',
  });
}

/**
 * Links a user to a customer.
 * @throws OBP-20057 if the user does not exist; OBP-30007 if the user already has a link to the customer, even an inactive one.
 */
export async function createUserLink(
  transaction: Queries,
  customer: LockedCustomer,
  values: ChildValues<typeof userCustomerLink>,
  field = 'input',
): Promise<UserCustomerLinkRow> {
  await refuseSecondLink(transaction, customer, values.userId, field);
  await refuseLinkOverflow(transaction, [values.userId], `${field}.userId`);
  try {
    return await userLinks.create(transaction, customer, values);
  } catch (error) {
    // The customer is locked, so the user is the one who does not exist.
    if (isForeignKeyViolation(error)) throw gatewayError('OBP-20057', { field: `${field}.userId`, cause: error });
    throw error;
  }
}
