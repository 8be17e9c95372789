import { sql } from 'drizzle-orm';
import { localProvider } from '../auth/password.ts';
import { inKeys, keyValues } from '../database/batch.ts';
import type { Database } from '../database/database.ts';
import { account } from '../domain/account/account.table.ts';
import { customer } from '../domain/customer/customer.table.ts';
import { user } from '../domain/user/user.table.ts';
import type { Row } from './fields.ts';
import { nounOf, nouns } from './nouns.ts';
import type { NounName } from './records.ts';
import type { Staging } from './staging.ts';
import { columnsOf, identityOf, revived, storedRows } from './stored.ts';

const batchSize = 1000;
/** The most that a plain list of a customer may hold. */
const longestPlainList = 500;

export interface Checking {
  database: Database;
  staging: Staging;
  /** Takes the row out of what is written, and tells why. */
  refuse(number: number, field: string, reason: string): void;
  placeText(number: number): string;
}

/** The rows that a query on the staged rows finds, a page at a time: they may be removed meanwhile. */
function* found<Columns>({ staging }: Checking, query: string): Generator<Columns[]> {
  const { database } = staging;
  database.exec('drop table if exists found');
  database.exec(`create temporary table found as ${query}`);
  const page = database.prepare<[number, number], Columns & { foundNumber: number }>(
    'select rowid as foundNumber, * from found where rowid > ? order by rowid limit ?',
  );
  for (let last = 0; ; ) {
    const rows = page.all(last, batchSize);
    if (rows.length === 0) return;
    last = rows.at(-1)?.foundNumber ?? last;
    yield rows;
  }
}

function refuseAll(checking: Checking, query: string, field: string, reason: string): void {
  for (const rows of found<{ number: number }>(checking, query)) {
    for (const { number } of rows) checking.refuse(number, field, reason);
  }
}

/** Keys that only one row may have: what is said of a second one in the files, and of one in the database. */
const claims: { noun: NounName; kind: string; columns: string[]; field: string; reason: string }[] = [
  {
    noun: 'customer',
    kind: 'customerNumber',
    columns: ['bankId', 'customerNumber'],
    field: 'customer_number',
    reason: 'is that of another customer of the bank',
  },
  {
    noun: 'user',
    kind: 'username',
    columns: ['provider', 'username'],
    field: 'username',
    reason: 'is that of another user of the provider',
  },
  {
    noun: 'user',
    kind: 'providerId',
    columns: ['provider', 'providerId'],
    field: 'provider_id',
    reason: 'is that of another user of the provider',
  },
  {
    noun: 'accountRouting',
    kind: 'routing',
    columns: ['bankId', 'scheme', 'address'],
    field: 'address',
    reason: 'is that of another account of the bank',
  },
  {
    noun: 'entitlement',
    kind: 'id',
    columns: ['id'],
    field: 'entitlement_id',
    reason: 'is that of another entitlement',
  },
  {
    noun: 'attributeDefinition',
    kind: 'id',
    columns: ['id'],
    field: 'attribute_definition_id',
    reason: 'is that of another definition',
  },
  {
    noun: 'customerAccountLink',
    kind: 'id',
    columns: ['id'],
    field: 'customer_account_link_id',
    reason: 'is that of another link',
  },
  {
    noun: 'userCustomerLink',
    kind: 'id',
    columns: ['id'],
    field: 'user_customer_link_id',
    reason: 'is that of another link',
  },
  {
    noun: 'taxResidence',
    kind: 'id',
    columns: ['id'],
    field: 'tax_residence_id',
    reason: 'is that of another tax residence',
  },
];

