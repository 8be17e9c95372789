import { notInFuture, type RowRule } from '../../base/row-rule.ts';
import { optionalText, text } from '../../graph/input.ts';
import { columnsOf, optionalField, requiredField } from '../../graph/input-fields.ts';
import type { ChildValues } from '../customer/customer-collection.ts';
import type { CustomerAddressRow, customerAddress } from './address.table.ts';
import type { CustomerAddressInput } from './address.type.ts';
import { maxTagLength } from './tag-limits.ts';

export const addressRules: readonly RowRule<CustomerAddressRow>[] = [notInFuture('insertDate')];

/** The fields of a new address and of an update. */
export const addressFields = {
  line1: requiredField((value: string, place) => ({ line1: text(place, value, 255) })),
  line2: optionalField((value: string | null, place) => ({ line2: optionalText(place, value, 255) })),
  line3: optionalField((value: string | null, place) => ({ line3: optionalText(place, value, 255) })),
  city: requiredField((value: string, place) => ({ city: text(place, value, 255) })),
  county: optionalField((value: string | null, place) => ({ county: optionalText(place, value, 255) })),
  state: optionalField((value: string | null, place) => ({ state: optionalText(place, value, 255) })),
  postcode: optionalField((value: string | null, place) => ({ postcode: optionalText(place, value, 20) })),
  countryCode: requiredField((countryCode: string) => ({ countryCode })),
  tags: optionalField((tags: string[] | null, place) => ({
    tags: (tags ?? []).map((tag, index) => text(`${place}[${index}]`, tag, maxTagLength)),
  })),
  status: optionalField((value: string | null, place) => ({ status: optionalText(place, value, 255) })),
};

export function addressValues(input: CustomerAddressInput, field?: string): ChildValues<typeof customerAddress> {
  return columnsOf(addressFields, input, field);
}
