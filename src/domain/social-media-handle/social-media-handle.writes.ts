import { eq } from 'drizzle-orm';
import { optionalWithinClockLeeway } from '../../base/dates.ts';
import { gatewayError } from '../../base/errors.ts';
import { comparedForm } from '../../base/identifiers.ts';
import type { Queries } from '../../database/database.ts';
import { isUniqueViolation } from '../../database/errors.ts';
import { identifier, requireRules } from '../../graph/input.ts';
import { collectProblems } from '../../graph/input-collection.ts';
import { type ChildValues, customerCollection } from '../customer/customer-collection.ts';
import type { LockedCustomer } from '../customer/locked-customer.ts';
import { socialMediaHandleRules } from './social-media-handle.rules.ts';
import { type SocialMediaHandleRow, socialMediaHandle } from './social-media-handle.table.ts';
import type { SocialMediaHandleInput } from './social-media-handle.type.ts';

export const socialMediaHandles = customerCollection(socialMediaHandle, {
  notFound: 'SOCIAL_MEDIA_HANDLE_NOT_FOUND',
  storedAt: 'createdAt',
});

/** All columns of a handle. Omitted fields are null. */
export function socialMediaHandleValues(
  input: SocialMediaHandleInput,
  field = 'input',
): ChildValues<typeof socialMediaHandle> {
  return collectProblems(() => {
    const dateAdded = optionalWithinClockLeeway(input.dateAdded);
    const dateActivated = optionalWithinClockLeeway(input.dateActivated);
    requireRules(socialMediaHandleRules, { dateAdded, dateActivated }, (column) => `${field}.${column}`);
    return {
      type: identifier(`${field}.type`, input.type, 16),
      handle: identifier(`${field}.handle`, input.handle, 64),
      dateAdded,
      dateActivated,
    };
  });
}

/** Stores a handle. @throws SOCIAL_MEDIA_HANDLE_EXISTS if the customer already has it. */
export async function storeSocialMediaHandle(
  transaction: Queries,
  customer: LockedCustomer,
  values: ChildValues<typeof socialMediaHandle>,
): Promise<SocialMediaHandleRow> {
  // The unique constraint does not find the forms that an earlier version stored.
  const stored = await transaction
    .select({ type: socialMediaHandle.type, handle: socialMediaHandle.handle })
    .from(socialMediaHandle)
    .where(eq(socialMediaHandle.customerId, customer.id));
  const form = comparedForm(values.type, values.handle);
  if (stored.some(({ type, handle }) => comparedForm(type, handle) === form)) {
    throw gatewayError('SOCIAL_MEDIA_HANDLE_EXISTS', { customerId: customer.id });
  }
  try {
    return await socialMediaHandles.create(transaction, customer, values);
  } catch (error) {
    if (!isUniqueViolation(error, ['customer_id', 'type', 'handle'])) throw error;
    throw gatewayError('SOCIAL_MEDIA_HANDLE_EXISTS', { customerId: customer.id, cause: error });
  }
}
