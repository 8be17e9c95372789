import { randomInt, randomUUID } from 'node:crypto';
import { and, desc, eq, gt, inArray, or } from 'drizzle-orm';
import { gatewayError } from '../../base/errors.ts';
import {
  comparedForm,
  derivedCanonicalForm,
  parseRoutingAddress,
  routingAddressForms,
} from '../../base/identifiers.ts';
import { valueRule } from '../../base/value-rules.ts';
import { parseAmount, parseCurrency, parseDecimal, parseId } from '../../base/values.ts';
import type { Config } from '../../config.ts';
import type { Queries } from '../../database/database.ts';
import { isForeignKeyViolation, isUniqueViolation } from '../../database/errors.ts';
import { insertRows } from '../../database/insert-rows.ts';
import { lockedForWriting } from '../../database/lock.ts';
import { insertRow } from '../../database/write-row.ts';
import { defaultMaxItems } from '../../execution/max-items.ts';
import { identifier, text, valid } from '../../graph/input.ts';
import { collectProblems, reportProblem } from '../../graph/input-collection.ts';
import { user } from '../user/user.table.ts';
import { refuseUserOverflow } from '../user/user-overflow.ts';
import { type AccountRow, account } from './account.table.ts';
import type { AccountRoutingInput, CreateAccountInput, InitialBalanceInput } from './account.type.ts';
import { accountHolder } from './account-holder.table.ts';
import { type AccountRoutingRow, accountRouting } from './account-routing.table.ts';

const millisecondsOfDay = 86_400_000;

export interface NewAccount {
  account: Omit<AccountRow, 'bankId' | 'createdAt' | 'updatedAt' | 'version'>;
  routings: Pick<AccountRoutingRow, 'scheme' | 'address'>[];
  /** The user to whom the account will belong. */
  holderId: string;
}

/**
 * The balance of a new account, which must be zero.
 * @throws OBP-30105 if the currency is unknown; OBP-30112 if the amount is not a number; OBP-30109 if it is not zero; OBP-30106 if it
 * is missing or has more decimal places than the currency.
 */
function zeroBalance(balance: InitialBalanceInput): Pick<AccountRow, 'balanceCurrency' | 'balanceAmount'> {
  const currency = valid('input.balance.currency', () => parseCurrency(balance.currency), '', 'OBP-30105');
  const field = 'input.balance.amount';
  const written = balance.amount?.trim() ?? '';
  if (written === '') reportProblem(gatewayError('OBP-30106', { field, rule: valueRule('PROVIDED') }), undefined);
  const number = valid(field, () => parseDecimal(written), '', 'OBP-30112');
  if (/[1-9]/.test(number)) reportProblem(gatewayError('OBP-30109', { field }), undefined);
  return {
    balanceCurrency: currency,
    // The placeholder of an invalid currency is empty.
    balanceAmount: currency === '' ? number : valid(field, () => parseAmount(number, currency), '', 'OBP-30106'),
  };
}

function routingValues(inputs: readonly AccountRoutingInput[]): NewAccount['routings'] {
  const schemes = new Set<string>();
  return inputs.map((input, index) => {
    const field = `input.accountRoutings[${index}]`;
    const scheme = identifier(`${field}.scheme`, input.scheme, 50);
    if (schemes.has(scheme)) {
      const rule = valueRule('UNIQUE_ROUTING_SCHEME');
      reportProblem(gatewayError('OBP-30114', { field: `${field}.scheme`, rule }), undefined);
    }
    schemes.add(scheme);
    return { scheme, address: valid(`${field}.address`, () => parseRoutingAddress(scheme, input.address), '') };
  });
}

/** A random number of 18 digits, so that collisions are unlikely. The database does not require unique numbers. */
function newAccountNumber(): string {
  const digits = () => String(randomInt(10 ** 9)).padStart(9, '0');
  return digits() + digits();
}

/** The ID of the user to whom the account will belong. Defaults to the caller, also for an empty text. */
export function holderOf({ userId }: CreateAccountInput, callerId: string): string {
  return userId == null || userId === '' ? callerId : userId;
}

/**
 * Whether users can open the account for themselves: only if the gateway generates its ID, and if it has no routings. Otherwise,
 * a caller could claim the routings of another person, or find out which exist.
 */
export function isSelfServiceInput(
  { accountId, accountRoutings }: CreateAccountInput,
  { newAccountsPerDay, selfServiceRoutings }: Pick<Config, 'newAccountsPerDay' | 'selfServiceRoutings'>,
): boolean {
  const isChosen = accountId != null || (accountRoutings != null && accountRoutings.length > 0);
  return newAccountsPerDay > 0 && (selfServiceRoutings || !isChosen);
}

/**
 * Locks the user, so that concurrent calls are counted one after the other.
 * @throws RATE_LIMITED if the user became the holder of `maxPerDay` accounts within 24 hours.
 */
