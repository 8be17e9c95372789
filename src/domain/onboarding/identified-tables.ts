import { and, eq, or, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { gatewayError } from '../../base/errors.ts';
import type { Queries } from '../../database/database.ts';
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

function existsIn(table: IdentifiedTable, id: string): SQL {
  return sql`exists (select 1 from ${table} where ${eq(table.id, id)})`;
}

/** Must be called after the bank is stored. @throws OBP-34000 if another object has the ID of the bank. */
export async function refuseIdOfOther(transaction: Queries, bankId: string): Promise<void> {
  const others = identifiedTables.filter((table) => table !== bank);
  const [taken] = await transaction
    .select({ id: bank.id })
    .from(bank)
    .where(and(eq(bank.id, bankId), or(...others.map((table) => existsIn(table, bankId)))));
  if (taken !== undefined) throw gatewayError('OBP-34000', { field: 'input.bankId' });
}
