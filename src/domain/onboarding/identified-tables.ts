import { and, eq, getTableName, or, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { inKeys, keyValues } from '../../database/batch.ts';
import type { Queries } from '../../database/database.ts';
import { lockText } from '../../database/lock.ts';
import { statementByShape } from '../../database/statement.ts';
import { accountAttribute } from '../account/account-attribute.table.ts';
import { customerAccountLink } from '../account/customer-account-link.table.ts';
import { customerAddress } from '../address/address.table.ts';
import { attributeDefinition } from '../attribute/attribute-definition.table.ts';
import { bank } from '../bank/bank.table.ts';
import { crmEvent } from '../crm-event/crm-event.table.ts';
import { customer } from '../customer/customer.table.ts';
import { customerAttribute } from '../customer/customer-attribute.table.ts';
import { legalHold } from '../customer/legal-hold.table.ts';
import { customerLink } from '../customer-link/customer-link.table.ts';
import { kycStatus } from '../kyc/kyc-status.table.ts';
import { kycStatusProposal } from '../kyc/kyc-status-proposal.table.ts';
import { meeting } from '../meeting/meeting.table.ts';
import { customerMessage } from '../message/message.table.ts';
import { socialMediaHandle } from '../social-media-handle/social-media-handle.table.ts';
import { taxResidence } from '../tax-residence/tax-residence.table.ts';
import { entitlement } from '../user/entitlement.table.ts';
import { entitlementRequest } from '../user/entitlement-request.table.ts';
import { user } from '../user/user.table.ts';
import { userAttribute } from '../user/user-attribute.table.ts';
import { userCustomerLink } from '../user-customer-link/user-customer-link.table.ts';

export type IdentifiedTable = SQLiteTable & { id: SQLiteColumn };

/** The tables whose ID becomes the `id` of an object. No two rows have the same ID, not even rows of two tables. */
export const identifiedTables: readonly IdentifiedTable[] = [
  bank,
  user,
  customer,
  accountAttribute,
  attributeDefinition,
  crmEvent,
  customerAccountLink,
  customerAddress,
  customerAttribute,
  customerLink,
  customerMessage,
  entitlement,
  entitlementRequest,
  kycStatus,
  kycStatusProposal,
  legalHold,
  meeting,
  socialMediaHandle,
  taxResidence,
  userAttribute,
  userCustomerLink,
];

/** The tables whose IDs might have been used again for what belongs to their rows. */
const owners: readonly SQLiteTable[] = [bank, user, customer];

/** The form of generated IDs, which two objects have only if one was made from the other, such as from that of its customer. */
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether rows of both tables might have the ID, so that it must be looked up. */
export function mightShareId(one: SQLiteTable, other: SQLiteTable, id: string): boolean {
  return one !== other && (owners.includes(one) || owners.includes(other) || !uuid.test(id));
}

interface ComparedTables {
  table: IdentifiedTable;
  others: readonly IdentifiedTable[];
}

const idsAlsoIn = statementByShape<ComparedTables, { id: string }[]>(
  ({ table, others }) => [table, ...others].map(getTableName).join(' '),
  (queries, { table, others }) => {
    const isTaken = others.map((other) => sql`exists (select 1 from ${other} where ${eq(other.id, table.id)})`);
    return queries
      .select({ id: sql<string>`${table.id}` })
      .from(table)
      .where(and(inKeys([table.id]), or(...isTaken)));
  },
);

/**
 * Returns those IDs of new rows that rows of other tables have, too. Must be called at the end of a transaction in which the IDs of
 * the rows were chosen. Such transactions wait for each other here, because none of them sees the rows of the others before.
 */
export async function idsOfOthers(transaction: Queries, table: SQLiteTable, ids: readonly string[]): Promise<string[]> {
  const own = identifiedTables.find((identified) => identified === table);
  if (own === undefined || ids.length === 0) return [];
  await lockText(transaction, 'IDs of objects');
  const shared: string[] = [];
  for (const alike of Map.groupBy(ids, (id) => uuid.test(id)).values()) {
    const others = identifiedTables.filter((other) => mightShareId(own, other, alike[0] ?? ''));
    const rows = await idsAlsoIn(transaction, { table: own, others }, keyValues(alike));
    shared.push(...rows.map(({ id }) => id));
  }
  return shared;
}
