import { comparedForm } from '../../base/identifiers.ts';
import { text, valid } from '../../graph/input.ts';
import type { AttributeDefinitionRow } from '../attribute/attribute-definition.table.ts';
import { parseAttributeValue } from '../attribute/attribute-value.ts';
import type { customerAttribute } from './customer-attribute.table.ts';
import type { CustomerAttributeInput } from './customer-attribute.type.ts';
import type { ChildValues } from './customer-collection.ts';

/** The part of a value that the column `value_search` contains: its first 100 characters. */
export function attributeSearchValue(value: string): string {
  return value.length <= 100 ? value : Array.from(value).slice(0, 100).join('');
}

/** All columns of an attribute. The value must be of the type. */
export function attributeValues(input: CustomerAttributeInput, field = 'input'): ChildValues<typeof customerAttribute> {
  const value = valid(`${field}.value`, () => parseAttributeValue(input.type, input.value));
  return {
    name: text(`${field}.name`, input.name, 50),
    type: input.type,
    value,
    valueSearch: attributeSearchValue(value),
  };
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
