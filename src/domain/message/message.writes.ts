import { randomUUID } from 'node:crypto';
import type { Queries } from '../../database/database.ts';
import { insertRow } from '../../database/write-row.ts';
import { longText, optionalText, text } from '../../graph/input.ts';
import { collectProblems } from '../../graph/input-collection.ts';
import type { LockedCustomer } from '../customer/locked-customer.ts';
import { type CustomerMessageRow, customerMessage } from './message.table.ts';
import type { CreateCustomerMessageInput } from './message.type.ts';

type MessageValues = Pick<CustomerMessageRow, 'message' | 'transport' | 'fromDepartment' | 'fromPerson'>;

/** The columns of a message. */
export function messageValues(input: CreateCustomerMessageInput): MessageValues {
  return collectProblems(() => ({
    message: longText('input.message', input.message, 1024),
    transport: optionalText('input.transport', input.transport, 64),
    fromDepartment: text('input.fromDepartment', input.fromDepartment, 64),
    fromPerson: text('input.fromPerson', input.fromPerson, 64),
  }));
}

export async function insertMessage(
  transaction: Queries,
  { bankId, id: customerId }: LockedCustomer,
  values: MessageValues,
): Promise<CustomerMessageRow> {
  const now = new Date();
  const row = { id: randomUUID(), bankId, customerId, ...values, date: now, createdAt: now, updatedAt: now };
  await insertRow(transaction, customerMessage, row);
  return row;
}
