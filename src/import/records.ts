import { GraphQLError } from 'graphql';
import { checkPasswordRule, localProvider } from '../auth/password.ts';
import { mapUsername } from '../base/precis.ts';
import { isRole, roleScope } from '../base/roles.ts';
import { InvalidValue, parseId, parseText } from '../base/values.ts';
import { AttributeType } from '../domain/attribute/attribute-type.ts';
import { isEmailAddress } from '../domain/user/user.rules.ts';
import { areSameAddress } from '../domain/user/username.ts';
import {
  amount,
  attributeType,
  attributeValue,
  boolean,
  count,
  countryCode,
  currency,
  dateTime,
  emailAddress,
  type Field,
  id,
  isUnset,
  list,
  localDate,
  longText,
  type Row,
  readFields,
  type Tell,
  text,
  url,
  valueAt,
} from './fields.ts';
import { isObject, type JsonObject, type RecordKind } from './record-kind.ts';

export type NounName =
  | 'bank'
  | 'user'
  | 'userAttribute'
  | 'entitlement'
  | 'attributeDefinition'
  | 'customer'
  | 'account'
  | 'accountRouting'
  | 'accountHolder'
  | 'accountAttribute'
  | 'customerAccountLink'
  | 'customerAddress'
  | 'customerAttribute'
  | 'socialMediaHandle'
  | 'taxResidence'
  | 'kycCheck'
  | 'kycDocument'
  | 'kycMedia'
  | 'kycStatus'
  | 'meeting'
  | 'meetingInvitee'
  | 'customerMessage'
  | 'crmEvent'
  | 'userCustomerLink';

/** Where a record is. */
export interface Place {
  /** The index of the file among those of the command. */
  file: number;
  line: number;
  /** `customers[3].customer_attributes[0]`: the list and the index in it. */
  position: string;
}

/** A row as it was read, before what it refers to is known to exist. */
export interface ReadRow {
  noun: NounName;
  /** What the row is known by, at its customer where it has one. */
  key: string;
  /** Whether it came without the id that the others of its noun are known by: looked up after those, by its values. */
  withoutId?: boolean;
  bankId?: string | null;
  customerId?: string | null;
  /** The customer's number at the bank, where the record has no id of the customer. */
  customerNumber?: string | null;
  /** What no other row may have: the kind of key, and the parts of it. */
  claims?: [kind: string, ...parts: string[]][];
  /** Users that the row points at by id. */
  userIds?: unknown[];
  /** The user that the row points at by username; an owner of an account is named without the provider. */
  username?: string;
  provider?: string;
  row: Row;
}

export interface ReadingOptions {
  bankId?: string;
  customerId?: string;
  accountId?: string;
  withPasswords?: boolean;
  withEntitlements?: boolean;
}

/** What the reading of a record tells of it. */
export interface Reading {
  options: ReadingOptions;
  stage(row: ReadRow, place: Place): void;
  problem(noun: NounName, place: Place, field: string, reason: string): void;
  /** Once for each row that has a problem. */
  refused(noun: NounName): void;
  corrected(what: 'URL' | 'balance'): void;
  unknownRole(name: string): void;
  /** Something that is not imported, and is counted. */
  left(what: 'password' | 'entitlement' | 'record'): void;
}

/** What the record around gives to those in it. */
interface Around {
  bankId?: string | null;
  customerId?: string | null;
}

/** Joins the parts of a key; no text that was parsed has this character. */
export function keyOf(...parts: unknown[]): string {
  return parts.map((part) => (part instanceof Date ? part.getTime() : part)).join('\u001f');
}

/** One record, and whether something is wrong with it. */
interface Reader extends Tell {
  record: JsonObject;
  place: Place;
  around: Around;
  reading: Reading;
  isValid: boolean;
}

function readerOf(noun: NounName, record: JsonObject, place: Place, around: Around, reading: Reading): Reader {
  const reader: Reader = {
    record,
    place,
    around,
    reading,
    isValid: true,
    problem(field, reason) {
      if (reader.isValid) reading.refused(noun);
      reader.isValid = false;
      reading.problem(noun, place, field, reason);
    },
    corrected: reading.corrected,
  };
  return reader;
}

function idAt(reader: Reader, field: string): string | undefined {
  const value = valueAt(reader.record, field);
  if (isUnset(value)) return undefined;
  try {
    return parseId(value);
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    reader.problem(field, error.message);
    return undefined;
  }
}

/** The bank that the record names, or the one around it, or `--bank`. */
function bankOf(reader: Reader, field = 'bank_id'): string | null {
  return idAt(reader, field) ?? reader.around.bankId ?? reader.reading.options.bankId ?? null;
}

function requiredBankOf(reader: Reader, field = 'bank_id'): string {
  const bankId = bankOf(reader, field);
  if (bankId === null && reader.isValid) reader.problem(field, 'is missing: --bank gives it');
  return bankId ?? '';
}

/**
 * The customer that the record names by id, or the one around it, or `--customer`, or the one with its number at the bank.
 * The bank is that of the customer; where the record names one, it has to be the same.
 */