async function checkClaims(checking: Checking, nounNames: NounName[]): Promise<void> {
  const { database, refuse, placeText } = checking;
  for (const { noun, kind, columns, field, reason } of claims) {
    if (!nounNames.includes(noun)) continue;
    const name = `${noun}.${kind}`;
    const twice = `
      select c.number, min(o.number) as other
      from claim c
      join staged s on s.number = c.number
      join claim o on o.kind = c.kind and o.value = c.value and o.number < c.number
      join staged t on t.number = o.number
      where c.kind = '${name}' and (s.key <> t.key or s.customer_id is not t.customer_id)
      group by c.number`;
    for (const rows of found<{ number: number; other: number }>(checking, twice)) {
      for (const { number, other } of rows) refuse(number, field, `${reason}: ${placeText(other)}`);
    }
    const { key, table } = nounOf(noun);
    const staged = `
      select c.number, s.customer_id as customerId, s.row from claim c join staged s on s.number = c.number
      where c.kind = '${name}'`;
    for (const rows of found<{ number: number; customerId: string | null; row: string }>(checking, staged)) {
      const read = rows.map(({ number, customerId, row }) => ({
        number,
        row: { customerId, ...JSON.parse(row) } as Row,
      }));
      const stored = await storedRows(
        database,
        table,
        columns,
        read.map(({ row }) => row),
      );
      const owners = new Map(stored.map((row) => [identityOf(columns, row), identityOf(key, row)]));
      for (const { number, row } of read) {
        const owner = owners.get(identityOf(columns, row));
        if (owner !== undefined && owner !== identityOf(key, row)) refuse(number, field, `${reason} in the database`);
      }
    }
  }
}

/** Which customers of the files are in the database already, where none may be at another bank. */
async function checkCustomers(checking: Checking): Promise<void> {
  const { database, staging, refuse } = checking;
  const setStored = staging.database.prepare('update known_customer set is_stored = 1 where id = ?');
  const staged = `select number, customer_id as id, bank_id as bankId from staged where noun = 'customer'`;
  for (const rows of found<{ number: number; id: string; bankId: string }>(checking, staged)) {
    const stored = await storedRows(database, customer, ['id'], rows);
    const bankOf = new Map(stored.map((row) => [row.id, row.bankId]));
    for (const { number, id, bankId } of rows) {
      const storedBank = bankOf.get(id);
      if (storedBank === undefined) continue;
      setStored.run(id);
      if (storedBank !== bankId) refuse(number, 'customer_id', 'is that of a customer of another bank');
    }
  }
  await checkClaims(checking, ['customer']);
  // Two records of one customer at two banks.
  refuseAll(
    checking,
    `select s.number from staged s join known_customer k on k.id = s.customer_id
    where s.noun = 'customer' and s.bank_id <> k.bank_id`,
    'customer_id',
    'is that of a customer of another bank',
  );
  staging.database.exec(`
    delete from known_customer where is_stored = 0 and not exists (
      select 1 from staged s where s.customer_id = known_customer.id and s.noun = 'customer')`);
}

/** Loads the customers of the database that the files refer to, and gives each row its customer. */
async function checkReferencesToCustomers(checking: Checking): Promise<number> {
  const { database, staging } = checking;
  const addKnown = staging.database.prepare('insert or ignore into known_customer values (?, ?, ?, 0, 1)');
  const addAll = (rows: Row[]) => {
    for (const { id, bankId, customerNumber } of rows) addKnown.run(id, bankId, customerNumber);
  };
  const ids = `
    select distinct customer_id as id from staged s
    where customer_id is not null and not exists (select 1 from known_customer k where k.id = s.customer_id)`;
  for (const rows of found<{ id: string }>(checking, ids)) {
    addAll(await storedRows(database, customer, ['id'], rows));
  }
  const numbers = `
    select distinct bank_id as bankId, customer_number as customerNumber from staged s
    where customer_id is null and customer_number is not null and not exists (
      select 1 from known_customer k where k.bank_id = s.bank_id and k.customer_number = s.customer_number)`;
  for (const rows of found<{ bankId: string; customerNumber: string }>(checking, numbers)) {
    addAll(await storedRows(database, customer, ['bankId', 'customerNumber'], rows));
  }
  staging.database.exec(`
    update staged set customer_id = (
      select id from known_customer k
      where k.bank_id = staged.bank_id and k.customer_number = staged.customer_number)
    where customer_id is null and customer_number is not null`);
  // What an account says of its customer by an attribute is free text: it may be nobody.
  const unlinked = staging.database
    .prepare(
      `delete from staged
      where noun = 'customerAccountLink' and without_id = 1 and customer_id is null and customer_number is not null`,
    )
    .run().changes;
  refuseAll(
    checking,
    'select number from staged where customer_id is null and customer_number is not null',
    'customer_number',
    'is that of no customer of the bank, in the files or the database',
  );
  refuseAll(
    checking,
    `select number from staged s where customer_id is not null and noun <> 'customer'
    and not exists (select 1 from known_customer k where k.id = s.customer_id)`,
    'customer_id',
    'is that of no customer in the files (or of a refused one) or the database',
  );
  refuseAll(
    checking,
    `select s.number from staged s join known_customer k on k.id = s.customer_id
    where s.bank_id <> k.bank_id and noun <> 'customer'`,
    'bank_id',
    'is not the bank of the customer',
  );
  return unlinked;
}

