import { comparedForm } from '../../base/identifiers.ts';
import type { Role } from '../../base/roles.ts';
import { valid, visibleText } from '../../graph/input.ts';
import { collectProblems } from '../../graph/input-collection.ts';
import { changedColumns, columnsOf, requiredField } from '../../graph/input-fields.ts';
import type { AttributeDefinitionRow } from '../attribute/attribute-definition.table.ts';
import { attributeOrder } from '../attribute/attribute-order.ts';
import type { AttributeType } from '../attribute/attribute-type.ts';
import { parseAttributeValue } from '../attribute/attribute-value.ts';
import type { CustomerAttributeRow, customerAttribute } from './customer-attribute.table.ts';
import type { CustomerAttributeInput, UpdateCustomerAttributeInput } from './customer-attribute.type.ts';
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

/** The value is parsed together with the type. */
const attributeFields = {
  name: requiredField((value: string, place) => ({ name: visibleText(place, value, 50) })),
  type: requiredField((type: AttributeType) => ({ type })),
  value: requiredField((value: string) => ({ value })),
};

/** All columns of an attribute. The value must be of the type. */
export function attributeValues(input: CustomerAttributeInput, field = 'input'): ChildValues<typeof customerAttribute> {
  return collectProblems(() => {
    const value = valid(`${field}.value`, () => parseAttributeValue(input.type, input.value), '');
    const columns = columnsOf(attributeFields, { ...input, value }, field);
    return { ...columns, ...derivedAttributeColumns(columns) };
  });
}

/**
 * The columns that an update of a stored attribute changes. The value must be of the type if one of them changes, so that a stored
 * value of an earlier version does not prevent changes of the name.
 */
export function changedAttributeValues(
  { name, type, value }: UpdateCustomerAttributeInput,
  stored: CustomerAttributeRow,
): Partial<ChildValues<typeof customerAttribute>> {
  return collectProblems(() => {
    const changed = changedColumns(attributeFields, { name, type, value });
    const attribute = { ...stored, ...changed };
    if (changed.type !== undefined || changed.value !== undefined) {
      changed.value = valid('input.value', () => parseAttributeValue(attribute.type, attribute.value), '');
    }
    const isChanged = Object.keys(changed).length > 0;
    return isChanged ? { ...changed, ...derivedAttributeColumns({ ...stored, ...changed }) } : {};
  });
}

/** The roles with which all attributes of a customer are read. Linked users without one of them see only some. */
export const attributeReaders: readonly Role[] = [
  'CanGetCustomerAttributesAtOneBank',
  'CanGetCustomerAttributesAtAnyBank',
];

type ViewedDefinition = Pick<AttributeDefinitionRow, 'name' | 'canBeSeenOnViews'>;

/** The names of the attributes that linked users do not see: those whose definition at the bank omits the view `owner`. */
export function namesHiddenFromOwner(definitions: readonly ViewedDefinition[]): string[] {
  return definitions.filter(({ canBeSeenOnViews }) => !canBeSeenOnViews.includes('owner')).map(({ name }) => name);
}

/** The attributes that linked users see. Names that look the same are the same. */
export function seenByOwner<Attribute extends { name: string }>(
  attributes: readonly Attribute[],
  definitions: readonly ViewedDefinition[],
): Attribute[] {
  const hidden = new Set(namesHiddenFromOwner(definitions).map((name) => comparedForm(name)));
  return attributes.filter(({ name }) => !hidden.has(comparedForm(name)));
}
