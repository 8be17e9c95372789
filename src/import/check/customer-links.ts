import { customer as customerTable } from '../../domain/customer/customer.table.ts';
import { CustomerType } from '../../domain/customer/customer-type.ts';
import { hasRelationship, linkedTypeOf } from '../../domain/customer-link/customer-link.rules.ts';
import { CustomerRelationship } from '../../domain/customer-link/customer-relationship.ts';
import { isEmptyTable, storedRows } from '../existing-rows.ts';
import { customerLink } from '../obp/customer-link.ts';
import { type Checking, pagesOf } from './checking.ts';

interface StagedLink {
  number: number;
  customerId: string;
  bankId: string;
  linkedCustomerId: string;
  relationshipTo: CustomerRelationship;
}

const isLink = `entity = '${customerLink.name}'`;
const stagedLinks = `
  select s.number, s.customer_id as customerId, k.bank_id as bankId,
    s.row ->> 'linkedCustomerId' as linkedCustomerId, s.row ->> 'relationshipTo' as relationshipTo
  from staged s join known_customer k on k.id = s.customer_id where s.${isLink}`;

type Place = { bankId: string; type: CustomerType };

/** The banks and types of customers: as in the files, or else as in the database. */
async function placesOf({ database, staging }: Checking, ids: readonly string[]): Promise<Map<string, Place>> {
  const places = new Map<string, Place>();
  for (const { id, bankId, customerType } of await storedRows(
    database,
    customerTable,
    ['id'],
    ids.map((id) => ({ id })),
  )) {
    places.set(String(id), { bankId: String(bankId), type: customerType as CustomerType });
  }
  const staged = staging.database.prepare<[string], { id: string; bankId: string; type: CustomerType | null }>(
    `select customer_id as id, bank_id as bankId, row ->> 'customerType' as type from staged
    where entity = 'customer' and without_id = 0 and customer_id in (select value from json_each(?))`,
  );
  for (const { id, bankId, type } of staged.all(JSON.stringify(ids))) {
    places.set(id, { bankId, type: type ?? places.get(id)?.type ?? CustomerType.RETAIL });
  }
  return places;
}

function problemOf(
  { bankId, customerId, linkedCustomerId, relationshipTo }: StagedLink,
  customer: Place | undefined,
  linked: Place | undefined,
): [field: string, reason: string] | null {
  if (linked === undefined || linked.bankId !== bankId) {
    return ['other_customer_id', 'must be the ID of a customer at the bank, in the files or the database'];
  }
  if (linkedCustomerId === customerId) return ['other_customer_id', 'must differ from customer_id'];
  if (!hasRelationship(customer?.type ?? CustomerType.RETAIL, relationshipTo)) {
    return [
      'relationship_to',
      'must be GUARDIAN for a retail customer, and another relationship for a corporate customer',
    ];
  }
  const type = linkedTypeOf(relationshipTo);
  return type === null || linked.type === type
    ? null
    : ['other_customer_id', `must be the ID of a ${type.toLowerCase()} customer`];
}

/** Both customers of a link must be at the same bank, and of types that fit the relationship. */
export async function checkCustomersOfLinks(checking: Checking): Promise<void> {
  for (const links of pagesOf<StagedLink>(checking, stagedLinks)) {
    const places = await placesOf(checking, [
      ...new Set(links.flatMap(({ customerId, linkedCustomerId }) => [customerId, linkedCustomerId])),
    ]);
    for (const link of links) {
      const problem = problemOf(link, places.get(link.customerId), places.get(link.linkedCustomerId));
      if (problem !== null) checking.removeInvalid(link.number, ...problem);
    }
  }
}

/** A customer has at most one parent, in the files and the database, and is not itself a parent of this parent. */
export async function checkParents(checking: Checking): Promise<void> {
  const { staging, removeInvalid } = checking;
  staging.database.exec(`
    create table parent (customer_id text primary key, parent_id text not null, number integer) without rowid;
    create index parent_parent on parent (parent_id);`);
  const parents = `${stagedLinks} and s.row ->> 'relationshipTo' = '${CustomerRelationship.PARENT}' order by s.number`;
  const add = staging.database.prepare('insert or ignore into parent values (?, ?, ?)');
  const parentOf = staging.database.prepare<[string], { parentId: string }>(
    'select parent_id as parentId from parent where customer_id = ?',
  );
  for (const links of pagesOf<StagedLink>(checking, parents)) {
    await addStoredParents(
      checking,
      links.map(({ customerId }) => customerId),
    );
    for (const { number, customerId, linkedCustomerId } of links) {
      add.run(customerId, linkedCustomerId, number);
      if (parentOf.get(customerId)?.parentId === linkedCustomerId) continue;
      removeInvalid(number, 'relationship_to', 'must not be PARENT if the customer has another parent');
    }
  }
  await addStoredAncestors(checking);
  removeCircles(checking);
}

/** Adds the stored parents of customers. */
async function addStoredParents({ database, staging }: Checking, customerIds: readonly string[]): Promise<void> {
  if (await isEmptyTable(database, customerLink.table)) return;
  const add = staging.database.prepare('insert or ignore into parent values (?, ?, null)');
  const rows = await storedRows(
    database,
    customerLink.table,
    ['customerId'],
    customerIds.map((customerId) => ({ customerId })),
  );
  for (const { customerId, linkedCustomerId, relationshipTo } of rows) {
    if (relationshipTo === CustomerRelationship.PARENT) add.run(customerId, linkedCustomerId);
  }
}

/** Adds the stored parents of the parents, level by level. */
async function addStoredAncestors(checking: Checking): Promise<void> {
  const { staging } = checking;
  staging.database.exec('create table asked (id text primary key) without rowid');
  const next = staging.database.prepare<[], { id: string }>(`
    select distinct parent_id as id from parent
    where parent_id not in (select customer_id from parent) and parent_id not in (select id from asked) limit 1000`);
  const ask = staging.database.prepare('insert or ignore into asked values (?)');
  for (let level = next.all(); level.length > 0; level = next.all()) {
    for (const { id } of level) ask.run(id);
    await addStoredParents(
      checking,
      level.map(({ id }) => id),
    );
  }
}

/** Removes all customers above or below whom there is no circle. The staged links that remain are parts of circles. */
function removeCircles({ staging, removeInvalid }: Checking): void {
  const removeRoots = staging.database.prepare(
    'delete from parent where parent_id not in (select customer_id from parent)',
  );
  const removeLeaves = staging.database.prepare(
    'delete from parent where customer_id not in (select parent_id from parent)',
  );
  while (removeRoots.run().changes + removeLeaves.run().changes > 0);
  const left = staging.database.prepare<[], { number: number }>('select number from parent where number is not null');
  for (const { number } of left.all()) {
    removeInvalid(number, 'other_customer_id', 'must not have the customer as its parent, directly or through others');
  }
}
