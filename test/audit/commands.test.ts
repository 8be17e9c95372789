import { randomUUID } from 'node:crypto';
import { mkdtemp, stat, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { asc, eq } from 'drizzle-orm';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { auditEvent, auditSeal } from '../../src/audit/audit.table.ts';
import { type AuditEvent, parseAuditEvent } from '../../src/audit/audit-event.ts';
import { auditCommand } from '../../src/audit/command-audit.ts';
import { type Database, openDatabase } from '../../src/database/database.ts';
import { sqlitePath } from '../../src/database/sqlite.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { user } from '../../src/domain/user/user.table.ts';
import { createUser } from '../../src/domain/user/user-administration.ts';
import { generateCustomers } from '../../src/import/generate.ts';
import { importFiles } from '../../src/import/import.ts';
import { createDatabaseUrl, dialectUnderTest } from '../support/database-url.ts';
import { testEnvironment } from '../support/gateway.ts';
import { buildProgram, type ProgramResult, runProgram } from '../support/program.ts';

const bankId = 'gh.29.uk';
const password = 'correct horse battery staple';
const secret = 's'.repeat(32);

let url: string;
let drop: () => Promise<void>;
let database: Database;
let folder: string;

beforeAll(async () => {
  const created = await createDatabaseUrl();
  url = created.url;
  drop = created.drop;
  database = await openDatabase(url);
  folder = await mkdtemp(join(tmpdir(), 'commands-'));
  await buildProgram();
}, 120_000);
afterAll(async () => {
  await database.close();
  await drop();
});

function run(command: string, input?: string): Promise<ProgramResult> {
  return runProgram(command.split(' '), { environment: testEnvironment(url), input });
}

/** The events of the newest chain, as one command has one. */
async function newestEvents(): Promise<AuditEvent[]> {
  const rows = await database.read.select().from(auditEvent).orderBy(asc(auditEvent.chain), asc(auditEvent.sequence));
  const newest = rows.at(-1)?.chain;
  return rows.filter(({ chain }) => chain === newest).map(({ event }) => parseAuditEvent(event));
}

async function onlyEvent(): Promise<AuditEvent> {
  const [event, ...others] = await newestEvents();
  expect(others).toEqual([]);
  if (event === undefined) throw new Error('No event was recorded.');
  return event;
}

async function userIdOf(username: string): Promise<string | undefined> {
  const [row] = await database.read.select().from(user).where(eq(user.username, username));
  return row?.id;
}

describe('a command of the command line', () => {
  test('that writes leaves who, what, of whom and which fields, but no value', async () => {
    await run('generate --customers 3');
    expect(await run('user create alice.audited --email alice@example.org', `${password}\n`)).toMatchObject({
      exitCode: 0,
    });
    const created = await onlyEvent();
    const userId = await userIdOf('alice.audited');
    expect(created).toMatchObject({
      kind: 'COMMAND',
      outcome: 'SUCCEEDED',
      operationName: 'user create',
      provider: 'command-line',
      clientName: userInfo().username,
      userId: null,
      bankId: null,
      subjectUserIds: [userId],
      errors: [],
    });
    expect(created.changes).toEqual(expect.arrayContaining(['User.username', 'User.email', 'User.passwordHash']));
    expect(JSON.stringify(created)).not.toMatch(/alice|correct horse/);
    const [seal] = await database.read
      .select()
      .from(auditSeal)
      .orderBy(asc(auditSeal.chain))
      .where(eq(auditSeal.isLast, true));
    expect(seal).toBeDefined();
  });

  test.each([
    [
      `grant alice.audited CanGetCustomers --bank ${bankId} --expires 90d`,
      { bankId, changes: expect.arrayContaining(['Entitlement.roleName', 'Entitlement.expiresAt']) },
    ],
    [`revoke alice.audited CanGetCustomers --bank ${bankId}`, { bankId, changes: ['Entitlement'] }],
    ['user disable alice.audited', { changes: ['User.disabledAt'] }],
    ['user enable alice.audited', { changes: ['User.disabledAt'] }],
    ['user unlock alice.audited', {}],
    ['user list', { changes: [] }],
    ['token alice.audited', { changes: [] }],
  ])('%s is recorded with the user', async (command, expected) => {
    expect(await run(command)).toMatchObject({ exitCode: 0, errors: '' });
    const event = await onlyEvent();
    const operationName = command.startsWith('user') ? command.split(' ', 2).join(' ') : command.split(' ', 1)[0];
    expect(event).toMatchObject({ kind: 'COMMAND', outcome: 'SUCCEEDED', operationName, ...expected });
    expect(event.subjectUserIds).toContain(await userIdOf('alice.audited'));
    expect(JSON.stringify(event)).not.toMatch(/alice/);
  });

  test('a password that is reset takes back every token', async () => {
    const result = await run('user reset-password alice.audited', 'another horse battery staple\n');
    expect(result.output).toContain('All tokens that it had are refused from now on.');
    expect((await onlyEvent()).changes.sort()).toEqual(['User.passwordHash', 'User.tokensValidFrom']);
    const [row] = await database.read.select().from(user).where(eq(user.username, 'alice.audited'));
    expect(row?.tokensValidFrom).toBeInstanceOf(Date);
  });

  test.each([
    [`bank four-eyes ${bankId} on`, ['Bank.kycFourEyes']],
    [`bank kyc-reason ${bankId} on`, ['Bank.kycReasonRequired']],
    [`bank retention ${bankId} 10d`, ['Bank.retentionDays']],
  ])('%s is recorded at the bank', async (command, changes) => {
    expect(await run(command)).toMatchObject({ exitCode: 0, errors: '' });
    expect(await onlyEvent()).toMatchObject({ outcome: 'SUCCEEDED', bankId, changes });
  });

  test.each([
    ['user disable nobody.here', 'OBP-20005', false],
    ['bank four-eyes nowhere on', 'OBP-30001', false],
    ['grant alice.audited CanGetCustomers --bank nowhere', 'OBP-30001', true],
    [`revoke alice.audited CanGetCustomers --bank ${bankId}`, 'OBP-30212', true],
    ['token nobody.here', 'OBP-20005', false],
    ['generate --customers 3', 'OBP-50000', false],
    ['import nowhere.json', 'OBP-10001', false],
  ])('%s fails, and is recorded with %s', async (command, error, isOfUser) => {
    expect((await run(command)).exitCode).not.toBe(0);
    expect(await onlyEvent()).toMatchObject({
      kind: 'COMMAND',
      outcome: 'FAILED',
      errors: [error],
      changes: [],
      bankId: null,
      subjectUserIds: isOfUser ? [await userIdOf('alice.audited')] : [],
    });
  });

  test('that copies the database is recorded, or its failure', async () => {
    const file = join(folder, 'copy.db');
    await run(`backup ${file}`);
    const outcome = dialectUnderTest === 'sqlite' ? 'SUCCEEDED' : 'FAILED';
    expect(await onlyEvent()).toMatchObject({ operationName: 'backup', outcome, customerIds: [] });
  });

  test.each(['import x.json', 'user list', 'backup x.db'])(
    '%s needs the secret that signs what is recorded',
    async (command) => {
      const { GATEWAY_SECRET, ...environment } = testEnvironment(url);
      expect(GATEWAY_SECRET).toBeDefined();
      expect(await runProgram(command.split(' '), { environment })).toMatchObject({
        exitCode: 2,
        output: '',
        errors: expect.stringMatching(/^GATEWAY_SECRET is not set/),
      });
    },
  );

  test.each(['2020-01-01T00:00:00Z', '2030-13-01T00:00:00Z'])(
    'grant --expires %s is refused, with what is allowed',
    async (time) => {
      const { exitCode, errors } = await run(`grant alice.audited CanGetAnyUser --expires ${time}`);
      expect([exitCode, errors]).toEqual([2, expect.stringContaining('It must be a moment to come')]);
    },
  );

  test('grant --expires takes a moment, too', async () => {
    const result = await run('grant alice.audited CanGetAnyUser --expires 2999-01-31T18:00:00+01:00');
    expect(result.output).toContain('alice.audited holds CanGetAnyUser until 2999-01-31T17:00:00.000Z.');
    expect((await run('user list')).output).toContain('\tCanGetAnyUser until 2999-01-31T17:00:00.000Z\n');
  });
});

describe('many customers', () => {
  let filled: Database;
  let filledUrl: string;
  let dropFilled: () => Promise<void>;

  beforeEach(async () => {
    const created = await createDatabaseUrl();
    filledUrl = created.url;
    filled = await openDatabase(filledUrl);
    dropFilled = created.drop;
    return async () => {
      await filled.close();
      await dropFilled();
    };
  });

  async function recorded(): Promise<AuditEvent[]> {
    const rows = await filled.read.select().from(auditEvent).orderBy(asc(auditEvent.sequence));
    return rows.map(({ event }) => parseAuditEvent(event));
  }

  function idsAt(events: AuditEvent[], bank: string, change: string): string[] {
    const ofBank = events.filter(
      (event) => event.bankId === bank && event.changes.some((each) => each.startsWith(change)),
    );
    expect(Math.max(...ofBank.map(({ customerIds }) => customerIds.length))).toBeLessThanOrEqual(1000);
    return ofBank.flatMap(({ customerIds }) => customerIds).sort();
  }

  test('that are imported are all named, at their own bank, at most 1,000 in an event', async () => {
    const records = Array.from({ length: 4_100 }, (_, index) => ({
      bank_id: index % 4 === 0 ? 'small.bank' : 'large.bank',
      customer_id: randomUUID(),
      customer_number: String(index),
      legal_name: `Imported Ada ${index}`,
      mobile_phone_number: '+44 7400 123456',
      customer_attributes: index % 2 === 0 ? [{ name: 'SEGMENT', type: 'STRING', value: 'retail' }] : [],
    }));
    const file = join(folder, 'many.json');
    await writeFile(file, JSON.stringify({ customers: records }));
    const importing = () =>
      auditCommand({ database: filled, secret, operationName: 'import' }, (audited) => importFiles(audited, [file]));
    expect(await importing()).toMatchObject({ isWritten: true });

    const events = await recorded();
    for (const bank of ['small.bank', 'large.bank']) {
      const ofBank = records.filter((record) => record.bank_id === bank);
      const idsOf = (some: typeof records) => some.map((record) => record.customer_id).sort();
      expect(idsAt(events, bank, 'Customer.')).toEqual(idsOf(ofBank));
      expect(idsAt(events, bank, 'CustomerAttribute.')).toEqual(
        idsOf(ofBank.filter((record) => record.customer_attributes.length > 0)),
      );
    }
    expect(new Set(events.map(({ kind, operationName }) => `${kind} ${operationName}`))).toEqual(
      new Set(['COMMAND import']),
    );
    const changes = new Set(events.flatMap((event) => event.changes));
    expect(changes).toContain('Customer.legalName');
    expect(changes).not.toContain('Customer.email');
    expect(/Imported Ada|\+44/.test(JSON.stringify(events))).toBe(false);

    // Nothing is written the second time, which is recorded nevertheless.
    await importing();
    expect((await recorded()).length).toBe(events.length + 1);
  });

  test('that are generated are all named, at their own bank', async () => {
    await auditCommand({ database: filled, secret, operationName: 'generate' }, (audited) =>
      generateCustomers(audited, { count: 60 }),
    );
    const events = await recorded();
    const rows = await filled.read.select({ id: customer.id, bankId: customer.bankId }).from(customer);
    for (const [bank, ofBank] of Map.groupBy(rows, (row) => row.bankId)) {
      expect(idsAt(events, bank, 'Customer.')).toEqual(ofBank.map(({ id }) => id).sort());
      const changes = events.filter((event) => event.bankId === bank).flatMap((event) => event.changes);
      expect(changes).toEqual(
        expect.arrayContaining(['Customer.legalName', 'KycCheck.satisfied', 'MeetingInvitee.name']),
      );
    }
    expect(events.filter((event) => event.bankId === null).flatMap((event) => event.changes)).not.toContain(
      'MeetingInvitee.name',
    );
  });

  test('what cannot be recorded is not written, and the command fails', async () => {
    await refuseEvents(filledUrl);
    const parts = { database: filled, secret, operationName: 'user create' };
    await expect(
      auditCommand(parts, (audited) =>
        createUser(audited, { username: 'unseen.one', email: 'u@example.org', password }),
      ),
    ).rejects.toThrow();
    expect(await filled.read.select().from(user)).toEqual([]);
    await expect(
      auditCommand({ ...parts, operationName: 'generate' }, (audited) => generateCustomers(audited, { count: 3 })),
    ).rejects.toThrow();
    expect(await filled.read.select().from(customer)).toEqual([]);
    await expect(auditCommand({ ...parts, operationName: 'user list' }, async () => 'all users')).rejects.toThrow();
  });

  test('a copy of the database that cannot be recorded is deleted', async () => {
    await refuseEvents(filledUrl);
    const file = join(folder, `unseen-${randomUUID()}.db`);
    const { exitCode } = await runProgram(['backup', file], { environment: testEnvironment(filledUrl) });
    expect(exitCode).toBe(1);
    await expect(stat(file)).rejects.toThrow('ENOENT');
  });
});

/** As if the audit trail were out of order: the database takes no event. */
async function refuseEvents(databaseUrl: string): Promise<void> {
  if (dialectUnderTest === 'sqlite') {
    const handle = new SqliteDatabase(sqlitePath(databaseUrl));
    handle.exec("create trigger no_event before insert on audit_event begin select raise(abort, 'out of order'); end");
    handle.close();
    return;
  }
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('alter table audit_event add constraint no_event check (sequence < 0) not valid');
  await client.end();
}
