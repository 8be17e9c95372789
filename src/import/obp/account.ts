import { canonicalIdentifier, derivedCanonicalForm, routingAddressForms } from '../../base/identifiers.ts';
import { InvalidValue, invalidValue } from '../../base/value-rules.ts';
import { parseText } from '../../base/values.ts';
import { account as accountTable } from '../../domain/account/account.table.ts';
import { accountAttribute as accountAttributeTable } from '../../domain/account/account-attribute.table.ts';
import { accountHolder as accountHolderTable } from '../../domain/account/account-holder.table.ts';
import { accountRouting as accountRoutingTable } from '../../domain/account/account-routing.table.ts';
import { customerAccountLink as customerAccountLinkTable } from '../../domain/account/customer-account-link.table.ts';
import { AttributeType } from '../../domain/attribute/attribute-type.ts';
import { defaultMaxItems } from '../../execution/max-items.ts';
import { defineEntity, type Enclosing, type Place, type Reading } from '../entity.ts';
import {
  amount,
  attributeType,
  attributeValue,
  currency,
  type Findings,
  id,
  identifier,
  optional,
  readFields,
  required,
  routingAddress,
  text,
  visibleText,
} from '../fields.ts';
import { isObject, isUnset, type JsonObject } from '../json.ts';
import {
  customerOf,
  idAt,
  items,
  missingRule,
  openRecord,
  partsReading,
  type RecordReader,
  requiredBankOf,
  stagePart,
  stageRow,
} from '../record-reader.ts';
import { joinKey, type Row } from '../row.ts';

const listOfAccount = {
  columns: ['bankId', 'accountId'],
  field: 'account_id',
  parent: 'an account',
  max: defaultMaxItems,
};

export const account = defineEntity({
  name: 'account',
  plural: 'accounts',
  table: accountTable,
  key: ['bankId', 'id'],
  record: {
    sections: ['accounts'],
    marks: [['account_routing'], ['account_routings'], ['IBAN'], ['balance']],
    isRecognisedLast: true,
    read: readAccount,
  },
  fields: [
    optional('label', 'label', text(255)),
    optional('number', 'number', identifier(100), { keepsStored: true }),
    optional('product_code', 'productCode', text(100), { otherName: 'type' }),
    optional('balance.currency', 'balanceCurrency', currency, { keepsStored: true }),
    optional('balance.amount', 'balanceAmount', amount('balance.currency'), { keepsStored: true }),
    optional('branch_id', 'branchId', text(255)),
  ],
  otherFields: [
    'bank',
    'bank_id',
    'account_id',
    'id',
    'user_id',
    'owners',
    'IBAN',
    'account_routing.scheme',
    'account_routing.address',
    'account_routings',
    'account_attributes',
    'contracts',
  ],
});

export const accountRouting = defineEntity({
  name: 'accountRouting',
  plural: 'account routings',
  table: accountRoutingTable,
  key: ['bankId', 'accountId', 'scheme'],
  fields: [
    required('scheme', 'scheme', identifier(50)),
    required('address', 'address', routingAddress, { keepsStored: true }),
  ],
  derive: ({ scheme, address }) => ({ canonicalRouting: derivedCanonicalForm(scheme, address) }),
  uniqueKeys: [
    {
      kind: 'routing',
      columns: ['bankId', 'scheme', 'address'],
      canonical: { column: 'canonicalRouting', of: ['scheme', 'address'] },
      storedForms: ({ scheme, address, ...others }) =>
        routingAddressForms(String(scheme), String(address)).map((form) => ({ ...others, scheme, address: form })),
      field: 'address',
      scope: 'for the scheme at the bank',
    },
  ],
  lists: [listOfAccount],
});

export const accountHolder = defineEntity({
  name: 'accountHolder',
  plural: 'account holders',
  table: accountHolderTable,
  key: ['bankId', 'accountId', 'userId'],
  userColumns: ['userId'],
  fields: [],
  lists: [{ columns: ['userId'], field: 'user_id', parent: 'a user', max: defaultMaxItems }],
});

