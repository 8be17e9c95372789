import { randomUUID } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import { hashPassword, localProvider } from '../auth/password.ts';
import type { Database, Queries } from '../database/database.ts';
import { insertRows } from '../database/insert-rows.ts';
import { updateRows } from '../database/write-row.ts';
import { bank } from '../domain/bank/bank.table.ts';
import { lastOkDateOrderOf } from '../domain/customer/customer.rules.ts';
import { customer } from '../domain/customer/customer.table.ts';
import { kycStatus } from '../domain/kyc/kyc-status.table.ts';
import { meeting } from '../domain/meeting/meeting.table.ts';
import { user } from '../domain/user/user.table.ts';
import { type Noun, nounOf, nouns } from './entities.ts';
import { columnsOf, identityOf, isEmptyTable, revived, storedRows } from './existing-rows.ts';
import type { Row } from './fields.ts';
import { fieldNames, type NounName } from './records.ts';
import { countsOf, type ImportReport } from './report.ts';
import type { StagedRow, Staging } from './staging.ts';

/** What is written in one transaction: others wait for it no longer than a moment. */
const rowsPerTransaction = 4000;

export interface Writing {
  database: Database;
  staging: Staging;
  report: ImportReport;
  /** Whether rows that exist with other values are changed. */
  update: boolean;
  now: Date;
  onDifference(row: StagedRow, fields: string[]): void;
  onRows(count: number): void;
}

interface Update {
  found: Row;
  changes: Row;
}

/** Columns that never change: whose the row is. */
const fixedColumns = ['id', 'bankId', 'customerId', 'accountId', 'userId', 'meetingId'];
const timesOfWriting = ['createdAt', 'updatedAt', 'insertDate', 'dateInserted'];

function isSame(stored: unknown, read: unknown): boolean {
  if (stored instanceof Date) return read instanceof Date && stored.getTime() === read.getTime();
  if (Array.isArray(stored)) return JSON.stringify(stored) === JSON.stringify(read);
  return stored === read;
}

/** A new row whole: with what its record does not say. */
function completeRow({ table, defaults = {}, derive }: Noun, read: Row, now: Date): Row {
  const row: Row = {};
  for (const [name, column] of Object.entries(columnsOf(table))) {
    if (name === 'rowNumber') continue;
    row[name] = read[name] ?? defaults[name] ?? column.default ?? null;
    if (row[name] !== null) continue;
    if (name === 'id') row.id = randomUUID();
    else if (name === 'version') row.version = 1;
    else if (timesOfWriting.includes(name)) row[name] = now;
  }
  return derive === undefined ? row : Object.assign(row, derive(row));
}

/** The staged row with its customer, bank and dates; what cannot be unset is left out where OBP says it is unset. */
function readRow({ table }: Noun, staged: StagedRow): Row {
  const columns = columnsOf(table);
  const row = revived(table, { ...staged.row });
  if (columns.customerId !== undefined && staged.customerId !== null) row.customerId = staged.customerId;
  if (columns.bankId !== undefined && staged.bankId !== null) row.bankId = staged.bankId;
  for (const name of Object.keys(row)) if (row[name] === null && columns[name]?.notNull === true) delete row[name];
  return row;
}

/** A bank or a user that was only referred to until now: its record fills it. */
function isStub(noun: NounName, row: Row): boolean {
  if (noun === 'bank') {
    return row.shortName === null && row.fullName === null && row.logoUrl === null && row.websiteUrl === null;
  }
  return (
    noun === 'user' &&
    row.provider === localProvider &&
    row.username === row.id &&
    row.email === null &&
    row.passwordHash === null
  );
}

/** The status of a customer follows the newest of the timeline; of two of one moment, the one that is not ok. */
function currentStatus(timeline: Row[]): { kycStatus: boolean; lastOkDate: Date | null } {
  let newest: Row | null = null;
  let lastOkDate: Date | null = null;
  for (const status of timeline) {
    if (!(status.date instanceof Date)) continue;
    const newestDate = newest?.date instanceof Date ? newest.date : null;
    if (
      newestDate === null ||
      status.date > newestDate ||
      (status.date.getTime() === newestDate.getTime() && !status.ok)
    ) {
      newest = status;
    }
    if (status.ok === true && (lastOkDate === null || status.date > lastOkDate)) lastOkDate = status.date;
  }
  return { kycStatus: newest?.ok === true, lastOkDate };
}

