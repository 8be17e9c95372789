import { localProvider } from '../auth/password.ts';
import type { Database } from '../database/database.ts';
import { account } from '../domain/account/account.table.ts';
import { accountHolder } from '../domain/account/account-holder.table.ts';
import { customer } from '../domain/customer/customer.table.ts';
import { kycStatus } from '../domain/kyc/kyc-status.table.ts';
import { type UserRow, user } from '../domain/user/user.table.ts';
import { checkListsOfParents } from './check-lists.ts';
import { checkUsernames, freeNamesOfPlaceholders } from './check-usernames.ts';
import { type Noun, nounOf, nouns } from './entities.ts';
import { identityOf, isEmptyTable, revived, storedCounts, storedRows } from './existing-rows.ts';
import type { Row } from './fields.ts';
import { fieldNames, type NounName } from './records.ts';
import type { Staging } from './staging.ts';

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
export function* found<Columns>({ staging }: Checking, query: string): Generator<Columns[]> {
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
    if (await isEmptyTable(database, table)) continue;
    const staged = `
      select c.number, c.value, case when s.customer_id is null or s.noun = 'customer' then s.key
        else s.customer_id || char(31) || s.key end as identity
      from claim c join staged s on s.number = c.number
      where c.kind = '${name}'`;
    for (const rows of found<{ number: number; value: string; identity: string }>(checking, staged)) {
      const claimed = rows.map(({ value }) => {
        const parts: string[] = JSON.parse(value);
        return Object.fromEntries(columns.map((column, index) => [column, parts[index]]));
      });
      const stored = await storedRows(database, table, columns, claimed);
      const owners = new Map(stored.map((row) => [identityOf(columns, row), identityOf(key, row)]));
      rows.forEach(({ number, identity }, index) => {
        const owner = owners.get(identityOf(columns, claimed[index] ?? {}));
        if (owner !== undefined && owner !== identity) refuse(number, field, `${reason} in the database`);
      });
    }
  }
}

