import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Role, roleScope, roles } from '../../src/base/roles.ts';
import { setKycReasonRequired } from '../../src/domain/bank/bank-administration.ts';
import { entityTypes } from '../../src/domain/federation/entity-types.ts';
import { globalId } from '../../src/graph/global-id.ts';
import { auditReader } from '../support/audit-events.ts';
import { statementsOfAuditTrail } from '../support/database-url.ts';
import { insertEveryEntity, type World } from '../support/every-entity.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertCustomer, insertCustomerAddress, insertUserCustomerLink } from '../support/rows.ts';

interface Reference {
  __typename: string;
  id: string;
}

type Entities = Record<'_entities', (Record<string, unknown> | null)[]>;

let gateway: Gateway;
let world: World;
/** An object of another bank. */
let foreign: World;
let customerIds: string[];

beforeAll(async () => {
  gateway = await startGateway({ environment: { GATEWAY_FEDERATION: 'on' } });
  world = await insertEveryEntity(gateway);
  foreign = await insertEveryEntity(gateway);
  customerIds = [];
  for (let index = 0; index < 5; index += 1) {
    const { id } = await insertCustomer(gateway.database, { bankId: world.bankId });
    await insertCustomerAddress(gateway.database, { bankId: world.bankId, customerId: id });
    customerIds.push(id);
  }
});

afterAll(() => gateway.stop());

function callerWith(...names: Role[]): Promise<TestUser> {
  return gateway.createUser({
    roles: names.map((role) => [role, roleScope(role) === 'system' ? null : world.bankId]),
  });
}

const selectionOfAll = Object.keys(entityTypes)
  .map((name) => `... on ${name} { id }`)
  .join(' ');

function entities(
  token: string | null,
  representations: unknown[],
  selection = selectionOfAll,
  headers: Record<string, string> = {},
) {
  const document = `query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename ${selection} } }`;
  return gateway.query<Entities>(token, document, { representations }, headers);
}

const customer = (id: string): Reference => ({ __typename: 'Customer', id });

/** A reference to an object of each type, the roles that read it, and a reference that no object has. */
const references: Record<string, { roles: Role[]; id(world: World): string; unknown: string }> = {
  Account: {
    roles: ['CanGetCustomerOverview', 'CanGetCustomerOverviewFlat'],
    id: ({ bankId, accountId }) => globalId('Account', bankId, accountId),
    unknown: globalId('Account', 'no-bank', 'no-account'),
  },
  Customer: { roles: ['CanGetCustomer'], id: ({ customerId }) => customerId, unknown: 'no-customer' },
  KycCheck: {
    roles: ['CanGetAnyKycChecks', 'CanGetKycChecksAtOneBank'],
    id: ({ customerId, kycCheckId }) => globalId('KycCheck', customerId, kycCheckId),
    unknown: globalId('KycCheck', 'no-customer', 'no-check'),
  },
  KycDocument: {
    roles: ['CanGetAnyKycDocuments', 'CanGetKycDocumentsAtOneBank'],
    id: ({ customerId, kycDocumentId }) => globalId('KycDocument', customerId, kycDocumentId),
    unknown: globalId('KycDocument', 'no-customer', 'no-document'),
  },
  KycMedia: {
    roles: ['CanGetAnyKycMedia', 'CanGetKycMediaAtOneBank'],
    id: ({ customerId, kycMediaId }) => globalId('KycMedia', customerId, kycMediaId),
    unknown: globalId('KycMedia', 'no-customer', 'no-media'),
  },
  User: { roles: ['CanGetAnyUser'], id: ({ linkedUser }) => linkedUser.id, unknown: 'no-user' },
};

const cases = Object.entries(references).map(([typeName, reference]) => ({ typeName, ...reference }));
const bankRolesOf = (names: readonly Role[]) => names.filter((role) => roleScope(role) === 'bank');

test('every entity type but the public Bank has a case', () => {
  expect([...Object.keys(references), 'Bank'].sort()).toEqual(Object.keys(entityTypes).sort());
});

