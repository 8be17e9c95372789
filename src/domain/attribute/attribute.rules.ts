import { assertInput, optionalLongText, optionalText, text, valid } from '../../graph/input.ts';
import type { ChildValues } from '../customer/customer-collection.ts';
import type { customerAttribute } from './attribute.table.ts';
import type { CustomerAttributeInput } from './attribute.type.ts';
import type { AttributeDefinitionRow } from './attribute-definition.table.ts';
import type { CustomerAttributeDefinitionInput } from './attribute-definition.type.ts';
import { parseAttributeValue } from './attribute-value.ts';

/** What of a value the index on `customer_attribute.value_search` holds: its first 100 characters. */
export function attributeSearchValue(value: string): string {
  return value.length <= 100 ? value : Array.from(value).slice(0, 100).join('');
}

/** The columns of an attribute, all of them; its value is one of its type. */
export function attributeValues(input: CustomerAttributeInput, field = 'input'): ChildValues<typeof customerAttribute> {
  const value = valid(`${field}.value`, () => parseAttributeValue(input.type, input.value));
  return {
    name: text(`${field}.name`, input.name, 50),
    type: input.type,
    value,
    valueSearch: attributeSearchValue(value),
  };
}

/** The category of the definitions of customer attributes. */
export const customerCategory = 'Customer';

const maxViewsLength = 256;

/** The columns of a definition that are the bank's to fill. */
export function definitionValues(input: CustomerAttributeDefinitionInput, field = 'input') {
  const isOfCustomers = input.category == null || input.category === customerCategory;
  assertInput(isOfCustomers, `${field}.category`, `is not ${customerCategory}`);
  const canBeSeenOnViews = input.canBeSeenOnViews.map((view, index) =>
    text(`${field}.canBeSeenOnViews[${index}]`, view, maxViewsLength),
  );
  const isShort = canBeSeenOnViews.join(';').length <= maxViewsLength;
  assertInput(isShort, `${field}.canBeSeenOnViews`, `is longer than ${maxViewsLength} characters`);
  return {
    name: text(`${field}.name`, input.name, 50),
    category: customerCategory,
    type: input.type,
    description: optionalLongText(`${field}.description`, input.description, 2000),
    alias: optionalText(`${field}.alias`, input.alias, 50),
    canBeSeenOnViews,
    isActive: input.isActive,
  };
}

/**
 * The attributes that the customer's own users see: all but those whose definition at the bank leaves out the
 * view `owner`. What is not defined is not hidden.
 */
export function seenByOwner<Attribute extends { name: string }>(
  attributes: readonly Attribute[],
  definitions: readonly Pick<AttributeDefinitionRow, 'name' | 'canBeSeenOnViews'>[],
): Attribute[] {
  const hidden = new Set(
    definitions.filter(({ canBeSeenOnViews }) => !canBeSeenOnViews.includes('owner')).map(({ name }) => name),
  );
  return attributes.filter(({ name }) => !hidden.has(name));
}
