import { randomUUID } from 'node:crypto';
import { mkdtemp, stat, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { asc, eq } from 'drizzle-orm';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { auditEvent, auditSeal } from '../../src/audit/audit.table.ts';
import { type AuditEvent, auditEventOf, parseAuditEvent } from '../../src/audit/audit-event.ts';
import { openAuditTrail } from '../../src/audit/audit-trail.ts';
import { auditCommand } from '../../src/audit/command-audit.ts';
import { InstallationSecret } from '../../src/base/installation-secret.ts';
import { change } from '../../src/changes/change.table.ts';
import { recorderOf } from '../../src/database/change-recorder.ts';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { sqlitePath } from '../../src/database/sqlite-path.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { user } from '../../src/domain/user/user.table.ts';
import { createUser } from '../../src/domain/user/user-administration.ts';
import { generateCustomers } from '../../src/import/generate.ts';
import { importFiles } from '../../src/import/import.ts';
import { openTamperer } from '../support/audit-world.ts';
import { runCommand } from '../support/command.ts';
import { createDatabaseUrl, createMigratedDatabaseUrl, dialectUnderTest } from '../support/database-url.ts';
import { testEnvironment } from '../support/gateway.ts';
import { buildProgram, type ProgramResult, runProgram } from '../support/program.ts';

const bankId = 'gh.29.uk';
const password = 'correct horse battery staple';
const secret = new InstallationSecret('s'.repeat(32));

let url: string;
let drop: () => Promise<void>;
let database: Database;
let folder: string;

beforeAll(async () => {
  const created = await createMigratedDatabaseUrl();
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
  return runCommand(command.split(' '), { environment: testEnvironment(url), input });
}

/** Runs the real program, whose operator, backups, and seals are tested. */
function runProcess(command: string, input?: string): Promise<ProgramResult> {
  return runProgram(command.split(' '), { environment: testEnvironment(url), input });
}

/** The events of the newest chain, because each command has a chain. */
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

describe('the audit trail of commands', () => {
  test('contains the operator, the command, the user, and the changed fields, but no values', async () => {
    await runProcess('generate --customers 3');
    expect(await runProcess('user create alice.audited --email alice@example.org', `${password}\n`)).toMatchObject({
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
    ['user validate-email alice.audited', { changes: ['User.emailValidatedAt'] }],
    ['user list', { changes: [] }],
    ['token alice.audited', { changes: [] }],
  ])('contains the user of %s', async (command, expected) => {
    expect(await run(command)).toMatchObject({ exitCode: 0, errors: '' });
    const event = await onlyEvent();
    const operationName = command.startsWith('user') ? command.split(' ', 2).join(' ') : command.split(' ', 1)[0];
    expect(event).toMatchObject({ kind: 'COMMAND', outcome: 'SUCCEEDED', operationName, ...expected });
    expect(event.subjectUserIds).toContain(await userIdOf('alice.audited'));
    expect(JSON.stringify(event)).not.toMatch(/alice/);
  });

  test('contains the option by which a super admin is created', async () => {
    const result = await run('user create root.audited --email root@example.org --super-admin', `${password}\n`);

    expect(result).toMatchObject({ exitCode: 0, errors: '' });
    expect(await onlyEvent()).toMatchObject({
      operationName: 'user create --super-admin',
      provider: 'command-line',
      userId: null,
      subjectUserIds: [await userIdOf('root.audited')],
    });
  });

  test('contains the revocation of all tokens by a reset of the password', async () => {
    const result = await run('user reset-password alice.audited', 'another horse battery staple\n');
    expect(result.output).toContain("All of the user's earlier tokens are refused from now on.");
    expect((await onlyEvent()).changes.sort()).toEqual([
      'User.passwordHash',
      'User.tokenGeneration',
      'User.tokensValidFrom',
    ]);
    const [row] = await database.read.select().from(user).where(eq(user.username, 'alice.audited'));
    expect(row?.tokensValidFrom).toBeInstanceOf(Date);
  });

  test.each([
    [`bank four-eyes ${bankId} on`, ['Bank.kycFourEyes']],
    [`bank kyc-reason ${bankId} on`, ['Bank.kycReasonRequired']],
    [`bank grant-approval ${bankId} on`, ['Bank.grantApprovalRequired']],
    [`bank retention ${bankId} 10d`, ['Bank.retentionDays']],
    [
      `bank review ${bankId} 365d`,
      ['ReviewInterval.attributeName', 'ReviewInterval.attributeValue', 'ReviewInterval.days'],
    ],
  ])('contains the bank of %s', async (command, changes) => {
    expect(await run(command)).toMatchObject({ exitCode: 0, errors: '' });
    expect(await onlyEvent()).toMatchObject({ outcome: 'SUCCEEDED', bankId, changes });
  });

  test.each([
    ['user disable unknown.user', 'OBP-20005', false],
    ['bank four-eyes nowhere on', 'OBP-30001', false],
    ['grant alice.audited CanGetCustomers --bank nowhere', 'OBP-30001', true],
    [`revoke alice.audited CanGetCustomers --bank ${bankId}`, 'OBP-30212', true],
    ['token unknown.user', 'OBP-20005', false],
    ['generate --customers 3', 'OBP-50000', false],
    ['import nowhere.json', 'OBP-10001', false],
  ])('contains the failure of %s with the key %s', async (command, error, isOfUser) => {
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

  test('contains a backup, or its failure', async () => {
    const file = join(folder, 'copy.db');
    const { seals } = await runProcess(`backup ${file}`);
    const outcome = dialectUnderTest === 'sqlite' ? 'SUCCEEDED' : 'FAILED';
    expect(await onlyEvent()).toMatchObject({ operationName: 'backup', outcome, customerIds: [] });
    if (dialectUnderTest !== 'sqlite') return;

    // The event is recorded before the copy is made, so the copy contains the event and its seal.
    const heads = join(folder, 'copy.heads');
    await writeFile(heads, seals.join('\n'));
    const environment = testEnvironment(`file:${file}`);
    const { exitCode, output } = await runProgram(['audit', 'verify', '--heads', heads], { environment });
    expect([exitCode, output]).toEqual([0, expect.stringMatching(/\(0 not sealed yet\).* 1 seals in the log/)]);
    const exported = await runProgram(['audit', 'export'], { environment });
    expect(exported.output).toContain('"operationName":"backup"');

    expect(await runProcess(`backup ${file}`)).toMatchObject({ exitCode: 1 });
    expect(await onlyEvent()).toMatchObject({ operationName: 'backup', outcome: 'FAILED' });
  });

  test('ends with a printed seal, by which audit verify finds removed events', async () => {
    const own = await createMigratedDatabaseUrl();
    const runOwn = (command: string) => runCommand(command.split(' '), { environment: testEnvironment(own.url) });
    const commands = ['user list', 'user disable unknown.user', 'user list'];
    const seals: string[] = [];
    for (const command of commands) seals.push(...(await runOwn(command)).seals);
    expect(seals.map((line) => JSON.parse(line))).toMatchObject(
      commands.map((_, index) => ({ level: 'info', msg: 'audit seal', chain: index + 1, number: 1, sequence: 1 })),
    );
    const heads = join(folder, 'cron.log');
    await writeFile(heads, `${seals.join('\n')}\n`);
    const verified = await runOwn(`audit verify --heads ${heads}`);
    expect(verified).toMatchObject({ exitCode: 0, errors: '', seals: [] });
    expect(verified.output).toMatch(/3 seals, 3 seals in the log\.\nThe audit trail is intact\.\n$/);

    const tamperer = await openTamperer(own.url);
    for (const table of ['audit_event', 'audit_seal']) await tamperer.execute(`delete from ${table} where chain = 3`);
    await tamperer.execute('delete from audit_chain where number = 3');
    await tamperer.close();
    expect(await runOwn('audit verify')).toMatchObject({ exitCode: 0 });
    expect(await runOwn(`audit verify --heads ${heads}`)).toMatchObject({
      exitCode: 1,
      output: expect.stringMatching(/^chain 3, seal 1.*: truncated\. The log contains this seal.*/),
    });
    await own.drop();
  });

  test('does not contain audit verify, which does not migrate the database', async () => {
    const own = await createDatabaseUrl();
    const runOwn = (command: string) => runCommand(command.split(' '), { environment: testEnvironment(own.url) });
    for (const _ of ['once', 'and again']) {
      expect(await runOwn('audit verify')).toMatchObject({
        exitCode: 1,
        errors: expect.stringMatching(/lacks \d+ migrations of this program|\.db does not exist/),
      });
    }
    await runOwn('migrate');
    for (const _ of ['once', 'and again']) {
      expect((await runOwn('audit verify')).output).toMatch(/^0 chains, 0 events /);
    }
    await own.drop();
  });

  test('contains audit export at each bank of the exported events, with the selected customer or user', async () => {
    const own = await createMigratedDatabaseUrl();
    const filled = await openDatabase(own.url);
    const trail = await openAuditTrail({ database: filled, secret });
    const read = { kind: 'READ', outcome: 'SUCCEEDED', userId: 'alice' } as const;
    await trail.record([
      auditEventOf({ ...read, bankId: 'bank-a', customerIds: ['customer-a'] }),
      auditEventOf({ ...read, bankId: 'bank-b', customerIds: ['customer-b'] }),
      auditEventOf({ ...read, bankId: 'bank-c', userId: 'bob' }),
      auditEventOf({ ...read, bankId: null, userId: 'bob' }),
    ]);
    await trail.close();
    await filled.close();
    const recordedBy = async (options: string) => {
      const command = `audit export${options}`.split(' ');
      await runCommand(command, { environment: testEnvironment(own.url) });
      const next = await runCommand(['audit', 'export'], { environment: testEnvironment(own.url) });
      const lines = next.output.trimEnd().split('\n');
      const events = lines.map((line) => ({ chain: 0, ...parseAuditEvent(line) }));
      const exports = events.filter(({ operationName }) => operationName === 'audit export');
      const chains = [...new Set(exports.map(({ chain }) => chain))].sort((one, other) => one - other);
      return exports
        .filter(({ chain }) => chain === chains.at(-2))
        .map(({ bankId, customerIds, subjectUserIds }) => ({ bankId, customerIds, subjectUserIds }))
        .sort((one, other) => String(one.bankId).localeCompare(String(other.bankId)));
    };

    const ofAlice = { customerIds: [], subjectUserIds: ['alice'] };
    const ofAll = { customerIds: [], subjectUserIds: [] };
    expect(await recordedBy(' --user alice')).toEqual([
      { bankId: 'bank-a', ...ofAlice },
      { bankId: 'bank-b', ...ofAlice },
    ]);
    expect(await recordedBy(' --customer customer-b')).toEqual([
      { bankId: 'bank-b', customerIds: ['customer-b'], subjectUserIds: [] },
    ]);
    expect(await recordedBy(' --bank bank-c')).toEqual([{ bankId: 'bank-c', ...ofAll }]);
    expect(await recordedBy(' --user unknown')).toEqual([
      { bankId: null, customerIds: [], subjectUserIds: ['unknown'] },
    ]);
    expect(await recordedBy(' --to 2999-01-01')).toEqual(
      ['bank-a', 'bank-b', 'bank-c', null].map((bankId) => ({ bankId, ...ofAll })),
    );
    await own.drop();
  });

  test.each(['import x.json', 'user list', 'backup x.db'])('requires GATEWAY_SECRET for %s', async (command) => {
    const { GATEWAY_SECRET, ...environment } = testEnvironment(url);
    expect(GATEWAY_SECRET).toBeDefined();
    expect(await runCommand(command.split(' '), { environment })).toMatchObject({
      exitCode: 2,
      output: '',
      errors: expect.stringMatching(/^GATEWAY_SECRET must be set/),
    });
  });
});

test.each(['2020-01-01T00:00:00Z', '2027-02-30T00:00:00Z', '2027-02-30'])(
  'grant --expires rejects %s',
  async (time) => {
    const { exitCode, errors } = await run(`grant alice.audited CanGetAnyUser --expires ${time}`);
    expect([exitCode, errors]).toEqual([2, expect.stringContaining('It must be a time in the future')]);
  },
);

test('grant --expires accepts a time', async () => {
  const result = await run('grant alice.audited CanGetAnyUser --expires 2999-01-31T18:00:00+01:00');
  expect(result.output).toContain('Role CanGetAnyUser granted to alice.audited until 2999-01-31T17:00:00.000Z.');
  expect((await run('user list')).output).toContain('\tCanGetAnyUser until 2999-01-31T17:00:00.000Z\n');
});

describe('the audit trail of many customers', () => {
  let filled: Database;
  let filledUrl: string;
  let dropFilled: () => Promise<void>;

  beforeEach(async () => {
    const created = await createMigratedDatabaseUrl();
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
      (event) => event.bankId === bank && event.changes.some((name) => name.startsWith(change)),
    );
    expect(Math.max(...ofBank.map(({ customerIds }) => customerIds.length))).toBeLessThanOrEqual(1000);
    return ofBank.flatMap(({ customerIds }) => customerIds).sort();
  }

  test('contains all imported customers, each at its bank, at most 1,000 in an event', async () => {
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

    const stored = await filled.read.select().from(change);
    for (const bankId of ['small.bank', 'large.bank']) {
      const atBank = stored.filter((row) => row.bankId === bankId && row.fields.includes('Customer.legalName'));
      expect(idsAt(events, bankId, 'Customer.')).toEqual(atBank.flatMap(({ customerIds }) => customerIds).sort());
      expect(Math.max(...atBank.map(({ customerIds }) => customerIds.length))).toBeLessThanOrEqual(200);
    }
    expect(/Imported Ada|\+44/.test(JSON.stringify(stored))).toBe(false);

    // The second import writes nothing, but it is recorded.
    await importing();
    expect((await recorded()).length).toBe(events.length + 1);
  });

  test('contains all generated customers, each at its bank', async () => {
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

  test('records rows without a bank in an event without a bank, even if the other rows are of one bank', async () => {
    await auditCommand({ database: filled, secret, operationName: 'generate' }, (audited) =>
      generateCustomers(audited, { count: 1, bankIds: ['one.bank'] }),
    );
    const staff = await filled.read.select({ id: user.id }).from(user);
    expect(staff.length).toBeGreaterThan(0);
    const events = await recorded();
    const changesAt = (bank: string | null) =>
      events.filter(({ bankId }) => bankId === bank).flatMap(({ changes }) => changes);
    expect(changesAt('one.bank')).toContain('Bank.shortName');
    expect(changesAt('one.bank').filter((change) => change.startsWith('User.'))).toEqual([]);
    expect(changesAt(null)).toContain('User.username');
  });

  test('records imported system roles in an event without a bank, and bank roles at their bank', async () => {
    const entitlements = [
      { entitlement_id: randomUUID(), role_name: 'CanGetAnyUser', bank_id: '' },
      { entitlement_id: randomUUID(), role_name: 'CanGetCustomers', bank_id: 'one.bank' },
    ];
    const file = join(folder, 'roles.json');
    const userOf = (user_id: string, list: object[]) => ({
      user_id,
      username: user_id,
      email: `${user_id}@example.org`,
      entitlements: { list },
    });
    const users = [userOf('system-user', entitlements.slice(0, 1)), userOf('bank-user', entitlements.slice(1))];
    await writeFile(file, JSON.stringify({ banks: [{ id: 'one.bank', short_name: 'One' }], users }));
    const report = await auditCommand({ database: filled, secret, operationName: 'import' }, (audited) =>
      importFiles(audited, [file], { withEntitlements: true }),
    );
    expect(report).toMatchObject({ isWritten: true });

    const events = (await recorded()).filter(({ changes }) => changes.includes('Entitlement.roleName'));
    expect(events.map(({ bankId, subjectUserIds }) => [bankId, subjectUserIds])).toEqual(
      expect.arrayContaining([
        [null, ['system-user']],
        ['one.bank', ['bank-user']],
      ]),
    );
    expect(events).toHaveLength(2);
  });

  test('names the users of imported meetings', async () => {
    const file = join(folder, 'meetings.json');
    const meetings = [
      {
        ...{ meeting_id: randomUUID(), bank_id: 'one.bank', provider_id: 'jitsi', purpose_id: 'onboarding' },
        when: '2024-05-31T09:30:00Z',
        present: { staff_user_id: 'staff-user', customer_user_id: 'customer-user' },
      },
    ];
    await writeFile(file, JSON.stringify({ meetings }));
    await auditCommand({ database: filled, secret, operationName: 'import' }, (audited) =>
      importFiles(audited, [file]),
    );

    const events = (await recorded()).filter(({ changes }) => changes.includes('Meeting.providerId'));
    expect(events).toMatchObject([{ bankId: 'one.bank' }]);
    expect(events[0]?.subjectUserIds.toSorted()).toEqual(['customer-user', 'staff-user']);
  });

  test('fails the command and rolls back its writes if the event cannot be recorded', async () => {
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

  test('contains the subjects that a command adds, with the changes of its transactions, even if those fail', async () => {
    const added = { bankId: null, customerIds: [], subjectUserIds: ['a user'], changes: [] };
    const parts = { database: filled, secret, operationName: 'user create' };
    const create = (audited: Database) =>
      createUser(audited, { username: 'alice.added', email: 'a@example.org', password });
    await auditCommand(parts, async (audited, audit) => {
      audit.addSubjects({ userIds: ['a user'] });
      await create(audited);
    });
    const [alice] = await filled.read.select().from(user);
    expect(await recorded()).toMatchObject([
      { outcome: 'SUCCEEDED', subjectUserIds: [alice?.id], changes: expect.arrayContaining(['User.username']) },
      { outcome: 'SUCCEEDED', ...added },
    ]);

    const failing = auditCommand(parts, async (audited, audit) => {
      audit.addSubjects({ userIds: ['a user'] });
      await audited.transaction(async (transaction) => {
        recorderOf(transaction)?.inserted(user, [{ id: 'another user', username: 'another.user' }]);
        throw new Error('This is not written.');
      });
    });
    await expect(failing).rejects.toThrow('This is not written.');
    const failed = (await recorded()).filter(({ outcome }) => outcome === 'FAILED');
    expect(failed).toMatchObject([{ ...added, subjectUserIds: ['a user', 'another user'] }]);
  });

  test('does not contain a failed transaction if the command continues without it', async () => {
    await auditCommand({ database: filled, secret, operationName: 'import' }, async (audited) => {
      const failing = audited.transaction(async (transaction) => {
        recorderOf(transaction)?.inserted(user, [{ id: 'a user' }]);
        throw new Error('This is not written.');
      });
      await failing.catch(() => undefined);
    });
    expect(await recorded()).toMatchObject([{ outcome: 'SUCCEEDED', subjectUserIds: [] }]);
  });

  test('prevents a backup that cannot be recorded', async () => {
    await refuseEvents(filledUrl);
    const file = join(folder, `unseen-${randomUUID()}.db`);
    const environment = testEnvironment(filledUrl);
    expect(await runProgram(['backup', file], { environment })).toMatchObject({ exitCode: 1 });
    await expect(stat(file)).rejects.toThrow('ENOENT');

    // The command fails before it looks at the file.
    await writeFile(file, 'another file');
    const { exitCode, errors } = await runProgram(['backup', file], { environment });
    expect(exitCode).toBe(1);
    expect(errors).not.toMatch(/already exists|pg_dump/);
  });
});

/** Makes the database refuse every audit event. */
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