describe.each(cases)('$typeName', ({ typeName, roles: anyOf, id, unknown }) => {
  const to = (id: string): Reference => ({ __typename: typeName, id });

  test.each(anyOf)('is returned to a caller with %s', async (role) => {
    const { token } = await callerWith(role);

    const { data, errors } = await entities(token, [to(id(world))]);

    expect(errors).toEqual([]);
    expect(data?._entities).toEqual([to(id(world))]);
  });

  test('is refused to an anonymous caller and to a caller without the role at any bank, before anything is read', async () => {
    const { token } = await callerWith('CanGetMeetings');
    const representations = [to(id(world)), to(unknown)];

    const anonymous = await entities(null, representations);
    const before = gateway.database.statistics.statements;
    const { data, errors } = await entities(token, representations);
    const read = gateway.database.statistics.statements - before;

    expect(anonymous.errors.map(({ extensions }) => extensions.key)).toEqual(['OBP-20001', 'OBP-20001']);
    expect(data?._entities).toEqual([null, null]);
    expect(errors.map(({ path, extensions }) => [path, extensions.key])).toEqual([
      [['_entities', 0], 'OBP-20006'],
      [['_entities', 1], 'OBP-20006'],
    ]);
    expect(errors[0]?.extensions.missingRoles).toEqual(anyOf);
    // The caller with entitlements, the caller's own links or accounts where these allow access, and the places of the events.
    expect(read - statementsOfAuditTrail).toBeLessThanOrEqual(3);
  });

  test('has the error of an unknown ID at another bank', async () => {
    const names = bankRolesOf(anyOf);
    const { token } = await callerWith(...(names.length === 0 ? anyOf : names));
    const isOfBank = names.length > 0;
    const representations = [to(isOfBank ? id(foreign) : unknown), to(id(world)), to(unknown)];

    const { data, errors } = await entities(token, representations);

    expect(data?._entities).toEqual([null, to(id(world)), null]);
    const reversed = await entities(token, representations.toReversed());
    expect(errors.map(({ path }) => path)).toEqual([
      ['_entities', 0],
      ['_entities', 2],
    ]);
    expect(errors[0]?.extensions.code).toBe('NOT_FOUND');
    // The second error is short, so each of them is compared in both places.
    expect(reversed.errors).toEqual(errors);
  });
});

test('a bank is returned to an anonymous caller, and an unknown one fails with OBP-30001', async () => {
  const { data, errors } = await entities(null, [
    { __typename: 'Bank', id: world.bankId },
    { __typename: 'Bank', id: 'no-bank' },
  ]);

  expect(data?._entities).toEqual([{ __typename: 'Bank', id: world.bankId }, null]);
  expect(errors.map(({ path, extensions }) => [path, extensions.key])).toEqual([[['_entities', 1], 'OBP-30001']]);
});

test('users and accounts are returned to their users and holders, and other objects are refused to them', async () => {
  const { token, id } = world.linkedUser;

  const { data, errors } = await entities(token, [
    { __typename: 'User', id },
    { __typename: 'Account', id: globalId('Account', world.bankId, world.accountId) },
    { __typename: 'User', id: world.freeUser.id },
    { __typename: 'Account', id: globalId('Account', foreign.bankId, foreign.accountId) },
  ]);

  expect(data?._entities.map((entity) => entity?.__typename ?? null)).toEqual(['User', 'Account', null, null]);
  expect(errors.map(({ extensions }) => extensions.key)).toEqual(['OBP-20006', 'OBP-20006']);
});

