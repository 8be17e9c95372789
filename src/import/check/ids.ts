import { typeNameOf } from '../../changes/collected-changes.ts';
import { type IdentifiedTable, identifiedTables, mightShareId } from '../../domain/onboarding/identified-tables.ts';
import { entities, entityOf } from '../entities.ts';
import { type Entity, fieldNames } from '../entity.ts';
import { isEmptyTable, storedRows } from '../existing-rows.ts';
import { bank } from '../obp/bank.ts';
import { customer } from '../obp/customer.ts';
import { user } from '../obp/user.ts';
import { type Checking, pagesOf } from './checking.ts';

/** An ID in the files, and the entity of the object that has it. */
interface ObjectId {
  id: string;
  entity: string;
}

const identified = (entities as readonly Entity[]).filter(({ table }) =>
  (identifiedTables as readonly unknown[]).includes(table),
);

function namesOf(list: readonly Entity[]): string {
  return list.map(({ name }) => `'${name}'`).join(', ');
}

const keyedById = identified.filter(({ key }) => key.join() === 'id');
const claimingId = identified.filter(({ uniqueKeys = [] }) => uniqueKeys.some(({ kind }) => kind === 'id'));

/** The IDs of the files by the ID, and those to which the files refer, which become IDs of placeholders. */
const collectIds = `
  create temporary table object_id as
    select key as id, entity, number from staged where without_id = 0 and entity in (${namesOf(keyedById)})
    union all
    select value ->> 0, substr(kind, 1, length(kind) - 3), number from claim
      where kind in (${claimingId.map(({ name }) => `'${name}.id'`).join(', ')})
    union all
    select bank_id, '${bank.name}', min(number) from staged where bank_id is not null group by bank_id
    union all
    select user_id, '${user.name}', min(number) from user_reference group by user_id;
  create index object_id_id on object_id (id, entity, number);`;

/** The objects of the files that have the ID of another one, which is a bank, a user, or the first in the files. */
const repeatedIds = `
  with ranked as (
    select id, entity, number, row_number() over (
      partition by id order by entity <> '${bank.name}', entity <> '${user.name}', number) as rank
    from object_id where id in (select id from object_id group by id having min(entity) <> max(entity)))
  select distinct other.id, other.entity, first.entity as firstEntity, first.number as firstNumber
  from ranked first join ranked other on other.id = first.id and other.entity <> first.entity
  where first.rank = 1`;

/**
 * Removes rows whose ID is that of an object of another type, in the files or in the database, because client caches identify
 * objects by their `id` alone. Accounts and KYC evidence have an `id` of another form.
 */
export async function checkIds(checking: Checking): Promise<void> {
  const { staging, placeText } = checking;
  staging.database.exec(collectIds);
  for (const rows of pagesOf<ObjectId & { firstEntity: string; firstNumber: number }>(checking, repeatedIds)) {
    for (const { firstEntity, firstNumber, ...own } of rows) {
      const { table } = entityOf(firstEntity);
      removeObject(checking, own, `of the ${typeNameOf(table)} in ${placeText(firstNumber)}`);
    }
  }
  const filled = await filledTables(checking);
  if (filled.length > 0) {
    for (const rows of pagesOf<ObjectId>(checking, 'select distinct id, entity from object_id order by id')) {
      for (const table of filled) await removeStored(checking, rows, table);
    }
  }
  staging.database.exec('drop table object_id');
}

async function filledTables({ database }: Checking): Promise<IdentifiedTable[]> {
  const areEmpty = await Promise.all(identifiedTables.map((table) => isEmptyTable(database, table)));
  return identifiedTables.filter((_table, index) => areEmpty[index] === false);
}

/** Removes the objects whose ID is that of a row of another table in the database. */
async function removeStored(checking: Checking, rows: ObjectId[], table: IdentifiedTable): Promise<void> {
  const compared = rows.filter(({ id, entity }) => mightShareId(entityOf(entity).table, table, id));
  const taken = new Set((await storedRows(checking.database, table, ['id'], compared)).map(({ id }) => id));
  for (const own of compared) {
    if (taken.has(own.id)) removeObject(checking, own, `of the ${typeNameOf(table)} in the database`);
  }
}

/** Removes the rows of an object and, because they would create a placeholder, those that refer to it. */
function removeObject({ staging, removeInvalid }: Checking, { id, entity }: ObjectId, other: string): void {
  const reason = `must be the ID of one object, but is also that ${other}`;
  const field = entity === customer.name ? 'customer_id' : (fieldNames(entityOf(entity), ['id'])[0] ?? 'id');
  const removeAll = (name: string, select: string, ...values: string[]) => {
    const numbers = staging.database
      .prepare<string[], number>(select)
      .pluck()
      .all(...values);
    for (const number of numbers) removeInvalid(number, name, reason);
  };
  const own = `
    select o.number from object_id o join staged s on s.number = o.number and s.entity = o.entity
    where o.id = ? and o.entity = ?`;
  removeAll(field, own, id, entity);
  if (entity === bank.name) removeAll('bank_id', 'select number from staged where bank_id = ?', id);
  if (entity === user.name) removeAll('user_id', 'select number from user_reference where user_id = ?', id);
}
