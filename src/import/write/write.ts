import { and, eq, getTableName } from 'drizzle-orm';
import { hashPassword } from '../../auth/password.ts';
import { comparedForm } from '../../base/identifiers.ts';
import { historyPlaces } from '../../changes/customer-history-object.ts';
import type { Database, Queries } from '../../database/database.ts';
import { insertRows } from '../../database/insert-rows.ts';
import { updateRows } from '../../database/write-row.ts';
import { isUpdateForOfficers } from '../../domain/customer/customer.rules.ts';
import { entities } from '../entities.ts';
import { brokenRuleOf, type Entity, fieldNames, identityOfRow, keysOf } from '../entity.ts';
import { columnsOf, isEmptyTable, rowOfStaged, storedRows } from '../existing-rows.ts';
import { customersNumbered, identityOfNumber } from '../numbered-customers.ts';
import { bank } from '../obp/bank.ts';
import { customer } from '../obp/customer.ts';
import { kycStatus } from '../obp/kyc.ts';
import { crmEvent, meeting, meetingInvitee } from '../obp/meeting.ts';
import { user } from '../obp/user.ts';
import { countsOf } from '../report.ts';
import { identityOf, type Row } from '../row.ts';
import type { StagedRow } from '../staging.ts';
import { writeKycGaps } from './kyc-gaps.ts';
import { applyStagedTimelines, customersWithTimeline, outdatedCustomers } from './kyc-timeline.ts';
import { isPlaceholder, writeBankPlaceholders, writeUserPlaceholders } from './placeholders.ts';
import { completeRow, identityOfUser, requireOwnIds, rowsPerTransaction, usersNamed, type Writing } from './writing.ts';

/** Writes the staged rows in batches. Each batch can be repeated, so an interrupted import is started again. */
export async function writeStaged(writing: Writing): Promise<void> {
  const areCustomersNew = await isEmptyTable(writing.database, customer.table);
  for (const entity of entities as readonly Entity[]) {
    const areAllNew = await isFirstImport(writing, entity);
    for (const batch of writing.staging.batches(entity.name, rowsPerTransaction)) {
      await writeBatch(writing, entity, batch, { areAllNew, areCustomersNew });
      writing.onRows(batch.length);
    }
    if (entity === bank) await writeBankPlaceholders(writing);
    if (entity === user) await writeUserPlaceholders(writing);
  }
  await writeKycGaps(writing);
}

/** Whether no row can exist yet, so that none is looked up. KYC statuses of one customer might be in different batches. */
async function isFirstImport({ database, staging }: Writing, entity: Entity): Promise<boolean> {
  return entity !== kycStatus && (await isEmptyTable(database, entity.table)) && staging.areDistinct(entity.name);
}

interface Update {
  stored: Row;
  changes: Row;
}

/** The writes of a batch. */
interface Changes {
  inserts: Set<Row>;
  /** The map key is the identity of the row. */
  updates: Map<string, Update>;
  /** All rows of the batch after the writes, by identity. */
  rows: Map<string, Row>;
}

/** The content of the database when the import began. */
interface Before {
  /** Whether it had no row of the entity. */
  areAllNew: boolean;
  /** Whether it had no customer. */
  areCustomersNew: boolean;
}

async function writeBatch(writing: Writing, entity: Entity, batch: StagedRow[], before: Before): Promise<void> {
  const { database, staging, now } = writing;
  const rows = batch.map((staged) => rowOfStaged(entity.table, staged));
  await resolveReferences(writing, entity, batch, rows);
  const changes = await changesOfBatch(writing, entity, batch, rows, before.areAllNew);
  const { inserts, updates } = changes;
  if (entity === customer) applyStagedTimelines(staging, [...inserts]);
  if (entity === user) await completeUsers(changes, now);
  const outdated = entity === kycStatus ? await outdatedCustomers(database, changes.rows.values()) : [];
  if (inserts.size + updates.size + outdated.length === 0) return;
  const places = entity === meetingInvitee ? await placesOfMeetings(database, rows) : new Map<unknown, Row>();
  const former = before.areCustomersNew ? new Set<unknown>() : await formerCustomers(writing, entity, inserts);
  const isInitial = (customerId: unknown) => !former.has(customerId);
  await database.transaction(async (transaction) => {
    const recorded = withPlaces([...inserts], places);
    await insertRows(transaction, entity.table, [...inserts], { onConflict: 'ignore', recorded, isInitial });
    for (const update of updates.values()) await updateRow(transaction, entity, update, now, places);
    for (const update of outdated) await updateRow(transaction, customer, update, now, places);
    await requireOwnIds(transaction, entity, [...inserts]);
  });
}

