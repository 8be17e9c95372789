import { withinClockLeeway } from '../../base/dates.ts';
import { type GatewayError, gatewayError } from '../../base/errors.ts';
import { comparedForm } from '../../base/identifiers.ts';
import { assertInput, optionalId, refusedInput } from '../../graph/input.ts';
import { assertValidArguments, collectProblems } from '../../graph/input-collection.ts';
import { columnsOf } from '../../graph/input-fields.ts';
import { accountLinkValues } from '../account/customer-account-link.writes.ts';
import { addressValues } from '../address/address.rules.ts';
import { timelineColumns } from '../customer/customer.rules.ts';
import type { CustomerColumns } from '../customer/customer.writes.ts';
import { attributeValues } from '../customer/customer-attribute.rules.ts';
import {
  branchFields,
  companyFields,
  creditLimitFields,
  creditRatingFields,
  customerNumberFields,
  dataFields,
  emailFields,
  identityFields,
  mobilePhoneNumberFields,
  requireCustomerRules,
} from '../customer/customer-input.rules.ts';
import { CustomerType } from '../customer/customer-type.ts';
import { customerLinkValues, type PlacedLink, placedLink } from '../customer-link/customer-link.rules.ts';
import { CustomerRelationship } from '../customer-link/customer-relationship.ts';
import { newKycCheck, newKycDocument, newKycMedia } from '../kyc/kyc-evidence.rules.ts';
import { type NewMeetingValues, newMeetingValues } from '../meeting/meeting.rules.ts';
import { socialMediaHandleValues } from '../social-media-handle/social-media-handle.writes.ts';
import { taxResidenceValues } from '../tax-residence/tax-residence.writes.ts';
import { userLinkValues } from '../user-customer-link/user-customer-link.writes.ts';
import { collectInputErrors, type InputErrors } from './input-errors.ts';
import type { CreateCustomerInput } from './onboarding.type.ts';

/** A customer of the input, and its place there: `input` or `input[3]`. */
export interface PlacedInput {
  field: string;
  input: CreateCustomerInput;
}

/** The columns of an address, link or the like, and its place in the input. */
export interface Part<Values> {
  field: string;
  values: Values;
}

/** The name of a list of parts. */
export type PartName =
  | 'addresses'
  | 'attributes'
  | 'taxResidences'
  | 'accountLinks'
  | 'userLinks'
  | 'customerLinks'
  | 'kycChecks'
  | 'kycDocuments'
  | 'kycMedia'
  | 'socialMediaHandles';

/** A customer with its parts, without the invalid ones. */
export interface Draft {
  field: string;
  /** The number is null if one must be generated. Undefined if the input is invalid. */
  columns: (Omit<CustomerColumns, 'customerNumber'> & { customerNumber: string | null }) | undefined;
  /** The date of the first KYC status in the input. The stored one differs if it was ahead of the clock. */
  sentOkDate: Date | null;
  addresses: Part<ReturnType<typeof addressValues>>[];
  attributes: Part<ReturnType<typeof attributeValues>>[];
  taxResidences: Part<ReturnType<typeof taxResidenceValues>>[];
  accountLinks: Part<ReturnType<typeof accountLinkValues>>[];
  userLinks: Part<ReturnType<typeof userLinkValues>>[];
  /** With the link to the parent. */
  customerLinks: PlacedLink[];
  kycChecks: Part<ReturnType<typeof newKycCheck>>[];
  kycDocuments: Part<ReturnType<typeof newKycDocument>>[];
  kycMedia: Part<ReturnType<typeof newKycMedia>>[];
  socialMediaHandles: Part<ReturnType<typeof socialMediaHandleValues>>[];
  meeting: Part<NewMeetingValues> | null;
}

/** The fields of a new customer that updates have, too, except the number, which can be generated. */
const customerFields = {
  ...identityFields,
  ...companyFields,
  ...mobilePhoneNumberFields,
  ...emailFields,
  ...dataFields,
  ...creditLimitFields,
  ...branchFields,
};

