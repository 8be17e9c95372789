import { and, asc, gt, inArray, isNotNull, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { compactText } from '../../base/compact-text.ts';
import { comparedForm, partsOfForm } from '../../base/identifiers.ts';
import { compactColumn, isNotCompact } from '../../database/compact-column.ts';
import type { Queries } from '../../database/database.ts';
import { isNotPlain } from '../../database/plain-text.ts';
import { inTuples, tupleValues } from '../../database/tuple-condition.ts';
import { accountRouting } from '../account/account-routing.table.ts';
import { customer } from '../customer/customer.table.ts';
import { socialMediaHandle } from '../social-media-handle/social-media-handle.table.ts';
import { taxResidence } from '../tax-residence/tax-residence.table.ts';
import type { UserRow } from '../user/user.table.ts';
import { collidingUsers } from '../user/username.ts';

/**
 * Stored identifiers with the same canonical form, at a bank or, for those of users, without a bank. The kind `ID` is an ID that
 * objects of several types have.
 */
export interface Collision {
  kind:
    | 'ID'
    | 'CUSTOMER_NUMBER'
    | 'ACCOUNT_ROUTING'
    | 'SOCIAL_MEDIA_HANDLE'
    | 'TAX_NUMBER'
    | 'USERNAME'
    | 'EMAIL_ADDRESS';
  bankId: string | null;
  /** Each with the ID of its object, and exactly as stored. */
  identifiers: Record<string, string>[];
}

type BankRow = { bankId: string } & Record<string, string>;

const pageSize = 1000;

/** Lists the identifiers of earlier versions that collide, sorted by kind. */
export async function collidingIdentifiers(read: Queries): Promise<Collision[]> {
  const lists = [
    await collidingAtBank(read, 'CUSTOMER_NUMBER', {
      table: customer,
      bankId: customer.bankId,
      parts: [customer.customerNumber],
      canonical: customer.canonicalNumber,
      columns: { bankId: customer.bankId, customerId: customer.id, customerNumber: customer.customerNumber },
    }),
    await collidingAtBank(read, 'ACCOUNT_ROUTING', {
      table: accountRouting,
      bankId: accountRouting.bankId,
      parts: [accountRouting.scheme, accountRouting.address],
      canonical: accountRouting.canonicalRouting,
      columns: {
        bankId: accountRouting.bankId,
        accountId: accountRouting.accountId,
        scheme: accountRouting.scheme,
        address: accountRouting.address,
      },
    }),
    await collidingIbans(read),
    await collidingOfCustomer(read, 'SOCIAL_MEDIA_HANDLE', {
      table: socialMediaHandle,
      customerId: socialMediaHandle.customerId,
      identifier: socialMediaHandle.handle,
      columns: {
        bankId: socialMediaHandle.bankId,
        customerId: socialMediaHandle.customerId,
        id: socialMediaHandle.id,
        type: socialMediaHandle.type,
        handle: socialMediaHandle.handle,
      },
      formOf: ({ customerId = '', type = '', handle = '' }) => [customerId, type, comparedForm(handle)],
    }),
    await collidingOfCustomer(read, 'TAX_NUMBER', {
      table: taxResidence,
      customerId: taxResidence.customerId,
      identifier: taxResidence.taxNumber,
      columns: {
        bankId: taxResidence.bankId,
        customerId: taxResidence.customerId,
        id: taxResidence.id,
        domain: taxResidence.domain,
        taxNumber: taxResidence.taxNumber,
      },
      formOf: ({ customerId = '', domain = '', taxNumber = '' }) => [customerId, domain, comparedForm(taxNumber)],
    }),
    collisionsOfUsers(await collidingUsers(read)),
  ];
  return lists.flat();
}

/** Identifiers that must be unique at a bank. */
interface IdentifierAtBank {
  table: SQLiteTable;
  bankId: SQLiteColumn;
  parts: SQLiteColumn[];
  canonical: SQLiteColumn;
  columns: Record<string, SQLiteColumn>;
}

/** Reads the canonical forms in pages, because a bank can have many identifiers that are not plain. */
async function collidingAtBank(
  read: Queries,
  kind: Collision['kind'],
  { table, bankId, parts, canonical, columns }: IdentifierAtBank,
): Promise<Collision[]> {
  const collisions: Collision[] = [];
  for (let last = ''; ; ) {
    const page = await read
      .selectDistinct({ form: canonical })
      .from(table)
      .where(and(isNotNull(canonical), gt(canonical, last)))
      .orderBy(asc(canonical))
      .limit(pageSize);
    const forms = page.map(({ form }) => String(form));
    if (forms.length === 0) return collisions;
    last = forms.at(-1) ?? last;

    const inForms = read
      .select({ ...columns, form: canonical })
      .from(table)
      .where(inArray(canonical, forms));
    const rows = (await inForms) as unknown as BankRow[];
    // Plain identifiers have no canonical form of their own.
    const exactColumns = [bankId, ...parts];
    const exact = tupleValues(
      exactColumns,
      rows.map((row) => [row.bankId, ...partsOfForm(row.form ?? '')]),
    );
    const plain = (await read.select(columns).from(table).where(inTuples(exactColumns, exact))) as BankRow[];
    const names = Object.keys(columns);
    const partNames = names.filter((name) => parts.includes(columns[name] as SQLiteColumn));
    const formOf = (row: BankRow) => [
      row.bankId,
      row.form ?? comparedForm(...partNames.map((name) => row[name] ?? '')),
    ];
    collisions.push(...collisionsOf(kind, distinctRows([...rows, ...plain], names), formOf));
  }
}

const compactAddress = compactColumn('address');
const isIban = sql`upper(${accountRouting.scheme}) = 'IBAN'`;

/** IBANs that differ in the spaces of the printed form or in letter case, and whose canonical forms therefore differ. */
async function collidingIbans(read: Queries): Promise<Collision[]> {
  const collisions: Collision[] = [];
  for (let last = ''; ; ) {
    const page = await read
      .selectDistinct({ form: sql<string>`${compactAddress}`.as('form') })
      .from(accountRouting)
      .where(and(isIban, isNotCompact('address'), sql`${compactAddress} > ${last}`))
      .orderBy(sql`form`)
      .limit(pageSize);
    const forms = page.map(({ form }) => form);
    if (forms.length === 0) return collisions;
    last = forms.at(-1) ?? last;
    const { bankId, accountId, scheme, address } = accountRouting;
    const rows = await read
      .select({ bankId, accountId, scheme, address })
      .from(accountRouting)
      .where(and(isIban, inArray(compactAddress, forms)));
    const formOf = (row: BankRow) => [row.bankId, compactText(row.address ?? '')];
    const isDifferent = ({ identifiers }: Collision) =>
      new Set(identifiers.map((row) => comparedForm(row.scheme ?? '', row.address ?? ''))).size > 1;
    collisions.push(...collisionsOf('ACCOUNT_ROUTING', rows as unknown as BankRow[], formOf).filter(isDifferent));
  }
}

/** Rows that are canonical, but not plain, are read twice. */
function distinctRows(rows: BankRow[], names: string[]): BankRow[] {
  const distinct = new Map(rows.toReversed().map((row) => [JSON.stringify(names.map((name) => row[name])), row]));
  return [...distinct.values()];
}

/** Identifiers that must be unique among those of a customer. */
interface IdentifierOfCustomer {
  table: SQLiteTable;
  customerId: SQLiteColumn;
  identifier: SQLiteColumn;
  columns: Record<string, SQLiteColumn>;
  /** Rows of a customer with the same values collide. */
  formOf(row: BankRow): string[];
}

/** Scans the table, because an index would only serve this command. */
async function collidingOfCustomer(
  read: Queries,
  kind: Collision['kind'],
  { table, customerId, identifier, columns, formOf }: IdentifierOfCustomer,
): Promise<Collision[]> {
  const collisions: Collision[] = [];
  for (let last = ''; ; ) {
    const page = await read
      .selectDistinct({ id: customerId })
      .from(table)
      .where(and(isNotPlain(identifier.name), gt(customerId, last)))
      .orderBy(asc(customerId))
      .limit(pageSize);
    const ids = page.map(({ id }) => String(id));
    if (ids.length === 0) return collisions;
    last = ids.at(-1) ?? last;
    const rows = (await read.select(columns).from(table).where(inArray(customerId, ids))) as BankRow[];
    collisions.push(...collisionsOf(kind, rows, formOf));
  }
}

function collisionsOf(kind: Collision['kind'], rows: BankRow[], formOf: (row: BankRow) => string[]): Collision[] {
  const groups = Map.groupBy(rows, (row) => JSON.stringify(formOf(row)));
  return [...groups.values()]
    .filter(({ length }) => length > 1)
    .map((group) => ({
      kind,
      bankId: group[0]?.bankId ?? null,
      identifiers: group.map(({ bankId, form, ...identifier }) => identifier),
    }));
}

function collisionsOfUsers(users: UserRow[]): Collision[] {
  const byName = Map.groupBy(
    users.filter(({ usernameConflict }) => usernameConflict > 0),
    ({ provider, canonicalUsername }) => `${provider} ${canonicalUsername}`,
  );
  const byAddress = Map.groupBy(
    users.filter(({ emailConflict }) => emailConflict > 0),
    ({ validatedEmail }) => validatedEmail,
  );
  return [
    ...[...byName.values()].map((group) => ({
      kind: 'USERNAME' as const,
      bankId: null,
      identifiers: group.map(({ id: userId, provider, username }) => ({ userId, provider, username })),
    })),
    ...[...byAddress.values()].map((group) => ({
      kind: 'EMAIL_ADDRESS' as const,
      bankId: null,
      identifiers: group.map(({ id: userId, email }) => ({ userId, email: email ?? '' })),
    })),
  ];
}
