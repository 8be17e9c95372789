import { gatewayError } from '../../base/errors.ts';
import { manyBy, oneBy } from '../../database/batch.ts';
import type { OwnAccessCheck } from '../../graph/access/check.ts';
import type { Context } from '../../graph/context.ts';
import { userSummaries } from '../user/user.loader.ts';
import type { UserSummary } from '../user/user-summary.type.ts';
import { account } from './account.table.ts';
import { type Account, toAccount } from './account.type.ts';
import { type AccountHolderRow, accountHolder } from './account-holder.table.ts';

const accountById = oneBy(account, 'bankId', 'id');

export const holdingsByUser = manyBy(accountHolder, ['userId'], { orderBy: ['bankId', 'accountId'] });

const holdersByAccount = manyBy(accountHolder, ['bankId', 'accountId'], { orderBy: ['userId'] });

/** The key of an account. `customerId` is the customer through whom the account was selected. */
interface AccountPlace {
  bankId: string;
  accountId: string;
  customerId?: string | null;
}

/** The holders of each account. */
export async function holdersOf(context: Context, accounts: readonly AccountPlace[]): Promise<UserSummary[][]> {
  const keys = accounts.map(({ bankId, accountId }): [string, string] => [bankId, accountId]);
  const holdings = await context.loader(holdersByAccount).loadAll(keys);
  const summaries = await userSummaries(
    context,
    holdings.flat().map(({ userId }) => userId),
  );
  const byId = new Map(summaries.flatMap((summary) => (summary === null ? [] : [[summary.userId, summary] as const])));
  return holdings.map((ofAccount) => ofAccount.flatMap(({ userId }) => byId.get(userId) ?? []));
}

/** Loads the account of each key. Null if the account does not exist. */
export async function loadAccounts(context: Context, places: readonly AccountPlace[]): Promise<(Account | null)[]> {
  const rows = await context
    .loader(accountById)
    .loadAll(places.map(({ bankId, accountId }): [string, string] => [bankId, accountId]));
  return rows.map((row, index) =>
    row === null ? null : toAccount(row, { customerId: places[index]?.customerId ?? null }),
  );
}

/** Loads an account. Null if it does not exist. */
export async function loadAccount(context: Context, place: AccountPlace): Promise<Account | null> {
  const [account = null] = await loadAccounts(context, [place]);
  return account;
}

export async function accountAt(context: Context, bankId: string, accountId: string): Promise<Account> {
  const account = await loadAccount(context, { bankId, accountId });
  if (account === null) throw gatewayError('OBP-30018');
  return account;
}

/** Loads accounts of a bank. OBP-30018 in place of each that the bank does not have. */
export async function accountsAt(
  context: Context,
  bankId: string,
  accountIds: readonly string[],
): Promise<(Account | Error)[]> {
  const accounts = await loadAccounts(
    context,
    accountIds.map((accountId) => ({ bankId, accountId })),
  );
  // One error for all missing accounts, which the response repeats only with its path.
  const notFound = gatewayError('OBP-30018');
  return accounts.map((account) => account ?? notFound);
}

function holdingKey({ bankId, accountId }: Pick<AccountHolderRow, 'bankId' | 'accountId'>): string {
  return JSON.stringify([bankId, accountId]);
}

/** The accounts that belong to the caller, read once for the operation. */
async function heldByCaller(context: Context): Promise<ReadonlySet<string>> {
  const { ownUserIds } = context;
  const holdings = (await Promise.all([...ownUserIds].map((id) => context.loader(holdingsByUser).load(id)))).flat();
  return new Set(holdings.map(holdingKey));
}

/** Whether the account belongs to the caller. */
export const isHolder: OwnAccessCheck = async (context, { bankId, accountId }) => {
  if (bankId == null || accountId == null) return false;
  return (await context.once(heldByCaller)).has(holdingKey({ bankId, accountId }));
};