function customerOf(reader: Reader): Pick<ReadRow, 'bankId' | 'customerId' | 'customerNumber'> {
  const bankId = bankOf(reader);
  const customerId = idAt(reader, 'customer_id') ?? reader.around.customerId ?? reader.reading.options.customerId;
  if (customerId !== undefined && customerId !== null) return { bankId, customerId };
  const { customerNumber } = readFields([customerNumberField], reader.record, reader);
  if (typeof customerNumber !== 'string') {
    if (reader.isValid) reader.problem('customer_id', 'is missing: --customer gives it');
    return { bankId };
  }
  if (bankId === null) {
    reader.problem('customer_id', 'is missing: --customer gives it, or --bank the bank of the customer_number');
  }
  return { bankId, customerNumber };
}

const customerNumberField: Field = {
  name: 'customer_number',
  column: 'customerNumber',
  parse(value) {
    const number = parseText(value, 50);
    if (number.includes('::::')) throw new InvalidValue('has :::: in it, which OBP separates by');
    return number;
  },
};

/** What belongs to a refused record is looked at too, but cannot be written without it. */
function partsReading(reader: Reader): Reading {
  return reader.isValid ? reader.reading : { ...reader.reading, stage: () => undefined };
}

/** The records of a list inside of a record, each with its place. */
function* members(reader: Reader, field: string): Generator<[JsonObject, Place]> {
  const value = valueAt(reader.record, field);
  if (isUnset(value)) return;
  if (!Array.isArray(value)) {
    reader.problem(field, 'is no list');
    return;
  }
  for (const [index, member] of value.entries()) {
    const place = { ...reader.place, position: `${reader.place.position}.${field}[${index}]` };
    if (isObject(member)) yield [member, place];
    else reader.problem(`${field}[${index}]`, 'is no object');
  }
}

const bankFields: Field[] = [
  { name: 'id', otherName: 'bank_id', column: 'id', required: true, parse: id },
  { name: 'short_name', column: 'shortName', parse: text(100) },
  { name: 'full_name', column: 'fullName', parse: text(255) },
  { name: 'logo', column: 'logoUrl', parse: url },
  { name: 'website', column: 'websiteUrl', parse: url },
];

function readBank(record: JsonObject, place: Place, around: Around, reading: Reading): void {
  const reader = readerOf('bank', record, place, around, reading);
  const row = readFields(bankFields, record, reader);
  if (reader.isValid) reading.stage({ noun: 'bank', key: String(row.id), row }, place);
}

const userFields: Field[] = [
  { name: 'user_id', column: 'id', parse: id },
  { name: 'username', otherName: 'user_name', column: 'username', required: true, parse: text(100) },
  { name: 'email', column: 'email', parse: emailAddress },
  { name: 'first_name', column: 'firstName', parse: text(255) },
  { name: 'last_name', column: 'lastName', parse: text(255) },
  { name: 'provider', column: 'provider', parse: text(100) },
  { name: 'provider_id', column: 'providerId', parse: text(255) },
];

const userAttributeFields: Field[] = [
  { name: 'user_attribute_id', column: 'id', required: true, parse: id },
  { name: 'name', column: 'name', required: true, parse: text(50) },
  { name: 'type', column: 'type', required: true, parse: attributeType },
  { name: 'value', column: 'value', required: true, parse: attributeValue },
  { name: 'insert_date', column: 'insertDate', parse: dateTime },
];

const entitlementFields: Field[] = [
  { name: 'entitlement_id', column: 'id', parse: id },
  { name: 'role_name', column: 'roleName', required: true, parse: text(100) },
  { name: 'bank_id', column: 'bankId', parse: id },
];

/** A user with an id is known by it, one of the sandbox file by the username. */
function readUser(record: JsonObject, place: Place, around: Around, reading: Reading): void {
  const reader = readerOf('user', record, place, around, reading);
  const row = readFields(userFields, record, reader);
  row.provider ??= localProvider;
  row.providerId ??= row.username;
  const { password } = record;
  if (!isUnset(password)) {
    if (reading.options.withPasswords !== true) reading.left('password');
    else if (typeof password !== 'string') reader.problem('password', 'is no text');
    else {
      try {
        checkPasswordRule(password);
        row.password = password;
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error;
        reader.problem('password', 'is too simple (OBP-30207)');
      }
    }
  }
  const username = String(row.username);
  const email = typeof row.email === 'string' ? row.email : null;
  const isLocal = row.provider === localProvider;
  if (isLocal && isEmailAddress(username) && !areSameAddress(username, email)) {
    const hasNone = email === null && row.password === undefined;
    if (!hasNone)
      reader.problem('username', 'must be equal to the email address of the user if it is an email address');
  }
  const userId = typeof row.id === 'string' ? row.id : undefined;
  // What belongs to the user is found by the id, or else by the username.
  const owner = userId === undefined ? { username, provider: String(row.provider) } : { userIds: [userId] };
  if (reader.isValid) {
    const names: ReadRow['claims'] = [['canonicalUsername', String(row.provider), mapUsername(username)]];
    // A password from the bank validates the email address.
    if (isLocal && row.password !== undefined && email !== null) names.push(['validatedEmail', mapUsername(email)]);
    const claims: ReadRow['claims'] = [
      ['username', String(row.provider), username],
      ['providerId', String(row.provider), String(row.providerId)],
    ];
    if (userId === undefined) {
      const key = keyOf(row.provider, username);
      reading.stage({ noun: 'user', key, withoutId: true, claims: names, row }, place);
    } else reading.stage({ noun: 'user', key: userId, claims: [...claims, ...names], row }, place);
  }
  const parts = partsReading(reader);

  for (const [member, memberPlace] of members(reader, 'user_attributes')) {
    const attribute = readerOf('userAttribute', member, memberPlace, around, parts);
    const attributeRow = readFields(userAttributeFields, member, attribute);
    if (userId !== undefined) attributeRow.userId = userId;
    if (!attribute.isValid) continue;
    parts.stage({ noun: 'userAttribute', key: String(attributeRow.id), ...owner, row: attributeRow }, memberPlace);
  }
  readEntitlements({ ...reader, reading: parts }, owner, userId ?? keyOf(row.provider, username));
}

