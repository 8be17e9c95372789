import { Column, is, noopDecoder, SQL } from 'drizzle-orm';

type Decode = (value: unknown) => unknown;

interface Decoder {
  mapFromDriverValue: Decode;
}

interface SelectedField {
  path: readonly string[];
  field: Column | SQL | SQL.Aliased;
}

/** What a prepared query of Drizzle holds, on both databases. */
interface PreparedQuery {
  fields?: readonly SelectedField[];
  /** Called with the rows as lists of values, in place of Drizzle's own mapping. */
  customResultMapper?: (rows: readonly unknown[][]) => unknown[];
}

function decoderOf(expression: SQL): Decoder {
  return (expression as unknown as { decoder: Decoder }).decoder;
}

/** Null where the driver's value is the column's. */
function decodeOf(field: Column | SQL | SQL.Aliased): Decode | null {
  const decoder: Decoder = is(field, Column) ? field : decoderOf(is(field, SQL) ? field : field.sql);
  const isPlain = decoder === noopDecoder || decoder.mapFromDriverValue === Column.prototype.mapFromDriverValue;
  return isPlain ? null : (value) => decoder.mapFromDriverValue(value);
}

/**
 * Has the rows of a prepared query made by what is found out about its columns here, once: Drizzle does so for each value
 * of each row. A query that gives objects within its rows is left to Drizzle.
 */
export function mapRows<Prepared>(query: Prepared): Prepared {
  const prepared = query as PreparedQuery;
  const { fields } = prepared;
  if (fields === undefined || fields.some(({ path }) => path.length !== 1)) return query;
  const columns = fields.map(({ path, field }) => ({ name: path[0] ?? '', decode: decodeOf(field) }));

  function mapped(values: readonly unknown[]): Record<string, unknown> {
    const row: Record<string, unknown> = {};
    for (let index = 0; index < columns.length; index += 1) {
      const column = columns[index];
      if (column === undefined) continue;
      const value = values[index];
      row[column.name] = value === null || column.decode === null ? value : column.decode(value);
    }
    return row;
  }
  prepared.customResultMapper = (rows) => rows.map(mapped);
  return query;
}
