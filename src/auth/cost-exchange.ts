import { and, inArray, lte, sql } from 'drizzle-orm';
import type { InstallationSecret } from '../base/installation-secret.ts';
import type { TakenTokens, TokenBuckets } from '../base/token-bucket.ts';
import { currentMilliseconds } from '../database/current-time.ts';
import type { Database, Queries } from '../database/database.ts';
import { jsonPairs } from '../database/json-list.ts';
import { lockedForWriting } from '../database/lock.ts';
import { statement } from '../database/statement.ts';
import { type BudgetKind, budgetKinds, type CostBudgets } from './cost-budget.ts';
import { costConsumption } from './cost-consumption.table.ts';

const intervalMilliseconds = 1_000;
const pruneIntervalMilliseconds = 60_000;

/** How many budgets of each kind are exchanged at a time. Those of further callers follow with the next exchange. */
const maxRowsOfKind = 500;

export interface CostExchangeParts {
  database: Database;
  /** Only the present value counts, because budgets are full again within two minutes. */
  secret: InstallationSecret;
  budgets: CostBudgets;
  /** Called for the first of several failures in a row: meanwhile each process counts for itself. */
  onFailure: (error: unknown) => void;
}

interface Consumption {
  id: string;
  milliseconds: number;
  buckets: TokenBuckets;
  taken: TakenTokens;
}

const fullAgain = sql`case when ${costConsumption.fullAt} > ${currentMilliseconds} then ${costConsumption.fullAt}
  else ${currentMilliseconds} end`;

/** Adds milliseconds to the rows with these IDs, and returns how long each budget takes to become full. */
const addToRows = statement((queries) => {
  const { first, second, from } = jsonPairs(sql.placeholder('rows'));
  const { id, fullAt } = costConsumption;
  return queries
    .insert(costConsumption)
    .select(sql`select ${first}, ${currentMilliseconds} + ${second} from ${from} where true`)
    .onConflictDoUpdate({
      target: id,
      set: { fullAt: sql`${fullAgain} + (excluded.full_at - ${currentMilliseconds})` },
    })
    .returning({ id, untilFull: sql<number | string>`${fullAt} - ${currentMilliseconds}`.as('until_full') });
});

async function addConsumption(transaction: Queries, consumed: readonly Consumption[]): Promise<Map<string, number>> {
  // Sorted, so that two processes lock rows in the same order.
  const rows = consumed
    .map(({ id, milliseconds }) => [id, milliseconds])
    .sort(([one = ''], [other = '']) => (one < other ? -1 : 1));
  const written = await addToRows(transaction, { rows: JSON.stringify(rows) });
  return new Map(written.map(({ id, untilFull }) => [id, Number(untilFull)]));
}

/**
 * Deletes the rows of budgets that are full again, which mean the same as no row. Locks them in the order in which
 * `addConsumption` locks them, because two processes would deadlock otherwise.
 */
export async function deleteFullBudgets(transaction: Queries): Promise<void> {
  const { id, fullAt } = costConsumption;
  const isFull = lte(fullAt, currentMilliseconds);
  const full = lockedForWriting(transaction.select({ id }).from(costConsumption).where(isFull).orderBy(id));
  await transaction.delete(costConsumption).where(and(inArray(id, full), isFull));
}

/**
 * Shares the cost budgets among all processes of an installation: once a second each process adds what its callers
 * consumed to one row per caller, and takes over the result. Nothing is written while callers consume less than 1 % of their budgets.
 */
export class CostExchange {
  readonly #parts: CostExchangeParts;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | null = null;
  #prunedAt = performance.now();
  #isFailing = false;

  constructor(parts: CostExchangeParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => void this.exchange(), intervalMilliseconds).unref();
  }

  /** Does nothing while an exchange is still running. */
  exchange(): Promise<void> {
    this.#running ??= this.#exchange().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
    await this.exchange();
  }

  #collect(): Consumption[] {
    const consumed: Consumption[] = [];
    for (const kind of budgetKinds) {
      const buckets = this.#parts.budgets.buckets[kind];
      for (const taken of buckets.collectTaken(maxRowsOfKind)) {
        const milliseconds = Math.round(buckets.toMilliseconds(taken.tokens));
        consumed.push({ id: this.#hash(kind, taken.key), milliseconds, buckets, taken });
      }
    }
    return consumed;
  }

  async #exchange(): Promise<void> {
    const consumed = this.#collect();
    if (consumed.length === 0) return;
    const { database, onFailure } = this.#parts;
    try {
      const untilFull = await database.transaction((transaction) => addConsumption(transaction, consumed));
      for (const { id, buckets, taken } of consumed) {
        buckets.setMillisecondsUntilFull(taken.key, Math.max(0, untilFull.get(id) ?? 0));
      }
      this.#isFailing = false;
    } catch (error) {
      for (const { buckets, taken } of consumed) buckets.restoreTaken(taken);
      if (!this.#isFailing) onFailure(error);
      this.#isFailing = true;
      return;
    }
    if (performance.now() - this.#prunedAt < pruneIntervalMilliseconds) return;
    this.#prunedAt = performance.now();
    await database.transaction(deleteFullBudgets).catch(onFailure);
  }

  #hash(kind: BudgetKind, key: string): string {
    return this.#parts.secret.hash('gateway cost budgets', JSON.stringify([kind, key]));
  }
}
