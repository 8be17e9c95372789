import { fieldOfColumn } from '../../changes/field-of-column.ts';
import { parseStoredField } from '../../changes/stored-field.ts';

/** A changed field as callers see it. */
export interface ShownField {
  /** The field as it is stored. */
  stored: string;
  /** The name, such as `CustomerAddress.city`. */
  name: string;
  typeName: string;
  /** Null for deleted objects. */
  fieldName: string | null;
  /** Stands for the name of a customer attribute. Null if it is not known. */
  attribute: string | null;
}

/** The types of the rows whose tables have other names. */
const typesOfRows: Readonly<Record<string, string>> = { AttributeDefinition: 'CustomerAttributeDefinition' };

/** The fields that show rows without a type of their own. */
const fieldsOfRows: Readonly<Record<string, readonly [typeName: string, fieldName: string]>> = {
  AccountHolder: ['Account', 'holders'],
};

/** The name is that of a field of the schema, unless none shows the column. */
export function shownFieldOf(stored: string): ShownField {
  const { typeName: rowType, column, attribute } = parseStoredField(stored);
  const ofRow = fieldsOfRows[rowType];
  const typeName = ofRow?.[0] ?? typesOfRows[rowType] ?? rowType;
  const fieldName = ofRow?.[1] ?? (column === null ? null : fieldOfColumn(typeName, column));
  return { stored, name: fieldName === null ? typeName : `${typeName}.${fieldName}`, typeName, fieldName, attribute };
}
