import { entityOf } from '../entities.ts';
import { brokenRuleOf, type Entity, identityOfRow, keysOf } from '../entity.ts';
import { rowOfStaged, storedRows } from '../existing-rows.ts';
import type { Doubt } from '../fields.ts';
import { customer } from '../obp/customer.ts';
import { user } from '../obp/user.ts';
import { identityOf, type Row } from '../row.ts';
import { type Checking, pagesOf } from './checking.ts';

interface DoubtfulText {
  number: number;
  entity: string;
  withoutId: number;
  customerId: string | null;
  bankId: string | null;
  row: string;
  doubts: string;
}

interface DoubtfulRow {
  number: number;
  /** The columns that identify the row. */
  key: readonly string[];
  row: Row;
  doubts: Doubt[];
  stored: Row | undefined;
}

const doubtfulRows = `
  select s.number, s.entity, s.without_id as withoutId, s.customer_id as customerId, s.bank_id as bankId, s.row, d.doubts
  from doubt d join staged s on s.number = d.number`;

/**
 * Compares values that break a rule with the stored rows. A rule that the stored row breaks with the same value does not prevent an
 * import; any other violation makes the row invalid.
 */
export async function checkDoubts(checking: Checking, isChecked: (entity: Entity) => boolean): Promise<void> {
  for (const page of pagesOf<DoubtfulText>(checking, doubtfulRows)) {
    const groups = Map.groupBy(page, ({ entity, withoutId }) => `${entity} ${withoutId}`);
    for (const [first, ...others] of groups.values()) {
      if (first === undefined) continue;
      const entity = entityOf(first.entity);
      if (!isChecked(entity)) continue;
      for (const doubtful of await withStored(checking, entity, [first, ...others]))
        checkRow(checking, entity, doubtful);
    }
  }
}

async function withStored({ database }: Checking, entity: Entity, texts: DoubtfulText[]): Promise<DoubtfulRow[]> {
  const { key, readBy } = keysOf(entity, texts[0]?.withoutId === 1);
  const rows = texts.map((text) => rowOfStaged(entity.table, { ...text, row: JSON.parse(text.row) }));
  const stored = await storedRows(database, entity.table, readBy, rows);
  const byForm = new Map(stored.map((row) => [identityOfRow(entity, key, row), row]));
  const exact = new Map(stored.map((row) => [identityOf(key, row), row]));
  return texts.map((text, index) => {
    const row = rows[index] ?? {};
    const doubts: Doubt[] = JSON.parse(text.doubts);
    const values = doubts.flatMap((doubt) => (typeof doubt === 'string' ? [] : [[doubt.column, doubt.written]]));
    const asWritten = { ...row, ...Object.fromEntries(values) };
    return {
      number: text.number,
      key,
      row,
      doubts,
      stored: exact.get(identityOf(key, asWritten)) ?? byForm.get(identityOfRow(entity, key, row)),
    };
  });
}

function checkRow(checking: Checking, entity: Entity, { number, key, row, doubts, stored }: DoubtfulRow): void {
  const problems: { field: string; reason: string }[] = [];
  for (const doubt of doubts) {
    if (typeof doubt === 'string') continue;
    const { column, field, written, reason } = doubt;
    if (stored?.[column] === written) keep(checking, entity, { number, key, row, column, written });
    else if (reason !== null) problems.push({ field, reason });
  }
  const broken = doubts.includes('rules') ? brokenRuleOf(entity, row, stored) : null;
  if (broken !== null) problems.push(broken);
  const last = problems.pop();
  if (last === undefined) return;
  for (const { field, reason } of problems) checking.problem(number, field, reason);
  checking.removeInvalid(number, last.field, last.reason);
}

interface KeptValue extends Pick<DoubtfulRow, 'number' | 'key' | 'row'> {
  column: string;
  written: string;
}

/** Keeps the value of the stored row, which needs not be unique, because it does not change. */
function keep(
  { staging: { database } }: Checking,
  { name, uniqueKeys = [] }: Entity,
  { number, key, row, column, written }: KeptValue,
): void {
  database.prepare(`update staged set row = json_set(row, '$.' || ?, ?) where number = ?`).run(column, written, number);
  if (key.includes(column) && row[column] !== written) {
    row[column] = written;
    const parts = key.filter((part) => part !== 'customerId');
    database.prepare('update staged set key = ? where number = ?').run(identityOf(parts, row), number);
  }
  for (const { kind, columns } of uniqueKeys) {
    if (!columns.includes(column)) continue;
    database.prepare('delete from claim where number = ? and kind = ?').run(number, `${name}.${kind}`);
  }
  if (name === user.name && column === 'username') {
    database.prepare('delete from claim where number = ? and kind = ?').run(number, `${name}.canonicalUsername`);
  }
  if (name === customer.name && column === 'customerNumber') {
    database.prepare('update known_customer set customer_number = ? where id = ?').run(written, row.id);
  }
}