test('KYC evidence requires the reason that its bank requires', async () => {
  const { token } = await callerWith('CanGetKycChecksAtOneBank');
  const reference = (customerId: string, id: string) => ({
    __typename: 'KycCheck',
    id: globalId('KycCheck', customerId, id),
  });
  const check = reference(world.customerId, world.kycCheckId);
  // The last ones are at another bank, or at none.
  const missing = [
    reference(world.customerId, 'no-check'),
    reference(foreign.customerId, foreign.kycCheckId),
    reference(foreign.customerId, 'no-check'),
    reference('no-customer', 'no-check'),
  ];
  for (const { bankId } of [world, foreign]) await setKycReasonRequired(gateway.database, bankId, true);

  const without = await entities(token, [check, ...missing]);
  const withReason = await entities(token, [check, ...missing], selectionOfAll, { 'x-reason': 'Review' });
  for (const { bankId } of [world, foreign]) await setKycReasonRequired(gateway.database, bankId, false);

  const unknown = 'OBP-30046';
  const keysOf = ({ errors }: typeof without) => errors.map(({ extensions }) => extensions.key);
  expect(keysOf(without)).toEqual(['REASON_REQUIRED', 'REASON_REQUIRED', unknown, unknown, unknown]);
  expect(keysOf(withReason)).toEqual([unknown, unknown, unknown, unknown]);
  expect(withReason.data?._entities).toEqual([check, null, null, null, null]);
});

test('objects of several types are read with one statement for each type, and equal references once', async () => {
  const everyRole = (Object.keys(roles) as Role[]).filter((role) => role !== 'CanExceedRateLimit');
  const { token } = await callerWith(...everyRole);
  const statementsFor = async (representations: unknown[], selection?: string) => {
    const before = gateway.database.statistics.statements;
    const { errors } = await entities(token, representations, selection);
    expect(errors).toEqual([]);
    return gateway.database.statistics.statements - before;
  };
  const one = [customer(customerIds[0] ?? '')];
  const all = customerIds.map(customer);
  const mixed = [...all, ...cases.map(({ typeName, id }) => ({ __typename: typeName, id: id(world) }))];

  const ofOne = await statementsFor(one);

  expect(await statementsFor([...all, ...all, ...all])).toBe(ofOne);
  expect(await statementsFor(all, '... on Customer { addresses { id } }')).toBe(ofOne + 1);
  // Those of five further types, the bank for its reason, and the customers of the account for its audit event.
  expect(await statementsFor(mixed)).toBeLessThanOrEqual(ofOne + 7);
});

test('returns equal references in each of their places, and their fields with the access rules of the fields', async () => {
  const { token } = await callerWith('CanGetCustomer');
  const [first = '', second = ''] = customerIds;

  const { data, errors } = await entities(
    token,
    [customer(first), customer(second), customer(first)],
    '... on Customer { id addresses { id } }',
  );

  expect(data?._entities.map((entity) => entity?.id)).toEqual([first, second, first]);
  expect(data?._entities.map((entity) => entity?.addresses)).toEqual([null, null, null]);
  expect(errors[0]?.extensions).toMatchObject({ key: 'OBP-20006', missingRoles: ['CanGetCustomerAddress'] });
});