async function updateRow(
  transaction: Queries,
  noun: Noun,
  { found, changes }: Update,
  now: Date,
  places: Map<unknown, Row>,
): Promise<void> {
  const columns = columnsOf(noun.table);
  const merged = { ...found, ...changes };
  const set: Row = { ...changes, ...noun.derive?.(merged) };
  if (columns.updatedAt !== undefined) set.updatedAt = now;
  if (columns.version !== undefined) set.version = Number(found.version) + 1;
  const key = columns.id === undefined ? noun.key : ['id', ...(noun.key.includes('bankId') ? ['bankId'] : [])];
  const conditions = key.map((name) => {
    const column = columns[name];
    if (column === undefined) throw new Error(`No column ${name} of ${noun.name}`);
    return eq(column, found[name]);
  });
  const before = { ...found, ...places.get(found.meetingId) };
  await updateRows(transaction, noun.table, { before, set, where: and(...conditions) });
}

/**
 * The users of usernames, which were checked, or were nobody's, when the import began. Fails where somebody took one since:
 * who registers a name at the right moment must not become the owner of an account.
 */
async function usersNamed({ database, now }: Writing, names: Row[]): Promise<Map<string, Row>> {
  const rows = await storedRows(database, user, ['provider', 'username'], names);
  if (rows.some(({ createdAt }) => createdAt instanceof Date && createdAt > now)) {
    throw new Error('A user that the files name was registered while they were imported: import them again.');
  }
  return new Map(rows.map((row) => [identityOf(['provider', 'username'], row), row]));
}

/** Gives rows what is only known when what they refer to is written: the user of a username, the customer of a CRM event. */
async function resolveReferences(writing: Writing, noun: Noun, batch: StagedRow[], rows: Row[]): Promise<void> {
  const { database } = writing;
  const named = batch
    .filter(({ username }) => username !== null)
    .map(({ provider, username }) => ({ provider, username }));
  if (named.length > 0) {
    const users = await usersNamed(writing, named);
    batch.forEach(({ provider, username }, index) => {
      const row = rows[index];
      if (row === undefined || username === null) return;
      row.userId = users.get(identityOf(['provider', 'username'], { provider, username }))?.id;
    });
  }
  if (noun.name === 'crmEvent') {
    const customers = new Map(
      (await storedRows(database, customer, ['bankId', 'customerNumber'], rows)).map((row) => [
        identityOf(['bankId', 'customerNumber'], row),
        row.id,
      ]),
    );
    for (const row of rows) {
      const customerId = customers.get(identityOf(['bankId', 'customerNumber'], row));
      if (customerId !== undefined) row.customerId = customerId;
    }
  }
}

/** The columns of a record that differ from the row that is there. */
function differingColumns(noun: NounName, found: Row, read: Row, withTimeline: Set<unknown>): string[] {
  return Object.keys(read).filter((name) => {
    if (name === 'password') return found.passwordHash === null;
    // It follows the timeline, whatever the record of the customer says.
    if (noun === 'customer' && (name === 'kycStatus' || name === 'lastOkDate') && withTimeline.has(found.id))
      return false;
    // The number of the event may have become that of another customer since.
    if (noun === 'crmEvent' && name === 'customerId' && found.customerId !== null) return false;
    return !isSame(found[name], read[name]);
  });
}

/** Those of the customers that have a timeline in the database. */
async function customersWithTimeline(database: Database, customerIds: string[]): Promise<Set<unknown>> {
  const rows = customerIds.map((customerId) => ({ customerId }));
  return new Set((await storedRows(database, kycStatus, ['customerId'], rows)).map(({ customerId }) => customerId));
}

/** A password is hashed only when it is written: that is slow on purpose. */
async function hashPasswords(rows: Row[], now: Date): Promise<void> {
  for (const row of rows) {
    if (typeof row.password !== 'string') continue;
    row.passwordHash = await hashPassword(row.password);
    // Who is given a password by the bank is to be able to log in.
    row.emailValidatedAt = now;
    delete row.password;
  }
}