function customerColumns(input: CreateCustomerInput, field: string): Draft['columns'] {
  return collectProblems(() => {
    const { rating, source } = input.creditRating ?? {};
    const { creditRating, creditSource } = creditRatingFields;
    const columns = {
      customerNumber: input.customerNumber?.trim()
        ? columnsOf(customerNumberFields, input, field).customerNumber
        : null,
      customerType: input.customerType ?? CustomerType.RETAIL,
      ...columnsOf(customerFields, input, field),
      ...creditRating.read(rating ?? null, `${field}.creditRating.rating`),
      ...creditSource.read(source ?? null, `${field}.creditRating.source`),
      ...kycColumns(input, field),
    };
    const { customerNumber: _number, ...checked } = columns;
    requireCustomerRules(checked, field);
    return columns;
  });
}

/** The columns that follow from the timeline. The status of the input is its first one. */
function kycColumns(input: CreateCustomerInput, field: string) {
  const isOk = input.kycStatus === true;
  assertInput(isOk || input.lastOkDate == null, `${field}.lastOkDate`, 'KYC_STATUS_FOR_DATE', {
    otherField: `${field}.kycStatus`,
  });
  const lastOkDate = isOk ? withinClockLeeway(input.lastOkDate ?? new Date()) : null;
  return timelineColumns(isOk ? { ok: true } : null, lastOkDate);
}

function partsOf<Input, Values>(
  errors: InputErrors,
  field: string,
  inputs: readonly Input[] | null | undefined,
  valuesOf: (input: Input, field: string) => Values,
): Part<Values>[] {
  return (inputs ?? []).flatMap((input, position) => {
    const place = `${field}[${position}]`;
    const values = errors.attempt(() => valuesOf(input, place));
    return values === undefined ? [] : [{ field: place, values }];
  });
}

/** Calls `refuse` for each part whose key repeats that of an earlier one. A new customer has no other parts. */
function refuseRepeated<Values>(
  parts: readonly Part<Values>[],
  keyOf: (values: Values) => string,
  refuse: (field: string) => void,
): void {
  const seen = new Set<string>();
  for (const { field, values } of parts) {
    const key = keyOf(values);
    if (seen.has(key)) refuse(field);
    seen.add(key);
  }
}

/** IDs of evidence must differ, and media items must relate to evidence of the same input. */
function refuseInvalidEvidence({ kycChecks, kycDocuments, kycMedia }: Draft, errors: InputErrors): void {
  const kinds = [
    [kycChecks, 'kycCheckId'],
    [kycDocuments, 'kycDocumentId'],
    [kycMedia, 'kycMediaId'],
  ] as const;
  for (const [parts, name] of kinds) {
    const withId = parts.filter(({ values }: Part<{ id: string | null }>) => values.id !== null);
    refuseRepeated<{ id: string | null }>(
      withId,
      ({ id }) => id ?? '',
      (place) => errors.add(gatewayError('KYC_EVIDENCE_EXISTS', { field: `${place}.${name}` })),
    );
  }
  const relations = [
    ['relatesToKycDocumentId', new Set(kycDocuments.map(({ values }) => values.id))],
    ['relatesToKycCheckId', new Set(kycChecks.map(({ values }) => values.id))],
  ] as const;
  for (const { field, values } of kycMedia) {
    for (const [name, ids] of relations) {
      const id = values.values[name];
      if (id !== null && !ids.has(id)) errors.add(refusedInput(`${field}.${name}`, 'EVIDENCE_EXISTS'));
    }
  }
}

function meetingOf({ field, input: { meeting } }: PlacedInput, errors: InputErrors): Part<NewMeetingValues> | null {
  if (meeting == null) return null;
  const place = `${field}.meeting`;
  const values = errors.attempt(() => newMeetingValues(meeting, place));
  return values === undefined ? null : { field: place, values };
}

