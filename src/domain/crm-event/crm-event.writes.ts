import { randomUUID } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import { optionalWithinClockLeeway } from '../../base/dates.ts';
import { gatewayError } from '../../base/errors.ts';
import { comparedForm, derivedCanonicalForm, parseCustomerNumber } from '../../base/identifiers.ts';
import { parseOptional } from '../../base/values.ts';
import type { Queries } from '../../database/database.ts';
import { lockedForWriting } from '../../database/lock.ts';
import { insertRow, updateRows } from '../../database/write-row.ts';
import {
  assertInput,
  optionalId,
  optionalLongText,
  optionalText,
  requireRules,
  text,
  valid,
} from '../../graph/input.ts';
import { collectProblems } from '../../graph/input-collection.ts';
import type { CustomerRow } from '../customer/customer.table.ts';
import { findCustomerByNumber } from '../customer/customer-number.ts';
import { lockCustomer } from '../customer/locked-customer.ts';
import { closedAtOf, crmEventRules } from './crm-event.rules.ts';
import { type CrmEventRow, crmEvent } from './crm-event.table.ts';
import type { CloseCrmEventInput, CreateCrmEventInput } from './crm-event.type.ts';

type CrmEventValues = Omit<
  CrmEventRow,
  'id' | 'bankId' | 'canonicalNumber' | 'createdAt' | 'updatedAt' | 'closedAt' | 'closedByUserId'
>;

/** An empty text becomes null. */
function customerNumberOf(written: string | null | undefined): string | null {
  return valid('input.customerNumber', () => parseOptional(written, parseCustomerNumber));
}

/** The columns of an event. Those of the customer are still as in the input. */
export function crmEventValues(input: CreateCrmEventInput): CrmEventValues {
  return collectProblems(() => {
    const actualDate = optionalWithinClockLeeway(input.actualDate);
    requireRules(crmEventRules, { actualDate }, (column) => `input.${column}`);
    return {
      customerId: optionalId('input.customerId', input.customerId),
      customerName: optionalText('input.customerName', input.customerName, 255),
      customerNumber: customerNumberOf(input.customerNumber),
      category: text('input.category', input.category, 255),
      detail: optionalLongText('input.detail', input.detail, 2000),
      channel: optionalText('input.channel', input.channel, 255),
      scheduledDate: input.scheduledDate ?? null,
      actualDate,
      result: optionalLongText('input.result', input.result, 2000),
    };
  });
}

/** The customer of the event. Null if the input names no customer, or a number that the bank does not have. */
async function customerOf(
  transaction: Queries,
  bankId: string,
  { customerId, customerNumber }: CrmEventValues,
): Promise<CustomerRow | null> {
  if (customerId !== null) {
    const namedCustomer = await lockCustomer(transaction, bankId, customerId);
    const isSame = customerNumber === null || customerNumber === comparedForm(namedCustomer.customerNumber);
    assertInput(isSame, 'input.customerNumber', 'NUMBER_OF_CUSTOMER');
    return namedCustomer;
  }
  if (customerNumber === null) return null;
  return findCustomerByNumber(transaction, bankId, customerNumber);
}

/** @throws OBP-30046 if the bank does not have a customer with the ID. */
export async function insertCrmEvent(
  transaction: Queries,
  bankId: string,
  values: CrmEventValues,
  callerId: string,
): Promise<CrmEventRow> {
  const namedCustomer = await customerOf(transaction, bankId, values);
  const customerNumber = namedCustomer?.customerNumber ?? values.customerNumber;
  const now = new Date();
  const row: CrmEventRow = {
    id: randomUUID(),
    bankId,
    ...values,
    customerId: namedCustomer?.id ?? null,
    customerName: values.customerName ?? namedCustomer?.legalName ?? null,
    customerNumber,
    canonicalNumber: customerNumber === null ? null : derivedCanonicalForm(customerNumber),
    createdAt: now,
    updatedAt: now,
    closedAt: closedAtOf({ actualDate: values.actualDate, createdAt: now }),
    closedByUserId: values.actualDate === null ? null : callerId,
  };
  await insertRow(transaction, crmEvent, row);
  return row;
}

/** The columns that the closing of an event sets. */
export function closingValues({ actualDate, result }: CloseCrmEventInput): Partial<CrmEventRow> {
  return collectProblems(() => {
    const values: Partial<CrmEventRow> = {};
    if (actualDate != null) values.actualDate = optionalWithinClockLeeway(actualDate);
    if (result != null) values.result = optionalLongText('input.result', result, 2000);
    requireRules(crmEventRules, values, (column) => `input.${column}`);
    return values;
  });
}

/** @throws CRM_EVENT_NOT_FOUND or CRM_EVENT_CLOSED */
export async function closeCrmEvent(
  transaction: Queries,
  { bankId, id }: Pick<CrmEventRow, 'bankId' | 'id'>,
  values: Partial<CrmEventRow>,
  callerId: string,
): Promise<CrmEventRow> {
  const own = and(eq(crmEvent.id, id), eq(crmEvent.bankId, bankId));
  const [before] = await lockedForWriting(transaction.select().from(crmEvent).where(own));
  if (before === undefined) throw gatewayError('CRM_EVENT_NOT_FOUND', { field: 'id' });
  if (before.closedAt !== null) throw gatewayError('CRM_EVENT_CLOSED', { field: 'id' });
  const now = new Date();
  const set = { ...values, closedAt: now, closedByUserId: callerId, updatedAt: now };
  await updateRows(transaction, crmEvent, { before, set, where: own });
  return before;
}