function readEntitlements(
  reader: Reader,
  owner: Pick<ReadRow, 'username' | 'provider' | 'userIds'>,
  ownerKey: string,
): void {
  const { reading, record } = reader;
  const entitlements = isObject(record.entitlements) ? { list: record.entitlements.list } : {};
  const position = `${reader.place.position}.entitlements`;
  const inList: Reader = { ...reader, record: entitlements, place: { ...reader.place, position } };
  for (const [member, place] of members(inList, 'list')) {
    const entitlement = readerOf('entitlement', member, place, {}, reading);
    const row = readFields(entitlementFields, member, entitlement);
    const role = row.roleName;
    if (typeof role !== 'string') continue;
    if (!isRole(role)) reading.unknownRole(role);
    else if (reading.options.withEntitlements !== true) reading.left('entitlement');
    else {
      const bankId = typeof row.bankId === 'string' ? row.bankId : null;
      if (roleScope(role) === 'bank' && bankId === null)
        entitlement.problem('bank_id', `is missing: ${role} is a bank role`);
      if (roleScope(role) === 'system' && bankId !== null) {
        entitlement.problem('bank_id', `is not for ${role}, which is a system role`);
      }
      if (!entitlement.isValid) continue;
      row.bankId = bankId;
      if (owner.userIds !== undefined) row.userId = owner.userIds[0];
      const claims: ReadRow['claims'] = typeof row.id === 'string' ? [['id', row.id]] : [];
      const key = keyOf(ownerKey, role, bankId ?? '');
      reading.stage({ noun: 'entitlement', key, bankId, claims, ...owner, row }, place);
    }
  }
}

const attributeDefinitionFields: Field[] = [
  { name: 'attribute_definition_id', column: 'id', parse: id },
  { name: 'name', column: 'name', required: true, parse: text(50) },
  { name: 'category', column: 'category', required: true, parse: text(50) },
  { name: 'type', column: 'type', required: true, parse: attributeType },
  { name: 'description', column: 'description', parse: longText(2000) },
  { name: 'alias', column: 'alias', parse: text(50) },
  {
    name: 'can_be_seen_on_views',
    column: 'canBeSeenOnViews',
    empty: [],
    parse: list(100, (view) => parseText(view, 100)),
  },
  { name: 'is_active', column: 'isActive', required: true, parse: boolean },
];

function readAttributeDefinition(record: JsonObject, place: Place, around: Around, reading: Reading): void {
  const reader = readerOf('attributeDefinition', record, place, around, reading);
  const bankId = requiredBankOf(reader);
  const row = { ...readFields(attributeDefinitionFields, record, reader), bankId };
  const { id: definitionId, category, name }: Row = row;
  if (!reader.isValid) return;
  const claims: ReadRow['claims'] = typeof definitionId === 'string' ? [['id', definitionId]] : [];
  reading.stage({ noun: 'attributeDefinition', key: keyOf(bankId, category, name), bankId, claims, row }, place);
}

const customerFields: Field[] = [
  { ...customerNumberField, required: true },
  { name: 'legal_name', column: 'legalName', required: true, parse: text(255) },
  { name: 'mobile_phone_number', column: 'mobilePhoneNumber', required: true, parse: text(50) },
  { name: 'email', column: 'email', parse: emailAddress },
  { name: 'face_image.url', column: 'faceImageUrl', parse: url },
  { name: 'face_image.date', column: 'faceImageDate', parse: dateTime },
  { name: 'date_of_birth', column: 'dateOfBirth', parse: localDate },
  { name: 'relationship_status', column: 'relationshipStatus', parse: text(16) },
  { name: 'dependants', column: 'dependants', parse: count },
  {
    name: 'dob_of_dependants',
    column: 'dobOfDependants',
    empty: [],
    parse: list(500, (day) => String(localDate(day, {}, silent))),
  },
  { name: 'credit_rating.rating', column: 'creditRating', parse: text(100) },
  { name: 'credit_rating.source', column: 'creditSource', parse: text(100) },
  { name: 'credit_limit.currency', column: 'creditLimitCurrency', parse: currency },
  { name: 'credit_limit.amount', column: 'creditLimitAmount', parse: amount('credit_limit.currency') },
  { name: 'highest_education_attained', column: 'highestEducationAttained', parse: text(32) },
  { name: 'employment_status', column: 'employmentStatus', parse: text(32) },
  { name: 'kyc_status', column: 'kycStatus', empty: false, parse: boolean },
  { name: 'last_ok_date', column: 'lastOkDate', parse: dateTime },
  { name: 'title', column: 'title', parse: text(255) },
  { name: 'branch_id', column: 'branchId', parse: text(255) },
  { name: 'name_suffix', column: 'nameSuffix', parse: text(255) },
];

