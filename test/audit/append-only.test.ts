import { randomBytes, randomUUID } from 'node:crypto';
import SqliteDatabase from 'better-sqlite3';
import { getTableColumns, getTableName } from 'drizzle-orm';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditChain, auditCheckpoint, auditEvent, auditEventCustomer, auditSeal } from '../../src/audit/audit.table.ts';
import { auditEventOf } from '../../src/audit/audit-event.ts';
import { openAuditTrail } from '../../src/audit/audit-trail.ts';
import { InstallationSecret } from '../../src/base/installation-secret.ts';
import { appendOnlyTables, ownerOnlyTables } from '../../src/database/append-only.ts';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { sqlitePath } from '../../src/database/sqlite-path.ts';
import { runCommand } from '../support/command.ts';
import { createDatabaseUrl, dialectUnderTest } from '../support/database-url.ts';
import { testEnvironment } from '../support/gateway.ts';
import { buildProgram, type ProgramResult, runProgram, startProgram } from '../support/program.ts';

const tables = [auditChain, auditCheckpoint, auditEvent, auditEventCustomer, auditSeal];
const tableNames = tables.map(getTableName);

const primaryKeys: Record<string, string> = {
  audit_chain: 'number',
  audit_checkpoint: 'chain,sequence',
  audit_event: 'chain,sequence',
  audit_event_customer: 'customer_id,at,chain,sequence',
  audit_seal: 'chain,number',
};

/** Sends statements directly to the database. */
interface Intruder {
  send(statement: string): Promise<void>;
  end(): Promise<void>;
}

async function intrude(url: string): Promise<Intruder> {
  if (dialectUnderTest === 'sqlite') {
    const handle = new SqliteDatabase(sqlitePath(url));
    return { send: async (statement) => void handle.exec(statement), end: async () => void handle.close() };
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return { send: async (statement) => void (await client.query(statement)), end: () => client.end() };
}

test('appendOnlyTables and ownerOnlyTables contain every table of the audit trail, and the history of grants', () => {
  expect([...appendOnlyTables, ...ownerOnlyTables].sort()).toEqual([...tableNames, 'empowerment', 'migration'].sort());
});

describe('a user who owns the tables', () => {
  let database: Database;
  let intruder: Intruder;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const created = await createDatabaseUrl();
    drop = created.drop;
    database = await openDatabase(created.url);
    const trail = await openAuditTrail({ database, secret: new InstallationSecret('s'.repeat(32)) });
    await trail.record([auditEventOf({ kind: 'COMMAND', outcome: 'SUCCEEDED', customerIds: [randomUUID()] })]);
    await trail.close();
    const row = { chain: 1, sequence: 0, sealNumber: 0, head: '', at: new Date(), mac: 'none' };
    await database.transaction((transaction) => transaction.insert(auditCheckpoint).values(row));
    intruder = await intrude(created.url);
  });
  afterAll(async () => {
    await intruder.end();
    await database.close();
    await drop();
  });

  test.each(tableNames)('cannot change or delete rows of %s', async (name) => {
    const column = name === 'audit_event_customer' ? 'customer_id' : name === 'audit_event' ? 'event' : 'mac';
    const statements = [`update ${name} set ${column} = 'forged'`, `delete from ${name}`];
    if (dialectUnderTest === 'postgresql') statements.push(`truncate ${name} cascade`);
    for (const statement of statements) {
      await expect(intruder.send(statement), statement).rejects.toThrow(/audit trail is not (changed|deleted from)/);
    }
    const table = tables.find((candidate) => getTableName(candidate) === name) ?? auditEvent;
    expect(await database.read.select().from(table)).toHaveLength(1);
  });

  if (dialectUnderTest === 'sqlite') {
    test.each(tableNames)('cannot replace rows of %s by their primary key or their row ID', async (name) => {
      const table = tables.find((candidate) => getTableName(candidate) === name) ?? auditEvent;
      const before = await database.read.select().from(table);
      // An intruder can set these pragmas on their own connection.
      for (const pragma of ['pragma recursive_triggers = off', 'pragma foreign_keys = off'])
        await intruder.send(pragma);
      const columns = Object.values(getTableColumns(table)).map(({ name: column }) => column);
      const forged = columns.map((column) => (['mac', 'event'].includes(column) ? "'forged'" : column));
      const elsewhere = columns.map((column) => (column === 'chain' || column === 'number' ? `${column} + 7` : column));
      const statements = [
        `insert or replace into ${name} (${columns}) select ${forged} from ${name}`,
        `replace into ${name} (${columns}) select ${forged} from ${name}`,
        `insert into ${name} (${columns}) select ${forged} from ${name} where true on conflict do update set ${columns[0]} = 0`,
      ];
      // The primary key of a chain is its row ID.
      if (name !== 'audit_chain') {
        statements.push(`insert or replace into ${name} (rowid, ${columns}) select rowid, ${elsewhere} from ${name}`);
      }
      // The gateway inserts into these tables with `on conflict do nothing`, so a conflict is ignored there.
      const isIgnored = ['audit_seal', 'audit_checkpoint'].includes(name);
      for (const statement of statements) {
        if (isIgnored) await intruder.send(statement);
        else await expect(intruder.send(statement), statement).rejects.toThrow('The audit trail is not changed.');
        expect(await database.read.select().from(table), statement).toEqual(before);
      }
    });
  } else {
    test.each(tableNames)('cannot change rows of %s by inserting them again', async (name) => {
      const table = tables.find((candidate) => getTableName(candidate) === name) ?? auditEvent;
      const before = await database.read.select().from(table);
      const key = primaryKeys[name] ?? '';
      const [column] = key.split(',');
      const insertion = `insert into ${name} select * from ${name} on conflict (${key})`;

      await expect(intruder.send(`${insertion} do update set ${column} = excluded.${column}`)).rejects.toThrow(
        'The audit trail is not changed.',
      );
      await intruder.send(`${insertion} do nothing`);

      expect(await database.read.select().from(table)).toEqual(before);
    });
  }

  test('inserting an existing seal changes nothing, without an error', async () => {
    const [seal] = await database.read.select().from(auditSeal);
    if (seal === undefined) throw new Error('No seal was stored.');

    const inserted = await database.transaction((transaction) =>
      transaction
        .insert(auditSeal)
        .values({ ...seal, mac: 'another' })
        .onConflictDoNothing()
        .returning(),
    );

    expect(inserted).toEqual([]);
    expect(await database.read.select().from(auditSeal)).toEqual([seal]);
  });

  test('can delete events that a checkpoint covers', async () => {
    await intruder.send(
      "insert into audit_checkpoint values (1, 1, 1, '', 0, 'none')".replace(
        ', 0,',
        dialectUnderTest === 'sqlite' ? ', 0,' : ', now(),',
      ),
    );
    await intruder.send('delete from audit_event');
    expect(await database.read.select().from(auditEvent)).toEqual([]);
  });
});