/** Which customers of the files are in the database already, where none may be at another bank. */
async function checkCustomers(checking: Checking): Promise<void> {
  const { database, staging, refuse } = checking;
  const setStored = staging.database.prepare('update known_customer set is_stored = 1 where id = ?');
  const staged = `select number, customer_id as id, bank_id as bankId from staged where noun = 'customer'`;
  const isFirstImport = await isEmptyTable(database, customer);
  for (const rows of isFirstImport ? [] : found<{ number: number; id: string; bankId: string }>(checking, staged)) {
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
  const atTwoBanks = `
    select s.number from staged s join known_customer k on k.id = s.customer_id
    where s.noun = 'customer' and s.bank_id <> k.bank_id`;
  for (const rows of found<{ number: number }>(checking, atTwoBanks)) {
    for (const { number } of rows) refuse(number, 'customer_id', 'is that of a customer of another bank');
  }
  staging.database.exec(`
    delete from known_customer where is_stored = 0 and not exists (
      select 1 from staged s where s.noun = 'customer' and s.without_id = 0 and s.customer_id = known_customer.id)`);
}

/**
 * Loads the customers of the database that the files refer to, and gives each row its customer. Gives how many accounts
 * name a customer that there is not.
 */
async function checkReferencesToCustomers(checking: Checking): Promise<number> {
  const { database, staging, refuse } = checking;
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
    select distinct bank_id as bankId, customer_number as customerNumber from staged
    where customer_id is null and customer_number is not null`;
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
  const withUnknownNumber = 'select number from staged where customer_id is null and customer_number is not null';
  for (const rows of found<{ number: number }>(checking, withUnknownNumber)) {
    for (const { number } of rows) {
      refuse(number, 'customer_number', 'is that of no customer of the bank, in the files or the database');
    }
  }
  const wrong = `
    select s.number, k.id is null as isUnknown from staged s left join known_customer k on k.id = s.customer_id
    where s.customer_id is not null and s.noun <> 'customer' and (k.id is null or s.bank_id <> k.bank_id)`;
  for (const rows of found<{ number: number; isUnknown: number }>(checking, wrong)) {
    for (const { number, isUnknown } of rows) {
      if (isUnknown === 0) refuse(number, 'bank_id', 'is not the bank of the customer');
      else refuse(number, 'customer_id', 'is that of no customer in the files (or of a refused one) or the database');
    }
  }
  return unlinked;
}

async function checkAccountsOfLinks(checking: Checking): Promise<void> {
  const { database, refuse } = checking;
  const notInFiles = `
    select s.number, k.bank_id as bankId, s.key as id from staged s join known_customer k on k.id = s.customer_id
    where s.noun = 'customerAccountLink' and not exists (
      select 1 from staged a where a.noun = 'account' and a.key = k.bank_id || char(31) || s.key)`;
  for (const rows of found<{ number: number; bankId: string; id: string }>(checking, notInFiles)) {
    const stored = await storedRows(database, account, ['bankId', 'id'], rows);
    const known = new Set(stored.map((row) => identityOf(['bankId', 'id'], row)));
    for (const row of rows) {
      if (known.has(identityOf(['bankId', 'id'], { ...row }))) continue;
      refuse(row.number, 'account_id', 'is that of no account of the bank, in the files or the database');
    }
  }
}

/** Media relate to a document and a check of the same customer, in the files or the database. */
async function checkMedia(checking: Checking): Promise<void> {
  const { database, refuse } = checking;
  const references = [
    { noun: 'kycDocument', column: 'relatesToKycDocumentId', field: 'relates_to_kyc_document_id', what: 'document' },
    { noun: 'kycCheck', column: 'relatesToKycCheckId', field: 'relates_to_kyc_check_id', what: 'check' },
  ] as const;
  for (const { noun, column, field, what } of references) {
    const notInFiles = `
      select m.number, m.customer_id as customerId, m.row ->> '${column}' as id from staged m
      where m.noun = 'kycMedia' and m.row ->> '${column}' is not null and not exists (
        select 1 from staged e
        where e.noun = '${noun}' and e.customer_id = m.customer_id and e.key = m.row ->> '${column}')`;
    for (const rows of found<{ number: number; customerId: string; id: string }>(checking, notInFiles)) {
      const stored = await storedRows(database, nounOf(noun).table, ['customerId', 'id'], rows);
      const known = new Set(stored.map((row) => identityOf(['customerId', 'id'], row)));
      for (const row of rows) {
        if (known.has(identityOf(['customerId', 'id'], { ...row }))) continue;
        refuse(row.number, field, `is no ${what} of the customer, in the files or the database`);
      }
    }
  }
}

async function checkPlainLists(checking: Checking): Promise<void> {
  const { database, staging, refuse } = checking;
  const stagedRows = staging.database.prepare<[string, string], { number: number; key: string; row: string }>(
    'select number, key, row from staged where customer_id = ? and noun = ? and without_id in (0, 1) order by without_id, number',
  );

  async function refuseTooMany(noun: Noun, customerId: string): Promise<void> {
    const stored = await storedRows(database, noun.table, ['customerId'], [{ customerId }]);
    const storedIdentities = new Set(stored.map((row) => identityOf(noun.key, row)));
    const added = new Set<string>();
    for (const { number, key, row } of stagedRows.all(customerId, noun.name)) {
      const identity = identityOf(noun.key, revived(noun.table, { customerId, ...JSON.parse(row) }));
      if (added.has(key) || storedIdentities.has(identity)) continue;
      if (stored.length + added.size < longestPlainList) added.add(key);
      else refuse(number, 'customer_id', `has more than ${longestPlainList} ${noun.plural}`);
    }
  }

  const lists = `
    select s.noun, s.customer_id as customerId, count(*) as count, k.is_stored as isStored
    from staged s join known_customer k on k.id = s.customer_id
    group by s.noun, s.without_id, s.customer_id
    having count(*) > ${longestPlainList / 2} or k.is_stored = 1`;
  for (const rows of found<{ noun: NounName; customerId: string; count: number; isStored: number }>(checking, lists)) {
    for (const [name, ofNoun] of Map.groupBy(rows, (row) => row.noun)) {
      const noun = nounOf(name);
      if (!noun.isPlainList) continue;
      const inDatabase = ofNoun.filter(({ isStored }) => isStored === 1).map(({ customerId }) => customerId);
      const stored = await storedCounts(database, noun.table, inDatabase);
      for (const { customerId, count } of ofNoun) {
        // Half of them may have come without their ids.
        if ((stored.get(customerId) ?? 0) + count > longestPlainList / 2) await refuseTooMany(noun, customerId);
      }
    }
  }
}

/** Whether nobody can log in as the user; an identity provider, whose users have no password here, is known by its URL. */
function isWithoutLogin({ passwordHash, provider }: Pick<UserRow, 'passwordHash' | 'provider'>): boolean {
  return passwordHash === null && !/^https?:/i.test(provider);
}

/**
 * Whoever registers a username first has it. So a record without an id is that of the user of its name in the database only
 * if both have the same e-mail address, or nobody can log in as that user.
 */
async function checkUsersWithoutId(checking: Checking): Promise<void> {
  const { database, refuse } = checking;
  const withoutId = `
    select number, row ->> 'provider' as provider, row ->> 'username' as username, row ->> 'email' as email
    from staged where noun = 'user' and without_id = 1`;
  interface Named {
    number: number;
    provider: string;
    username: string;
    email: string | null;
  }
  const name = ['provider', 'username'];
  for (const rows of found<Named>(checking, withoutId)) {
    const stored = (await storedRows(
      database,
      user,
      name,
      rows.map((row) => ({ ...row })),
    )) as UserRow[];
    const userOf = new Map(stored.map((row) => [identityOf(name, row), row]));
    for (const row of rows) {
      const existing = userOf.get(identityOf(name, { ...row }));
      if (existing === undefined) continue;
      const areKnown = row.email !== null && existing.email !== null;
      const isSame = areKnown && row.email?.toLowerCase() === existing.email?.toLowerCase();
      if (isWithoutLogin(existing) ? isSame || !areKnown : isSame && !existing.awaitsEmailValidation) continue;
      const reason = isSame
        ? 'has not been validated by the user of that username in the database'
        : 'is not that of the user of that username in the database';
      refuse(row.number, 'email', `${reason}: a record that means that user has its user_id`);
    }
  }
  // The + takes the column's type away, with which SQLite would not use the index on what is in the row.
  const ofRefused = `
    select s.number from staged s
    where s.noun in ('userAttribute', 'entitlement') and s.username is not null and not exists (
      select 1 from staged u
      where u.noun = 'user' and u.row ->> 'username' = +s.username and u.row ->> 'provider' = s.provider)`;
  for (const rows of found<{ number: number }>(checking, ofRefused)) {
    for (const { number } of rows) refuse(number, 'username', 'is that of a refused user');
  }
}

/**
 * Owners are named by a username alone: that of a user in the files, or else of one in the database who did not merely
 * register it. Who is nobody becomes a stub.
 */
async function checkOwners(checking: Checking): Promise<void> {
  const { database, staging, refuse } = checking;
  const setUser = staging.database.prepare(
    `update staged set username = null, row = json_set(row, '$.userId', ?) where number = ?`,
  );
  const setProvider = staging.database.prepare('update staged set provider = ? where number = ?');
  const owners = `
    select h.number, h.username, h.bank_id as bankId, h.row ->> 'accountId' as accountId,
      u.key as id, u.without_id as withoutId, u.row ->> 'provider' as provider, r.username is not null as isRefused
    from staged h
    left join staged u on u.number = (
      select v.number from staged v where v.noun = 'user' and v.row ->> 'username' = +h.username
      order by v.row ->> 'provider' <> '${localProvider}', v.without_id, v.number limit 1)
    left join refused_user r on r.username = h.username
    where h.noun = 'accountHolder' and h.username is not null`;
  interface Owner {
    number: number;
    username: string;
    bankId: string;
    accountId: string;
    id: string | null;
    withoutId: number | null;
    provider: string | null;
    isRefused: number;
  }
  for (const rows of found<Owner>(checking, owners)) {
    const onlyNamed: Owner[] = [];
    for (const row of rows) {
      if (row.id === null) onlyNamed.push(row);
      else if (row.withoutId === 0) setUser.run(row.id, row.number);
      else setProvider.run(row.provider, row.number);
    }
    const stored = (await storedRows(
      database,
      user,
      ['username'],
      onlyNamed.map(({ username }) => ({ username })),
    )) as UserRow[];
    const usersOf = Map.groupBy(stored, ({ username }) => username);
    const holderKey = ['bankId', 'accountId', 'userId'];
    const candidates = onlyNamed.flatMap(({ username, bankId, accountId }) =>
      (usersOf.get(username) ?? []).map(({ id }) => ({ bankId, accountId, userId: id })),
    );
    const holders = new Set(
      (await storedRows(database, accountHolder, holderKey, candidates)).map((row) => identityOf(holderKey, row)),
    );
    const isFree = await freeNamesOfPlaceholders(
      checking,
      onlyNamed.map(({ username }) => username),
    );
    for (const { number, username, bankId, accountId, isRefused } of onlyNamed) {
      const users = usersOf.get(username) ?? [];
      const local = users.find(({ provider }) => provider === localProvider);
      const [owner] = local === undefined ? users : [local];
      if (isRefused === 1) refuse(number, 'owners', 'name a refused user');
      else if (owner === undefined && !isFree(username)) refuse(number, 'owners', 'name a user in another spelling');
      else if (owner === undefined) setProvider.run(localProvider, number);
      else if (holders.has(identityOf(holderKey, { bankId, accountId, userId: owner.id })))
        setUser.run(owner.id, number);
      else if (local === undefined && users.length > 1) {
        refuse(
          number,
          'owners',
          'name several users in the database: add the record of the right one, with its user_id',
        );
      } else if (isWithoutLogin(owner)) setUser.run(owner.id, number);
      else {
        refuse(
          number,
          'owners',
          'name a user in the database, whom anybody may have registered: add the record of that user, with its user_id',
        );
      }
    }
  }
}

/**
 * Records of the same thing that say different things: the first one stands. What a later one says beyond it is added to
 * it, so that a shorter shape may come before a longer one.
 */
async function checkContradictions(checking: Checking): Promise<void> {
  const { database, staging, refuse, placeText } = checking;
  const setRow = staging.database.prepare('update staged set row = ? where number = ?');
  const hasStagedTimeline = staging.database.prepare(
    `select 1 from staged where noun = 'kycStatus' and without_id = 0 and customer_id = ?`,
  );
  const repeated = `
    with repeats as (
      select noun, without_id, customer_id, key from staged
      group by noun, without_id, customer_id, key having count(*) > 1)
    select s.number, s.noun, s.row, s.noun || char(31) || s.without_id || char(31)
      || coalesce(s.customer_id, '') || char(31) || s.key as thing
    from repeats r join staged s
      on s.noun = r.noun and s.without_id = r.without_id and s.customer_id is r.customer_id and s.key = r.key
    order by thing, s.number`;
  interface Repeated {
    number: number;
    noun: NounName;
    row: string;
    thing: string;
  }
  let thing = '';
  let first = 0;
  let merged: Row = {};
  let saidBy = new Map<string, number>();
  for (const rows of found<Repeated>(checking, repeated)) {
    const customerIds = rows
      .filter(({ noun }) => noun === 'customer')
      .map(({ row }) => ({ customerId: JSON.parse(row).id }));
    const withStoredTimeline = new Set(
      (await storedRows(database, kycStatus, ['customerId'], customerIds)).map(({ customerId }) => customerId),
    );
    for (const read of rows) {
      const row: Row = JSON.parse(read.row);
      if (read.thing !== thing) {
        thing = read.thing;
        first = read.number;
        merged = row;
        saidBy = new Map(Object.keys(row).map((name) => [name, read.number]));
        continue;
      }
      // These follow the timeline, whatever the records of the customer say.
      if (read.noun === 'customer' && (withStoredTimeline.has(row.id) || hasStagedTimeline.get(row.id) !== undefined)) {
        delete row.kycStatus;
        delete row.lastOkDate;
        setRow.run(JSON.stringify(row), read.number);
      }
      const said = Object.keys(row);
      const differing = said.filter(
        (name) => saidBy.has(name) && JSON.stringify(merged[name]) !== JSON.stringify(row[name]),
      );
      const [one] = differing;
      if (one !== undefined) {
        const fields = fieldNames(read.noun, differing).join(', ');
        const verb = differing.length === 1 ? 'differs' : 'differ';
        refuse(read.number, fields, `${verb} from ${placeText(saidBy.get(one) ?? first)}`);
        continue;
      }
      const added = said.filter((name) => !saidBy.has(name));
      if (added.length === 0) continue;
      for (const name of added) {
        merged[name] = row[name];
        saidBy.set(name, read.number);
      }
      setRow.run(JSON.stringify(merged), first);
    }
  }
}

/** Users that are only referred to become stubs, whose username is their id. */
async function checkUsers(checking: Checking): Promise<void> {
  const { database, staging, refuse } = checking;
  const addStub = staging.database.prepare('insert or ignore into user_stub values (?)');
  const notInFiles = `
    select s.number, s.noun, r.user_id as id from user_reference r join staged s on s.number = r.number
    where not exists (select 1 from staged u where u.noun = 'user' and u.key = r.user_id and u.without_id = 0)`;
  for (const rows of found<{ number: number; noun: NounName; id: string }>(checking, notInFiles)) {
    const known = new Set((await storedRows(database, user, ['id'], rows)).map(({ id }) => id));
    const unknown = rows.filter(({ id }) => !known.has(id));
    const isFree = await freeNamesOfPlaceholders(
      checking,
      unknown.map(({ id }) => id),
    );
    for (const { number, noun, id } of unknown) {
      // What belongs to a user comes with the user.
      if (noun === 'userAttribute' || noun === 'entitlement') refuse(number, 'user_id', 'is that of a refused user');
      else if (!isFree(id)) refuse(number, 'user_id', 'is not the ID of a user, but the username of another user');
      else addStub.run(id);
    }
  }
}

/** What can only be told when all files are read: against the database, and of the files among each other. */
export async function checkStaged(checking: Checking): Promise<{ unlinkedAccounts: number }> {
  await checkCustomers(checking);
  const unlinkedAccounts = await checkReferencesToCustomers(checking);
  await checkContradictions(checking);
  await checkClaims(
    checking,
    nouns.map(({ name }) => name).filter((name) => name !== 'customer'),
  );
  await checkUsernames(checking);
  await checkAccountsOfLinks(checking);
  await checkMedia(checking);
  const ofRefusedMeeting = `
    select number from staged s where noun = 'meetingInvitee' and not exists (
      select 1 from staged m where m.noun = 'meeting' and m.key = s.row ->> 'meetingId')`;
  for (const rows of found<{ number: number }>(checking, ofRefusedMeeting)) {
    for (const { number } of rows) checking.refuse(number, 'meeting_id', 'is that of a refused meeting');
  }
  await checkPlainLists(checking);
  await checkUsersWithoutId(checking);
  await checkOwners(checking);
  await checkUsers(checking);
  await checkListsOfParents(checking);
  return { unlinkedAccounts };
}
