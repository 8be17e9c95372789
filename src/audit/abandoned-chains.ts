import { setTimeout as sleep } from 'node:timers/promises';
import { and, asc, desc, eq, gt, lte, sql } from 'drizzle-orm';
import type { Database, Queries } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { insertRow } from '../database/write-row.ts';
import {
  type AuditChainRow,
  type AuditEventRow,
  type AuditSealRow,
  auditChain,
  auditEvent,
  auditSeal,
} from './audit.table.ts';
import { type AuditKey, type AuditKeys, emptyHead, nextHead } from './audit-key.ts';
import { pageLength } from './chain-rows.ts';
import { checkpointsOf } from './checkpoint.ts';
import { auditEventRow, lostEvent } from './event-writer.ts';
import { type LoggedSeal, loggedSealOf } from './logged-seal.ts';
import { eventParts, sealParts } from './mac-parts.ts';

export interface ChainSealingParts {
  database: Database;
  keys: AuditKeys;
  /** The chain of this process. */
  sealedBy: number;
  onSeal?: ((seal: LoggedSeal) => void) | undefined;
}

/** The point of a chain up to which its events are sealed or pruned. */
interface SealedPoint {
  sequence: number;
  sealNumber: number;
  head: string;
}

const lastSequence = sql`(select ${auditEvent.sequence} from ${auditEvent}
  where ${auditEvent.chain} = ${auditChain.number} order by ${auditEvent.sequence} desc limit 1)`;
const sealedSequence = sql`(select ${auditSeal.sequence} from ${auditSeal}
  where ${auditSeal.chain} = ${auditChain.number} order by ${auditSeal.number} desc limit 1)`;

const unsealedChains = statement((queries) =>
  queries
    .select()
    .from(auditChain)
    .where(
      and(
        gt(auditChain.number, sql.placeholder('after')),
        lte(auditChain.number, sql.placeholder('upTo')),
        sql`coalesce(${lastSequence}, 0) > coalesce(${sealedSequence}, 0)`,
      ),
    )
    .orderBy(asc(auditChain.number)),
);

const lastChain = statement((queries) =>
  queries.select({ number: auditChain.number }).from(auditChain).orderBy(desc(auditChain.number)).limit(1),
);

const lastSeal = statement((queries) =>
  queries
    .select()
    .from(auditSeal)
    .where(eq(auditSeal.chain, sql.placeholder('chain')))
    .orderBy(desc(auditSeal.number))
    .limit(1),
);

const lastEvent = statement((queries) =>
  queries
    .select({ sequence: auditEvent.sequence, at: auditEvent.at })
    .from(auditEvent)
    .where(eq(auditEvent.chain, sql.placeholder('chain')))
    .orderBy(desc(auditEvent.sequence))
    .limit(1),
);

/** The chains whose last events have no seal, except the chain of this process. */
async function findUnsealedChains({ database, sealedBy }: ChainSealingParts): Promise<AuditChainRow[]> {
  const [last] = await lastChain(database);
  const unsealed: AuditChainRow[] = [];
  // In pages, because SQLite executes a statement without a pause.
  for (let after = 0; after < (last?.number ?? 0); after += pageLength) {
    unsealed.push(...(await unsealedChains(database, { after, upTo: after + pageLength })));
  }
  return unsealed.filter(({ number }) => number !== sealedBy);
}

/** The last seal and the last event of a chain. While its process runs, a seal follows each event within seconds. */
async function endOf(database: Database, { number: chain }: AuditChainRow): Promise<string> {
  const [[seal], [event]] = await Promise.all([lastSeal(database, { chain }), lastEvent(database, { chain })]);
  return `${seal?.number} ${event?.sequence}`;
}

/**
 * Seals the last events of chains whose processes were killed. A process counts as killed if it sealed nothing during a pause,
 * regardless of clocks. If it was only suspended, it continues the chain after this seal.
 */
export async function sealAbandonedChains(parts: ChainSealingParts, pause: () => Promise<void>): Promise<void> {
  const { database } = parts;
  const chains = await findUnsealedChains(parts);
  if (chains.length === 0) return;
  const ends = await Promise.all(chains.map((chain) => endOf(database, chain)));
  await pause();
  for (const [index, chain] of chains.entries()) {
    if ((await endOf(database, chain)) === ends[index]) await sealChain(parts, chain);
  }
}