/** Also a customer with attributes and accounts inside: what OBP calls an overview. */
function readCustomer(record: JsonObject, place: Place, around: Around, reading: Reading): void {
  const reader = readerOf('customer', record, place, around, reading);
  const bankId = requiredBankOf(reader);
  const customerId = idAt(reader, 'customer_id') ?? reading.options.customerId;
  if (customerId === undefined && isUnset(record.customer_id)) {
    reader.problem('customer_id', 'is missing: --customer gives it');
  }
  const row = { id: customerId, bankId, ...readFields(customerFields, record, reader) };
  const { customerNumber }: Row = row;
  if (reader.isValid && customerId !== undefined) {
    const claims: ReadRow['claims'] = [['customerNumber', bankId, String(customerNumber)]];
    reading.stage(
      { noun: 'customer', key: customerId, bankId, customerId, customerNumber: String(customerNumber), claims, row },
      place,
    );
  }
  const inside: Around = { bankId, customerId };
  for (const [member, memberPlace] of members(reader, 'customer_attributes')) {
    readCustomerAttribute(member, memberPlace, inside, reading);
  }
  for (const [member, memberPlace] of members(reader, 'accounts')) {
    readAccount(member, memberPlace, inside, reading);
  }
}

function readCorrelatedEntity(record: JsonObject, place: Place, around: Around, reading: Reading): void {
  const reader = readerOf('customer', record, place, around, reading);
  if (isObject(record.customer)) {
    readCustomer(record.customer, { ...place, position: `${place.position}.customer` }, around, reading);
  } else reader.problem('customer', 'is missing');
  for (const [member, memberPlace] of members(reader, 'users')) readUser(member, memberPlace, around, reading);
}

const accountFields: Field[] = [
  { name: 'label', column: 'label', parse: text(255) },
  { name: 'number', column: 'number', parse: text(100) },
  { name: 'product_code', otherName: 'type', column: 'productCode', parse: text(100) },
  { name: 'balance.currency', column: 'balanceCurrency', parse: currency },
  { name: 'balance.amount', column: 'balanceAmount', parse: amount('balance.currency') },
  { name: 'branch_id', column: 'branchId', parse: text(255) },
];

const accountRoutingFields: Field[] = [
  { name: 'scheme', column: 'scheme', required: true, parse: text(50) },
  { name: 'address', column: 'address', required: true, parse: text(255) },
];

const accountAttributeFields: Field[] = [
  { name: 'account_attribute_id', column: 'id', required: true, parse: id },
  { name: 'product_code', column: 'productCode', parse: text(100) },
  { name: 'contract_code', column: 'contractCode', parse: text(100) },
  { name: 'name', column: 'name', required: true, parse: text(100) },
  { name: 'type', column: 'type', required: true, parse: attributeType },
  { name: 'value', column: 'value', required: true, parse: attributeValue },
];

/** The details of a contract, each of which is kept as an attribute of the account. */
const contractFields = [
  'product_description',
  'issuance_amount',
  'interest_rate',
  'term',
  'form_of_payment',
  'interest_amount',
  'branch_code',
  'payment_method',
  'opening_date',
  'maturity_date',
  'renewal_date',
  'cancellation_date',
  'instrument_status_code',
  'instrument_status_definition',
  'is_substituted',
];

/** OBP's overview gives the amount as the currency, and the currency as the amount. */
function withBalanceInOrder(record: JsonObject, tell: Tell): JsonObject {
  const { balance } = record;
  if (!isObject(balance)) return record;
  const { currency: first, amount: second } = balance;
  const isSwapped =
    typeof first === 'string' &&
    /^-?\d+(\.\d+)?$/.test(first) &&
    typeof second === 'string' &&
    /^[A-Z]{3}$/.test(second);
  if (!isSwapped) return record;
  tell.corrected('balance');
  return { ...record, balance: { currency: second, amount: first } };
}

