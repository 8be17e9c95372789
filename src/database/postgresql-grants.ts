import pg from 'pg';
import { appendOnlyTables, ownerOnlyTables } from './append-only.ts';

const privileges = ['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger'] as const;
type Privilege = (typeof privileges)[number];

function privilegesOn(table: string): readonly Privilege[] {
  if (ownerOnlyTables.includes(table)) return ['select'];
  if (appendOnlyTables.includes(table)) return ['select', 'insert'];
  return ['select', 'insert', 'update', 'delete'];
}

interface HeldPrivileges {
  name: string;
  held: Privilege[];
}

/** Tables whose privileges are not what they are to be. A privilege on one column counts, too. */
async function differing(client: pg.PoolClient, gateway: string): Promise<HeldPrivileges[]> {
  const held = privileges
    .map((privilege) => {
      const perColumn = ['select', 'insert', 'update', 'references'].includes(privilege);
      const holds = perColumn
        ? `has_table_privilege($1, c.oid, '${privilege}') or has_any_column_privilege($1, c.oid, '${privilege}')`
        : `has_table_privilege($1, c.oid, '${privilege}')`;
      return `case when ${holds} then '${privilege}' end`;
    })
    .join(', ');
  const { rows } = await client.query<HeldPrivileges>(
    `select c.relname as name, array_remove(array[${held}], null) as held
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = current_schema() and c.relkind in ('r', 'p')
      and (pg_has_role(current_user, c.relowner, 'usage') or c.relname = any($2))
    order by c.relname`,
    [gateway, [...appendOnlyTables, ...ownerOnlyTables]],
  );
  return rows.filter(({ name, held }) => held.join() !== privilegesOn(name).join());
}

/**
 * As the owner of the tables: lets the user of the gateway read and write, and of the audit trail only read and add. Fails
 * where that user could do more nevertheless, so that nobody relies on what is not so.
 */
export async function grantToGateway(client: pg.PoolClient, gateway: string): Promise<void> {
  const { rows } = await client.query<{ owner: string; schema: string; is_owner: boolean; may_use: boolean }>(
    `select current_user as owner, current_schema() as schema, pg_has_role($1, current_user, 'member') as is_owner,
      has_schema_privilege($1, current_schema(), 'usage') as may_use`,
    [gateway],
  );
  const [session] = rows;
  if (session === undefined || session.is_owner) {
    throw new Error(
      `The user of DATABASE_URL, ${gateway}, has all rights of the one of DATABASE_OWNER_URL: it must be another one, and no superuser.`,
    );
  }
  const role = pg.escapeIdentifier(gateway);
  const schema = pg.escapeIdentifier(session.schema);
  if (!session.may_use) await client.query(`grant usage on schema ${schema} to ${role}`);
  for (const { name } of await differing(client, gateway)) {
    const table = `${schema}.${pg.escapeIdentifier(name)}`;
    await client.query(`revoke all on ${table} from ${role}`);
    await client.query(`grant ${privilegesOn(name).join(', ')} on ${table} to ${role}`);
  }
  // The case keeps the planner from asking about relations that are no sequences, which is an error.
  const { rows: sequences } = await client.query<{ name: string }>(
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = current_schema() and pg_has_role(current_user, c.relowner, 'usage')
      and case when c.relkind = 'S' then not has_sequence_privilege($1, c.oid, 'usage') else false end`,
    [gateway],
  );
  for (const { name } of sequences) {
    await client.query(`grant usage, select on sequence ${schema}.${pg.escapeIdentifier(name)} to ${role}`);
  }
  const [wrong] = await differing(client, gateway);
  if (wrong !== undefined) {
    throw new Error(
      `The user of DATABASE_URL, ${gateway}, holds ${wrong.held.join(', ') || 'no right'} on ${wrong.name} by other grants than those of its owner; it must hold ${privilegesOn(wrong.name).join(', ')}.`,
    );
  }
}
