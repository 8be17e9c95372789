import { withDates } from '../../database/json-dates.ts';
import { customer as customerTable } from '../../domain/customer/customer.table.ts';
import { brokenRuleOf } from '../entity.ts';
import { isEmptyTable, storedRows } from '../existing-rows.ts';
import { customersNumbered, identityOfNumber } from '../numbered-customers.ts';
import { customer } from '../obp/customer.ts';
import { type Checking, pagesOf } from './checking.ts';

const atAnotherBank = 'must not be the ID of a customer at another bank';

/** Marks the staged customers that the database contains. Their banks must be the same. */
export async function checkCustomers(checking: Checking): Promise<void> {
  const { database, staging, removeInvalid } = checking;
  if (await isEmptyTable(database, customerTable)) return;
  const setStored = staging.database.prepare('update known_customer set is_stored = 1 where id = ?');
  const staged = `select number, customer_id as id, bank_id as bankId from staged where entity = 'customer'`;
  for (const rows of pagesOf<{ number: number; id: string; bankId: string }>(checking, staged)) {
    const stored = await storedRows(database, customerTable, ['id'], rows);
    const bankOf = new Map(stored.map((row) => [row.id, row.bankId]));
    for (const { number, id, bankId } of rows) {
      const storedBank = bankOf.get(id);
      if (storedBank === undefined) continue;
      setStored.run(id);
      if (storedBank !== bankId) removeInvalid(number, 'customer_id', atAnotherBank);
    }
  }
}

/**
 * Removes new customers who break a rule with the default of a column that all of their records omit, such as a registration number
 * without a customer type. If a customer is stored, the rules apply to the columns of the stored row.
 */
export function checkDefaultsOfCustomers(checking: Checking): void {
  const doubtful = `
    select s.key, json_group_array(json(s.row) order by s.number) as rows, json_group_array(s.number) as numbers
    from staged s where s.entity = 'customer' and s.key in (
      select q.key from doubt d join staged q on q.number = d.number join known_customer k on k.id = q.customer_id
      where q.entity = 'customer' and k.is_stored = 0 and d.doubts like '%"defaults"%')
    group by s.key`;
  for (const customers of pagesOf<{ rows: string; numbers: string }>(checking, doubtful)) {
    for (const { rows, numbers } of customers) {
      const row = Object.assign({}, customer.defaults, ...JSON.parse(rows).toReversed());
      const broken = brokenRuleOf(customer, withDates(customer.table, row));
      if (broken === null) continue;
      for (const number of JSON.parse(numbers)) checking.removeInvalid(number, broken.field, broken.reason);
    }
  }
}

/** All records of a customer must name the same bank. Afterwards, only valid customers are known. */
export function checkBanksOfCustomers(checking: Checking): void {
  const { staging, removeInvalid } = checking;
  const atTwoBanks = `
    select s.number from staged s join known_customer k on k.id = s.customer_id
    where s.entity = 'customer' and s.bank_id <> k.bank_id`;
  for (const rows of pagesOf<{ number: number }>(checking, atTwoBanks)) {
    for (const { number } of rows) removeInvalid(number, 'customer_id', atAnotherBank);
  }
  staging.database.exec(`
    delete from known_customer where is_stored = 0 and not exists (
      select 1 from staged s where s.entity = 'customer' and s.without_id = 0 and s.customer_id = known_customer.id)`);
}

/**
 * Assigns each row its customer, who must be in the files or in the database, and at the bank of the row. Returns how many
 * accounts name an unknown customer.
 */
export async function assignCustomers(checking: Checking): Promise<number> {
  await loadCustomers(checking);
  const { staging, removeInvalid } = checking;
  staging.database.exec(`
    update staged set customer_id = (
      select id from known_customer k
      where k.bank_id = staged.bank_id and k.customer_number = staged.customer_number)
    where customer_id is null and customer_number is not null`);
  // An attribute in which an account names its customer is free text, so an unknown customer is not an error.
  const unlinkedAccounts = staging.database
    .prepare(
      `delete from staged
      where entity = 'customerAccountLink' and without_id = 1 and customer_id is null and customer_number is not null`,
    )
    .run().changes;
  const unknownNumbers = 'select number from staged where customer_id is null and customer_number is not null';
  for (const rows of pagesOf<{ number: number }>(checking, unknownNumbers)) {
    for (const { number } of rows) {
      removeInvalid(
        number,
        'customer_number',
        'must be the number of a customer at the bank, in the files or the database',
      );
    }
  }
  const wrongCustomers = `
    select s.number, k.id is null as isUnknown from staged s left join known_customer k on k.id = s.customer_id
    where s.customer_id is not null and s.entity <> 'customer' and (k.id is null or s.bank_id <> k.bank_id)`;
  for (const rows of pagesOf<{ number: number; isUnknown: number }>(checking, wrongCustomers)) {
    for (const { number, isUnknown } of rows) {
      if (isUnknown === 0) removeInvalid(number, 'bank_id', 'must be the bank of the customer');
      else {
        removeInvalid(number, 'customer_id', 'must be the ID of a valid customer, in the files or the database');
      }
    }
  }
  return unlinkedAccounts;
}

/** Loads the customers of the database to which the staged rows refer, by ID or by number. */
async function loadCustomers(checking: Checking): Promise<void> {
  const { database, staging } = checking;
  const addKnown = staging.database.prepare('insert or ignore into known_customer values (?, ?, ?, 1)');
  const ids = `
    select distinct customer_id as id from staged s
    where customer_id is not null and not exists (select 1 from known_customer k where k.id = s.customer_id)`;
  for (const rows of pagesOf<{ id: string }>(checking, ids)) {
    for (const { id, bankId, customerNumber } of await storedRows(database, customerTable, ['id'], rows)) {
      addKnown.run(id, bankId, customerNumber);
    }
  }
  const numbers = `
    select distinct bank_id as bankId, customer_number as customerNumber from staged
    where customer_id is null and customer_number is not null`;
  const setNumber = staging.database.prepare(
    `insert into known_customer values (?, ?, ?, 1)
    on conflict (id) do update set customer_number = excluded.customer_number where customer_number = ?`,
  );
  for (const rows of pagesOf<{ bankId: string; customerNumber: string }>(checking, numbers)) {
    const customers = await customersNumbered(database, rows);
    for (const row of rows) {
      const { id, bankId, customerNumber } = customers.get(identityOfNumber({ ...row })) ?? {};
      // The rows of the files refer to the customer by the canonical form of the stored number.
      if (id !== undefined) setNumber.run(id, bankId, row.customerNumber, customerNumber);
    }
  }
}
