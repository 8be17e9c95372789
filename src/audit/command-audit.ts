import { userInfo } from 'node:os';
import type { ErrorKey } from '../base/errors.ts';
import { type Changes, type ChangesByBank, changesAt } from '../changes/collected-changes.ts';
import type { Database } from '../database/database.ts';
import { type AuditEvent, auditEventOf, auditedError } from './audit-event.ts';
import { type AuditTrailParts, openAuditTrail } from './audit-trail.ts';

/** An import writes thousands of customers in one transaction. The limit keeps an event readable. */
const idsPerEvent = 1_000;

function addTo(changes: Changes, { fields, customerIds, userIds }: Omit<Changes, 'bankIds'>): void {
  for (const field of fields) changes.fields.add(field);
  for (const id of customerIds) changes.customerIds.add(id);
  for (const id of userIds) changes.userIds.add(id);
}

/**
 * A command can name a user without changing the user's row, such as the user of a grant. The user has no bank, but needs no event
 * without a bank if the event at a bank names the user.
 */
function withoutRepeatedUsers(byBank: ChangesByBank): ChangesByBank {
  const withoutBank = byBank.get(null);
  if (withoutBank === undefined || withoutBank.fields.size + withoutBank.customerIds.size > 0) return byBank;
  const atBanks = new Map([...byBank].filter(([bankId]) => bankId !== null));
  const named = new Set([...atBanks.values()].flatMap(({ userIds }) => [...userIds]));
  return atBanks.size > 0 && [...withoutBank.userIds].every((id) => named.has(id)) ? atBanks : byBank;
}

/** The account of the operating system that runs the command. */
function accountName(): string | null {
  try {
    return userInfo().username;
  } catch {
    // In a container, the user can have a number without a name.
    const uid = process.getuid?.();
    return uid === undefined ? null : `uid ${uid}`;
  }
}

function eventsOf(byBank: ChangesByBank, details: Pick<AuditEvent, 'outcome'> & Partial<AuditEvent>): AuditEvent[] {
  const provider = 'command-line';
  return [...byBank].flatMap(([bankId, { customerIds, userIds, fields }]) => {
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
        changes: [...fields],
        ...details,
      });
    });
  });
}

/** The parts of the events of a command that its transactions do not record. */
export interface CommandAudit {
  /** The number of the chain of the command. */
  chain: number;
  /** Adds the customers and users whose data the command reads. */
  addSubjects(subjects: { bankId?: string | null; customerIds?: readonly string[]; userIds?: readonly string[] }): void;
  /** Adds parts to the event at the end. It has no `restore` if the command fails. */
  addDetails(details: Pick<AuditEvent, 'reason' | 'restore'>): void;
  /** Records that the command failed, although it does not throw. */
  fail(error: ErrorKey): void;
}

/**
 * Runs a command, and records it in the audit trail: one event with each transaction of the database that `work` receives, and one
 * at the end if the command wrote nothing, read data, or failed. If an event cannot be recorded, nothing is written or returned.
 */
export async function auditCommand<Result>(
  { operationName, ...parts }: AuditTrailParts & { operationName: string },
  work: (database: Database, audit: CommandAudit) => Promise<Result>,
): Promise<Result> {
  const trail = await openAuditTrail(parts);
  const caller = { operationName, clientName: accountName() };
  /** The subjects that the command added. */
  const subjects: ChangesByBank = new Map();
  /** The changes that the last failed transaction rolled back. */
  let rolledBack: ChangesByBank = new Map();
  let failure = null as ErrorKey | null;
  let details: Partial<Pick<AuditEvent, 'reason' | 'restore'>> = {};
  let isRecorded = false;

  const database: Database = {
    ...parts.database,
    async transaction(write) {
      let isWritten = false;
      let changes: ChangesByBank = new Map();
      try {
        const result = await trail.write(async (transaction, collected) => {
          changes = collected;
          const result = await write(transaction);
          const event = eventsOf(withoutRepeatedUsers(changes), { ...caller, outcome: 'SUCCEEDED' });
          isWritten = event.length > 0;
          return { result, event };
        });
        isRecorded ||= isWritten;
        return result;
      } catch (error) {
        rolledBack = withoutRepeatedUsers(changes);
        throw error;
      }
    },
  };
  const audit: CommandAudit = {
    chain: trail.chain,
    addSubjects({ bankId = null, customerIds = [], userIds = [] }) {
      const changes = changesAt(subjects, bankId);
      for (const id of customerIds) changes.customerIds.add(id);
      for (const id of userIds) changes.userIds.add(id);
    },
    addDetails(added) {
      details = added;
    },
    fail(error) {
      failure = error;
    },
  };
  const record = (errors: string[]) => {
    if (errors.length > 0) for (const [bankId, changes] of rolledBack) addTo(changesAt(subjects, bankId), changes);
    if (subjects.size === 0) changesAt(subjects, null);
    const { restore, ...others } = details;
    const hasSucceeded = errors.length === 0;
    const outcome = hasSucceeded ? 'SUCCEEDED' : 'FAILED';
    const added = hasSucceeded && restore !== undefined ? { ...others, restore } : others;
    return trail.record(eventsOf(subjects, { ...caller, ...added, outcome, errors, changes: [] }));
  };

  try {
    const result = await work(database, audit);
    if (failure !== null || subjects.size > 0 || !isRecorded) await record(failure === null ? [] : [failure]);
    await trail.close();
    return result;
  } catch (error) {
    // The failure of the command is reported, not the failure to record it.
    await record([auditedError(error)]).catch(() => undefined);
    await trail.close().catch(() => undefined);
    throw error;
  }
}
