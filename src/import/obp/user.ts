import { GraphQLError } from 'graphql';
import { checkPasswordRule, localProvider } from '../../auth/password.ts';
import { comparedUsername } from '../../base/identifiers.ts';
import { mapUsername } from '../../base/precis.ts';
import { isRole, type Role, roleScope } from '../../base/roles.ts';
import { entitlement as entitlementTable } from '../../domain/user/entitlement.table.ts';
import { isEmailAddress } from '../../domain/user/user.rules.ts';
import { user as userTable } from '../../domain/user/user.table.ts';
import { userAttributeRules } from '../../domain/user/user-attribute.rules.ts';
import { userAttribute as userAttributeTable } from '../../domain/user/user-attribute.table.ts';
import { maxEntitlements } from '../../domain/user/user-overflow.ts';
import { areSameAddress, canonicalNames } from '../../domain/user/username.ts';
import { defaultMaxItems } from '../../execution/max-items.ts';
import { defineEntity, type Enclosing, type Place, type Reading, type ReadRow } from '../entity.ts';
import {
  attributeType,
  attributeValue,
  emailAddress,
  id,
  optional,
  readFields,
  required,
  text,
  timeByClock,
  username,
  visibleText,
} from '../fields.ts';
import { isObject, isUnset, type JsonObject } from '../json.ts';
import {
  countUnread,
  items,
  openRecord,
  partsReading,
  type RecordReader,
  stagePart,
  stageRow,
} from '../record-reader.ts';
import { joinKey, type Row } from '../row.ts';

const forProvider = 'among the users of the provider';

export const user = defineEntity({
  name: 'user',
  plural: 'users',
  table: userTable,
  key: ['id'],
  keyWithoutId: ['provider', 'username'],
  record: { sections: ['users'], marks: [['username'], ['user_name']], isRecognisedLast: true, read: readUser },
  fields: [
    optional('user_id', 'id', id),
    required('username', 'username', username, { otherName: 'user_name', keepsStored: true }),
    optional('email', 'email', emailAddress, { keepsStored: true }),
    optional('first_name', 'firstName', text(255)),
    optional('last_name', 'lastName', text(255)),
    optional('provider', 'provider', text(100)),
    optional('provider_id', 'providerId', text(255)),
  ],
  otherFields: ['password', 'user_attributes', 'entitlements.list'],
  uniqueKeys: [
    { kind: 'username', columns: ['provider', 'username'], field: 'username', scope: forProvider },
    { kind: 'providerId', columns: ['provider', 'providerId'], field: 'provider_id', scope: forProvider },
  ],
  defaults: { isSuperAdmin: false, awaitsEmailValidation: false },
  derive: canonicalNames,
});

export const userAttribute = defineEntity({
  name: 'userAttribute',
  plural: 'user attributes',
  table: userAttributeTable,
  key: ['id'],
  userColumns: ['userId'],
  fields: [
    required('user_attribute_id', 'id', id),
    required('name', 'name', visibleText(50), { keepsStored: true }),
    required('type', 'type', attributeType),
    required('value', 'value', attributeValue),
    optional('insert_date', 'insertDate', timeByClock),
  ],
  rules: userAttributeRules,
  lists: [{ columns: ['userId'], field: 'user_id', parent: 'a user', max: defaultMaxItems }],
});

export const entitlement = defineEntity({
  name: 'entitlement',
  plural: 'entitlements',
  table: entitlementTable,
  key: ['userId', 'roleName', 'bankId'],
  readBy: ['userId'],
  userColumns: ['userId'],
  fields: [
    optional('entitlement_id', 'id', id),
    required('role_name', 'roleName', text(100)),
    optional('bank_id', 'bankId', id),
  ],
  uniqueKeys: [{ kind: 'id', columns: ['id'], field: 'entitlement_id', scope: 'among the entitlements' }],
  lists: [{ columns: ['userId'], field: 'user_id', parent: 'a user', max: maxEntitlements }],
});