async function checkAccountsOfLinks(checking: Checking): Promise<void> {
  const { database, staging } = checking;
  staging.database.exec('create temporary table known_account (bank_id text, id text, primary key (bank_id, id))');
  const add = staging.database.prepare('insert or ignore into known_account values (?, ?)');
  const unknown = (columns: string) => `
    select ${columns} from staged s join known_customer k on k.id = s.customer_id
    where s.noun = 'customerAccountLink'
      and not exists (
        select 1 from staged a where a.noun = 'account' and a.key = k.bank_id || char(31) || s.key)
      and not exists (select 1 from known_account a where a.bank_id = k.bank_id and a.id = s.key)`;
  for (const rows of found<{ bankId: string; id: string }>(
    checking,
    unknown('distinct k.bank_id as bankId, s.key as id'),
  )) {
    for (const { bankId, id } of await storedRows(database, account, ['bankId', 'id'], rows)) add.run(bankId, id);
  }
  refuseAll(
    checking,
    unknown('s.number'),
    'account_id',
    'is that of no account of the bank, in the files or the database',
  );
}

/** Media relate to a document and a check of the same customer, in the files or the database. */
async function checkMedia(checking: Checking): Promise<void> {
  const { database, staging } = checking;
  staging.database.exec(
    'create temporary table known_evidence (noun text, customer_id text, id text, primary key (noun, customer_id, id))',
  );
  const add = staging.database.prepare('insert or ignore into known_evidence values (?, ?, ?)');
  const references = [
    { noun: 'kycDocument', column: 'relatesToKycDocumentId', field: 'relates_to_kyc_document_id', what: 'document' },
    { noun: 'kycCheck', column: 'relatesToKycCheckId', field: 'relates_to_kyc_check_id', what: 'check' },
  ] as const;
  for (const { noun, column, field, what } of references) {
    const unknown = (columns: string) => `
      select ${columns} from (
        select number, customer_id, row ->> '${column}' as id from staged where noun = 'kycMedia'
      ) m
      where m.id is not null
        and not exists (
          select 1 from staged e where e.noun = '${noun}' and e.key = m.id and e.customer_id = m.customer_id)
        and not exists (
          select 1 from known_evidence e where e.noun = '${noun}' and e.customer_id = m.customer_id and e.id = m.id)`;
    for (const rows of found<Row>(checking, unknown('distinct m.customer_id as customerId, m.id'))) {
      for (const stored of await storedRows(database, nounOf(noun).table, ['customerId', 'id'], rows)) {
        add.run(noun, stored.customerId, stored.id);
      }
    }
    refuseAll(checking, unknown('m.number'), field, `is no ${what} of the customer, in the files or the database`);
  }
}

/** How many rows of a noun customers have in the database. */
async function storedCounts(database: Database, noun: NounName, customerIds: string[]): Promise<Map<string, number>> {
  const { table } = nounOf(noun);
  const { customerId } = columnsOf(table);
  if (customerId === undefined || customerIds.length === 0) return new Map();
  const count = database.prepare<{ customerId: string; count: number }>(
    database.read
      .select({
        customerId: sql<string>`${customerId}`.as('customer_id'),
        count: sql<number>`count(*)`.mapWith(Number),
      })
      .from(table)
      .where(inKeys([customerId]))
      .groupBy(customerId),
  );
  const rows = await count(keyValues(customerIds));
  return new Map(rows.map((row) => [row.customerId, row.count]));
}