/** An account of the sandbox file, of an overview, or as it was created. */
function readAccount(written: JsonObject, place: Place, around: Around, reading: Reading): void {
  const reader = readerOf('account', written, place, around, reading);
  reader.record = withBalanceInOrder(written, reader);
  const { record } = reader;
  const bankId = requiredBankOf(reader, Object.hasOwn(record, 'bank') ? 'bank' : 'bank_id');
  const accountId = idAt(reader, 'account_id') ?? idAt(reader, 'id') ?? reading.options.accountId;
  if (accountId === undefined && isUnset(record.account_id) && isUnset(record.id)) {
    reader.problem('account_id', 'is missing: --account gives it');
  }
  const row = { bankId, id: accountId, ...readFields(accountFields, record, reader) };
  const owners = readOwners(reader);
  const userId = idAt(reader, 'user_id');
  if (reader.isValid) reading.stage({ noun: 'account', key: keyOf(bankId, accountId), bankId, row }, place);
  if (accountId === undefined) return;

  const parts = partsReading(reader);
  const ofAccount = { bankId, accountId };
  for (const username of owners) {
    const key = keyOf(bankId, accountId, username);
    parts.stage({ noun: 'accountHolder', key, withoutId: true, bankId, username, row: ofAccount }, place);
  }
  if (userId !== undefined) {
    const key = keyOf(bankId, accountId, userId);
    const holder = { ...ofAccount, userId };
    parts.stage({ noun: 'accountHolder', key, bankId, userIds: [userId], row: holder }, place);
  }
  readAccountRoutings({ ...reader, reading: parts }, bankId, accountId);
  const numbers = readAccountAttributes({ ...reader, reading: parts }, bankId, accountId);
  const linked = { noun: 'customerAccountLink', withoutId: true, bankId, row: ofAccount } as const;
  if (around.customerId !== undefined && around.customerId !== null) {
    parts.stage({ ...linked, key: accountId, customerId: around.customerId }, place);
  }
  for (const customerNumber of numbers) parts.stage({ ...linked, key: accountId, customerNumber }, place);
}

function readOwners(reader: Reader): string[] {
  const { owners } = reader.record;
  if (isUnset(owners)) return [];
  try {
    if (!Array.isArray(owners)) throw new InvalidValue('is no list');
    return owners.map((owner) => parseText(owner, 100));
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    reader.problem('owners', error.message);
    return [];
  }
}

function readAccountRoutings(reader: Reader, bankId: string, accountId: string): void {
  const { reading, record } = reader;
  const found: [JsonObject, Place][] = [...members(reader, 'account_routings')];
  const { account_routing: routing, IBAN: iban } = record;
  const at = (field: string): Place => ({ ...reader.place, position: `${reader.place.position}.${field}` });
  if (isObject(routing)) found.push([routing, at('account_routing')]);
  if (!isUnset(iban)) found.push([{ scheme: 'IBAN', address: iban }, at('IBAN')]);
  for (const [member, place] of found) {
    const routingReader = readerOf('accountRouting', member, place, {}, reading);
    const row = { bankId, accountId, ...readFields(accountRoutingFields, member, routingReader) };
    const { scheme, address }: Row = row;
    if (!routingReader.isValid) continue;
    const claims: ReadRow['claims'] = [['routing', bankId, String(scheme), String(address)]];
    reading.stage({ noun: 'accountRouting', key: keyOf(bankId, accountId, scheme), bankId, claims, row }, place);
  }
}

/** Gives the customer numbers that the attributes name. */
function readAccountAttributes(reader: Reader, bankId: string, accountId: string): string[] {
  const { reading } = reader;
  const customerNumbers: string[] = [];
  const names = new Set<string>();
  for (const [member, place] of members(reader, 'account_attributes')) {
    const attribute = readerOf('accountAttribute', member, place, {}, reading);
    const row: Row = { bankId, accountId, ...readFields(accountAttributeFields, member, attribute) };
    if (!attribute.isValid) continue;
    names.add(keyOf(row.contractCode ?? '', String(row.name).toLowerCase()));
    if (row.name === 'customer_number') customerNumbers.push(String(row.value));
    reading.stage({ noun: 'accountAttribute', key: String(row.id), bankId, row }, place);
  }
  for (const [member, place] of members(reader, 'contracts')) {
    const contract = readerOf('accountAttribute', member, place, {}, reading);
    const codes = readFields(
      [
        { name: 'contract_code', column: 'contractCode', required: true, parse: text(100) },
        { name: 'product_code', column: 'productCode', parse: text(100) },
        ...contractFields.map((name) => ({ name, column: name, parse: text(2000) })),
      ],
      member,
      contract,
    );
    if (!contract.isValid) continue;
    const { contractCode, productCode = null } = codes;
    for (const name of contractFields) {
      const value = codes[name];
      if (typeof value !== 'string' || names.has(keyOf(contractCode, name))) continue;
      const row = { bankId, accountId, productCode, contractCode, name, type: AttributeType.STRING, value };
      const key = keyOf(bankId, accountId, contractCode, name);
      reading.stage({ noun: 'accountAttribute', key, withoutId: true, bankId, row }, place);
    }
  }
  return customerNumbers;
}

const customerAccountLinkFields: Field[] = [
  { name: 'customer_account_link_id', column: 'id', parse: id },
  { name: 'relationship_type', column: 'relationshipType', required: true, parse: text(255) },
];