/** Reads a user with attributes and entitlements. A user of the sandbox import has no ID, only a username. */
export function readUser(record: JsonObject, place: Place, enclosing: Enclosing, reading: Reading): void {
  const reader = openRecord(user, record, place, enclosing, reading);
  const row = readFields(user.fields, record, reader);
  row.provider ??= localProvider;
  row.providerId ??= row.username;
  readPassword(reader, row);
  const name = String(row.username);
  const email = typeof row.email === 'string' ? row.email : null;
  const isLocal = row.provider === localProvider;
  const hasContact = email !== null || row.password !== undefined;
  if (isLocal && hasContact && isEmailAddress(name) && !areSameAddress(name, email)) {
    reader.problem('username', 'must be equal to the email address of the user if it is an email address');
  }
  const claims: ReadRow['claims'] = [['canonicalUsername', String(row.provider), comparedUsername(name)]];
  // An imported password validates the email address.
  if (isLocal && row.password !== undefined && email !== null) claims.push(['validatedEmail', mapUsername(email)]);
  stageRow(reader, row, { claims });

  const parts = { ...reader, reading: partsReading(reader) };
  const owner = ownerOf(row);
  readUserAttributes(parts, owner);
  readEntitlements(parts, owner);
}

function readPassword(reader: RecordReader, row: Row): void {
  const { password } = reader.record;
  if (isUnset(password)) return;
  if (reader.reading.options.withPasswords !== true) reader.reading.skipped('password');
  else if (typeof password !== 'string') reader.problem('password', 'must be a string');
  else {
    try {
      checkPasswordRule(password);
      row.password = password;
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      reader.problem('password', 'must meet the rule for passwords (OBP-30207)');
    }
  }
}

/** The user to whom a part of a user's record belongs, by ID or by the unique username. */
interface UserOwner {
  userId?: string;
  /** Identifies the user among the users of the files. */
  key: string;
  reference: Pick<ReadRow, 'username' | 'provider'>;
}

function ownerOf({ id: userId, username: name, provider }: Row): UserOwner {
  if (typeof userId === 'string') return { userId, key: userId, reference: {} };
  const reference = { username: String(name), provider: String(provider) };
  return { key: joinKey(provider, name), reference };
}

function readUserAttributes(reader: RecordReader, { userId, reference }: UserOwner): void {
  for (const [item, place] of items(reader, 'user_attributes')) {
    const attribute = openRecord(userAttribute, item, place, reader.enclosing, reader.reading);
    const row = readFields(userAttribute.fields, item, attribute);
    if (userId !== undefined) row.userId = userId;
    stageRow(attribute, row, reference);
  }
}

function readEntitlements(reader: RecordReader, owner: UserOwner): void {
  const { reading, record } = reader;
  const entitlements = isObject(record.entitlements) ? { list: record.entitlements.list } : {};
  const position = `${reader.place.position}.entitlements`;
  const lists: RecordReader = { ...reader, record: entitlements, place: { ...reader.place, position } };
  for (const [item, place] of items(lists, 'list')) {
    const part = openRecord(entitlement, item, place, {}, reading);
    const row = readFields(entitlement.fields, item, part);
    const role = row.roleName;
    if (typeof role !== 'string') continue;
    if (!isRole(role)) reading.unknownRole(role);
    else if (reading.options.withEntitlements !== true) reading.skipped('entitlement');
    else stageEntitlement(part, row, role, owner);
  }
}

function stageEntitlement(reader: RecordReader, row: Row, role: Role, { userId, key, reference }: UserOwner): void {
  row.bankId ??= null;
  if (roleScope(role) === 'bank' && row.bankId === null) {
    reader.problem('bank_id', `is required for the bank role ${role}`);
  }
  if (roleScope(role) === 'system' && row.bankId !== null) {
    reader.problem('bank_id', `must be omitted for the system role ${role}`);
  }
  if (userId !== undefined) row.userId = userId;
  if (reader.isValid) {
    countUnread(reader);
    stagePart(reader.reading, reader.place, entitlement, row, {
      key: joinKey(key, role, row.bankId ?? ''),
      ...reference,
    });
  }
}
