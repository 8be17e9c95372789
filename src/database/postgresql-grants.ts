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

/** Finds the tables on which the user `gateway` holds other privileges than it must. A privilege on a single column counts, too. */
async function differing(client: Pick<pg.ClientBase, 'query'>, gateway: string): Promise<HeldPrivileges[]> {
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
 * Grants the user `gateway` read and write access, but only insert access to append-only tables. `client` is connected as the owner.
 *
 * @throws if the user still has other privileges, so that operators do not rely on a protection that is not in effect.
 */
export async function grantToGateway(client: Pick<pg.ClientBase, 'query'>, gateway: string): Promise<void> {
  const { rows } = await client.query<{ owner: string; schema: string; is_owner: boolean; can_use: boolean }>(
    `select current_user as owner, current_schema() as schema, pg_has_role($1, current_user, 'member') as is_owner,
      has_schema_privilege($1, current_schema(), 'usage') as can_use`,
    [gateway],
  );
  const [session] = rows;
  if (session === undefined || session.is_owner) {
    throw new Error(
      `The user of DATABASE_URL, ${gateway}, must not be a superuser or a member of the role of DATABASE_OWNER_URL.`,
    );
  }
  const role = pg.escapeIdentifier(gateway);
  const schema = pg.escapeIdentifier(session.schema);
  if (!session.can_use) await client.query(`grant usage on schema ${schema} to ${role}`);
  for (const { name } of await differing(client, gateway)) {
    const table = `${schema}.${pg.escapeIdentifier(name)}`;
    await client.query(`revoke all on ${table} from ${role}`);
    await client.query(`grant ${privilegesOn(name).join(', ')} on ${table} to ${role}`);
  }
  // The case expression prevents calls for other relations than sequences, which would fail.
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
      `The user of DATABASE_URL, ${gateway}, holds ${wrong.held.join(', ') || 'no privileges'} on ${wrong.name} by grants of others than its owner. It must hold ${privilegesOn(wrong.name).join(', ')}.`,
    );
  }
}
