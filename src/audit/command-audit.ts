import { userInfo } from 'node:os';
import { getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { ErrorKey } from '../base/errors.ts';
import type { Database, Queries } from '../database/database.ts';
import { type AuditEvent, auditEventOf, auditedError } from './audit-event.ts';
import { type AuditTrailParts, openAuditTrail } from './audit-trail.ts';
import { bookkeeping, type Changes, collectChanges, typeNameOf } from './changes.ts';

/** An import writes thousands of customers at once, and an event is to stay readable. */
const idsPerEvent = 1_000;

/** What a command saw or did at one bank, or at none. */
interface AtBank {
  customerIds: Set<string>;
  userIds: Set<string>;
  changes: Set<string>;
}

type ByBank = Map<string | null, AtBank>;

const rowsOfTransaction = new WeakMap<Queries, ByBank>();

function at(byBank: ByBank, bankId: string | null): AtBank {
  let found = byBank.get(bankId);
  if (found === undefined) {
    found = { customerIds: new Set(), userIds: new Set(), changes: new Set() };
    byBank.set(bankId, found);
  }
  return found;
}

function addTo(byBank: ByBank, others: ByBank): void {
  for (const [bankId, { customerIds, userIds, changes }] of others) {
    const there = at(byBank, bankId);
    for (const id of customerIds) there.customerIds.add(id);
    for (const id of userIds) there.userIds.add(id);
    for (const field of changes) there.changes.add(field);
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/**
 * Says for the audit trail that a command writes these rows, as `noteChange` does of one row: of many, at several banks.
 * `changed` are the names of the fields; without it, those that have a value.
 */
export function noteRows(
  transaction: Queries,
  table: SQLiteTable,
  rows: readonly Record<string, unknown>[],
  changed?: readonly string[],
): void {
  const byBank = rowsOfTransaction.get(transaction);
  if (byBank === undefined) return;
  const tableName = getTableName(table);
  const typeName = typeNameOf(table);
  // Most rows are like the one before: only what no row had so far is looked at.
  const unnamed = new Map<string | null, string[]>();
  for (const row of rows) {
    const bankId = textOrNull(tableName === 'bank' ? row.id : row.bankId);
    const { customerIds, userIds, changes } = at(byBank, bankId);
    const customerId = textOrNull(tableName === 'customer' ? row.id : row.customerId);
    if (customerId !== null) customerIds.add(customerId);
    const userId = textOrNull(tableName === 'user' ? row.id : row.userId);
    if (userId !== null) userIds.add(userId);
    const names = unnamed.get(bankId) ?? (changed ?? Object.keys(row)).filter((name) => !bookkeeping.has(name));
    const named = changed === undefined ? names.filter((name) => row[name] != null) : names;
    if (named.length > 0 || !unnamed.has(bankId)) {
      for (const name of named) changes.add(`${typeName}.${name}`);
      unnamed.set(
        bankId,
        names.filter((name) => !named.includes(name)),
      );
    }
  }
}

/** The account of the operating system that runs the command. */
function accountName(): string | null {
  try {
    return userInfo().username;
  } catch {
    // In a container the number of the user may have no name.
    const number = process.getuid?.();
    return number === undefined ? null : `uid ${number}`;
  }
}

function withChanges(byBank: ByBank, { fields, bankIds, customerIds, userIds }: Changes): ByBank {
  if (fields.size + bankIds.size + customerIds.size + userIds.size === 0) return byBank;
  const [onlyBankId] = bankIds.size === 1 ? bankIds : [];
  const there = at(byBank, onlyBankId ?? null);
  for (const id of customerIds) there.customerIds.add(id);
  for (const id of userIds) there.userIds.add(id);
  for (const field of fields) there.changes.add(field);
  return byBank;
}

function eventsOf(byBank: ByBank, told: Pick<AuditEvent, 'outcome'> & Partial<AuditEvent>): AuditEvent[] {
  const provider = 'command-line';
  return [...byBank].flatMap(([bankId, { customerIds, userIds, changes }]) => {
    const [customers, users] = [[...customerIds], [...userIds]];
    const parts = Math.max(1, Math.ceil(Math.max(customers.length, users.length) / idsPerEvent));
    return Array.from({ length: parts }, (_, part) => {
      const [from, to] = [part * idsPerEvent, (part + 1) * idsPerEvent];
      return auditEventOf({
        kind: 'COMMAND',
        provider,
        bankId,
        customerIds: customers.slice(from, to),
        subjectUserIds: users.slice(from, to),
        changes: [...changes],
        ...told,
      });
    });
  });
}

/** What a command says of itself, beside what its transactions note. */
export interface CommandAudit {
  /** Of whom it reads. */
  concern(concerned: { bankId?: string | null; customerIds?: readonly string[]; userIds?: readonly string[] }): void;
  /** It ends without having done what was asked for, and without throwing. */
  fail(error: ErrorKey): void;
}

/**
 * Runs a command of the command line, which leaves events in the audit trail: one with each transaction of the database
 * that `work` is given, and one at its end where it wrote nothing, said whom it concerns, or failed. What cannot be
 * recorded is not done, and its result not given.
 */
export async function auditCommand<Result>(
  { operationName, ...parts }: AuditTrailParts & { operationName: string },
  work: (database: Database, audit: CommandAudit) => Promise<Result>,
): Promise<Result> {
  const trail = await openAuditTrail(parts);
  const caller = { operationName, clientName: accountName() };
  /** What the command said of itself. */
  const concerned: ByBank = new Map();
  /** What the last transaction that failed would have written. */
  let unwritten: ByBank = new Map();
  let failure = null as ErrorKey | null;
  let isRecorded = false;

  const database: Database = {
    ...parts.database,
    async transaction(write) {
      let isWritten = false;
      const noted: ByBank = new Map();
      try {
        const result = await trail.write(async (transaction) => {
          rowsOfTransaction.set(transaction, noted);
          const changes = collectChanges(transaction);
          try {
            const result = await write(transaction);
            const event = eventsOf(withChanges(noted, changes), { ...caller, outcome: 'SUCCEEDED' });
            isWritten = event.length > 0;
            return { result, event };
          } catch (error) {
            withChanges(noted, changes);
            throw error;
          } finally {
            rowsOfTransaction.delete(transaction);
          }
        });
        isRecorded ||= isWritten;
        return result;
      } catch (error) {
        unwritten = noted;
        throw error;
      }
    },
  };
  const audit: CommandAudit = {
    concern({ bankId = null, customerIds = [], userIds = [] }) {
      const there = at(concerned, bankId);
      for (const id of customerIds) there.customerIds.add(id);
      for (const id of userIds) there.userIds.add(id);
    },
    fail(error) {
      failure = error;
    },
  };
  const record = (errors: string[]) => {
    if (errors.length > 0) addTo(concerned, unwritten);
    if (concerned.size === 0) at(concerned, null);
    const outcome = errors.length === 0 ? 'SUCCEEDED' : 'FAILED';
    return trail.record(eventsOf(concerned, { ...caller, outcome, errors, changes: [] }));
  };

  try {
    const result = await work(database, audit);
    if (failure !== null || concerned.size > 0 || !isRecorded) await record(failure === null ? [] : [failure]);
    await trail.close();
    return result;
  } catch (error) {
    // Why the command failed is to be told, rather than that this could not be recorded either.
    await record([auditedError(error)]).catch(() => undefined);
    await trail.close().catch(() => undefined);
    throw error;
  }
}
