import type { SQL } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { OrderedScan } from '../../database/search.ts';
import type { CustomerSort } from './customer.type.ts';

/** A condition of a list, and the values of its placeholders. */
export interface Condition {
  /** Identifies the SQL: conditions of the same name must have the same SQL. */
  name: string;
  sql: SQL;
  values: Record<string, unknown>;
  /** Whether the condition usually matches few rows even at a large bank, so that its index is the one to use. */
  selective: boolean;
  /** Whether the index of the default order contains the compared column. */
  isSearch?: boolean;
  /** Set if the condition sometimes matches very many rows. */
  orderedScan?: OrderedScan | null;
  /** The condition without its index, for customers that another condition found. By default, the one of `orderedScan`. */
  unindexed?: SQL;
  /** The condition without the index of the IDs, for a scan in the order of the list on SQLite. */
  asSet?: SQL;
  /** Whether the number of customers who meet the condition depends on its values, and so does the best plan. */
  dependsOnValues?: boolean;
  /** Whether an index finds the customers who meet the condition. Defaults to true. */
  isIndexed?: false | 'at bank';
  /** The column that the condition bounds. */
  orderedBy?: SQLiteColumn;
  /** The column by which the index of the condition at a bank is sorted. */
  indexOrderedBy?: SQLiteColumn;
  /** Selects the `total` of the customers of the bank who meet the condition, without reading them. */
  total?: SQL;
}

/** The list to which a condition belongs. */
export interface ListPlace {
  /** Whether the list has the customers of one bank, whose ID is the value `bankId`. */
  atBank: boolean;
  sortBy: CustomerSort;
}

/** The condition without its index, if it can be compared with a customer that another one found. */
export function comparedOnly(condition: Condition): Condition {
  const compared = condition.unindexed ?? condition.orderedScan?.compared;
  return compared == null ? condition : { ...condition, name: `${condition.name} compared`, sql: compared };
}