async function writeBatch(writing: Writing, noun: Noun, batch: StagedRow[], areAllNew: boolean): Promise<void> {
  const { database, staging, report, now } = writing;
  const counts = countsOf(report, noun.name);
  const withoutId = batch[0]?.withoutId === true;
  const key = (withoutId ? noun.keyWithoutId : undefined) ?? noun.key;
  const readBy = withoutId
    ? (noun.readByWithoutId ?? noun.keyWithoutId ?? noun.readBy ?? noun.key)
    : (noun.readBy ?? noun.key);

  const rows = batch.map((staged) => readRow(noun, staged));
  await resolveReferences(writing, noun, batch, rows);
  const stored = areAllNew ? [] : await storedRows(database, noun.table, readBy, rows);
  const existing = new Map(stored.map((row) => [identityOf(key, row), row]));
  const withTimeline =
    noun.name === 'customer' && stored.length > 0
      ? await customersWithTimeline(
          database,
          stored.map((row) => String(row.id)),
        )
      : new Set();

  const inserts = new Set<Row>();
  const updates = new Map<string, Update>();
  for (const [index, read] of rows.entries()) {
    const staged = batch[index];
    if (staged === undefined) continue;
    const identity = identityOf(key, read);
    const found = existing.get(identity);
    if (found === undefined) {
      const row = completeRow(noun, read, now);
      if (read.password !== undefined) row.password = read.password;
      inserts.add(row);
      existing.set(identity, row);
      counts.written += 1;
      continue;
    }
    const differing = differingColumns(noun.name, found, read, withTimeline);
    if (differing.length === 0) {
      counts.unchanged += 1;
      continue;
    }
    const isFilled = isStub(noun.name, found) || (noun.name === 'crmEvent' && differing.join() === 'customerId');
    const isFixed = differing.some((name) => fixedColumns.includes(name)) && !isFilled;
    if (!isFilled && (!writing.update || noun.isEvidence || isFixed)) {
      counts.different += 1;
      writing.onDifference(staged, fieldNames(noun.name, differing));
      continue;
    }
    const changes = Object.fromEntries(differing.map((name) => [name, read[name]]));
    counts.updated += 1;
    // A row of this very batch is changed before it is inserted.
    if (inserts.has(found)) {
      Object.assign(found, changes, noun.derive?.({ ...found, ...changes }));
      continue;
    }
    const before = updates.get(identity);
    updates.set(identity, { found: before?.found ?? found, changes: { ...before?.changes, ...changes } });
    existing.set(identity, { ...found, ...changes });
  }

  if (noun.name === 'customer') followStagedTimelines(staging, [...inserts]);
  if (noun.name === 'user') {
    // A new address is not validated by the validation of the former one.
    for (const { changes } of updates.values()) if (changes.email !== undefined) changes.emailValidatedAt = null;
    await hashPasswords([...inserts, ...[...updates.values()].map(({ changes }) => changes)], now);
    for (const row of inserts) Object.assign(row, noun.derive?.(row));
  }
  const followers = noun.name === 'kycStatus' ? await customersToFollow(database, existing) : [];
  if (inserts.size + updates.size + followers.length === 0) return;
  const places = noun.name === 'meetingInvitee' ? await placesOfMeetings(database, rows) : new Map<unknown, Row>();
  await database.transaction(async (transaction) => {
    const recorded = withTheirPlace([...inserts], places);
    await insertRows(transaction, noun.table, [...inserts], { onConflict: 'ignore', recorded });
    for (const update of updates.values()) await updateRow(transaction, noun, update, now, places);
    for (const follower of followers) await updateRow(transaction, nounOf('customer'), follower, now, places);
  });
}

/** For the audit trail: the bank and the customer of each meeting, as its invitees do not say them. */
async function placesOfMeetings(database: Database, invitees: Row[]): Promise<Map<unknown, Row>> {
  const meetings = await storedRows(
    database,
    meeting,
    ['id'],
    [...new Set(invitees.map(({ meetingId }) => meetingId))].map((id) => ({ id })),
  );
  return new Map(meetings.map(({ id, bankId, customerId }) => [id, { bankId, customerId }]));
}

function withTheirPlace(rows: Row[], places: Map<unknown, Row>): Row[] {
  return places.size === 0 ? rows : rows.map((row) => ({ ...row, ...places.get(row.meetingId) }));
}

