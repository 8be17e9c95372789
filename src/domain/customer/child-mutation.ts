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

type ChildWrite<Written> = (transaction: Queries, customer: LockedCustomer) => Promise<Written>;

/**
 * Runs a mutation of a customer's child: locks the customer, writes the child, and reads the payload after the commit.
 *
 * @throws OBP-30046 if the bank has no such customer
 */
export function mutateChild<Payload>(
  context: Context,
  { bankId, customerId }: CustomerOfChild,
  read: (context: Context, written: WrittenChild) => Payload | Promise<Payload>,
  write: ChildWrite<Child>,
): Promise<Payload> {
  return mutate(
    context,
    async (transaction) => writtenChild(await write(transaction, await lockCustomer(transaction, bankId, customerId))),
    (written) => read(context, written),
  );
}

type DeletionPayload<Name extends string, Deleted> = CustomerOfChild & Record<Name, Deleted | null>;

/**
 * Runs a mutation that deletes a customer's child. The payload has the deleted child in the field `name`, or null if the call
 * is a retry.
 */
export function deleteChild<Name extends string, Deleted extends Child>(
  context: Context,
  customer: CustomerOfChild,
  name: Name,
  remove: ChildWrite<Deleted>,
): Promise<DeletionPayload<Name, Deleted>> {
  let deleted: Deleted | null = null;
  return mutateChild(
    context,
    customer,
    () => ({ ...customer, [name]: deleted }) as DeletionPayload<Name, Deleted>,
    async (transaction, locked) => {
      deleted = await remove(transaction, locked);
      return deleted;
    },
  );
}