export const accountAttribute = defineEntity({
  name: 'accountAttribute',
  plural: 'account attributes',
  table: accountAttributeTable,
  key: ['id'],
  keyWithoutId: ['bankId', 'accountId', 'contractCode', 'name'],
  readByWithoutId: ['bankId', 'accountId'],
  fields: [
    required('account_attribute_id', 'id', id),
    optional('product_code', 'productCode', text(100)),
    optional('contract_code', 'contractCode', visibleText(100)),
    required('name', 'name', visibleText(100), { keepsStored: true }),
    required('type', 'type', attributeType),
    required('value', 'value', attributeValue),
  ],
  lists: [listOfAccount],
});

export const customerAccountLink = defineEntity({
  name: 'customerAccountLink',
  plural: 'customer-account links',
  table: customerAccountLinkTable,
  key: ['customerId', 'accountId'],
  record: {
    sections: ['links'],
    marks: [['customer_account_link_id'], ['relationship_type']],
    read: readCustomerAccountLink,
  },
  fields: [
    optional('customer_account_link_id', 'id', id),
    required('relationship_type', 'relationshipType', text(255)),
  ],
  otherFields: ['bank_id', 'customer_id', 'customer_number', 'account_id'],
  uniqueKeys: [{ kind: 'id', columns: ['id'], field: 'customer_account_link_id', scope: 'among the links' }],
  defaults: { relationshipType: 'Owner' },
  isListOfCustomer: true,
});

function readCustomerAccountLink(record: JsonObject, place: Place, enclosing: Enclosing, reading: Reading): void {
  const reader = openRecord(customerAccountLink, record, place, enclosing, reading);
  const owner = customerOf(reader);
  const accountId = idAt(reader, 'account_id') ?? reading.options.accountId;
  if (accountId === undefined && isUnset(record.account_id)) {
    reader.problem('account_id', missingRule('account'));
  }
  stageRow(reader, { accountId, ...readFields(customerAccountLink.fields, record, reader) }, owner);
}

/** Identifies the account to which a part of an account's record belongs. */
interface AccountOwner {
  bankId: string;
  accountId: string;
}

/** Reads an account of the sandbox import, of an overview of a customer, or of a request that creates an account. */
export function readAccount(written: JsonObject, place: Place, enclosing: Enclosing, reading: Reading): void {
  const reader = openRecord(account, written, place, enclosing, reading);
  reader.record = withOrderedBalance(written, reader);
  const { record } = reader;
  const bankId = requiredBankOf(reader, Object.hasOwn(record, 'bank') ? 'bank' : 'bank_id');
  const accountId = idAt(reader, 'account_id') ?? idAt(reader, 'id') ?? reading.options.accountId;
  if (accountId === undefined && isUnset(record.account_id) && isUnset(record.id)) {
    reader.problem('account_id', missingRule('account'));
  }
  const row: Row = { bankId, id: accountId, ...readFields(account.fields, record, reader) };
  const ownerNames = readOwners(reader);
  const userId = idAt(reader, 'user_id');
  stageRow(reader, row);
  if (accountId === undefined) return;

  const owner: AccountOwner = { bankId, accountId };
  const parts = { ...reader, reading: partsReading(reader) };
  stageHolders(parts, owner, ownerNames, userId);
  readAccountRoutings(parts, owner);
  const attributes = readAccountAttributes(parts, owner);
  readContracts(parts, owner, attributes);
  stageLinks(parts, owner, attributes);
}

/** OBP's overview of a customer swaps the amount and the currency of a balance. */
function withOrderedBalance(record: JsonObject, findings: Findings): JsonObject {
  const { balance } = record;
  if (!isObject(balance)) return record;
  const { currency: first, amount: second } = balance;
  const isSwapped =
    typeof first === 'string' &&
    /^-?\d+(\.\d+)?$/.test(first) &&
    typeof second === 'string' &&
    /^[A-Z]{3}$/.test(second);
  if (!isSwapped) return record;
  findings.corrected('balance');
  return { ...record, balance: { currency: second, amount: first } };
}

