import type { Queries } from '../../database/database.ts';
import type { Context } from '../../graph/context.ts';
import { mutate, type WrittenChild, writtenChild } from '../../graph/mutation.ts';
import { type LockedCustomer, lockCustomer } from './locked-customer.ts';

/** The customer that the arguments of a mutation name. */
export interface CustomerOfChild {
  bankId: string;
  customerId: string;
}

interface Child {
  id: string;
  bankId: string;
  customerId: string;
}

/**
 * Runs a mutation of a customer's child: locks the customer, writes the child, and reads the payload after the commit.
 *
 * @throws OBP-30046 if the bank has no such customer
 */
export function mutateChild<Payload>(
  context: Context,
  { bankId, customerId }: CustomerOfChild,
  write: (transaction: Queries, customer: LockedCustomer) => Promise<Child>,
  read: (context: Context, written: WrittenChild) => Payload | Promise<Payload>,
): Promise<Payload> {
  return mutate(
    context,
    async (transaction) => writtenChild(await write(transaction, await lockCustomer(transaction, bankId, customerId))),
    (written) => read(context, written),
  );
}

/** Runs a mutation that deletes a customer's child. `payload` gets the deleted child, or null if the call is a retry. */
export function deleteChild<Deleted extends Child, Payload>(
  context: Context,
  customer: CustomerOfChild,
  remove: (transaction: Queries, customer: LockedCustomer) => Promise<Deleted>,
  payload: (deleted: Deleted | null) => Payload,
): Promise<Payload> {
  let deleted: Deleted | null = null;
  return mutateChild(
    context,
    customer,
    async (transaction, locked) => {
      deleted = await remove(transaction, locked);
      return deleted;
    },
    () => payload(deleted),
  );
}