function readCustomerAccountLink(record: JsonObject, place: Place, around: Around, reading: Reading): void {
  const reader = readerOf('customerAccountLink', record, place, around, reading);
  const customer = customerOf(reader);
  const accountId = idAt(reader, 'account_id') ?? reading.options.accountId;
  if (accountId === undefined && isUnset(record.account_id)) {
    reader.problem('account_id', 'is missing: --account gives it');
  }
  const row = { accountId, ...readFields(customerAccountLinkFields, record, reader) };
  const { id: linkId }: Row = row;
  if (!reader.isValid || accountId === undefined) return;
  const claims: ReadRow['claims'] = typeof linkId === 'string' ? [['id', linkId]] : [];
  reading.stage({ noun: 'customerAccountLink', key: accountId, ...customer, claims, row }, place);
}

const userCustomerLinkFields: Field[] = [
  { name: 'user_customer_link_id', column: 'id', parse: id },
  { name: 'user_id', column: 'userId', required: true, parse: id },
  { name: 'is_active', column: 'isActive', required: true, parse: boolean },
  { name: 'date_inserted', column: 'dateInserted', parse: dateTime },
];

function readUserCustomerLink(record: JsonObject, place: Place, around: Around, reading: Reading): void {
  const reader = readerOf('userCustomerLink', record, place, around, reading);
  const customer = customerOf(reader);
  const row = readFields(userCustomerLinkFields, record, reader);
  if (!reader.isValid) return;
  const claims: ReadRow['claims'] = typeof row.id === 'string' ? [['id', row.id]] : [];
  const userIds = [row.userId];
  reading.stage({ noun: 'userCustomerLink', key: String(row.userId), ...customer, claims, userIds, row }, place);
}

const customerAddressFields: Field[] = [
  { name: 'customer_address_id', column: 'id', required: true, parse: id },
  { name: 'line_1', column: 'line1', required: true, parse: text(255) },
  { name: 'line_2', column: 'line2', parse: text(255) },
  { name: 'line_3', column: 'line3', parse: text(255) },
  { name: 'city', column: 'city', required: true, parse: text(255) },
  { name: 'county', column: 'county', parse: text(255) },
  { name: 'state', column: 'state', parse: text(255) },
  { name: 'postcode', column: 'postcode', required: true, parse: text(20) },
  { name: 'country_code', column: 'countryCode', required: true, parse: countryCode },
  { name: 'tags', column: 'tags', empty: [], parse: list(100, (tag) => parseText(tag, 255)) },
  { name: 'status', column: 'status', parse: text(255) },
  { name: 'insert_date', column: 'insertDate', parse: dateTime },
];

function readCustomerAddress(record: JsonObject, place: Place, around: Around, reading: Reading): void {
  const reader = readerOf('customerAddress', record, place, around, reading);
  const customer = customerOf(reader);
  const row = readFields(customerAddressFields, record, reader);
  if (reader.isValid) reading.stage({ noun: 'customerAddress', key: String(row.id), ...customer, row }, place);
}

const customerAttributeFields: Field[] = [
  { name: 'customer_attribute_id', column: 'id', parse: id },
  { name: 'name', column: 'name', required: true, parse: text(50) },
  { name: 'type', column: 'type', required: true, parse: attributeType },
  { name: 'value', column: 'value', required: true, parse: attributeValue },
];

function readCustomerAttribute(record: JsonObject, place: Place, around: Around, reading: Reading): void {
  const reader = readerOf('customerAttribute', record, place, around, reading);
  const customer = customerOf(reader);
  const row = readFields(customerAttributeFields, record, reader);
  if (!reader.isValid) return;
  const withoutId = typeof row.id !== 'string';
  const key = withoutId ? keyOf(row.name, row.type, row.value) : String(row.id);
  reading.stage({ noun: 'customerAttribute', key, withoutId, ...customer, row }, place);
}

const socialMediaHandleFields: Field[] = [
  { name: 'type', column: 'type', required: true, parse: text(50) },
  { name: 'handle', column: 'handle', required: true, parse: text(64) },
  { name: 'date_added', column: 'dateAdded', parse: dateTime },
  { name: 'date_activated', column: 'dateActivated', parse: dateTime },
];

function readSocialMediaHandle(record: JsonObject, place: Place, around: Around, reading: Reading): void {
  const reader = readerOf('socialMediaHandle', record, place, around, reading);
  const customer = customerOf(reader);
  const row = readFields(socialMediaHandleFields, record, reader);
  const key = keyOf(row.type, row.handle);
  if (reader.isValid) reading.stage({ noun: 'socialMediaHandle', key, ...customer, row }, place);
}

const taxResidenceFields: Field[] = [
  { name: 'tax_residence_id', column: 'id', parse: id },
  { name: 'domain', column: 'domain', required: true, parse: text(50) },
  { name: 'tax_number', column: 'taxNumber', required: true, parse: text(50) },
];

function readTaxResidence(record: JsonObject, place: Place, around: Around, reading: Reading): void {
  const reader = readerOf('taxResidence', record, place, around, reading);
  const customer = customerOf(reader);
  const row = readFields(taxResidenceFields, record, reader);
  if (!reader.isValid) return;
  const claims: ReadRow['claims'] = typeof row.id === 'string' ? [['id', row.id]] : [];
  reading.stage({ noun: 'taxResidence', key: keyOf(row.domain, row.taxNumber), ...customer, claims, row }, place);
}

