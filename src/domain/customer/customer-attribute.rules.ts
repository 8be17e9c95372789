import { comparedForm } from '../../base/identifiers.ts';
import { text, valid } from '../../graph/input.ts';
import type { AttributeDefinitionRow } from '../attribute/attribute-definition.table.ts';
import { attributeOrder } from '../attribute/attribute-order.ts';
import { parseAttributeValue } from '../attribute/attribute-value.ts';
import type { CustomerAttributeRow, customerAttribute } from './customer-attribute.table.ts';
import type { CustomerAttributeInput } from './customer-attribute.type.ts';
import type { ChildValues } from './customer-collection.ts';

export const searchValueLength = 100;

/** The part of a value that the column `value_search` contains: its first characters. */
export function attributeSearchValue(value: string): string {
  return value.length <= searchValueLength ? value : Array.from(value).slice(0, searchValueLength).join('');
}

/** Sorts before all characters of names, and is in none of them. */
const separator = '\u0001';

/** The text that the column `value_order` contains for a key of `attributeOrder`. It begins with the name, so that one range finds both. */
export function orderOfAttribute(name: string, key: string): string {
  return name + separator + key;
}

/** The columns that are derived from the others. */
export function derivedAttributeColumns({ name, type, value }: Pick<CustomerAttributeRow, 'name' | 'type' | 'value'>) {
  const key = attributeOrder(type, value);
  return { valueSearch: attributeSearchValue(value), valueOrder: key === null ? null : orderOfAttribute(name, key) };
}

/** All columns of an attribute. The value must be of the type. */
export function attributeValues(input: CustomerAttributeInput, field = 'input'): ChildValues<typeof customerAttribute> {
  const value = valid(`${field}.value`, () => parseAttributeValue(input.type, input.value));
  const columns = { name: text(`${field}.name`, input.name, 50), type: input.type, value };
  return { ...columns, ...derivedAttributeColumns(columns) };
}

/**
 * The attributes that linked users see: all except those whose definition at the bank omits the view `owner`. Names that look the same
 * are the same.
 */
export function seenByOwner<Attribute extends { name: string }>(
  attributes: readonly Attribute[],
  definitions: readonly Pick<AttributeDefinitionRow, 'name' | 'canBeSeenOnViews'>[],
): Attribute[] {
  const hidden = new Set(
    definitions
      .filter(({ canBeSeenOnViews }) => !canBeSeenOnViews.includes('owner'))
      .map(({ name }) => comparedForm(name)),
  );
  return attributes.filter(({ name }) => !hidden.has(comparedForm(name)));
}