/** Finds the customers of new rows that were stored before the import began, and whose history contains these rows. */
async function formerCustomers({ database, now }: Writing, { table }: Entity, rows: Set<Row>): Promise<Set<unknown>> {
  const places = historyPlaces.get(getTableName(table)) ?? [];
  if (table === customer.table || places.length === 0) return new Set();
  const ofRows = places.flatMap(({ customerColumn }) => [...rows].map((row) => row[customerColumn]));
  const ids = [...new Set(ofRows)].map((id) => ({ id }));
  const customers = await storedRows(database, customer.table, ['id'], ids);
  return new Set(
    customers
      .filter(({ createdAt }) => createdAt instanceof Date && createdAt.getTime() !== now.getTime())
      .map(({ id }) => id),
  );
}

/** Sets the references to rows that are written only now: users by username, and the customers of CRM events by number. */
async function resolveReferences(writing: Writing, entity: Entity, batch: StagedRow[], rows: Row[]): Promise<void> {
  const named = batch.filter(({ username }) => username !== null);
  if (named.length > 0) {
    const users = await usersNamed(
      writing,
      named.map(({ provider, username }) => ({ provider, username })),
    );
    batch.forEach(({ provider, username }, index) => {
      const row = rows[index];
      if (row === undefined || username === null) return;
      row.userId = users.get(identityOfUser({ provider, username }))?.id;
    });
  }
  if (entity === crmEvent) {
    const customers = await customersNumbered(writing.database, rows);
    for (const row of rows) {
      const customerId = customers.get(identityOfNumber(row))?.id;
      if (customerId !== undefined) row.customerId = customerId;
    }
  }
}

/** Compares the rows of a batch with the database, and counts the results in the report. */
async function changesOfBatch(
  writing: Writing,
  entity: Entity,
  batch: StagedRow[],
  rows: Row[],
  areAllNew: boolean,
): Promise<Changes> {
  const { database, report, now } = writing;
  const counts = countsOf(report, entity.name);
  const { key, readBy } = keysOf(entity, batch[0]?.withoutId === true);
  const stored = areAllNew ? [] : preferredLast(entity, await storedRows(database, entity.table, readBy, rows));
  const changes: Changes = {
    inserts: new Set(),
    updates: new Map(),
    rows: new Map(stored.flatMap((row) => identitiesOf(entity, key, row).map((identity) => [identity, row]))),
  };
  const withTimeline = entity === customer ? await customersWithTimeline(database, stored) : new Set();
  for (const [index, read] of rows.entries()) {
    const staged = batch[index];
    if (staged === undefined) continue;
    const identities = identitiesOf(entity, key, read);
    const [identity = ''] = identities;
    const existing = identities.map((each) => changes.rows.get(each)).find((row) => row !== undefined);
    if (existing === undefined) {
      const row = completeRow(entity, read, now);
      if (read.password !== undefined) row.password = read.password;
      changes.inserts.add(row);
      for (const each of identities) changes.rows.set(each, row);
      counts.written += 1;
      continue;
    }
    const differing = differingColumns(entity, existing, read, withTimeline);
    if (differing.length === 0) counts.unchanged += 1;
    else if (canUpdate(writing, entity, existing, read, differing)) {
      counts.updated += 1;
      const values = Object.fromEntries(differing.map((name) => [name, read[name]]));
      applyChanges(entity, changes, identity, existing, values);
    } else {
      counts.different += 1;
      writing.onDifference(staged, fieldNames(entity, differing));
    }
  }
  return changes;
}

/**
 * The identities of a row, the exact one first: rows of an earlier version can differ only by the form of an identifier. A KYC status
 * whose date was ahead of the clock is also known by this date.
 */
function identitiesOf(entity: Entity, key: readonly string[], row: Row): string[] {
  const identities = [identityOfRow(entity, key, row)];
  if (entity.comparedByForm !== undefined) identities.unshift(identityOf(key, row));
  if (row.sentDate instanceof Date) identities.unshift(identityOfRow(entity, key, { ...row, date: row.sentDate }));
  return [...new Set(identities)];
}

/** Sorts rows last that are valid, and whose identifiers have the canonical form, so that they replace others with the same key. */
function preferredLast({ comparedByForm = [] }: Entity, stored: Row[]): Row[] {
  const preference = (row: Row) =>
    Number(row.retractedAt == null) +
    Number(comparedByForm.every((name) => row[name] === comparedForm(String(row[name]))));
  return stored.sort((a, b) => preference(a) - preference(b));
}

function isSame(stored: unknown, read: unknown): boolean {
  if (stored instanceof Date) return read instanceof Date && stored.getTime() === read.getTime();
  if (Array.isArray(stored)) return JSON.stringify(stored) === JSON.stringify(read);
  return stored === read;
}

