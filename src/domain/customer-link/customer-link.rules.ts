import type { RowRule } from '../../base/row-rule.ts';
import { valueRule } from '../../base/value-rules.ts';
import { parseId } from '../../base/values.ts';
import { requireRules, valid } from '../../graph/input.ts';
import { collectProblems } from '../../graph/input-collection.ts';
import { optionalField } from '../../graph/input-fields.ts';
import { CustomerType } from '../customer/customer-type.ts';
import type { CustomerLinkRow } from './customer-link.table.ts';
import type { CreateCustomerLinkInput } from './customer-link.type.ts';
import { CustomerRelationship } from './customer-relationship.ts';

/** The columns that an input sets. */
export type CustomerLinkValues = Pick<CustomerLinkRow, 'linkedCustomerId' | 'relationshipTo' | 'percentage'>;

/** A decimal number above 0 and up to 100. It is compared as a text, because it can have more digits than a number. */
function isPercentage(decimal: string): boolean {
  const [integer = '', fraction = ''] = decimal.split('.');
  const whole = Number(integer);
  const hasFraction = /[1-9]/.test(fraction);
  return !decimal.startsWith('-') && (whole > 0 || hasFraction) && (whole < 100 || (whole === 100 && !hasFraction));
}

export const customerLinkRules: readonly RowRule<CustomerLinkRow>[] = [
  {
    columns: ['percentage'],
    reason: () => valueRule('PERCENTAGE'),
    holds: ({ percentage }) => percentage === null || isPercentage(percentage),
  },
  {
    columns: ['percentage', 'relationshipTo'],
    reason: (nameOf) => valueRule('PERCENTAGE_OF_OWNER', { otherField: nameOf('relationshipTo') }),
    holds: ({ percentage, relationshipTo }) =>
      percentage === null || relationshipTo === CustomerRelationship.BENEFICIAL_OWNER,
  },
];

/** The columns of a new link. */
export function customerLinkValues(input: CreateCustomerLinkInput, field = 'input'): CustomerLinkValues {
  return collectProblems(() => {
    const values = {
      linkedCustomerId: valid(`${field}.linkedCustomerId`, () => parseId(input.linkedCustomerId)),
      relationshipTo: input.relationshipTo,
      percentage: input.percentage ?? null,
    };
    requireRules(customerLinkRules, values, (column) => `${field}.${column}`);
    return values;
  });
}

/** The fields of an update. */
export const customerLinkFields = { percentage: optionalField((percentage: string | null) => ({ percentage })) };

/** Whether a customer of this type can have the relationship. */
export function hasRelationship(type: CustomerType, relationship: CustomerRelationship): boolean {
  return (type === CustomerType.RETAIL) === (relationship === CustomerRelationship.GUARDIAN);
}

/** The type that the linked customer must have. Null for any type. */
export function linkedTypeOf(relationship: CustomerRelationship): CustomerType | null {
  if (relationship === CustomerRelationship.PARENT) return CustomerType.CORPORATE;
  return relationship === CustomerRelationship.BENEFICIAL_OWNER ? CustomerType.RETAIL : null;
}

/** A new link, and the fields of the input that set the linked customer and the relationship. */
export interface PlacedLink {
  idField: string;
  relationshipField: string;
  values: CustomerLinkValues;
}

/** A link in the input at `field`. */
export function placedLink(field: string, values: CustomerLinkValues): PlacedLink {
  return { idField: `${field}.linkedCustomerId`, relationshipField: `${field}.relationshipTo`, values };
}