const kycCheckFields: Field[] = [
  { name: 'id', column: 'id', required: true, parse: id },
  { name: 'date', column: 'date', required: true, parse: dateTime },
  { name: 'how', column: 'how', required: true, parse: text(255) },
  { name: 'staff_user_id', column: 'staffUserId', parse: id },
  { name: 'staff_name', column: 'staffName', parse: text(255) },
  { name: 'satisfied', column: 'satisfied', required: true, parse: boolean },
  { name: 'comments', column: 'comments', parse: longText(2000) },
];

function readKycCheck(record: JsonObject, place: Place, around: Around, reading: Reading): void {
  const reader = readerOf('kycCheck', record, place, around, reading);
  const customer = customerOf(reader);
  const row = readFields(kycCheckFields, record, reader);
  if (reader.isValid) reading.stage({ noun: 'kycCheck', key: String(row.id), ...customer, row }, place);
}

const kycDocumentFields: Field[] = [
  { name: 'id', column: 'id', required: true, parse: id },
  { name: 'type', column: 'type', required: true, parse: text(50) },
  { name: 'number', column: 'number', required: true, parse: text(50) },
  { name: 'issue_date', column: 'issueDate', parse: localDate },
  { name: 'issue_place', column: 'issuePlace', parse: text(512) },
  { name: 'expiry_date', column: 'expiryDate', parse: localDate },
];

function readKycDocument(record: JsonObject, place: Place, around: Around, reading: Reading): void {
  const reader = readerOf('kycDocument', record, place, around, reading);
  const customer = customerOf(reader);
  const row = readFields(kycDocumentFields, record, reader);
  if (reader.isValid) reading.stage({ noun: 'kycDocument', key: String(row.id), ...customer, row }, place);
}

const kycMediaFields: Field[] = [
  { name: 'id', column: 'id', required: true, parse: id },
  { name: 'type', column: 'type', required: true, parse: text(50) },
  { name: 'url', column: 'url', required: true, parse: url },
  { name: 'date', column: 'date', required: true, parse: dateTime },
  { name: 'relates_to_kyc_document_id', column: 'relatesToKycDocumentId', parse: id },
  { name: 'relates_to_kyc_check_id', column: 'relatesToKycCheckId', parse: id },
];

function readKycMedia(record: JsonObject, place: Place, around: Around, reading: Reading): void {
  const reader = readerOf('kycMedia', record, place, around, reading);
  const customer = customerOf(reader);
  const row = readFields(kycMediaFields, record, reader);
  if (reader.isValid) reading.stage({ noun: 'kycMedia', key: String(row.id), ...customer, row }, place);
}

const kycStatusFields: Field[] = [
  { name: 'ok', column: 'ok', required: true, parse: boolean },
  { name: 'date', column: 'date', required: true, parse: dateTime },
];

function readKycStatus(record: JsonObject, place: Place, around: Around, reading: Reading): void {
  const reader = readerOf('kycStatus', record, place, around, reading);
  const customer = customerOf(reader);
  const row = readFields(kycStatusFields, record, reader);
  if (reader.isValid) reading.stage({ noun: 'kycStatus', key: keyOf(row.date, row.ok), ...customer, row }, place);
}

const meetingFields: Field[] = [
  { name: 'meeting_id', column: 'id', required: true, parse: id },
  { name: 'provider_id', column: 'providerId', required: true, parse: text(64) },
  { name: 'purpose_id', column: 'purposeId', required: true, parse: text(64) },
  { name: 'when', otherName: 'date', column: 'when', required: true, parse: dateTime },
  { name: 'keys.session_id', column: 'sessionId', parse: text(255) },
  { name: 'creator.name', column: 'creatorName', parse: text(255) },
  { name: 'creator.mobile_phone', column: 'creatorMobilePhone', parse: text(50) },
  { name: 'creator.email_address', column: 'creatorEmailAddress', parse: emailAddress },
  { name: 'present.staff_user_id', column: 'staffUserId', parse: id },
  { name: 'present.customer_user_id', column: 'customerUserId', parse: id },
];

const meetingInviteeFields: Field[] = [
  { name: 'contact_details.name', column: 'name', required: true, parse: text(255) },
  { name: 'contact_details.mobile_phone', column: 'mobilePhone', parse: text(50) },
  { name: 'contact_details.email_address', column: 'emailAddress', parse: emailAddress },
  { name: 'status', column: 'status', parse: text(255) },
];

/** OBP's own meetings name no customer: theirs is `--customer`, or none. */
function readMeeting(record: JsonObject, place: Place, around: Around, reading: Reading): void {
  const reader = readerOf('meeting', record, place, around, reading);
  const bankId = requiredBankOf(reader);
  const customerId = idAt(reader, 'customer_id') ?? reading.options.customerId ?? null;
  const row: Row = { bankId, ...readFields(meetingFields, record, reader) };
  if (customerId !== null) row.customerId = customerId;
  const meetingId = String(row.id);
  const userIds = [row.staffUserId, row.customerUserId];
  const parts = partsReading(reader);
  if (reader.isValid) reading.stage({ noun: 'meeting', key: meetingId, bankId, customerId, userIds, row }, place);
  let position = 0;
  for (const [member, memberPlace] of members(reader, 'invitees')) {
    const invitee = readerOf('meetingInvitee', member, memberPlace, around, parts);
    const inviteeRow = { meetingId, position, ...readFields(meetingInviteeFields, member, invitee) };
    position += 1;
    if (invitee.isValid)
      parts.stage({ noun: 'meetingInvitee', key: keyOf(meetingId, position), row: inviteeRow }, memberPlace);
  }
}

