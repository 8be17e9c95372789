import { and, eq, isNotNull, isNull, or, type SQL, sql } from 'drizzle-orm';
import { inKeys, keyValues } from '../../database/batch.ts';
import type { Database, Queries } from '../../database/database.ts';
import { insertRows } from '../../database/insert-rows.ts';
import { statement, statementByShape } from '../../database/statement.ts';
import { endOfDate, laterOf } from '../../database/times.ts';
import { type CustomerRow, customer } from '../customer/customer.table.ts';
import { kycCheck } from './kyc-check.table.ts';
import { kycDocument } from './kyc-document.table.ts';
import { type KycGapRow, kycGap } from './kyc-gap.table.ts';
import { kycMedia } from './kyc-media.table.ts';

const { createdAt, lastOkDate } = customer;

const isCheck = and(eq(kycCheck.customerId, customer.id), sql`${kycCheck.satisfied}`);

/** Since the retraction of the last satisfied check or, if there was none, since the customer was stored. */
const noSatisfiedCheckSince = sql`(
  select case when count(*) > count(${kycCheck.retractedAt}) then null
  else coalesce(max(${kycCheck.retractedAt}), ${createdAt}) end
  from ${kycCheck} where ${isCheck}
)`;

const isDocument = eq(kycDocument.customerId, customer.id);
const isValidDocument = and(isDocument, isNull(kycDocument.retractedAt));

/** A document without an expiry date, or with the last date that there is, never expires. */
const lastDate = sql`coalesce(${kycDocument.expiryDate}, '9999-12-31')`;
const expiry = endOfDate(kycDocument.expiryDate);

/** The time from which a document is not valid. Null if it is valid for ever. */
const endOfDocument = sql`case
  when ${kycDocument.retractedAt} is null or (${kycDocument.expiryDate} is not null and ${expiry} < ${kycDocument.retractedAt})
  then ${expiry} else ${kycDocument.retractedAt}
end`;

/** Since the last document expired or was retracted, but not since a time before the customer was stored. */
const noValidDocumentSince = sql`(
  select case
    when count(*) filter (where ${and(isNull(kycDocument.retractedAt), sql`${lastDate} = '9999-12-31'`)}) > 0 then null
    else ${laterOf(createdAt, sql`coalesce(max(${endOfDocument}), ${createdAt})`)}
  end
  from ${kycDocument} where ${isDocument}
)`;

/** Since the first retraction of evidence after the last status that is ok. */
const evidenceRetractedSince = sql`(
  select min(retraction.at) from (${sql.join(
    [kycCheck, kycDocument, kycMedia].map(
      ({ retractedAt, customerId }) =>
        sql`select ${retractedAt} as at from ${retractedAt.table} where ${and(eq(customerId, customer.id), isNotNull(retractedAt))}`,
    ),
    sql` union all `,
  )}) as retraction
  where retraction.at > ${lastOkDate}
)`;

const isMediaOfDocument = and(
  eq(kycMedia.customerId, kycDocument.customerId),
  eq(kycMedia.relatesToKycDocumentId, kycDocument.id),
);
/** PostgreSQL could read all media to hash them for `exists`, but not for a count. */
const hasMedia = sql`(select count(*) from ${kycMedia} where ${and(isMediaOfDocument, isNull(kycMedia.retractedAt))}) > 0`;

/** Since the document that is valid longest was recorded, or since its last media item was retracted. */
const mediaMissingSince = sql`(
  select case when ${hasMedia} then null else ${laterOf(
    kycDocument.createdAt,
    sql`coalesce((select max(${kycMedia.retractedAt}) from ${kycMedia} where ${isMediaOfDocument}), ${kycDocument.createdAt})`,
  )} end
  from ${kycDocument} where ${isValidDocument}
  order by ${lastDate} desc, ${hasMedia} desc, ${kycDocument.createdAt}, ${kycDocument.id} limit 1
)`;

/** Nothing is demanded of a closed customer. */
const unlessClosed = (since: SQL) => sql`case when ${isNull(customer.closedOn)} then ${since} end`;