/** The link to the parent, and the other links to customers. */
function customerLinksOf({ field, input }: PlacedInput, errors: InputErrors): PlacedLink[] {
  const links = partsOf(errors, `${field}.customerLinks`, input.customerLinks, customerLinkValues).map(
    ({ field: place, values }) => placedLink(place, values),
  );
  const parentField = `${field}.parentCustomerId`;
  const parentId = errors.attempt(() => optionalId(parentField, input.parentCustomerId)) ?? null;
  if (parentId !== null) {
    const values = { linkedCustomerId: parentId, relationshipTo: CustomerRelationship.PARENT, percentage: null };
    links.unshift({ idField: parentField, relationshipField: parentField, values });
  }
  const seen = new Set<string>();
  const isParent = ({ values }: PlacedLink) => values.relationshipTo === CustomerRelationship.PARENT;
  for (const link of links) {
    const key = JSON.stringify([link.values.linkedCustomerId, link.values.relationshipTo]);
    if (seen.has(key)) errors.add(gatewayError('CUSTOMER_LINK_EXISTS', { field: link.idField }));
    seen.add(key);
  }
  for (const { relationshipField } of links.filter(isParent).slice(1)) {
    errors.add(gatewayError('CUSTOMER_HAS_PARENT', { field: relationshipField }));
  }
  return links;
}

/** Validates the input of a customer. Adds every problem to `errors`. */
function draftOf({ field, input }: PlacedInput, errors: InputErrors): Draft {
  const part = (name: PartName) => `${field}.${name}`;
  const draft: Draft = {
    field,
    columns: errors.attempt(() => customerColumns(input, field)),
    sentOkDate: input.lastOkDate ?? null,
    addresses: partsOf(errors, part('addresses'), input.addresses, addressValues),
    attributes: partsOf(errors, part('attributes'), input.attributes, attributeValues),
    taxResidences: partsOf(errors, part('taxResidences'), input.taxResidences, taxResidenceValues),
    accountLinks: partsOf(errors, part('accountLinks'), input.accountLinks, accountLinkValues),
    userLinks: partsOf(errors, part('userLinks'), input.userLinks, userLinkValues),
    customerLinks: customerLinksOf({ field, input }, errors),
    kycChecks: partsOf(errors, part('kycChecks'), input.kycChecks, newKycCheck),
    kycDocuments: partsOf(errors, part('kycDocuments'), input.kycDocuments, newKycDocument),
    kycMedia: partsOf(errors, part('kycMedia'), input.kycMedia, newKycMedia),
    socialMediaHandles: partsOf(errors, part('socialMediaHandles'), input.socialMediaHandles, socialMediaHandleValues),
    meeting: meetingOf({ field, input }, errors),
  };
  const taxNumber = ({ domain, taxNumber: number }: { domain: string; taxNumber: string }) =>
    JSON.stringify([domain, number]);
  refuseRepeated(draft.taxResidences, taxNumber, (place) => {
    errors.add(gatewayError('TAX_RESIDENCE_EXISTS', { field: place }));
  });
  refuseRepeated(
    draft.accountLinks,
    ({ accountId }) => accountId,
    (place) => errors.add(gatewayError('OBP-30223', { field: `${place}.accountId` })),
  );
  refuseRepeated(
    draft.userLinks,
    ({ userId }) => userId,
    (place) => errors.add(gatewayError('OBP-30007', { field: `${place}.userId` })),
  );
  refuseRepeated(
    draft.socialMediaHandles,
    ({ type, handle }) => comparedForm(type, handle),
    (place) => errors.add(gatewayError('SOCIAL_MEDIA_HANDLE_EXISTS', { field: place })),
  );
  refuseInvalidEvidence(draft, errors);
  return draft;
}

/** The customers of a call, and the problems of their input. */
export interface Drafts {
  drafts: readonly Draft[];
  invalid: readonly GatewayError[];
}

/**
 * Validates the input of customers.
 * @throws One error that lists all problems, if the arguments of the mutation are invalid. Otherwise, further problems can be found
 *   in the database.
 */
export function draftsOf(inputs: readonly PlacedInput[]): Drafts {
  const errors = collectInputErrors();
  const drafts = inputs.map((input) => draftOf(input, errors));
  assertValidArguments(errors.errors);
  return { drafts, invalid: errors.errors };
}
