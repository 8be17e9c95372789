import { and, asc, count, eq, lte, type SQL, sql } from 'drizzle-orm';
import { afterValues, comesAfter, type MakeLoader, oneBy } from '../../database/batch.ts';
import { createLoader, readRows } from '../../database/loader.ts';
import { statementByShape } from '../../database/statement.ts';
import { cutPage, type Page, type PageArguments, totalOf } from '../../graph/connection.ts';
import type { Context } from '../../graph/context.ts';
import type { CustomerKey } from '../customer/customer.type.ts';
import { type KycGapRow, kycGap } from './kyc-gap.table.ts';
import { type CustomerKycGap, type KycGap, KycGapKind } from './kyc-gap.type.ts';
import { deriveKycGaps } from './kyc-gap.writes.ts';

const storedGaps = oneBy(kycGap, 'customerId');

/** Derives the gaps of customers that an earlier version stored, until `fillKycGaps` has stored them. */
const gapsByCustomer: MakeLoader<string, KycGapRow | null> = (database, meter) =>
  createLoader(async (ids) => {
    const stored = await storedGaps(database, meter).loadAll(ids);
    const missing = ids.filter((_, index) => stored[index] === null);
    if (missing.length === 0) return stored;
    const derived = new Map(
      (await readRows(meter, missing, (keys) => deriveKycGaps(database, keys))).map((row) => [row.customerId, row]),
    );
    return stored.map((row, index) => row ?? derived.get(ids[index] ?? '') ?? null);
  });

/** The column of each kind of gap. */
const sinceNames = {
  NO_SATISFIED_CHECK: 'noSatisfiedCheckSince',
  NO_VALID_DOCUMENT: 'noValidDocumentSince',
  EVIDENCE_RETRACTED: 'evidenceRetractedSince',
  MEDIA_MISSING: 'mediaMissingSince',
} as const satisfies Record<KycGapKind, keyof KycGapRow>;

/** Loads the gaps that each customer has now, the oldest first. */
export async function kycGapsOf(context: Context, customers: readonly CustomerKey[]): Promise<KycGap[][]> {
  const rows = await context.loader(gapsByCustomer).loadAll(customers.map(({ id }) => id));
  const now = new Date();
  return rows.map((row) =>
    Object.values(KycGapKind)
      .flatMap((kind) => {
        const since = row?.[sinceNames[kind]] ?? null;
        return since === null || since > now ? [] : [{ kind, since }];
      })
      .sort((a, b) => a.since.getTime() - b.since.getTime()),
  );
}

interface Shape {
  kind: KycGapKind;
  continued: boolean;
}

function orderColumnsOf(kind: KycGapKind) {
  return [kycGap[sinceNames[kind]], kycGap.customerId];
}

function whereOf({ kind, continued }: Shape): SQL | undefined {
  const since = kycGap[sinceNames[kind]];
  return and(
    eq(kycGap.bankId, sql.placeholder('bankId')),
    lte(since, sql`${sql.param(sql.placeholder('now'), since)}`),
    continued ? comesAfter(orderColumnsOf(kind), false) : undefined,
  );
}

const shapeKey = ({ kind, continued }: Shape) => `${kind} ${continued}`;

const gapsStatement = statementByShape(shapeKey, (queries, shape: Shape) =>
  queries
    .select()
    .from(kycGap)
    .where(whereOf(shape))
    .orderBy(...orderColumnsOf(shape.kind).map((column) => asc(column)))
    .limit(sql.placeholder('limit')),
);

const countStatement = statementByShape(shapeKey, (queries, shape: Shape) =>
  queries.select({ total: count() }).from(kycGap).where(whereOf(shape)),
);

/** One page of the customers of a bank that have a gap now, sorted by the time since when they have it, oldest first. */
export function kycGapPage(
  context: Context,
  { bankId, kind }: { bankId: string; kind: KycGapKind },
  page: PageArguments,
): Promise<Page<KycGapRow, CustomerKycGap>> {
  const database = context.readDatabase();
  const values = { bankId, now: new Date() };
  const sinceOf = (row: KycGapRow) => row[sinceNames[kind]] ?? values.now;
  return cutPage(context, page, {
    field: 'Query.customersWithKycGaps',
    boundTo: [bankId, kind],
    orderValues: (row: KycGapRow) => [sinceOf(row), row.customerId],
    toNode: (row: KycGapRow): CustomerKycGap => ({
      bankId: row.bankId,
      customerId: row.customerId,
      kind,
      since: sinceOf(row),
    }),
    count: async () => totalOf(await countStatement(database, { kind, continued: false }, values)),
    read: ({ after, limit }) =>
      gapsStatement(database, { kind, continued: after !== null }, { ...values, ...afterValues(after), limit }),
  });
}