/** Seals the last events of a chain if all of them are older than `before`, so that they can be pruned. */
export async function sealOldEvents(parts: ChainSealingParts, chain: AuditChainRow, before: Date): Promise<void> {
  if (chain.number === parts.sealedBy) return;
  const [last] = await lastEvent(parts.database, { chain: chain.number });
  if (last !== undefined && last.at < before) await sealChain(parts, chain);
}

/** Seals the unsealed events of a chain, unless they were tampered with. */
async function sealChain({ database, keys, sealedBy, onSeal }: ChainSealingParts, chain: AuditChainRow): Promise<void> {
  const key = keys.get(chain.keyId);
  if (key === undefined) return;
  for (;;) {
    const { newest } = await checkpointsOf(database, keys, chain);
    const seal = await database.transaction((transaction) =>
      sealNextEvents(transaction, { chain, key, newest, sealedBy }),
    );
    if (seal === null) return;
    onSeal?.(loggedSealOf(seal));
  }
}

interface NextSeal {
  chain: AuditChainRow;
  key: AuditKey;
  /** The newest checkpoint. Null if nothing was pruned. */
  newest: SealedPoint | null;
  sealedBy: number;
}

/** Writes the next seal of a chain. Returns null if there are no unsealed events, or if they or the last seal were tampered with. */
async function sealNextEvents(
  transaction: Queries,
  { chain, key, newest, sealedBy }: NextSeal,
): Promise<AuditSealRow | null> {
  const [last] = await lastSeal(transaction, { chain: chain.number });
  if (last !== undefined && last.mac !== key.mac('seal', sealParts(chain.id, last))) return null;
  const start: SealedPoint =
    last === undefined
      ? (newest ?? { sequence: 0, sealNumber: 0, head: emptyHead })
      : { sequence: last.sequence, sealNumber: last.number, head: last.head };
  const rows = await sealableEvents(transaction, chain, key, start.sequence);
  const end = rows.at(-1);
  if (end === undefined) return null;
  const seal = {
    number: start.sealNumber + 1,
    sequence: end.sequence,
    head: rows.reduce((head, { mac }) => nextHead(head, mac), start.head),
    at: new Date(),
    // The process might only be suspended.
    isLast: false,
    sealedBy,
  };
  const row = { chain: chain.number, ...seal, mac: key.mac('seal', sealParts(chain.id, seal)) };
  // Another process might write the same seal.
  const [inserted] = await insertRow(transaction, auditSeal, row, 'ignore');
  return inserted ?? null;
}

/**
 * Reads the events after a sequence, at most a page. The sequences of transactions that the end of the process rolled back get
 * `LOST` events, because seals only cover events without gaps. Returns none if an event was tampered with.
 */
async function sealableEvents(
  transaction: Queries,
  chain: AuditChainRow,
  key: AuditKey,
  after: number,
): Promise<AuditEventRow[]> {
  const read = () =>
    transaction
      .select()
      .from(auditEvent)
      .where(and(eq(auditEvent.chain, chain.number), gt(auditEvent.sequence, after)))
      .orderBy(asc(auditEvent.sequence))
      .limit(pageLength);
  const rows = await read();
  if (rows.some(({ sequence, event, mac }) => mac !== key.mac('event', eventParts(chain.id, sequence, event))))
    return [];
  const lost: AuditEventRow[] = [];
  let previous = after;
  for (const { sequence, at } of rows) {
    for (let missing = previous + 1; missing < sequence && lost.length < pageLength; missing += 1) {
      // The transaction failed at about the time of the next event.
      lost.push(auditEventRow(chain, key, { ...lostEvent(), at: at.toISOString() }, missing));
    }
    previous = sequence;
  }
  if (lost.length === 0) return rows;
  // Another process might have inserted them since.
  await transaction.insert(auditEvent).values(lost).onConflictDoNothing();
  return (await read()).filter(({ sequence }, index) => sequence === after + index + 1);
}

const pauseMilliseconds = 60_000;
const intervalMilliseconds = 3_600_000;

/** Seals abandoned chains a minute after the start, and then every hour. Returns a function that stops it. */
export function watchAbandonedChains(
  parts: ChainSealingParts,
  onFailure: (error: unknown) => void,
): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const pause = (milliseconds: number) => sleep(milliseconds, undefined, { signal, ref: false });

  async function watch(): Promise<void> {
    for (;;) {
      await sealAbandonedChains(parts, () => pause(pauseMilliseconds)).catch((error) => {
        if (!signal.aborted) onFailure(error);
      });
      await pause(intervalMilliseconds);
    }
  }

  // `pause` fails at the stop.
  const watching = watch().catch(() => undefined);
  return async () => {
    stopping.abort();
    await watching;
  };
}
