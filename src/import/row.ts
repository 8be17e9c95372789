/** Values of some columns of a row, by the names of the columns in the code. */
export type Row = Record<string, unknown>;

/** Joins the parts of a key with a character that no parsed text contains. */
export function joinKey(...parts: unknown[]): string {
  return parts.map((part) => (part instanceof Date ? part.getTime() : part)).join('\u001f');
}

/** The values of these columns as a map key. Rows with the same values have the same identity. */
export function identityOf(columns: readonly string[], row: Row): string {
  return joinKey(...columns.map((name) => row[name] ?? ''));
}
