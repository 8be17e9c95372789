import { randomUUID } from 'node:crypto';
import pg from 'pg';

/** The number of attempts to see that a pooler changes the server connection between two transactions. */
const attempts = 5;
/** The milliseconds within which the pooler must have a server connection for a second client. */
const timeout = 2_000;

/**
 * Whether a pooler assigns server connections to transactions instead of sessions, as PgBouncer does with `pool_mode =
 * transaction`. Null if that could not be determined, because the pooler has no second server connection. `client` is connected
 * through the pooler: while another client holds a transaction, it would lose its server connection.
 */
export async function poolsTransactions(
  client: pg.ClientBase,
  configuration: pg.ClientConfig,
): Promise<boolean | null> {
  const marker = randomUUID();
  await client.query(`set gateway.session = '${marker}'`);
  const other = new pg.Client({ ...configuration, connectionTimeoutMillis: timeout, query_timeout: timeout });
  other.on('error', () => undefined);
  try {
    await other.connect();
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      if (!(await canBegin(other))) return true;
      if ((await markerOf(other)) === marker || (await markerOf(client)) !== marker) return true;
      await other.query('rollback');
    }
    return false;
  } catch {
    return null;
  } finally {
    // The pooler might not respond, so the end is not awaited.
    other.end().catch(() => undefined);
  }
}

/** PgBouncer with `pool_mode = statement` refuses transactions. */
async function canBegin(client: pg.Client): Promise<boolean> {
  try {
    await client.query('begin');
    return true;
  } catch (error) {
    if (error instanceof pg.DatabaseError) return false;
    throw error;
  }
}

async function markerOf(client: pg.ClientBase): Promise<string | null> {
  const { rows } = await client.query<{ marker: string | null }>(
    "select current_setting('gateway.session', true) as marker",
  );
  return rows[0]?.marker ?? null;
}