describe('a call of _entities', () => {
  test('costs as much as a list of its representations', async () => {
    const { token } = await callerWith('CanGetCustomer');
    const document = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
      ... on Bank { customers(first: 100) { nodes { accountLinks { id } messages(first: 100) { nodes { id } } } } } } }`;
    const representations = Array.from({ length: 100 }, () => ({ __typename: 'Bank', id: world.bankId }));

    const { status, errors } = await gateway.query(token, document, { representations });

    expect(status).toBe(400);
    expect(errors.map(({ extensions }) => extensions.key)).toEqual(['QUERY_TOO_COSTLY']);
  });

  test('costs as much as its number of representations, up to 1,000', async () => {
    const { token } = await callerWith('CanGetCustomer');
    const representations = Array.from({ length: 1_000 }, () => customer(world.customerId));
    const selection = '... on Customer { messages(first: 100) { nodes { id } } meetings(first: 100) { nodes { id } } }';

    const { errors } = await entities(token, representations, selection);

    expect(errors.map(({ extensions }) => [extensions.key, extensions.amount])).toEqual([
      ['QUERY_TOO_COSTLY', 203_000],
    ]);
  });

  test('fails for more than 1,000 representations before anything is read, and succeeds for 1,000', async () => {
    const { token } = await callerWith('CanGetCustomer');
    const representations = (count: number) =>
      Array.from({ length: count }, (_, index) => customer(customerIds[index % customerIds.length] ?? ''));

    const accepted = await entities(token, representations(1_000));
    const before = gateway.database.statistics.statements;
    const { data, errors } = await entities(token, representations(1_001));

    expect(accepted.errors).toEqual([]);
    expect(accepted.data?._entities).toHaveLength(1_000);
    expect(data).toBeNull();
    expect(errors.map(({ extensions }) => [extensions.key, extensions.limit])).toEqual([['TOO_MANY_ITEMS', 1_000]]);
    // The statement of the caller.
    expect(gateway.database.statistics.statements - before).toBe(1);
  });

  test('is limited together with the other calls of an anonymous operation', async () => {
    const { token } = await callerWith('CanGetCustomer');
    const document =
      'query ($list: [_Any!]!) { first: _entities(representations: $list) { __typename } second: _entities(representations: $list) { __typename } }';
    const banks = (count: number) => ({
      list: Array.from({ length: count }, () => ({ __typename: 'Bank', id: world.bankId })),
    });

    const accepted = await gateway.query(null, document, banks(500));
    const refused = await gateway.query(null, document, banks(501));
    const authenticated = await gateway.query(token, document, banks(501));

    expect(accepted.errors).toEqual([]);
    expect(authenticated.errors).toEqual([]);
    expect(refused.data).toBeNull();
    expect(refused.errors.map(({ extensions }) => [extensions.key, extensions.limit])).toEqual([
      ['TOO_MANY_ITEMS', 1_000],
    ]);
  });

  test('repeats the error of many representations only with its path, and in short', async () => {
    const { token } = await callerWith('CanGetCustomer');
    const representations = Array.from({ length: 1_000 }, (_, index) => customer(`unknown-${index}`));

    const refused = await entities(null, representations);
    const unknown = await entities(token, representations);

    for (const { errors } of [refused, unknown]) {
      expect(errors.map(({ path }) => path)).toEqual(representations.map((_, index) => ['_entities', index]));
      const [first, ...others] = errors;
      expect(new Set(others.map(({ message }) => message)).size).toBe(1);
      expect(first?.message.startsWith(others[0]?.message ?? '-')).toBe(true);
      for (const { extensions } of others) expect(Object.keys(extensions)).toEqual(['code', 'key']);
    }
    expect(refused.errors[0]?.extensions.key).toBe('OBP-20001');
    expect(unknown.errors[0]?.extensions.key).toBe('OBP-30046');
  });

  test.each<[string, unknown, string]>([
    [
      'an unknown type',
      { __typename: 'KycStatus', id: '1' },
      'representations[0].__typename must be the name of an entity type.',
    ],
    [
      'a name of JavaScript',
      { __typename: 'constructor', id: '1' },
      'representations[0].__typename must be the name of an entity type.',
    ],
    ['no ID', { __typename: 'Customer' }, 'representations[0].id must be a string.'],
    ['an ID that is a number', { __typename: 'Customer', id: 1 }, 'representations[0].id must be a string.'],
  ])('fails at the path of a representation with %s', async (_title, representation, message) => {
    const { token } = await callerWith('CanGetCustomer');

    const { data, errors } = await entities(token, [representation, customer(customerIds[0] ?? '')]);

    expect(data?._entities.map((entity) => entity?.__typename ?? null)).toEqual([null, 'Customer']);
    expect(errors.map(({ path, extensions }) => [path, extensions.key])).toEqual([[['_entities', 0], 'OBP-10001']]);
    expect(errors[0]?.message).toContain(message);
  });

  test.each(['a\u0000b', `${'x'.repeat(300)}`, '../secret', 'Account~a~b~c'])(
    'reads nothing for the text %j',
    async (id) => {
      const { token } = await callerWith('CanGetCustomer', 'CanGetCustomerOverview');

      const { data, errors } = await entities(token, [customer(id), { __typename: 'Account', id }]);

      expect(data?._entities).toEqual([null, null]);
      expect(errors.map(({ extensions }) => extensions.key)).toEqual(['OBP-30046', 'OBP-30018']);
    },
  );

  test('refuses a representation that is not an object', async () => {
    const { token } = await callerWith('CanGetCustomer');

    const { errors } = await entities(token, ['Customer']);

    expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });
});

test('the audit trail names the caller, the type, the customers, and the refused attempts', async () => {
  const audit = auditReader(gateway.database);
  const { token, id: userId } = await callerWith('CanGetCustomer', 'CanGetKycDocumentsAtOneBank');
  await audit.skipExisting();

  await entities(token, [
    customer(world.customerId),
    { __typename: 'KycDocument', id: globalId('KycDocument', world.customerId, world.kycDocumentId) },
    customer(foreign.customerId),
  ]);

  const events = await audit.events();
  expect(events.find(({ bankId }) => bankId === world.bankId)).toMatchObject({
    userId,
    kind: 'READ',
    customerIds: [world.customerId],
    fieldsReturned: expect.arrayContaining(['_Entity.Customer', '_Entity.KycDocument']),
    roles: expect.arrayContaining(['CanGetCustomer', 'CanGetKycDocumentsAtOneBank']),
  });
  expect(events.find(({ bankId }) => bankId === foreign.bankId)).toMatchObject({
    userId,
    customerIds: [foreign.customerId],
    fieldsFailed: ['_Entity.Customer'],
    errors: ['OBP-30046'],
  });
});

test('a linked user without the role is refused where the root field refuses a linked user', async () => {
  const caller = await gateway.createUser();
  const [customerId = ''] = customerIds;
  await insertUserCustomerLink(gateway.database, { bankId: world.bankId, customerId, userId: caller.id });

  const entity = await entities(caller.token, [customer(customerId)]);
  const root = await gateway.query(
    caller.token,
    `{ customer(bankId: "${world.bankId}", customerId: "${customerId}") { id } }`,
  );

  expect(entity.errors.map(({ extensions }) => extensions.key)).toEqual(
    root.errors.map(({ extensions }) => extensions.key),
  );
});

describe('_service', () => {
  test('returns the SDL with the keys, without the directives of access rules', async () => {
    const { data } = await gateway.query<{ _service: { sdl: string } }>(null, '{ _service { sdl } }');

    const sdl = data?._service.sdl ?? '';
    for (const name of Object.keys(entityTypes)) expect(sdl).toContain(`type ${name} @key(fields: "id")`);
    expect(sdl).toContain('type PageInfo @shareable');
    expect(sdl).not.toMatch(/@requiresRole|@authenticated|@public|_entities|_service|scalar _Any/);
  });

  test('requires CanGetSchema if introspection is disabled', async () => {
    const environment = { GATEWAY_FEDERATION: 'on', GATEWAY_INTROSPECTION: 'off' };
    const closed = await startGateway({ environment });
    const composer = await closed.createUser({ roles: [['CanGetSchema', null]] });
    const other = await closed.createUser();
    const keysFor = async (token: string | null) =>
      (await closed.query(token, '{ _service { sdl } }')).errors.map(({ extensions }) => extensions.key);

    expect(await keysFor(null)).toEqual(['OBP-20001']);
    expect(await keysFor(other.token)).toEqual(['OBP-20006']);
    expect(await keysFor(composer.token)).toEqual([]);
    await closed.stop();
  });
});

test('without the setting, neither field exists', async () => {
  const closed = await startGateway();

  const { errors } = await closed.query(null, '{ _service { sdl } _entities(representations: []) { __typename } }');
  await closed.stop();

  expect(errors.map(({ message }) => message)).toEqual([
    'Cannot query field "_service" on type "Query".',
    'Cannot query field "_entities" on type "Query".',
  ]);
});