/** The columns of a record that differ from the existing row. */
function differingColumns(entity: Entity, existing: Row, read: Row, withTimeline: Set<unknown>): string[] {
  return Object.keys(read).filter((name) => {
    if (name === 'password') return existing.passwordHash === null;
    // The KYC status follows the timeline, whatever the record of the customer contains.
    if (entity === customer && (name === 'kycStatus' || name === 'lastOkDate') && withTimeline.has(existing.id)) {
      return false;
    }
    // The date of a repeated status is the time of the former import if the written date was ahead of the clock.
    if (entity === kycStatus) return false;
    // The number might have become that of another customer since the event was written.
    if (entity === crmEvent && name === 'customerId' && existing.customerId !== null) return false;
    return !isSame(existing[name], read[name]);
  });
}

/** The columns that name the owner of a row. They never change. */
const ownerColumns = ['id', 'bankId', 'customerId', 'accountId', 'userId', 'meetingId'];

/** Whether a differing record updates the existing row. Placeholders and events without a customer are always completed. */
function canUpdate({ update }: Writing, entity: Entity, existing: Row, read: Row, differing: string[]): boolean {
  if (isPlaceholder(entity, existing) || (entity === crmEvent && differing.join() === 'customerId')) return true;
  if (!update || entity.isEvidence === true || differing.some((name) => ownerColumns.includes(name))) return false;
  // The record omits columns, whose stored values might not fit the others.
  return brokenRuleOf(entity, { ...existing, ...read }, existing) === null;
}

function applyChanges(entity: Entity, changes: Changes, identity: string, existing: Row, values: Row): void {
  // The row is of the same batch and not inserted yet.
  if (changes.inserts.has(existing)) {
    Object.assign(existing, values, entity.derive?.({ ...existing, ...values }));
    return;
  }
  const earlier = changes.updates.get(identity);
  const stored = earlier?.stored ?? existing;
  changes.updates.set(identity, { stored, changes: { ...earlier?.changes, ...values } });
  changes.rows.set(identity, { ...existing, ...values });
}

/** Hashes passwords, which takes long on purpose, and updates the validation of email addresses. */
async function completeUsers({ inserts, updates }: Changes, now: Date): Promise<void> {
  const updated = [...updates.values()].map(({ changes }) => changes);
  // The validation of the former address does not apply to the new one.
  for (const changes of updated) if (changes.email !== undefined) changes.emailValidatedAt = null;
  for (const row of [...inserts, ...updated]) {
    if (typeof row.password !== 'string') continue;
    row.passwordHash = await hashPassword(row.password);
    // A user with a password from the bank can log in without validating the address.
    row.emailValidatedAt = now;
    delete row.password;
  }
  for (const row of inserts) Object.assign(row, user.derive?.(row));
}

async function updateRow(
  transaction: Queries,
  entity: Entity,
  { stored, changes }: Update,
  now: Date,
  places: Map<unknown, Row>,
): Promise<void> {
  const columns = columnsOf(entity.table);
  const set: Row = { ...changes, ...entity.derive?.({ ...stored, ...changes }) };
  const isForOfficers = entity === customer && isUpdateForOfficers(Object.keys(changes));
  if (columns.updatedAt !== undefined && !isForOfficers) set.updatedAt = now;
  if (columns.version !== undefined && !isForOfficers) set.version = Number(stored.version) + 1;
  const key = columns.id === undefined ? entity.key : ['id', ...(entity.key.includes('bankId') ? ['bankId'] : [])];
  const conditions = key.map((name) => {
    const column = columns[name];
    if (column === undefined) throw new Error(`No column ${name} of ${entity.name}`);
    return eq(column, stored[name]);
  });
  const before = { ...stored, ...places.get(stored.meetingId) };
  await updateRows(transaction, entity.table, { before, set, where: and(...conditions) });
}

/** Finds the bank and the customer of each meeting, which the audit trail records and the invitees do not contain. */
async function placesOfMeetings(database: Database, invitees: Row[]): Promise<Map<unknown, Row>> {
  const ids = [...new Set(invitees.map(({ meetingId }) => meetingId))].map((id) => ({ id }));
  const meetings = await storedRows(database, meeting.table, ['id'], ids);
  return new Map(meetings.map(({ id, bankId, customerId }) => [id, { bankId, customerId }]));
}

function withPlaces(rows: Row[], places: Map<unknown, Row>): Row[] {
  return places.size === 0 ? rows : rows.map((row) => ({ ...row, ...places.get(row.meetingId) }));
}