const customerMessageFields: Field[] = [
  { name: 'id', column: 'id', required: true, parse: id },
  { name: 'date', column: 'date', required: true, parse: dateTime },
  { name: 'transport', column: 'transport', parse: text(64) },
  { name: 'message', column: 'message', required: true, parse: longText(1024) },
  { name: 'from_department', column: 'fromDepartment', required: true, parse: text(64) },
  { name: 'from_person', column: 'fromPerson', required: true, parse: text(64) },
];

function readCustomerMessage(record: JsonObject, place: Place, around: Around, reading: Reading): void {
  const reader = readerOf('customerMessage', record, place, around, reading);
  const customer = customerOf(reader);
  const row = readFields(customerMessageFields, record, reader);
  if (reader.isValid) reading.stage({ noun: 'customerMessage', key: String(row.id), ...customer, row }, place);
}

const crmEventFields: Field[] = [
  { name: 'id', column: 'id', required: true, parse: id },
  { name: 'customer_name', otherName: 'customer.name', column: 'customerName', parse: text(255) },
  { name: 'customer_number', otherName: 'customer.number', column: 'customerNumber', parse: text(50) },
  { name: 'category', column: 'category', required: true, parse: text(255) },
  { name: 'detail', column: 'detail', parse: longText(2000) },
  { name: 'channel', column: 'channel', parse: text(255) },
  { name: 'scheduled_date', column: 'scheduledDate', parse: dateTime },
  { name: 'actual_date', column: 'actualDate', parse: dateTime },
  { name: 'result', column: 'result', parse: longText(2000) },
];

/** Names its customer by number, who may be unknown at the bank. */
function readCrmEvent(record: JsonObject, place: Place, around: Around, reading: Reading): void {
  const reader = readerOf('crmEvent', record, place, around, reading);
  const bankId = requiredBankOf(reader);
  const row = { bankId, ...readFields(crmEventFields, record, reader) };
  const { id: eventId }: Row = row;
  if (reader.isValid) reading.stage({ noun: 'crmEvent', key: String(eventId), bankId, row }, place);
}

const silent: Tell = { problem: () => undefined, corrected: () => undefined };

/** Every field of each noun, to name the columns that differ as OBP does. */
const fieldsOfNoun: Partial<Record<NounName, Field[]>> = {
  bank: bankFields,
  user: userFields,
  userAttribute: userAttributeFields,
  entitlement: entitlementFields,
  attributeDefinition: attributeDefinitionFields,
  customer: customerFields,
  account: accountFields,
  accountRouting: accountRoutingFields,
  accountAttribute: accountAttributeFields,
  customerAccountLink: customerAccountLinkFields,
  customerAddress: customerAddressFields,
  customerAttribute: customerAttributeFields,
  socialMediaHandle: socialMediaHandleFields,
  taxResidence: taxResidenceFields,
  kycCheck: kycCheckFields,
  kycDocument: kycDocumentFields,
  kycMedia: kycMediaFields,
  kycStatus: kycStatusFields,
  meeting: meetingFields,
  meetingInvitee: meetingInviteeFields,
  customerMessage: customerMessageFields,
  crmEvent: crmEventFields,
  userCustomerLink: userCustomerLinkFields,
};

/** OBP's names of columns. */
export function fieldNames(noun: NounName, columns: string[]): string[] {
  return columns.map((name) => fieldsOfNoun[noun]?.find(({ column }) => column === name)?.name ?? name);
}

type Read = (record: JsonObject, place: Place, around: Around, reading: Reading) => void;

const readOfKind: Record<Exclude<RecordKind, 'nothing'>, Read> = {
  bank: readBank,
  user: readUser,
  customer: readCustomer,
  correlatedEntity: readCorrelatedEntity,
  account: readAccount,
  customerAccountLink: readCustomerAccountLink,
  userCustomerLink: readUserCustomerLink,
  customerAddress: readCustomerAddress,
  customerAttribute: readCustomerAttribute,
  attributeDefinition: readAttributeDefinition,
  socialMediaHandle: readSocialMediaHandle,
  taxResidence: readTaxResidence,
  kycCheck: readKycCheck,
  kycDocument: readKycDocument,
  kycMedia: readKycMedia,
  kycStatus: readKycStatus,
  meeting: readMeeting,
  customerMessage: readCustomerMessage,
  crmEvent: readCrmEvent,
};

/** Turns a record of OBP's into rows, and tells what is wrong with it. */
export function readRecord(kind: RecordKind, record: JsonObject, place: Place, reading: Reading): void {
  if (kind === 'nothing') reading.left('record');
  else readOfKind[kind](record, place, {}, reading);
}
