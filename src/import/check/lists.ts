import { withDates } from '../../database/json-dates.ts';
import { maxCollectionSize } from '../../domain/customer/customer-collection.ts';
import { entities, entityOf } from '../entities.ts';
import { type Entity, identityOfRow, type ListOfParent } from '../entity.ts';
import { isEmptyTable, storedCounts, storedRows } from '../existing-rows.ts';
import { identityOf, type Row } from '../row.ts';
import { type Checking, pagesOf } from './checking.ts';

interface RowsOfCustomer {
  entity: string;
  customerId: string;
  count: number;
  isStored: number;
}

/** Removes rows that would make a list of a customer longer than the API returns. */
export async function checkListsOfCustomers(checking: Checking): Promise<void> {
  const { database } = checking;
  // The rows of a customer are counted in two groups, those with and those without IDs, so one group has half of them.
  const half = maxCollectionSize / 2;
  const lists = `
    select s.entity, s.customer_id as customerId, count(*) as count, k.is_stored as isStored
    from staged s join known_customer k on k.id = s.customer_id
    group by s.entity, s.without_id, s.customer_id
    having count(*) > ${half} or k.is_stored = 1`;
  for (const rows of pagesOf<RowsOfCustomer>(checking, lists)) {
    for (const [name, rowsOfEntity] of Map.groupBy(rows, (row) => row.entity)) {
      const entity = entityOf(name);
      if (!entity.isListOfCustomer) continue;
      const customers = rowsOfEntity.filter(({ isStored }) => isStored === 1);
      const stored = await storedCounts(database, entity.table, ['customerId'], customers);
      for (const { customerId, count } of rowsOfEntity) {
        if ((stored.get(customerId) ?? 0) + count > half) await removeSurplusOfCustomer(checking, entity, customerId);
      }
    }
  }
}

async function removeSurplusOfCustomer(checking: Checking, entity: Entity, customerId: string): Promise<void> {
  const staged = checking.staging.database
    .prepare<[string, string], StagedText>(
      `select number, customer_id as customerId, row from staged
      where customer_id = ? and entity = ? and without_id in (0, 1) order by without_id, number`,
    )
    .all(customerId, entity.name);
  const stored = await storedRows(checking.database, entity.table, ['customerId'], [{ customerId }]);
  const reason = `must be the ID of a customer with at most ${maxCollectionSize} ${entity.plural}`;
  removeSurplus(checking, entity, { staged, stored, max: maxCollectionSize, field: 'customer_id', reason });
}

/** Removes rows that would make a list of another parent longer than the API returns. */
export async function checkListsOfParents(checking: Checking): Promise<void> {
  for (const entity of entities as readonly Entity[]) {
    for (const list of entity.lists ?? []) await checkListOfParent(checking, entity, list);
  }
}

type Parent = Record<string, string> & { added: number };

async function checkListOfParent(checking: Checking, entity: Entity, list: ListOfParent): Promise<void> {
  const { database } = checking;
  const isEmpty = await isEmptyTable(database, entity.table);
  const columns = list.columns.map((name) => `row ->> '${name}' as ${name}`).join(', ');
  const parents = `
    select ${columns}, count(*) as added from staged where entity = '${entity.name}'
    group by ${list.columns.map((_, index) => index + 1).join(', ')} having count(*) > ${isEmpty ? list.max : 0}`;
  for (const page of pagesOf<Parent>(checking, parents)) {
    const stored = isEmpty ? new Map() : await storedCounts(database, entity.table, list.columns, page);
    for (const parent of page) {
      const count = parent.added + (stored.get(identityOf(list.columns, parent)) ?? 0);
      // The staged rows can repeat stored rows, so a longer list is only suspected.
      if (count > list.max) await removeSurplusOfParent(checking, entity, list, parent);
    }
  }
}

async function removeSurplusOfParent(
  checking: Checking,
  entity: Entity,
  { columns, field, parent, max }: ListOfParent,
  values: Parent,
): Promise<void> {
  const where = columns.map((name) => `row ->> '${name}' = ?`).join(' and ');
  const staged = checking.staging.database
    .prepare<string[], StagedText>(
      `select number, customer_id as customerId, row from staged where entity = ? and ${where} order by number`,
    )
    .all(entity.name, ...columns.map((name) => String(values[name])));
  const stored = await storedRows(checking.database, entity.table, columns, [values]);
  const reason = `must be the ID of ${parent} with at most ${max} ${entity.plural}`;
  removeSurplus(checking, entity, { staged, stored, max, field, reason });
}

interface StagedText {
  number: number;
  customerId: string | null;
  row: string;
}

interface ListOfRows {
  staged: StagedText[];
  stored: Row[];
  max: number;
  field: string;
  reason: string;
}

/** Removes the staged rows with which a list would exceed the maximum. Rows of the same object count once. */
function removeSurplus(checking: Checking, entity: Entity, { staged, stored, max, field, reason }: ListOfRows): void {
  const { key, keyWithoutId = key, table } = entity;
  const identities = new Set(stored.flatMap((row) => [key, keyWithoutId].map((by) => identityOfRow(entity, by, row))));
  let count = stored.length;
  for (const { number, customerId, row: text } of staged) {
    const row = withDates(table, { customerId, ...JSON.parse(text) });
    const isIdentified = key.every((name) => name in row);
    const identity = identityOfRow(entity, isIdentified ? key : keyWithoutId, row);
    if (identities.has(identity)) continue;
    if (count < max) {
      identities.add(identity);
      count += 1;
    } else checking.removeInvalid(number, field, reason);
  }
}