/** Reads the usernames of the owners. */
function readOwners(reader: RecordReader): string[] {
  const { owners } = reader.record;
  if (isUnset(owners)) return [];
  try {
    if (!Array.isArray(owners)) throw invalidValue('LIST');
    return owners.map((owner) => parseText(owner, 100));
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    reader.problem('owners', error.message);
    return [];
  }
}

function stageHolders(
  { reading, place }: RecordReader,
  owner: AccountOwner,
  usernames: string[],
  userId: string | undefined,
): void {
  for (const username of usernames) {
    const key = joinKey(owner.bankId, owner.accountId, username);
    stagePart(reading, place, accountHolder, { ...owner }, { key, withoutId: true, username });
  }
  if (userId !== undefined) stagePart(reading, place, accountHolder, { ...owner, userId });
}

function readAccountRoutings(reader: RecordReader, owner: AccountOwner): void {
  const { account_routing: routing, IBAN: iban } = reader.record;
  const placeOf = (field: string): Place => ({ ...reader.place, position: `${reader.place.position}.${field}` });
  const routings: [JsonObject, Place][] = [...items(reader, 'account_routings')];
  if (isObject(routing)) routings.push([routing, placeOf('account_routing')]);
  if (!isUnset(iban)) routings.push([{ scheme: 'IBAN', address: iban }, placeOf('IBAN')]);
  for (const [item, place] of routings) {
    const part = openRecord(accountRouting, item, place, {}, reader.reading);
    stageRow(part, { ...owner, ...readFields(accountRouting.fields, item, part) });
  }
}

function readAccountAttributes(reader: RecordReader, owner: AccountOwner): Row[] {
  const rows: Row[] = [];
  for (const [item, place] of items(reader, 'account_attributes')) {
    const attribute = openRecord(accountAttribute, item, place, {}, reader.reading);
    const row = { ...owner, ...readFields(accountAttribute.fields, item, attribute) };
    stageRow(attribute, row);
    if (attribute.isValid) rows.push(row);
  }
  return rows;
}

/** The details of a contract, each of which becomes an attribute of the account. */
const contractDetails = [
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

const contractFields = [
  required('contract_code', 'contractCode', visibleText(100)),
  optional('product_code', 'productCode', text(100)),
  ...contractDetails.map((name) => optional(name, name, text(2000))),
];

const contractFieldNames = contractFields.map(({ name }) => name);

/** Reads the details of contracts, except those which the attributes of the account already contain. */
function readContracts(reader: RecordReader, owner: AccountOwner, attributes: Row[]): void {
  const nameOf = (contractCode: unknown, name: unknown) => joinKey(contractCode ?? '', String(name).toLowerCase());
  const existing = new Set(attributes.map(({ contractCode, name }) => nameOf(contractCode, name)));
  for (const [item, place] of items(reader, 'contracts')) {
    const contract = openRecord(accountAttribute, item, place, {}, reader.reading, contractFieldNames);
    const { contractCode, productCode = null, ...details } = readFields(contractFields, item, contract);
    for (const name of contractDetails) {
      const value = details[name];
      if (typeof value !== 'string' || existing.has(nameOf(contractCode, name))) continue;
      stageRow(contract, { ...owner, productCode, contractCode, name, type: AttributeType.STRING, value });
    }
  }
}

/** Links the account to the enclosing customer, and to the customers whose numbers the attributes contain. */
function stageLinks({ reading, place, enclosing }: RecordReader, owner: AccountOwner, attributes: Row[]): void {
  const { customerId } = enclosing;
  if (customerId !== undefined && customerId !== null) {
    stagePart(reading, place, customerAccountLink, { ...owner }, { withoutId: true, customerId });
  }
  for (const { name, value } of attributes) {
    if (name !== 'customer_number') continue;
    stagePart(
      reading,
      place,
      customerAccountLink,
      { ...owner },
      { withoutId: true, customerNumber: canonicalIdentifier(String(value)) },
    );
  }
}
