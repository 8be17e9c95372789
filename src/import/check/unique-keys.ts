import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { comparedForm } from '../../base/identifiers.ts';
import type { Database } from '../../database/database.ts';
import type { Entity, UniqueKey } from '../entity.ts';
import { isEmptyTable, storedRows } from '../existing-rows.ts';
import { user } from '../obp/user.ts';
import { identityOf, type Row } from '../row.ts';
import { type Checking, pagesOf } from './checking.ts';

/** How a row is compared with the other rows that have the same value of a unique key. */
interface Comparison<Claim> {
  /** The condition under which the staged rows `s` and `t` are of different objects. */
  areDifferent: string;
  /** The columns of `s` which `isTaken` needs. */
  columns: string;
  /** Whether the stored rows with the same value are of another object than the staged row. */
  isTaken(holders: Row[], claim: Claim): boolean;
}

/** Removes rows whose values of unique keys are those of another row, in the files or in the database. */
export async function checkUniqueKeys(checking: Checking, entity: Entity): Promise<void> {
  const comparison: Comparison<{ identity: string }> = {
    areDifferent: '(s.key <> t.key or s.customer_id is not t.customer_id)',
    columns: `case when s.customer_id is null or s.entity = 'customer' then s.key
      else s.customer_id || char(31) || s.key end as identity`,
    isTaken: (holders, { identity }) => holders.some((row) => identityOf(entity.key, row) !== identity),
  };
  for (const uniqueKey of entity.uniqueKeys ?? []) await checkUniqueKey(checking, entity, uniqueKey, comparison);
}

/** The unique keys of users whose values are derived from the username and the email address. */
const canonicalNames: UniqueKey[] = [
  {
    kind: 'canonicalUsername',
    columns: ['provider', 'canonicalUsername'],
    field: 'username',
    scope: 'among the users of the provider, in every spelling',
  },
  {
    kind: 'validatedEmail',
    columns: ['validatedEmail'],
    field: 'email',
    scope: 'among the validated email addresses',
  },
];

interface NamedUser {
  username: string;
  provider: string;
  /** Null if the record has no ID. */
  id: string | null;
}

/**
 * Removes users whose username or validated email address is that of another user in another spelling. A user can be
 * renamed to another spelling of the own username.
 */
export async function checkCanonicalNames(checking: Checking): Promise<void> {
  const comparison: Comparison<NamedUser> = {
    areDifferent: `s.row ->> 'username' <> t.row ->> 'username'`,
    columns: `s.row ->> 'username' as username, s.row ->> 'provider' as provider, s.row ->> 'id' as id`,
    isTaken(holders, { username, provider, id }) {
      const isOwn = holders.some((row) => row.username === username && row.provider === provider);
      return !isOwn && holders.some((row) => row.id !== id);
    },
  };
  for (const uniqueKey of canonicalNames) await checkUniqueKey(checking, user, uniqueKey, comparison);
}

async function checkUniqueKey<Claim>(
  checking: Checking,
  { name, table }: Entity,
  uniqueKey: UniqueKey,
  comparison: Comparison<Claim>,
): Promise<void> {
  const { kind, columns, field, scope } = uniqueKey;
  const { database, removeInvalid, placeText } = checking;
  const rule = `must be unique ${scope}`;
  const repeated = `
    select c.number, min(o.number) as other
    from claim c
    join staged s on s.number = c.number
    join claim o on o.kind = c.kind and o.value = c.value and o.number < c.number
    join staged t on t.number = o.number
    where c.kind = '${name}.${kind}' and ${comparison.areDifferent}
    group by c.number`;
  for (const rows of pagesOf<{ number: number; other: number }>(checking, repeated)) {
    for (const { number, other } of rows)
      removeInvalid(number, field, `${rule}, but is the same in ${placeText(other)}`);
  }
  if (await isEmptyTable(database, table)) return;
  const claims = `
    select c.number, c.value, ${comparison.columns}
    from claim c join staged s on s.number = c.number
    where c.kind = '${name}.${kind}'`;
  for (const rows of pagesOf<Claim & { number: number; value: string }>(checking, claims)) {
    const values = rows.map(({ value }) => {
      const parts: string[] = JSON.parse(value);
      return Object.fromEntries(columns.map((column, index) => [column, parts[index]]));
    });
    const holdersOf = await findHolders(database, table, uniqueKey, values);
    rows.forEach((claim, index) => {
      if (!comparison.isTaken(holdersOf(values[index] ?? {}), claim)) return;
      removeInvalid(claim.number, field, `${rule}, but is the same in the database`);
    });
  }
}

/** Finds the stored rows with a value: those with exactly this value or, if there are none, those with the same canonical form. */
async function findHolders(
  database: Database,
  table: SQLiteTable,
  { columns, canonical, storedForms: formsOf = (value) => [value] }: UniqueKey,
  values: Row[],
): Promise<(value: Row) => Row[]> {
  const stored = await storedRows(database, table, columns, values.flatMap(formsOf));
  const holders = Map.groupBy(stored, (row) => identityOf(columns, row));
  const exactHolders = (value: Row) => formsOf(value).flatMap((form) => holders.get(identityOf(columns, form)) ?? []);
  if (canonical === undefined) return exactHolders;

  const { column, of } = canonical;
  const formColumns = [...columns.filter((name) => !of.includes(name)), column];
  const withForm = (value: Row) => ({ ...value, [column]: comparedForm(...of.map((name) => String(value[name]))) });
  const storedForms = await storedRows(database, table, formColumns, values.map(withForm));
  const holdersOfForm = Map.groupBy(storedForms, (row) => identityOf(formColumns, row));
  return (value) => {
    const exact = exactHolders(value);
    return exact.length > 0 ? exact : (holdersOfForm.get(identityOf(formColumns, withForm(value))) ?? []);
  };
}
