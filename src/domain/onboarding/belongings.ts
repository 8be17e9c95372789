import { and, eq, isNull, ne, or, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { comparedForm } from '../../base/identifiers.ts';
import { customerHistory } from '../../changes/customer-history.table.ts';
import { withoutIndex } from '../../database/search.ts';
import { customerAccountLink } from '../account/customer-account-link.table.ts';
import { customerAddress } from '../address/address.table.ts';
import { crmEvent } from '../crm-event/crm-event.table.ts';
import { customer } from '../customer/customer.table.ts';
import { customerAttribute } from '../customer/customer-attribute.table.ts';
import { legalHold } from '../customer/legal-hold.table.ts';
import type { ChildTable, LockedCustomer } from '../customer/locked-customer.ts';
import { toExportedEntry } from '../customer-history/customer-history.rules.ts';
import { customerLink } from '../customer-link/customer-link.table.ts';
import { kycCheck } from '../kyc/kyc-check.table.ts';
import { toKycCheck } from '../kyc/kyc-check.type.ts';
import { kycDocument } from '../kyc/kyc-document.table.ts';
import { toKycDocument } from '../kyc/kyc-document.type.ts';
import { kycGap } from '../kyc/kyc-gap.table.ts';
import { kycMedia } from '../kyc/kyc-media.table.ts';
import { toKycMedia } from '../kyc/kyc-media.type.ts';
import { kycStatus } from '../kyc/kyc-status.table.ts';
import { toKycStatus } from '../kyc/kyc-status.type.ts';
import { kycStatusProposal } from '../kyc/kyc-status-proposal.table.ts';
import { meeting } from '../meeting/meeting.table.ts';
import { meetingInvitee } from '../meeting/meeting-invitee.table.ts';
import { customerMessage } from '../message/message.table.ts';
import { socialMediaHandle } from '../social-media-handle/social-media-handle.table.ts';
import { taxResidence } from '../tax-residence/tax-residence.table.ts';
import { userCustomerLink } from '../user-customer-link/user-customer-link.table.ts';
import { withAccounts } from './exported-account-links.ts';
import { isInvitedBy, withInvitees } from './exported-meetings.ts';
import type { ExportReader } from './exported-rows.ts';

/** The rows of one table that belong to a customer: `exportCustomerData` contains them, `deleteCustomerCascade` deletes them. */
export interface Belonging<Table extends SQLiteTable = SQLiteTable> {
  table: Table;
  /** Selects the rows of the customer. */
  where(customer: LockedCustomer): SQL | undefined;
  /** The time or the number by which the export sorts the rows, oldest first. Null if the rows are exported as a part of others. */
  exportedBy: SQLiteColumn | null;
  /** The objects to export, if they are more than their rows. */
  toExport?(
    rows: readonly Table['$inferSelect'][],
    reader: ExportReader,
    customer: LockedCustomer,
  ): object[] | Promise<object[]>;
  /** The description of the number of deleted rows. */
  description: string;
  /** Whether the rows also belong to another customer, whose history keeps the deleted values. */
  isShared?: boolean;
  /** The time of a change after which the customer must be retained for the period of the bank. */
  retainedSince?: SQLiteColumn;
}

type BelongingOptions<Table extends SQLiteTable> = Omit<Belonging<Table>, 'table' | 'where'> &
  Partial<Pick<Belonging<Table>, 'where'>>;

function belonging<Table extends SQLiteTable & Pick<ChildTable, 'customerId'>>(
  table: Table,
  options: BelongingOptions<Table>,
): Belonging {
  const where = ({ id }: LockedCustomer) => eq(table.customerId, id);
  return { table, where, ...options } as unknown as Belonging;
}

/** CRM events that came before the customer contain only the customer's number, which is compared as by `findCustomerByNumber`. */
function isCrmEventOf({ id, bankId, customerNumber }: LockedCustomer): SQL | undefined {
  const canonicalNumber = comparedForm(customerNumber);
  const isNamed = (number: SQL, condition?: SQL) =>
    and(isNull(crmEvent.customerId), eq(crmEvent.bankId, bankId), number, condition);
  const isUnambiguous = sql`not exists (select 1 from ${customer} where ${and(
    sql`${withoutIndex(customer.bankId)} = ${bankId}`,
    ne(customer.id, id),
    or(eq(customer.customerNumber, canonicalNumber), eq(customer.canonicalNumber, canonicalNumber)),
  )})`;
  return or(
    eq(crmEvent.customerId, id),
    isNamed(eq(crmEvent.customerNumber, customerNumber)),
    isNamed(eq(crmEvent.customerNumber, canonicalNumber), isUnambiguous),
    isNamed(eq(crmEvent.canonicalNumber, canonicalNumber), isUnambiguous),
  );
}

/**
 * Everything that belongs to a customer, in the order of the export. The names are those of the export and of
 * `DeletedWithCustomer`. An entry must stand after the entries that its rows reference, because rows are deleted in reverse
 * order.
 */
export const belongings = {
  addresses: belonging(customerAddress, {
    exportedBy: customerAddress.insertDate,
    description: 'The number of addresses.',
  }),
  attributes: belonging(customerAttribute, {
    exportedBy: customerAttribute.createdAt,
    description: 'The number of attributes.',
  }),
  accountLinks: belonging(customerAccountLink, {
    exportedBy: customerAccountLink.createdAt,
    toExport: withAccounts,
    description: 'The number of links to accounts. The accounts are kept.',
  }),
  taxResidences: belonging(taxResidence, {
    exportedBy: taxResidence.createdAt,
    description: 'The number of tax residences.',
  }),
  socialMediaHandles: belonging(socialMediaHandle, {
    exportedBy: socialMediaHandle.createdAt,
    description: 'The number of social media handles.',
  }),
  kycChecks: belonging(kycCheck, {
    exportedBy: kycCheck.date,
    toExport: (rows) => rows.map(toKycCheck),
    description: 'The number of KYC checks.',
    retainedSince: kycCheck.updatedAt,
  }),
  kycDocuments: belonging(kycDocument, {
    exportedBy: kycDocument.createdAt,
    toExport: (rows) => rows.map(toKycDocument),
    description: 'The number of KYC documents.',
    retainedSince: kycDocument.updatedAt,
  }),
  kycMedia: belonging(kycMedia, {
    exportedBy: kycMedia.date,
    toExport: (rows) => rows.map(toKycMedia),
    description: 'The number of KYC media items.',
    retainedSince: kycMedia.updatedAt,
  }),
  kycGaps: {
    table: kycGap,
    where: ({ id }: LockedCustomer) => eq(kycGap.customerId, id),
    // Derived from the evidence, which the export contains.
    exportedBy: null,
    description: 'The number of records of the gaps in the KYC evidence.',
  } as Belonging,
  kycStatusProposals: belonging(kycStatusProposal, {
    exportedBy: kycStatusProposal.createdAt,
    description: 'The number of KYC status proposals, decided or not.',
    retainedSince: kycStatusProposal.updatedAt,
  }),
  kycStatuses: belonging(kycStatus, {
    exportedBy: kycStatus.date,
    toExport: (rows) => rows.map(toKycStatus),
    description: 'The number of KYC statuses.',
    retainedSince: kycStatus.updatedAt,
  }),
  messages: belonging(customerMessage, { exportedBy: customerMessage.date, description: 'The number of messages.' }),
  meetings: belonging(meeting, {
    exportedBy: meeting.when,
    toExport: withInvitees,
    description: 'The number of meetings.',
  }),
  meetingInvitees: {
    table: meetingInvitee,
    where: isInvitedBy,
    exportedBy: null,
    description: 'The number of invitees of the meetings.',
  } as Belonging,
  crmEvents: belonging(crmEvent, {
    where: isCrmEventOf,
    exportedBy: crmEvent.createdAt,
    description: 'The number of CRM events.',
  }),
  customerLinks: belonging(customerLink, {
    exportedBy: customerLink.createdAt,
    description: 'The number of links to other customers. The other customers are kept.',
    isShared: true,
  }),
  inverseCustomerLinks: belonging(customerLink, {
    where: ({ id }) => eq(customerLink.linkedCustomerId, id),
    exportedBy: customerLink.createdAt,
    toExport: (rows) => rows.map((row) => ({ ...row, linkedByCustomerId: row.customerId })),
    description: 'The number of links of other customers to the customer. The other customers are kept.',
    isShared: true,
  }),
  legalHolds: belonging(legalHold, {
    exportedBy: legalHold.setAt,
    description: 'The number of legal holds, all of them lifted.',
  }),
  userLinks: belonging(userCustomerLink, {
    exportedBy: userCustomerLink.dateInserted,
    description: 'The number of links to users. The users are kept.',
  }),
  history: belonging(customerHistory, {
    exportedBy: customerHistory.number,
    toExport: (rows) => rows.map(toExportedEntry),
    description: 'The number of entries of the history.',
  }),
} satisfies Record<string, Belonging>;

export type BelongingName = keyof typeof belongings;

export const belongingEntries = Object.entries(belongings) as [BelongingName, Belonging][];
