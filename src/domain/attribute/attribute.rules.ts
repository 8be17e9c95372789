import type { AttributeDefinitionRow } from './attribute-definition.table.ts';

/** What of a value the index on `customer_attribute.value_search` holds: its first 100 characters. */
export function attributeSearchValue(value: string): string {
  return value.length <= 100 ? value : Array.from(value).slice(0, 100).join('');
}

/** The category of the definitions of customer attributes. */
export const customerCategory = 'Customer';

/**
 * The attributes that the customer's own users see: all but those whose active definition at the bank leaves out the
 * view `owner`. What is not defined is not hidden.
 */
export function seenByOwner<Attribute extends { name: string }>(
  attributes: readonly Attribute[],
  definitions: readonly Pick<AttributeDefinitionRow, 'name' | 'isActive' | 'canBeSeenOnViews'>[],
): Attribute[] {
  const hidden = new Set(
    definitions
      .filter(({ isActive, canBeSeenOnViews }) => isActive && !canBeSeenOnViews.includes('owner'))
      .map(({ name }) => name),
  );
  return attributes.filter(({ name }) => !hidden.has(name));
}
