import { notInFuture, type RowRule } from '../../base/row-rule.ts';
import { optionalText, text } from '../../graph/input.ts';
import type { ChildValues } from '../customer/customer-collection.ts';
import type { CustomerAddressRow, customerAddress } from './address.table.ts';
import type { CustomerAddressInput } from './address.type.ts';
import { maxTagLength } from './tag-limits.ts';

export const addressRules: readonly RowRule<CustomerAddressRow>[] = [notInFuture('insertDate')];

/** All columns of an address. Omitted fields are null. */
export function addressValues(input: CustomerAddressInput, field = 'input'): ChildValues<typeof customerAddress> {
  const tags = input.tags ?? [];
  return {
    line1: text(`${field}.line1`, input.line1, 255),
    line2: optionalText(`${field}.line2`, input.line2, 255),
    line3: optionalText(`${field}.line3`, input.line3, 255),
    city: text(`${field}.city`, input.city, 255),
    county: optionalText(`${field}.county`, input.county, 255),
    state: optionalText(`${field}.state`, input.state, 255),
    postcode: optionalText(`${field}.postcode`, input.postcode, 20),
    countryCode: input.countryCode,
    tags: tags.map((tag, index) => text(`${field}.tags[${index}]`, tag, maxTagLength)),
    status: optionalText(`${field}.status`, input.status, 255),
  };
}
