import { withDates } from '../../database/json-dates.ts';
import { kycStatus as kycStatusTable } from '../../domain/kyc/kyc-status.table.ts';
import { entityOf } from '../entities.ts';
import { brokenRuleOf, fieldNames } from '../entity.ts';
import { storedRows } from '../existing-rows.ts';
import { customer } from '../obp/customer.ts';
import type { Row } from '../row.ts';
import { type Checking, pagesOf } from './checking.ts';

interface RepeatedRow {
  number: number;
  entity: string;
  row: string;
  /** Identifies the object. The rows are sorted by it. */
  object: string;
}

/** The records of one object, merged in the order of the files. */
interface MergedObject {
  object: string;
  firstNumber: number;
  row: Row;
  /** The number of the row that provided each column. */
  providers: Map<string, number>;
}

const repeatedRows = `
  with repeats as (
    select entity, without_id, customer_id, key from staged
    group by entity, without_id, customer_id, key having count(*) > 1)
  select s.number, s.entity, s.row, s.entity || char(31) || s.without_id || char(31)
    || coalesce(s.customer_id, '') || char(31) || s.key as object
  from repeats r join staged s
    on s.entity = r.entity and s.without_id = r.without_id and s.customer_id is r.customer_id and s.key = r.key
  order by object, s.number`;

/**
 * Removes records that contradict an earlier record of the same object. Columns that an earlier record omits are added to
 * the first record, so that the order of shorter and longer records does not matter.
 */
export async function checkContradictions(checking: Checking): Promise<void> {
  const { staging, removeInvalid } = checking;
  const setRow = staging.database.prepare('update staged set row = ? where number = ?');
  const hasStagedTimeline = staging.database.prepare(
    `select 1 from staged where entity = 'kycStatus' and without_id = 0 and customer_id = ?`,
  );
  let merged: MergedObject | null = null;
  for (const rows of pagesOf<RepeatedRow>(checking, repeatedRows)) {
    const hasStoredTimeline = await findStoredTimelines(checking, rows);
    for (const { number, entity, row: text, object } of rows) {
      const row: Row = JSON.parse(text);
      if (merged === null || object !== merged.object) {
        const providers = new Map(Object.keys(row).map((name) => [name, number]));
        merged = { object, firstNumber: number, row, providers };
        continue;
      }
      const isCustomer = entity === customer.name;
      if (isCustomer && (hasStoredTimeline(row.id) || hasStagedTimeline.get(row.id) !== undefined)) {
        // The KYC status follows the timeline, whatever the records of the customer contain.
        delete row.kycStatus;
        delete row.lastOkDate;
        setRow.run(JSON.stringify(row), number);
      }
      if (removeContradiction(checking, entity, number, row, merged)) continue;
      const added = Object.keys(row).filter((name) => !merged?.providers.has(name));
      if (added.length === 0) continue;
      const { table } = entityOf(entity);
      // A rule that the first record breaks alone was compared with the stored row.
      const [together, before] = [{ ...merged.row, ...row }, { ...merged.row }].map((each) => withDates(table, each));
      const broken = brokenRuleOf(entityOf(entity), together ?? {}, before);
      if (broken !== null) {
        removeInvalid(number, broken.field, broken.reason);
        continue;
      }
      for (const name of added) {
        merged.row[name] = row[name];
        merged.providers.set(name, number);
      }
      setRow.run(JSON.stringify(merged.row), merged.firstNumber);
    }
  }
}

/** Returns whether a customer has KYC statuses in the database, for the customers among the rows. */
async function findStoredTimelines(
  { database }: Checking,
  rows: RepeatedRow[],
): Promise<(customerId: unknown) => boolean> {
  const customers = rows.filter(({ entity }) => entity === customer.name);
  const ids = customers.map(({ row }) => ({ customerId: JSON.parse(row).id }));
  const statuses = await storedRows(database, kycStatusTable, ['customerId'], ids);
  const withTimeline = new Set(statuses.map(({ customerId }) => customerId));
  return (customerId) => withTimeline.has(customerId);
}

/** Removes a row if it has another value in a column of the merged object. Returns whether it did. */
function removeContradiction(
  { removeInvalid, placeText }: Checking,
  entity: string,
  number: number,
  row: Row,
  { row: merged, providers, firstNumber }: MergedObject,
): boolean {
  const differing = Object.keys(row).filter(
    (name) => providers.has(name) && JSON.stringify(merged[name]) !== JSON.stringify(row[name]),
  );
  const [first] = differing;
  if (first === undefined) return false;
  const fields = fieldNames(entityOf(entity), differing).join(', ');
  removeInvalid(number, fields, `must be the same as in ${placeText(providers.get(first) ?? firstNumber)}`);
  return true;
}
