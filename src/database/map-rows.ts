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

/** The part of a prepared query of Drizzle that is the same on both databases. */
interface PreparedQuery {
  fields?: readonly SelectedField[];
  /** Maps the rows, which are lists of values, in place of Drizzle. */
  customResultMapper?: (rows: readonly unknown[][]) => unknown[];
}

/** Creates the rows of a statement from lists of values. */
export interface RowMapper {
  /** The column or expression of each value. */
  readonly selected: readonly Selected[];
  rowOf(values: readonly unknown[]): Record<string, unknown>;
}

function decoderOf(expression: SQL): Decoder {
  return (expression as unknown as { decoder: Decoder }).decoder;
}

/** Whether the column has a custom type (`columns.ts`) that uses the driver's value unchanged. */
function isUndecodedCustomType(field: Column): boolean {
  return 'mapFrom' in field && field.mapFrom === undefined;
}

/** Null if the driver's value is used unchanged. */
function decodeOf(field: Selected): Decode | null {
  if (is(field, Column) && isUndecodedCustomType(field)) return null;
  const decoder: Decoder = is(field, Column) ? field : decoderOf(is(field, SQL) ? field : field.sql);
  const isPlain = decoder === noopDecoder || decoder.mapFromDriverValue === Column.prototype.mapFromDriverValue;
  return isPlain ? null : (value) => decoder.mapFromDriverValue(value);
}

/**
 * Creates a mapper that looks up the decoders of the columns once, whereas Drizzle does so for each value of each row. Null if the
 * rows contain nested objects, which Drizzle must map.
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

/** Makes a prepared query map its rows with a `RowMapper`, if it can. */
export function mapRows<Prepared>(query: Prepared): Prepared {
  const mapper = rowMapperOf(query);
  if (mapper !== null) (query as PreparedQuery).customResultMapper = (rows) => rows.map(mapper.rowOf);
  return query;
}
