import type { AuditEvent } from './audit-event.ts';

/** Finds the banks and customers that events belong to. The domain implements it, because the audit trail does not import it. */
export interface EventPlaces {
  /** The bank of each customer, by the ID of the customer. IDs of unknown customers are omitted. */
  banksOfCustomers(customerIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Those of the IDs that are IDs of banks. */
  existingBanks(bankIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** The customers that are linked to the accounts. */
  customersOfAccounts(accounts: readonly AccountKey[]): Promise<readonly { bankId: string; customerId: string }[]>;
}

export type AccountKey = readonly [bankId: string, accountId: string];

/** An event whose bank and customers might be any text of a client. */
export interface UnplacedEvent {
  event: AuditEvent;
  claimedCustomerIds: Iterable<string>;
  isBankClaimed: boolean;
}

/** The customers and accounts that an operation reached at one bank. */
interface SeenAtBank {
  customerIds: Set<string>;
  accountIds: ReadonlySet<string>;
}

/** Whether the text can be an ID. PostgreSQL fails on U+0000. */
function isPossibleId(text: string): boolean {
  return text.length <= 255 && !text.includes('\u0000') && text.isWellFormed();
}

function possibleIds(texts: readonly string[]): string[] {
  return [...new Set(texts)].filter(isPossibleId);
}

/**
 * Returns the events with the customers that the client named without success, each at the bank of its customers. So an auditor
 * of that bank can read the attempts, but no ID of another bank and no text that is not an ID.
 */
export async function placeEvents(places: EventPlaces, unplaced: readonly UnplacedEvent[]): Promise<AuditEvent[]> {
  const claimedCustomerIds = possibleIds(unplaced.flatMap(({ claimedCustomerIds }) => [...claimedCustomerIds]));
  const bankIds: ReadonlyMap<string, string> =
    claimedCustomerIds.length === 0 ? new Map() : await places.banksOfCustomers(claimedCustomerIds);
  const claimedBankIds = possibleIds(
    unplaced.flatMap(({ event, isBankClaimed }) => (isBankClaimed ? (event.bankId ?? []) : [])),
  );
  const banks: ReadonlySet<string> =
    claimedBankIds.length === 0 ? new Set() : await places.existingBanks(claimedBankIds);
  return unplaced.flatMap(({ event, claimedCustomerIds, isBankClaimed }) => {
    const bankId = isBankClaimed && event.bankId !== null && !banks.has(event.bankId) ? null : event.bankId;
    const knownIds = [...claimedCustomerIds].filter(
      (id) => bankIds.has(id) && (event.bankId ?? bankIds.get(id)) === bankIds.get(id),
    );
    if (knownIds.length === 0) return { ...event, bankId };
    return [...Map.groupBy(knownIds, (id) => bankIds.get(id) ?? null)].map(([bankId, ids]) => ({
      ...event,
      bankId,
      customerIds: [...new Set([...event.customerIds, ...ids])],
    }));
  });
}

/** Adds the customers of the accounts, because an account is data about its customers. */
export async function addCustomersOfAccounts(
  places: EventPlaces,
  banks: readonly (readonly [string | null, SeenAtBank])[],
): Promise<void> {
  const accounts = banks.flatMap(([bankId, { accountIds }]) =>
    bankId === null ? [] : [...accountIds].map((accountId) => [bankId, accountId] as const),
  );
  if (accounts.length === 0) return;
  const byBank = new Map(banks);
  for (const { bankId, customerId } of await places.customersOfAccounts(accounts)) {
    byBank.get(bankId)?.customerIds.add(customerId);
  }
}