async function checkPlainLists(checking: Checking): Promise<void> {
  const { database, staging, refuse } = checking;
  const stagedRows = staging.database.prepare<[string, string], { number: number; key: string; row: string }>(
    'select number, key, row from staged where customer_id = ? and noun = ? order by without_id, number',
  );
  for (const noun of nouns.filter(({ isPlainList }) => isPlainList)) {
    const counts = `
      select s.customer_id as customerId, count(*) as count, max(k.is_stored) as isStored
      from staged s join known_customer k on k.id = s.customer_id
      where s.noun = '${noun.name}' group by s.customer_id
      having count(*) > ${longestPlainList} or max(k.is_stored) = 1`;
    for (const rows of found<{ customerId: string; count: number; isStored: number }>(checking, counts)) {
      const isStored = rows.filter((row) => row.isStored === 1).map((row) => row.customerId);
      const stored = await storedCounts(database, noun.name, isStored);
      for (const { customerId, count } of rows) {
        const before = stored.get(customerId) ?? 0;
        if (before + count <= longestPlainList) continue;
        await refuseTooMany(customerId, before);
      }
    }

    async function refuseTooMany(customerId: string, before: number): Promise<void> {
      const rows = stagedRows.all(customerId, noun.name);
      const keys = new Set<string>();
      const known = new Set(
        before === 0
          ? []
          : (await storedRows(database, noun.table, ['customerId'], [{ customerId }])).map((row) =>
              identityOf(noun.key, row),
            ),
      );
      for (const { number, key, row } of rows) {
        const identity = identityOf(noun.key, revived(noun.table, { customerId, ...JSON.parse(row) }));
        if (keys.has(key) || known.has(identity)) continue;
        if (before + keys.size >= longestPlainList) {
          refuse(number, 'customer_id', `has more than ${longestPlainList} ${noun.plural}`);
        } else keys.add(key);
      }
    }
  }
}

/** Users that are only referred to become stubs, whose username is their id. */
async function checkUsers(checking: Checking): Promise<void> {
  const { database, staging } = checking;
  staging.database.exec('create temporary table known_user (id text primary key)');
  staging.database.exec('create table user_stub (id text primary key)');
  const add = staging.database.prepare('insert or ignore into known_user values (?)');
  const addStub = staging.database.prepare('insert or ignore into user_stub values (?)');
  const referred = `
    select distinct user_id as id from user_reference r join staged s on s.number = r.number
    where not exists (select 1 from staged u where u.noun = 'user' and u.key = r.user_id and u.without_id = 0)`;
  for (const rows of found<{ id: string }>(checking, referred)) {
    for (const { id } of await storedRows(database, user, ['id'], rows)) add.run(id);
  }
  refuseAll(
    checking,
    `select s.number from staged s join user_reference r on r.number = s.number
    where s.noun in ('userAttribute', 'entitlement')
      and not exists (select 1 from staged u where u.noun = 'user' and u.key = r.user_id and u.without_id = 0)
      and not exists (select 1 from known_user k where k.id = r.user_id)`,
    'user_id',
    'is that of a refused user',
  );
  const missing = `
    select distinct r.user_id as username from user_reference r join staged s on s.number = r.number
    where not exists (select 1 from staged u where u.noun = 'user' and u.key = r.user_id and u.without_id = 0)
      and not exists (select 1 from known_user k where k.id = r.user_id)`;
  for (const rows of found<{ username: string }>(checking, missing)) {
    const named = rows.map(({ username }) => ({ provider: localProvider, username }));
    const taken = new Set(
      (await storedRows(database, user, ['provider', 'username'], named)).map(({ username }) => username),
    );
    for (const { username } of rows) if (!taken.has(username)) addStub.run(username);
  }
  refuseAll(
    checking,
    `select s.number from user_reference r join staged s on s.number = r.number
    where not exists (select 1 from staged u where u.noun = 'user' and u.key = r.user_id and u.without_id = 0)
      and not exists (select 1 from known_user k where k.id = r.user_id)
      and not exists (select 1 from user_stub u where u.id = r.user_id)`,
    'user_id',
    'is no id, but the username of a user in the database',
  );
}

/** What can only be told when all files are read: against the database, and of the files among each other. */
export async function checkStaged(checking: Checking): Promise<{ unlinkedAccounts: number }> {
  await checkCustomers(checking);
  const unlinkedAccounts = await checkReferencesToCustomers(checking);
  await checkClaims(
    checking,
    nouns.map(({ name }) => name).filter((name) => name !== 'customer'),
  );
  await checkAccountsOfLinks(checking);
  await checkMedia(checking);
  refuseAll(
    checking,
    `select number from staged s where noun = 'meetingInvitee' and not exists (
      select 1 from staged m where m.noun = 'meeting' and m.key = s.row ->> 'meetingId')`,
    'meeting_id',
    'is that of a refused meeting',
  );
  await checkPlainLists(checking);
  await checkUsers(checking);
  return { unlinkedAccounts };
}
