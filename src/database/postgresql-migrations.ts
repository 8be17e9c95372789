import pg from 'pg';
import { DatabaseUnavailable } from './database-unavailable.ts';
import { type MigrationMode, MigrationsMissing, migrationsToApply, pendingMigrations } from './migrations.ts';
import type { StatementConnection } from './postgresql-connections.ts';
import { grantToGateway } from './postgresql-grants.ts';
import { type SessionSchema, sessionsOf } from './postgresql-session.ts';

/** The number of the advisory lock of migrations. It must be the same in every process. */
const migrationLock = 4_820_311;

const insufficientPrivilege = '42501';

type Client = Pick<pg.ClientBase, 'query'>;

export async function appliedMigrations(client: Client | StatementConnection): Promise<string[]> {
  const query = (text: string): Promise<pg.QueryResult> => client.query({ text });
  const table = await query("select to_regclass('migration') is not null as exists");
  if (table.rows[0]?.exists !== true) return [];
  const { rows } = await query('select hash from migration');
  return rows.map(({ hash }: { hash: string }) => hash);
}

interface MigrationOptions {
  /** The URL of the owner of the tables, who migrates. Null if this is the user of `url`. */
  ownerUrl: string | null;
  mode: MigrationMode;
  /** The schema of the tables, which is determined. */
  schema: SessionSchema;
}

/** Applies the pending migrations that the mode allows. @throws MigrationsMissing; DatabaseMismatch */
export async function migratePostgresql(url: string, { ownerUrl, mode, schema }: MigrationOptions): Promise<void> {
  if (ownerUrl !== null && (mode === 'upgrade' || (mode === 'create' && (await isEmpty(url))))) {
    return migrateAsOwner(ownerUrl, url, schema);
  }
  const client = await sessionsOf(url, { schema }).open();
  try {
    // Without migrations, an outdated database is accepted: `check` reports it.
    if (mode === 'never') pendingMigrations('postgresql', await appliedMigrations(client));
    else await migrateIfPending(client, mode);
  } finally {
    await client.end();
  }
}

/** Whether the user cannot see any migration. The user might not be able to use the schema yet. */
async function isEmpty(url: string): Promise<boolean> {
  const client = await sessionsOf(url, { schema: null }).open();
  try {
    return (await appliedMigrations(client)).length === 0;
  } finally {
    await client.end();
  }
}

/** Checks for pending migrations first, because a user without DDL privileges fails even on `create table if not exists`. */
async function migrateIfPending(client: Client, mode: MigrationMode): Promise<void> {
  const pending = migrationsToApply('postgresql', await appliedMigrations(client), mode).length;
  if (pending === 0) return;
  try {
    await inTransaction(client, () => migrate(client));
  } catch (error) {
    if (!isRefused(error)) throw error;
    throw new MigrationsMissing(pending, 'with DATABASE_OWNER_URL set to the owner of the tables');
  }
}

/** Migrates as the owner of the tables, and grants the user of `url` what it needs. */
async function migrateAsOwner(ownerUrl: string, url: string, schema: SessionSchema): Promise<void> {
  // The user might not be able to use the schema yet.
  const gateway = await sessionsOf(url, { schema: null }).open();
  try {
    const { rows } = await gateway.query<{ name: string }>('select current_user as name');
    await migrateAndGrant(ownerUrl, rows[0]?.name ?? '', schema);
    const current = await gateway.query<{ schema: string | null }>('select current_schema() as schema');
    const isSame = current.rows[0]?.schema === schema.name;
    const pending = pendingMigrations('postgresql', isSame ? await appliedMigrations(gateway) : []).length;
    if (pending > 0) throw new Error('DATABASE_OWNER_URL and DATABASE_URL must refer to the same database and schema.');
  } finally {
    await gateway.end();
  }
}

async function migrateAndGrant(ownerUrl: string, gatewayUser: string, schema: SessionSchema): Promise<void> {
  let owner: pg.Client | undefined;
  try {
    owner = await sessionsOf(ownerUrl, { schema }).open();
    const client = owner;
    await inTransaction(client, async () => {
      await migrate(client);
      await grantToGateway(client, gatewayUser);
    });
  } catch (error) {
    if (!isRefused(error)) throw new DatabaseUnavailable('DATABASE_OWNER_URL', ownerUrl, error);
    throw new Error('The user of DATABASE_OWNER_URL must own the database and all its tables.');
  } finally {
    await owner?.end();
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === insufficientPrivilege;
}

async function inTransaction(client: Client, work: () => Promise<void>): Promise<void> {
  await client.query('begin');
  try {
    await work();
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
  await client.query('commit');
}

/** If two processes start at the same time, the second one waits for the lock and then finds no pending migrations. */
async function migrate(client: Client): Promise<void> {
  await client.query('select pg_advisory_xact_lock($1)', [migrationLock]);
  const pending = pendingMigrations('postgresql', await appliedMigrations(client));
  if (pending.length === 0) return;
  await client.query('create table if not exists migration (hash text primary key, applied_at text not null)');
  await findTrigramExtension(client);
  for (const { hash, statements } of pending) {
    // Drizzle writes foreign keys for tables in this schema.
    for (const statement of statements) await client.query(statement.replaceAll('"public".', ''));
    await client.query('insert into migration values ($1, $2)', [hash, new Date().toISOString()]);
  }
}

/** Adds the schema of `pg_trgm` to the `search_path` of this transaction, because it might not be the schema of the tables. */
async function findTrigramExtension(client: Client): Promise<void> {
  await client.query(
    `select set_config('search_path', concat_ws(', ', quote_ident(current_schema()), quote_ident(nspname), 'pg_temp'), true)
    from pg_extension join pg_namespace on pg_namespace.oid = extnamespace
    where extname = 'pg_trgm' and nspname <> current_schema()`,
  );
}
