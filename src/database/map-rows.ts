import { Column, is, noopDecoder, SQL } from 'drizzle-orm';

type Decode = (value: unknown) => unknown;

interface Decoder {
  mapFromDriverValue: Decode;
}

export type Selected = Column | SQL | SQL.Aliased;

interface SelectedField {
  path: readonly string[];
  field: Selected;
}

/** What a prepared query of Drizzle holds, on both databases. */
interface PreparedQuery {
  fields?: readonly SelectedField[];
  /** Called with the rows as lists of values, in place of Drizzle's own mapping. */
  customResultMapper?: (rows: readonly unknown[][]) => unknown[];
}

/** How the rows of a statement are made of lists of values. */
export interface RowMapper {
  /** What each value is of. */
  readonly selected: readonly Selected[];
  rowOf(values: readonly unknown[]): Record<string, unknown>;
}

function decoderOf(expression: SQL): Decoder {
  return (expression as unknown as { decoder: Decoder }).decoder;
}

/** A type of our own (columns.ts) that takes the driver's value as it is. */
function isUndecodedCustomType(field: Column): boolean {
  return 'mapFrom' in field && field.mapFrom === undefined;
}

/** Null where the driver's value is the column's. */
function decodeOf(field: Selected): Decode | null {
  if (is(field, Column) && isUndecodedCustomType(field)) return null;
  const decoder: Decoder = is(field, Column) ? field : decoderOf(is(field, SQL) ? field : field.sql);
  const isPlain = decoder === noopDecoder || decoder.mapFromDriverValue === Column.prototype.mapFromDriverValue;
  return isPlain ? null : (value) => decoder.mapFromDriverValue(value);
}

/**
 * Finds out about the columns of a prepared query once, what Drizzle does for each value of each row. Null for a query that
 * gives objects within its rows: those are left to Drizzle.
 */
export function rowMapperOf(query: unknown): RowMapper | null {
  const { fields } = query as PreparedQuery;
  if (fields === undefined || fields.some(({ path }) => path.length !== 1)) return null;
  const columns = fields.map(({ path, field }) => ({ name: path[0] ?? '', decode: decodeOf(field) }));
  return {
    selected: fields.map(({ field }) => field),
    rowOf(values) {
      const row: Record<string, unknown> = {};
      let index = 0;
      for (const { name, decode } of columns) {
        const value = values[index];
        row[name] = value === null || decode === null ? value : decode(value);
        index += 1;
      }
      return row;
    },
  };
}

/** Has the rows of a prepared query made by what was found out about its columns. */
export function mapRows<Prepared>(query: Prepared): Prepared {
  const mapper = rowMapperOf(query);
  if (mapper !== null) (query as PreparedQuery).customResultMapper = (rows) => rows.map(mapper.rowOf);
  return query;
}
