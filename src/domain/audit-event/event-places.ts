import type { AuditEvent } from '../../audit/audit-event.ts';
import { inKeys, keyValues, oncePerDatabase } from '../../database/batch.ts';
import type { Database } from '../../database/database.ts';
import { customerAccountLink } from '../account/customer-account-link.table.ts';
import { bank } from '../bank/bank.table.ts';
import { customer } from '../customer/customer.table.ts';

/** An event whose bank and customers might be any text of a client. */
export interface Unwritten {
  event: AuditEvent;
  claimedCustomerIds: Iterable<string>;
  isBankClaimed: boolean;
}

/** The customers and accounts that an operation reached at one bank. */
interface SeenAtBank {
  customerIds: Set<string>;
  accountIds: ReadonlySet<string>;
}

const bankOfCustomers = oncePerDatabase((database) =>
  database.prepare(
    database.read
      .select({ id: customer.id, bankId: customer.bankId })
      .from(customer)
      .where(inKeys([customer.id])),
  ),
);

const banksById = oncePerDatabase((database) =>
  database.prepare(
    database.read
      .select({ id: bank.id })
      .from(bank)
      .where(inKeys([bank.id])),
  ),
);

/** Whether the text can be an ID. PostgreSQL fails on U+0000. */
function isPossibleId(text: string): boolean {
  return text.length <= 255 && !text.includes('\u0000') && text.isWellFormed();
}

/** The bank of each claimed customer, by the ID of the customer. Texts that are not IDs of customers are omitted. */
async function banksOfCustomers(database: Database, unwritten: readonly Unwritten[]): Promise<Map<string, string>> {
  const claimed = [...new Set(unwritten.flatMap(({ claimedCustomerIds }) => [...claimedCustomerIds]))].filter(
    isPossibleId,
  );
  const found = claimed.length === 0 ? [] : await bankOfCustomers(database)(keyValues(claimed));
  return new Map(found.map(({ id, bankId }) => [id, bankId]));
}

async function knownBanks(database: Database, unwritten: readonly Unwritten[]): Promise<Set<string>> {
  const claimed = unwritten
    .flatMap(({ event, isBankClaimed }) => (isBankClaimed ? (event.bankId ?? []) : []))
    .filter(isPossibleId);
  const found = claimed.length === 0 ? [] : await banksById(database)(keyValues([...new Set(claimed)]));
  return new Set(found.map(({ id }) => id));
}

/**
 * The events with the customers that the client named without success, each at the bank of its customers. So an auditor of that
 * bank can read the attempts, but no ID of another bank and no text that is not an ID.
 */
export async function placed(database: Database, unwritten: readonly Unwritten[]): Promise<AuditEvent[]> {
  const bankIds = await banksOfCustomers(database, unwritten);
  const banks = await knownBanks(database, unwritten);
  return unwritten.flatMap(({ event, claimedCustomerIds, isBankClaimed }) => {
    const bankId = isBankClaimed && event.bankId !== null && !banks.has(event.bankId) ? null : event.bankId;
    const known = [...claimedCustomerIds].filter(
      (id) => bankIds.has(id) && (event.bankId ?? bankIds.get(id)) === bankIds.get(id),
    );
    if (known.length === 0) return { ...event, bankId };
    return [...Map.groupBy(known, (id) => bankIds.get(id) ?? null)].map(([bankId, ids]) => ({
      ...event,
      bankId,
      customerIds: [...new Set([...event.customerIds, ...ids])],
    }));
  });
}

const customersOfAccounts = oncePerDatabase((database) =>
  database.prepare(
    database.read
      .select({
        bankId: customerAccountLink.bankId,
        accountId: customerAccountLink.accountId,
        customerId: customerAccountLink.customerId,
      })
      .from(customerAccountLink)
      .where(inKeys([customerAccountLink.bankId, customerAccountLink.accountId])),
  ),
);

/** Adds the customers of the accounts, because an account is data about its customers. */
export async function addCustomersOfAccounts(
  database: Database,
  banks: readonly (readonly [string | null, SeenAtBank])[],
): Promise<void> {
  const keys = banks.flatMap(([bankId, { accountIds }]) =>
    bankId === null ? [] : [...accountIds].map((accountId) => [bankId, accountId] as const),
  );
  if (keys.length === 0) return;
  const byBank = new Map(banks);
  for (const { bankId, customerId } of await customersOfAccounts(database)(keyValues(keys))) {
    byBank.get(bankId)?.customerIds.add(customerId);
  }
}