if (dialectUnderTest === 'postgresql') {
  describe('a separate owner of the tables', () => {
    const id = randomBytes(6).toString('hex');
    const [owner, gateway, password] = [`owner_${id}`, `gateway_${id}`, randomBytes(12).toString('hex')];
    let created: Awaited<ReturnType<typeof createDatabaseUrl>>;
    let administrator: Intruder;
    let environment: Record<string, string>;
    let ownerUrl: string;
    let gatewayUrl: string;

    function urlOf(username: string): string {
      const url = new URL(created.url);
      url.username = username;
      url.password = password;
      return url.href;
    }

    function run(command: string, more: Record<string, string> = {}, input?: string): Promise<ProgramResult> {
      return runCommand(command.split(' '), { environment: { ...environment, ...more }, input });
    }

    /** Runs the real program. */
    function runProcess(command: string, more: Record<string, string> = {}, input?: string): Promise<ProgramResult> {
      return runProgram(command.split(' '), { environment: { ...environment, ...more }, input });
    }

    beforeAll(async () => {
      created = await createDatabaseUrl();
      administrator = await intrude(created.url);
      for (const name of [owner, gateway]) await administrator.send(`create role ${name} login password '${password}'`);
      await administrator.send(`alter database ${new URL(created.url).pathname.slice(1)} owner to ${owner}`);
      ownerUrl = urlOf(owner);
      gatewayUrl = urlOf(gateway);
      environment = testEnvironment(gatewayUrl);
      await buildProgram();
    }, 120_000);
    afterAll(async () => {
      await administrator.end();
      await created.drop();
      const server = await intrude(new URL('/postgres', created.url).href);
      for (const name of [gateway, owner]) await server.send(`drop role ${name}`);
      await server.end();
    });

    test('migrate fails for the user of the gateway, with a remedy', async () => {
      expect(await run('migrate')).toMatchObject({
        exitCode: 1,
        errors: expect.stringMatching(
          /lacks \d+ migrations of this program\. Run the command migrate with DATABASE_OWNER_URL set/,
        ),
      });
    });

    test('migrate fails if the owner is the user of the gateway, or does not own the tables', async () => {
      expect(await run('migrate', { DATABASE_URL: ownerUrl, DATABASE_OWNER_URL: ownerUrl })).toMatchObject({
        exitCode: 1,
        errors: expect.stringContaining('must not be a superuser or a member of the role of DATABASE_OWNER_URL'),
      });
      expect(await run('migrate', { DATABASE_URL: created.url, DATABASE_OWNER_URL: ownerUrl })).toMatchObject({
        exitCode: 1,
        errors: expect.stringContaining('must not be a superuser or a member of the role of DATABASE_OWNER_URL'),
      });
      expect(await run('migrate', { DATABASE_OWNER_URL: gatewayUrl, DATABASE_URL: ownerUrl })).toMatchObject({
        exitCode: 1,
        errors: expect.stringContaining('must own the database and all its tables'),
      });
    });

    test('after the owner has run migrate, the gateway serves and writes without the owner', async () => {
      expect(await runProcess('migrate', { DATABASE_OWNER_URL: ownerUrl })).toMatchObject({ exitCode: 0, errors: '' });
      expect(await run('generate --customers 3')).toMatchObject({ exitCode: 0, errors: '' });
      const user = 'user create alice.serves --email alice@example.org';
      expect(await runProcess(user, {}, 'correct horse battery staple\n')).toMatchObject({ exitCode: 0 });
      expect(await run('grant alice.serves CanGetCustomers --bank gh.29.uk')).toMatchObject({ exitCode: 0 });
      const token = (await run('token alice.serves')).output.trim();
      const { program, match, ended } = await startProgram(['serve', '--workers', '1'], /"url":"([^"]+)"/, {
        environment,
      });
      try {
        const response = await fetch(`${match[1]}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
          body: JSON.stringify({
            query: `mutation { login(username: "alice.serves", password: "correct horse battery staple") { token } }`,
          }),
        });
        expect(await response.json()).toMatchObject({ data: { login: { token: expect.any(String) } } });
      } finally {
        program.kill('SIGTERM');
      }
      expect(await ended).toBe(0);
      // A second migration has nothing to do.
      expect(await run('migrate', { DATABASE_OWNER_URL: ownerUrl })).toMatchObject({ exitCode: 0, errors: '' });
      expect(await run('user list', { DATABASE_OWNER_URL: ownerUrl })).toMatchObject({ exitCode: 0, errors: '' });
    }, 180_000);

    test.each([
      ...tableNames.flatMap((name) => [
        `update ${name} set chain = chain`.replace('audit_chain set chain = chain', 'audit_chain set number = number'),
        `delete from ${name}`,
        `truncate ${name} cascade`,
        `alter table ${name} disable trigger all`,
        `drop table ${name} cascade`,
      ]),
      'drop trigger audit_event_no_delete on audit_event',
      'create trigger mine before insert on audit_event for each row execute function audit_refuse_change()',
      'create or replace function audit_refuse_change() returns trigger language plpgsql as $$ begin return new; end $$',
      "insert into audit_checkpoint values (1, 1, 1, '', now(), '')",
      "insert into migration values ('x', 'x')",
      "set session_replication_role = 'replica'",
      `set role ${owner}`,
      `grant update on audit_event to ${gateway}`,
    ])('the database refuses this statement of the user of the gateway: %s', async (statement) => {
      const intruder = await intrude(gatewayUrl);
      try {
        if (statement.startsWith('grant')) {
          // PostgreSQL only logs a warning and grants nothing.
          await intruder.send(statement).catch(() => undefined);
          await expect(intruder.send("update audit_event set event = ''")).rejects.toMatchObject({ code: '42501' });
        } else await expect(intruder.send(statement)).rejects.toMatchObject({ code: '42501', severity: 'ERROR' });
      } finally {
        await intruder.end();
      }
    });

    test('the owner can prune the audit trail, and the user of the gateway cannot delete from it', async () => {
      const retention = { GATEWAY_AUDIT_RETENTION: '1d' };
      expect(await run('audit prune', { ...retention, DATABASE_OWNER_URL: ownerUrl })).toMatchObject({
        exitCode: 0,
        errors: '',
      });
      // With a checkpoint, the trigger allows the deletion, but the rights of the user do not.
      const intruder = await intrude(ownerUrl);
      await intruder.send("insert into audit_checkpoint values (1, 1, 0, '', now(), 'none')");
      await intruder.end();
      const gatewayUser = await intrude(gatewayUrl);
      await expect(gatewayUser.send('delete from audit_event where chain = 1 and sequence = 1')).rejects.toThrow(
        'permission denied',
      );
      await gatewayUser.end();
    });

    test('migrate revokes additional rights of the user of the gateway, or fails if it cannot', async () => {
      await administrator.send(`grant update (event), delete on audit_event to ${gateway}`);
      expect(await run('migrate', { DATABASE_OWNER_URL: ownerUrl })).toMatchObject({ exitCode: 0, errors: '' });
      const intruder = await intrude(gatewayUrl);
      await expect(intruder.send("update audit_event set event = ''")).rejects.toThrow('permission denied');
      await intruder.end();

      await administrator.send('grant delete on audit_event to public');
      expect(await run('migrate', { DATABASE_OWNER_URL: ownerUrl })).toMatchObject({
        exitCode: 1,
        errors: expect.stringMatching(/holds select, insert, delete on audit_event by grants of others/),
      });
      await administrator.send('revoke delete on audit_event from public');
    });
  });
}
