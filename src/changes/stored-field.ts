import { createHash } from 'node:crypto';
import { comparedForm } from '../base/identifiers.ts';

/** A field of a change as it is stored, such as `CustomerAddress.city` or `CustomerAttribute[gR7nTbmAJKkP].value`. */
export interface StoredField {
  typeName: string;
  /** The name of a column. Null for a deleted row. */
  column: string | null;
  /** Stands for the name of an attribute. Null for rows of other tables, or if the name is not known. */
  attribute: string | null;
}

/** Stands for the name of an attribute, because changes contain no texts of clients. Names that look the same are the same. */
export function attributeOf(name: string): string {
  return createHash('sha256').update(comparedForm(name)).digest('base64url').slice(0, 12);
}

export function storedFieldOf({ typeName, column, attribute }: StoredField): string {
  return `${typeName}${attribute === null ? '' : `[${attribute}]`}${column === null ? '' : `.${column}`}`;
}

export function parseStoredField(text: string): StoredField {
  const [path = '', column = null] = text.split('.');
  const [typeName = '', attribute = null] = path.split(/[[\]]/);
  return { typeName, column, attribute };
}
