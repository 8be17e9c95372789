import { sql } from 'drizzle-orm';
import { typeNameOf } from '../../changes/collected-changes.ts';
import type { Queries } from '../../database/database.ts';
import type { Collision } from '../identifier/colliding-identifiers.ts';
import { identifiedTables } from './identified-tables.ts';

/**
 * Lists the IDs that objects of several types have, which earlier versions accepted. Scans the tables, because an index over all of
 * them would only serve this command.
 */
export async function collidingIds(read: Queries): Promise<Collision[]> {
  const ids = sql.join(
    identifiedTables.map(
      (table) => sql`select ${table.id} as id, ${sql.raw(`'${typeNameOf(table)}'`)} as type from ${table}`,
    ),
    sql` union all `,
  );
  const rows = await read
    .select({ id: sql<string>`id`, objectType: sql<string>`type` })
    .from(sql`(${ids}) as object`)
    .where(sql`id in (select id from (${ids}) as every_object group by id having count(*) > 1)`)
    .orderBy(sql`id`, sql`type`);
  const groups = Map.groupBy(rows, ({ id }) => id);
  return [...groups.values()].map((identifiers) => ({ kind: 'ID', bankId: null, identifiers }));
}