/** A new customer is written as the timeline beside it says, rather than changed a moment later. */
function followStagedTimelines(staging: Staging, customers: Row[]): void {
  const timelines = Map.groupBy(
    staging.kycStatusesOf(customers.map(({ id }) => String(id))),
    ({ customerId }) => customerId,
  );
  for (const row of customers) {
    const timeline = timelines.get(String(row.id));
    if (timeline === undefined) continue;
    const status = currentStatus(timeline.map((staged) => revived(kycStatus, staged.row)));
    Object.assign(row, status, { lastOkDateOrder: lastOkDateOrderOf(status.lastOkDate) });
  }
}

/** The customers whose status is not that of their timeline. */
async function customersToFollow(database: Database, statuses: Map<string, Row>): Promise<Update[]> {
  const timelines = Map.groupBy(statuses.values(), ({ customerId }) => String(customerId));
  const customers = await storedRows(
    database,
    customer,
    ['id'],
    [...timelines.keys()].map((id) => ({ id })),
  );
  return customers
    .map((found) => ({ found, changes: currentStatus(timelines.get(String(found.id)) ?? []) }))
    .filter(
      ({ found, changes }) => found.kycStatus !== changes.kycStatus || !isSame(found.lastOkDate, changes.lastOkDate),
    );
}

async function writeStubs(writing: Writing, noun: Noun, rows: Row[]): Promise<void> {
  const stubs = rows.map((row) => completeRow(noun, row, writing.now));
  countsOf(writing.report, noun.name).stubs += stubs.length;
  if (stubs.length > 0) {
    await writing.database.transaction(async (transaction) => {
      await insertRows(transaction, noun.table, stubs, { onConflict: 'ignore' });
    });
  }
}

/** The banks that are referred to, but neither in the files nor in the database. */
async function writeBankStubs(writing: Writing, noun: Noun): Promise<void> {
  const referred = writing.staging.database
    .prepare<[], { id: string }>('select distinct bank_id as id from staged where bank_id is not null')
    .all();
  const known = new Set((await storedRows(writing.database, bank, ['id'], referred)).map(({ id }) => id));
  await writeStubs(
    writing,
    noun,
    referred.filter(({ id }) => !known.has(id)),
  );
}

/** Users that are referred to by an id or, as owners of accounts, by a username. Nobody can log in as one. */
async function writeUserStubs(writing: Writing, noun: Noun): Promise<void> {
  const byId = writing.staging.database.prepare<[string, number], { id: string }>(
    'select id from user_stub where id > ? order by id limit ?',
  );
  for (let last = ''; ; ) {
    const rows = byId.all(last, rowsPerTransaction);
    if (rows.length === 0) break;
    last = rows.at(-1)?.id ?? last;
    await writeStubs(
      writing,
      noun,
      rows.map(({ id }) => ({ id, username: id, provider: localProvider, providerId: id })),
    );
  }
  const byUsername = writing.staging.database.prepare<[string, number], { username: string }>(
    `select distinct username from staged
    where noun = 'accountHolder' and provider = '${localProvider}' and username > ? order by username limit ?`,
  );
  for (let last = ''; ; ) {
    const rows = byUsername.all(last, rowsPerTransaction);
    if (rows.length === 0) break;
    last = rows.at(-1)?.username ?? last;
    const names = rows.map(({ username }) => ({ username, provider: localProvider }));
    const known = await usersNamed(writing, names);
    await writeStubs(
      writing,
      noun,
      names
        .filter((name) => !known.has(identityOf(['provider', 'username'], name)))
        .map((name) => ({ ...name, providerId: name.username })),
    );
  }
}

/**
 * Whether nothing can be there yet, so that nothing is looked up: a first import. A timeline is always read, as it may
 * begin in one batch and go on in the next.
 */
async function isAllNew({ database, staging }: Writing, { name, table }: Noun): Promise<boolean> {
  return name !== 'kycStatus' && (await isEmptyTable(database, table)) && staging.areDistinct(name);
}

/** Writes what is staged in batches, each of which may be repeated: an import that was interrupted is started again. */
export async function writeStaged(writing: Writing): Promise<void> {
  for (const noun of nouns) {
    const areAllNew = await isAllNew(writing, noun);
    for (const batch of writing.staging.batches(noun.name, rowsPerTransaction)) {
      await writeBatch(writing, noun, batch, areAllNew);
      writing.onRows(batch.length);
    }
    if (noun.name === 'bank') await writeBankStubs(writing, noun);
    if (noun.name === 'user') await writeUserStubs(writing, noun);
  }
}