/** The SQL of each column, in the order of the table. */
const derived = {
  customerId: sql`${customer.id}`,
  bankId: sql`${customer.bankId}`,
  noSatisfiedCheckSince: unlessClosed(noSatisfiedCheckSince),
  noValidDocumentSince: unlessClosed(noValidDocumentSince),
  evidenceRetractedSince: unlessClosed(evidenceRetractedSince),
  mediaMissingSince: unlessClosed(mediaMissingSince),
} satisfies Record<keyof KycGapRow, SQL>;

const derivedNames = Object.keys(derived) as (keyof KycGapRow)[];

/** Derives the gaps of customers whose evidence does not change, without storing them. */
export function deriveKycGaps(database: Database, customerIds: readonly string[]): Promise<KycGapRow[]> {
  return derive(database, keyValues(customerIds)) as Promise<KycGapRow[]>;
}

const derive = statement((queries) =>
  queries
    .select(
      // In the outer SQL of a selected field, the builder would omit the names of tables.
      Object.fromEntries(
        derivedNames.map((name) => [name, sql`${derived[name]}`.mapWith(kycGap[name]).as(kycGap[name].name)]),
      ),
    )
    .from(customer)
    .where(inKeys([customer.id])),
);

const refresh = statement((queries) =>
  queries
    .insert(kycGap)
    .select(sql`select ${sql.join(Object.values(derived), sql`, `)} from ${customer} where ${inKeys([customer.id])}`)
    .onConflictDoUpdate({
      target: kycGap.customerId,
      set: Object.fromEntries(derivedNames.map((name) => [name, sql`excluded.${sql.identifier(kycGap[name].name)}`])),
    }),
);

/** The columns that new rows of a table can change. Statuses, also retracted ones, can change `lastOkDate`. */
const affected = {
  kyc_check: ['noSatisfiedCheckSince'],
  kyc_document: ['noValidDocumentSince', 'mediaMissingSince'],
  kyc_media: ['mediaMissingSince'],
  kyc_status: ['evidenceRetractedSince'],
} as const satisfies Record<string, readonly (keyof KycGapRow)[]>;

export type EvidenceName = keyof typeof affected;

const refreshAffected = statementByShape(
  (name: EvidenceName) => name,
  (queries, name) => {
    const ofCustomer = (column: keyof KycGapRow) =>
      sql`(select ${derived[column]} from ${customer} where ${customer.id} = ${kycGap.customerId})`;
    const isDifferent = affected[name].map((column) => sql`${ofCustomer(column)} is distinct from ${kycGap[column]}`);
    return queries
      .update(kycGap)
      .set(Object.fromEntries(affected[name].map((column) => [column, ofCustomer(column)])))
      .where(and(eq(kycGap.customerId, sql.placeholder('customerId')), or(...isDifferent)));
  },
);

/**
 * Derives the gaps that new rows of a table can open or close. Every transaction that adds evidence to a stored customer, or changes
 * `lastOkDate`, must call it afterwards.
 */
export async function refreshKycGapsAfter(
  transaction: Queries,
  addedTo: EvidenceName,
  customerId: string,
): Promise<void> {
  await refreshAffected(transaction, addedTo, { customerId });
}

/** Stores the gaps of new customers without evidence. */
export async function insertKycGapsWithoutEvidence(
  transaction: Queries,
  customers: readonly Pick<CustomerRow, 'id' | 'bankId' | 'createdAt'>[],
): Promise<void> {
  const rows = customers.map(({ id: customerId, bankId, createdAt: since }) => ({
    ...{ customerId, bankId, noSatisfiedCheckSince: since, noValidDocumentSince: since },
  }));
  await insertRows(transaction, kycGap, rows);
}

/**
 * Derives all gaps of customers from their evidence, with one statement. Every transaction that retracts evidence must call it
 * afterwards, and `followClosings` calls it. Nothing must be called when time passes.
 */
export async function refreshKycGaps(transaction: Queries, customerIds: readonly string[]): Promise<void> {
  if (customerIds.length > 0) await refresh(transaction, keyValues(customerIds));
}