export async function checkNewAccounts(transaction: Queries, userId: string, maxPerDay: number): Promise<void> {
  await lockedForWriting(transaction.select({ id: user.id }).from(user).where(eq(user.id, userId)));
  const now = Date.now();
  const newest = await transaction
    .select({ createdAt: accountHolder.createdAt })
    .from(accountHolder)
    .where(and(eq(accountHolder.userId, userId), gt(accountHolder.createdAt, new Date(now - millisecondsOfDay))))
    .orderBy(desc(accountHolder.createdAt))
    .limit(maxPerDay);
  const earliest = newest[maxPerDay - 1];
  if (earliest === undefined) return;
  const wait = earliest.createdAt.getTime() + millisecondsOfDay - now;
  throw gatewayError('RATE_LIMITED', { limit: maxPerDay, retryAfterSeconds: Math.max(1, Math.ceil(wait / 1000)) });
}

/** Validates the input of a new account. @throws OBP-30110, 30107, 30105, 30106, 30109, 30112, 30114 or 10001. */
export function newAccount(input: CreateAccountInput, holderId: string): NewAccount {
  return collectProblems(() => {
    const { accountId } = input;
    return {
      account: {
        id: accountId == null ? randomUUID() : valid('input.accountId', () => parseId(accountId), '', 'OBP-30110'),
        label: text('input.label', input.label, 255),
        number: newAccountNumber(),
        productCode: text('input.productCode', input.productCode, 100),
        ...zeroBalance(input.balance),
        branchId: valid('input.branchId', () => parseId(input.branchId)),
      },
      routings: routingValues(input.accountRoutings ?? []),
      holderId: valid('input.userId', () => parseId(holderId), '', 'OBP-30107'),
    };
  });
}

/** Whether one of the routings is stored in another form, which the unique constraint does not find. */
async function isLookAlikeStored(
  transaction: Queries,
  bankId: string,
  routings: NewAccount['routings'],
): Promise<boolean> {
  const canonical = routings.map(({ scheme, address }) => comparedForm(scheme, address));
  const stored = await transaction
    .select({ accountId: accountRouting.accountId })
    .from(accountRouting)
    .where(
      and(
        eq(accountRouting.bankId, bankId),
        or(
          inArray(accountRouting.canonicalRouting, canonical),
          ...routings.map(({ scheme, address }) =>
            and(
              eq(accountRouting.scheme, scheme),
              inArray(accountRouting.address, routingAddressForms(scheme, address)),
            ),
          ),
        ),
      ),
    )
    .limit(1);
  return stored.length > 0;
}

/**
 * Stores an account with its routings and its holder. The database finds conflicts, also between concurrent transactions.
 * @throws OBP-30208 if the ID is taken; OBP-30115 if a routing is taken at the bank; OBP-20005 if the user does not exist;
 * TOO_MANY_ITEMS if the user already has 500 accounts.
 */
export async function insertAccount(
  transaction: Queries,
  bankId: string,
  { account: values, routings, holderId }: NewAccount,
): Promise<void> {
  const overflow = { detail: 'ACCOUNTS_OF_USER', field: 'input.userId' } as const;
  await refuseUserOverflow(transaction, accountHolder, [holderId], defaultMaxItems, overflow);
  const createdAt = new Date();
  try {
    await insertRow(transaction, account, { ...values, bankId, createdAt, updatedAt: createdAt });
  } catch (error) {
    if (isUniqueViolation(error)) throw gatewayError('OBP-30208', { bankId, field: 'input.accountId', cause: error });
    throw error;
  }
  const ofAccount = { bankId, accountId: values.id, createdAt };
  if (routings.length > 0) {
    // In a fixed order, so that concurrent transactions with the same routings cannot deadlock.
    const inOrder = [...routings].sort((a, b) => (a.scheme < b.scheme ? -1 : 1));
    if (await isLookAlikeStored(transaction, bankId, routings)) {
      throw gatewayError('OBP-30115', { bankId, field: 'input.accountRoutings' });
    }
    try {
      await insertRows(
        transaction,
        accountRouting,
        inOrder.map(({ scheme, address }) => ({
          ...ofAccount,
          scheme,
          address,
          canonicalRouting: derivedCanonicalForm(scheme, address),
        })),
      );
    } catch (error) {
      const details = { bankId, field: 'input.accountRoutings', cause: error };
      if (isUniqueViolation(error)) throw gatewayError('OBP-30115', details);
      throw error;
    }
  }
  try {
    await insertRow(transaction, accountHolder, { ...ofAccount, userId: holderId });
  } catch (error) {
    if (isForeignKeyViolation(error)) throw gatewayError('OBP-20005', { field: 'input.userId', cause: error });
    throw error;
  }
}
