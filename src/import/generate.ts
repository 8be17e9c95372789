import { inArray } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Database, Queries } from '../database/database.ts';
import { insertRows } from '../database/insert-rows.ts';
import { account } from '../domain/account/account.table.ts';
import { accountAttribute } from '../domain/account/account-attribute.table.ts';
import { accountHolder } from '../domain/account/account-holder.table.ts';
import { accountRouting } from '../domain/account/account-routing.table.ts';
import { customerAccountLink } from '../domain/account/customer-account-link.table.ts';
import { customerAddress } from '../domain/address/address.table.ts';
import { attributeDefinition } from '../domain/attribute/attribute-definition.table.ts';
import { bank } from '../domain/bank/bank.table.ts';
import { crmEvent } from '../domain/crm-event/crm-event.table.ts';
import { customer } from '../domain/customer/customer.table.ts';
import { customerAttribute } from '../domain/customer/customer-attribute.table.ts';
import { customerLink } from '../domain/customer-link/customer-link.table.ts';
import { kycCheck } from '../domain/kyc/kyc-check.table.ts';
import { followClosings } from '../domain/kyc/kyc-closing.writes.ts';
import { kycDocument } from '../domain/kyc/kyc-document.table.ts';
import { kycGap } from '../domain/kyc/kyc-gap.table.ts';
import { kycMedia } from '../domain/kyc/kyc-media.table.ts';
import { kycStatus } from '../domain/kyc/kyc-status.table.ts';
import { meeting } from '../domain/meeting/meeting.table.ts';
import { meetingInvitee } from '../domain/meeting/meeting-invitee.table.ts';
import { customerMessage } from '../domain/message/message.table.ts';
import { socialMediaHandle } from '../domain/social-media-handle/social-media-handle.table.ts';
import { taxResidence } from '../domain/tax-residence/tax-residence.table.ts';
import { user } from '../domain/user/user.table.ts';
import { userCustomerLink } from '../domain/user-customer-link/user-customer-link.table.ts';
import { generateBank, generatedBankIds } from './generated/bank.ts';
import { generateCustomer } from './generated/customer.ts';
import type { GeneratedCustomer } from './generated/rows.ts';

/** The tables in the order in which they are written, each after those to which it refers. */
const tables: Record<keyof GeneratedCustomer, SQLiteTable> = {
  users: user,
  customers: customer,
  addresses: customerAddress,
  attributes: customerAttribute,
  accounts: account,
  accountRoutings: accountRouting,
  accountHolders: accountHolder,
  accountAttributes: accountAttribute,
  customerAccountLinks: customerAccountLink,
  customerLinks: customerLink,
  userCustomerLinks: userCustomerLink,
  taxResidences: taxResidence,
  socialMediaHandles: socialMediaHandle,
  kycStatuses: kycStatus,
  kycChecks: kycCheck,
  kycDocuments: kycDocument,
  kycMedia: kycMedia,
  meetings: meeting,
  meetingInvitees: meetingInvitee,
  messages: customerMessage,
  crmEvents: crmEvent,
};

const tableNames = Object.keys(tables) as (keyof GeneratedCustomer)[];

const customersPerTransaction = 2000;

export interface GenerateOptions {
  /** The number of customers, distributed evenly among the banks. */
  count: number;
  /** The same seed, count and banks generate the same rows. */
  seed?: number;
  bankIds?: string[];
  onProgress?: (customers: number) => void;
}

/** Banks that already have customers or accounts, with whose numbers generated ones might collide. */
export class BankInUse extends Error {
  constructor(bankIds: string[]) {
    super(
      `${bankIds.length === 1 ? 'The bank' : 'The banks'} ${bankIds.join(', ')} already ` +
        `${bankIds.length === 1 ? 'has' : 'have'} customers or accounts. Use a database in which they have none.`,
    );
    this.name = 'BankInUse';
  }
}

/**
 * Writes banks and `count` customers with all related rows, in transactions of a limited size. If one fails, the earlier
 * transactions remain.
 * @throws BankInUse if a bank has customers or accounts. Nothing is written.
 */
export async function generateCustomers(
  database: Database,
  { count, seed = 1, bankIds = generatedBankIds, onProgress }: GenerateOptions,
): Promise<{ customers: number; rows: number }> {
  const banks = bankIds.map((bankId, position) => generateBank(seed, bankId, position));
  let rows = banks.reduce(
    (sum, { attributeDefinitions, staff }) => sum + 1 + attributeDefinitions.length + staff.length,
    0,
  );

  await database.transaction(async (transaction) => {
    await refuseBanksInUse(transaction, bankIds);
    for (const generated of banks) {
      await insertRows(transaction, bank, [generated.bank], { onConflict: 'ignore' });
      await insertRows(transaction, attributeDefinition, generated.attributeDefinitions, { onConflict: 'ignore' });
      await insertRows(transaction, user, generated.staff, { onConflict: 'ignore' });
    }
  });

  const written = new Map<SQLiteTable, number>();
  for (let done = 0; done < count; ) {
    const until = Math.min(done + customersPerTransaction, count);
    const customers: GeneratedCustomer[] = [];
    for (let index = done; index < until; index += 1) {
      const generated = banks[index % banks.length];
      if (generated !== undefined) customers.push(generateCustomer(generated, Math.floor(index / banks.length)));
    }
    rows += await database.transaction((transaction) => writeCustomers(transaction, customers));
    written.set(kycGap, done + customers.length);
    for (const name of tableNames) {
      const count = customers.reduce((sum, generated) => sum + generated[name].length, 0);
      written.set(tables[name], (written.get(tables[name]) ?? 0) + count);
    }
    done = until;
    onProgress?.(done);
  }
  await database.updateStatistics(written);
  return { customers: count, rows };
}

async function refuseBanksInUse(queries: Queries, bankIds: string[]): Promise<void> {
  const withCustomers = await queries
    .selectDistinct({ bankId: customer.bankId })
    .from(customer)
    .where(inArray(customer.bankId, bankIds));
  const withAccounts = await queries
    .selectDistinct({ bankId: account.bankId })
    .from(account)
    .where(inArray(account.bankId, bankIds));
  const inUse = new Set([...withCustomers, ...withAccounts].map(({ bankId }) => bankId));
  if (inUse.size > 0) throw new BankInUse([...inUse].sort());
}

/** The invitees with the bank and the customer of their meeting, which the audit trail records. */
function inviteesWithPlace(customers: GeneratedCustomer[]) {
  return customers.flatMap(({ customers: [customer], meetingInvitees }) =>
    meetingInvitees.map((invitee) => ({ ...invitee, bankId: customer?.bankId, customerId: customer?.id })),
  );
}

async function writeCustomers(transaction: Queries, customers: GeneratedCustomer[]): Promise<number> {
  let written = 0;
  for (const name of tableNames) {
    const rows = customers.flatMap((generated): SQLiteTable['$inferInsert'][] => generated[name]);
    const recorded = name === 'meetingInvitees' ? inviteesWithPlace(customers) : rows;
    await insertRows(transaction, tables[name], rows, { recorded, isInitial: () => true });
    written += rows.length;
  }
  const ids = customers.flatMap(({ customers: rows }) => rows.map(({ id }) => id));
  await followClosings(transaction, ids);
  return written;
}
