import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Role, roleScope } from '../../src/base/roles.ts';
import { setKycReasonRequired } from '../../src/domain/bank/bank-administration.ts';
import { KycState } from '../../src/domain/customer/kyc-state.ts';
import { grantRole, revokeRole } from '../../src/domain/user/user-administration.ts';
import { gatewaySchema } from '../../src/schema.ts';
import { type AuditReader, auditReader } from '../support/audit-events.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { keysOf, type OpenStream, openStream } from '../support/live-stream.ts';
import {
  insertAccount,
  insertAttributeDefinition,
  insertCustomer,
  insertCustomerAccountLink,
  insertUserCustomerLink,
} from '../support/rows.ts';

const customerChanged = /* GraphQL */ `
  subscription Watch($bankId: ID!, $customerId: ID!) {
    customerChanged(bankId: $bankId, customerId: $customerId) {
      customerId
      fields
      cursor
      customer {
        legalName
        addresses {
          city
        }
      }
    }
  }
`;
const kycWork = 'subscription ($bankId: ID!) { kycWork(bankId: $bankId) { customerId fields customer { legalName } } }';

const schema = await gatewaySchema();

let gateway: Gateway;
let audit: AuditReader;
let bankId: string;
let customerId: string;
let officer: TestUser;
const opened: OpenStream[] = [];

beforeAll(async () => {
  gateway = await startGateway();
  audit = auditReader(gateway.database);
  bankId = `bank-${randomUUID()}`;
  await gateway.createBank(bankId);
  customerId = (await insertCustomer(gateway.database, { bankId, legalName: 'Eveline Tripman' })).id;
  officer = await gateway.createUser({
    roles: [
      ['CanCreateCustomerAddress', bankId],
      ['CanAddKycCheck', bankId],
      ['CanUpdateCustomerEmail', bankId],
    ],
  });
});
afterEach(() => {
  for (const stream of opened.splice(0)) stream.close();
});
afterAll(() => gateway.stop());

function userWith(...roles: Role[]): Promise<TestUser> {
  return gateway.createUser({ roles: roles.map((role) => [role, bankId] as const) });
}

async function open(
  token: string | null,
  query = customerChanged,
  { variables = {}, headers = {} }: { variables?: object; headers?: Record<string, string> } = {},
): Promise<OpenStream> {
  const stream = await openStream(gateway.url, token, query, {
    variables: { bankId, ...(query === kycWork ? {} : { customerId }), ...variables },
    headers,
  });
  opened.push(stream);
  return stream;
}

async function mutate(field: string, input: string, id = customerId): Promise<void> {
  const { errors } = await gateway.query(
    officer.token,
    `mutation ($bankId: ID!, $customerId: ID!) { ${field}(bankId: $bankId, customerId: $customerId, input: ${input}) { __typename } }`,
    { bankId, customerId: id },
  );
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
}
const addAddress = (city: string, id?: string) =>
  mutate(
    'createCustomerAddress',
    `{ line1: "No 1 the Road", city: "${city}", postcode: "13359", countryCode: "DE" }`,
    id,
  );
const addKycCheck = (id?: string) =>
  mutate(
    'addKycCheck',
    '{ date: "2024-03-01T00:00:00Z", how: "online", staffUserId: "staff-1", staffName: "Simon", satisfied: true }',
    id,
  );

/** The cities of the addresses of the changed customer. */
function citiesOf(event: Awaited<ReturnType<OpenStream['next']>>): string[] {
  const customer = event?.data?.customerChanged?.customer as { addresses: { city: string }[] } | undefined;
  return customer?.addresses.map(({ city }) => city) ?? [];
}

describe('customerChanged', () => {
  test('streams each change with the customer, and records it before', async () => {
    const reader = await userWith('CanGetCustomer', 'CanGetCustomerAddress');
    const stream = await open(reader.token);
    expect(stream.status).toBe(200);
    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    await audit.skipExisting();

    await addAddress('Heidelberg');
    const first = await stream.next();
    const events = await audit.events();

    expect(first?.errors).toEqual([]);
    expect(first?.event).toBe('next');
    const change = first?.data?.customerChanged;
    expect(change).toMatchObject({ customerId, cursor: first?.id, customer: { legalName: 'Eveline Tripman' } });
    expect(change?.fields).toContain('CustomerAddress.city');
    expect(citiesOf(first)).toContain('Heidelberg');
    expect(events.filter(({ userId }) => userId === reader.id)).toMatchObject([
      {
        kind: 'READ',
        outcome: 'SUCCEEDED',
        bankId,
        customerIds: [customerId],
        operationName: 'Watch',
        fieldsReturned: expect.arrayContaining(['Subscription.customerChanged', 'Customer.addresses']),
        roles: expect.arrayContaining(['CanGetCustomer']),
      },
    ]);
  });

  test('names only the fields that the caller can read, and omits changes without such fields', async () => {
    const reader = await userWith('CanGetCustomer');
    const stream = await open(reader.token);

    await addKycCheck();
    await addAddress('Berlin');
    await mutate('updateCustomerEmail', '{ email: "eveline@example.org" }');

    expect((await stream.next())?.data?.customerChanged?.fields).toEqual(['Customer.email']);
  });

  test('does not contain changes of other customers', async () => {
    const other = await insertCustomer(gateway.database, { bankId });
    const stream = await open((await userWith('CanGetCustomer', 'CanGetCustomerAddress')).token);

    await addAddress('Paris', other.id);
    await addAddress('Rome');

    const cities = citiesOf(await stream.next());
    expect(cities).not.toContain('Paris');
    expect(cities).toContain('Rome');
  });

  test('is open to linked users, until the link is inactive', async () => {
    const linked = await gateway.createUser();
    const own = await insertCustomer(gateway.database, { bankId });
    const link = await insertUserCustomerLink(gateway.database, { bankId, customerId: own.id, userId: linked.id });
    const linker = await userWith('CanCreateUserCustomerLink');
    const stream = await open(linked.token, customerChanged, { variables: { customerId: own.id } });
    await addAddress('Berlin', own.id);
    expect((await stream.next())?.data?.customerChanged?.customerId).toBe(own.id);

    const { errors } = await gateway.query(
      linker.token,
      'mutation ($bankId: ID!, $id: ID!) { updateUserCustomerLink(bankId: $bankId, id: $id, input: { isActive: false }) { __typename } }',
      { bankId, id: link.id },
    );
    expect(errors).toEqual([]);

    // Without a further change, because the change of the link names the user.
    const rest = await stream.rest();
    expect(rest.map(({ event }) => event)).toEqual(['next', 'complete']);
    expect(keysOf(rest[0])).toEqual(['OBP-20006']);
  });

  test('shows the changes of linked accounts to callers who can read them, also after a resumption', async () => {
    const { id: accountId } = await insertAccount(gateway.database, { bankId });
    const { id: unlinkedId } = await insertAccount(gateway.database, { bankId });
    const [own, other] = [
      await insertCustomer(gateway.database, { bankId }),
      await insertCustomer(gateway.database, { bankId }),
    ];
    await insertCustomerAccountLink(gateway.database, { bankId, customerId: own.id, accountId });
    const keeper = await userWith('CanCreateAccountAttributeAtOneBank');
    const addAttribute = async (id: string) => {
      const { errors } = await gateway.query(
        keeper.token,
        `mutation ($bankId: ID!, $id: ID!) { createAccountAttribute(bankId: $bankId, accountId: $id,
          input: { name: "OVERDRAFT", type: STRING, value: "100" }) { __typename } }`,
        { bankId, id },
      );
      expect(errors).toEqual([]);
    };
    const watch = async (customerId: string, roles: Role[], headers = {}) =>
      open((await userWith(...roles)).token, customerChanged, { variables: { customerId }, headers });
    const all: Role[] = ['CanGetCustomer', 'CanGetCustomerAccountLinks', 'CanGetCustomerOverview'];
    const linked = await watch(own.id, all);
    const blind = [
      await watch(own.id, ['CanGetCustomer', 'CanGetCustomerAccountLinks']),
      await watch(own.id, ['CanGetCustomer', 'CanGetCustomerOverview']),
      await watch(other.id, all),
    ];

    await addAttribute(unlinkedId);
    await mutate('updateCustomerEmail', '{ email: "first@example.org" }', own.id);
    const first = await linked.next();
    await addAttribute(accountId);
    const second = await linked.next();

    const fields = ['AccountAttribute.name', 'AccountAttribute.type', 'AccountAttribute.value'];
    expect(first?.data?.customerChanged?.fields).toEqual(['Customer.email']);
    expect(second?.data?.customerChanged).toMatchObject({ customerId: own.id, fields });
    const resumed = await watch(own.id, all, { 'last-event-id': first?.id ?? '' });
    expect((await resumed.next())?.data?.customerChanged?.fields).toEqual(fields);
    for (const id of [own.id, other.id]) await mutate('updateCustomerEmail', '{ email: "last@example.org" }', id);
    await blind[0]?.next();
    await blind[1]?.next();
    for (const stream of blind) {
      expect((await stream.next())?.data?.customerChanged?.fields).toEqual(['Customer.email']);
    }
  });

  test('ends with an error when a command revokes the role', async () => {
    const reader = await userWith('CanGetCustomer');
    const stream = await open(reader.token);
    await audit.skipExisting();

    await revokeRole(gateway.database, { username: reader.username, roleName: 'CanGetCustomer', bankId });
    await mutate('updateCustomerEmail', '{ email: "other@example.org" }');

    const rest = await stream.rest();
    expect(rest.map((event) => [event.event, keysOf(event)])).toEqual([
      ['next', ['OBP-20006']],
      ['complete', []],
    ]);
    expect(await audit.events()).toContainEqual(
      expect.objectContaining({
        userId: reader.id,
        outcome: 'REFUSED',
        fieldsRefused: ['Subscription.customerChanged'],
      }),
    );
  });

  test('ends with an error when the token expires, although nothing changes', async () => {
    const stream = await open((await userWith('CanGetCustomer')).token);
    // An hour, the lifetime of the tokens of the tests, and the leeway of a minute.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_661_000 });

    const rest = await stream.rest().finally(() => vi.useRealTimers());

    expect(rest.map((event) => [event.event, keysOf(event)])).toEqual([
      ['next', ['INVALID_TOKEN']],
      ['complete', []],
    ]);
  });

  test('resumes after the event whose ID the client sends', async () => {
    const reader = await userWith('CanGetCustomer', 'CanGetCustomerAddress');
    const first = await open(reader.token);
    await addAddress('One');
    const { id } = (await first.next()) ?? {};
    first.close();
    await addAddress('Two');
    await addAddress('Three');

    const second = await open(reader.token, customerChanged, { headers: { 'last-event-id': id ?? '' } });
    await addAddress('Four');
    const events = [await second.next(), await second.next(), await second.next()];

    expect(new Set(events.map((event) => event?.id)).size).toBe(3);
    expect(citiesOf(events[2] ?? null)).toEqual(expect.arrayContaining(['Two', 'Three', 'Four']));
    await mutate('updateCustomerEmail', '{ email: "last@example.org" }');
    expect((await second.next())?.data?.customerChanged?.fields).toEqual(['Customer.email']);
    const other = await open(reader.token, customerChanged, { headers: { 'last-event-id': `${id}x` } });
    expect((await other.rest()).map((event) => [event.event, keysOf(event)])).toEqual([
      ['next', ['RESUME_IMPOSSIBLE']],
      ['complete', []],
    ]);
  });
});

/** A user with these roles sends a mutation with a customer and an input. Returns its payload. */
async function sendAs(
  { token }: TestUser,
  field: string,
  { id, input, more = '' }: { id?: string; input?: string; more?: string },
  selection = '__typename',
): Promise<Record<string, { id: string }>> {
  const args = [`bankId: "${bankId}"`, id && `customerId: "${id}"`, input && `input: ${input}`, more];
  const { data, errors } = await gateway.query<Record<string, Record<string, { id: string }>>>(
    token,
    `mutation { ${field}(${args.filter(Boolean).join(', ')}) { ${selection} } }`,
  );
  expect(errors).toEqual([]);
  return data?.[field] ?? {};
}

async function fieldsOf(stream: OpenStream): Promise<unknown> {
  return (await stream.next())?.data?.customerChanged?.fields;
}

/** Opens the stream of a customer for a new linked user. */
async function openAsLinkedUser(id: string): Promise<{ linked: TestUser; stream: OpenStream }> {
  const linked = await gateway.createUser();
  await insertUserCustomerLink(gateway.database, { bankId, customerId: id, userId: linked.id });
  const document =
    'subscription ($bankId: ID!, $customerId: ID!) { customerChanged(bankId: $bankId, customerId: $customerId) { fields } }';
  return { linked, stream: await open(linked.token, document, { variables: { customerId: id } }) };
}

const check =
  '{ date: "2024-03-01T00:00:00Z", how: "online", staffUserId: "staff-1", staffName: "Simon", satisfied: true }';

describe('customers of one transaction', () => {
  test('have events only for their own data, and for their links if the caller can read them', async () => {
    const person = (await insertCustomer(gateway.database, { bankId })).id;
    const roles: Role[] = ['CanGetCustomer', 'CanGetCustomerLinks', 'CanGetKycChecksAtOneBank'];
    const ofReader = await open((await userWith(...roles)).token, customerChanged, {
      variables: { customerId: person },
    });
    const { stream: ofLinkedUser } = await openAsLinkedUser(person);
    const work = await open((await userWith('CanGetKycChecksAtOneBank')).token, kycWork.replace(/customer {.*?}/, ''));
    const clerk = await userWith(
      ...(['CanCreateCustomer', 'CanCreateCustomerLink', 'CanAddKycCheck', 'CanDeleteCustomerCascade'] as const),
    );

    const { customer } = await sendAs(
      clerk,
      'createCustomer',
      {
        input: `{ legalName: "Acme", mobilePhoneNumber: "+447972444876", customerType: CORPORATE, kycChecks: [${check}],
          customerLinks: [{ linkedCustomerId: "${person}", relationshipTo: BENEFICIAL_OWNER }] }`,
      },
      'customer { id }',
    );
    const event = await work.next();
    await sendAs(clerk, 'deleteCustomerCascade', { id: customer?.id ?? '' });
    await mutate('updateCustomerEmail', '{ email: "owner@example.org" }', person);

    expect(event?.data?.kycWork?.customerId).toBe(customer?.id);
    expect([await fieldsOf(ofReader), await fieldsOf(ofReader), await fieldsOf(ofReader)]).toEqual([
      ['CustomerLink.linkedCustomerId', 'CustomerLink.relationshipTo'],
      ['CustomerLink'],
      ['Customer.email'],
    ]);
    expect(await fieldsOf(ofLinkedUser)).toEqual(['Customer.email']);
  });
});

describe('a linked user', () => {
  /** The roles with which each hidden change is made, and with which its name can be read in `changes`. */
  const hidden: [field: string, input: string, role: Role, reader: Role, type: string][] = [
    ['setLegalHold', 'input: { reason: "An order" }', 'CanSetLegalHold', 'CanSetLegalHold', 'LegalHold'],
    [
      'setKycReviewDate',
      'date: "2030-01-01"',
      'CanSetKycReviewDate',
      'CanGetKycStatusesAtOneBank',
      'Customer.kycReviewDate',
    ],
    ['addKycCheck', `input: ${check}`, 'CanAddKycCheck', 'CanGetKycChecksAtOneBank', 'KycCheck'],
    [
      'proposeKycStatus',
      'input: { ok: false, date: "2024-01-01T00:00:00Z" }',
      'CanAddKycStatus',
      'CanConfirmKycStatus',
      'KycStatusProposal',
    ],
    [
      'addKycStatus',
      'input: { ok: false, date: "2020-01-01T00:00:00Z" }',
      'CanAddKycStatus',
      'CanGetKycStatusesAtOneBank',
      'KycStatus',
    ],
    [
      'createCustomerAttribute',
      'input: { name: "RISK", type: STRING, value: "high" }',
      'CanCreateCustomerAttributeAtOneBank',
      'CanGetCustomerAttributesAtOneBank',
      'CustomerAttribute',
    ],
  ];

  test.each(hidden)(
    'learns nothing of %s, nor does a back end without its role',
    async (field, args, role, reader, type) => {
      const found = { kycStatus: true, kycState: KycState.OK, lastOkDate: new Date('2023-01-01') };
      const own = (await insertCustomer(gateway.database, { bankId, ...found })).id;
      await insertAttributeDefinition(gateway.database, { bankId, name: 'RISK', canBeSeenOnViews: [] }).catch(
        () => null,
      );
      const { linked, stream } = await openAsLinkedUser(own);
      const myCustomer = async () => {
        const fields = 'id version updatedAt kycState lastOkDate attributes { name }';
        return (await gateway.query(linked.token, `{ myCustomers { ${fields} } }`)).data;
      };
      const poll = async (...roles: Role[]) => {
        const { data, errors } = await gateway.query<{
          changes: { nodes: { customerIds: string[]; fields: string[] }[] };
        }>(
          (await userWith('CanGetChanges', ...roles)).token,
          `{ changes(bankId: "${bankId}", first: 100) { nodes { customerIds fields } } }`,
        );
        expect(errors).toEqual([]);
        return data?.changes.nodes.filter(({ customerIds }) => customerIds.includes(own));
      };
      const before = await myCustomer();

      await sendAs(await userWith(role), field, { id: own, more: args });

      expect(await myCustomer()).toEqual(before);
      expect(await poll()).toEqual([]);
      const named = await poll('CanGetCustomer', reader);
      expect(
        named?.map(({ fields }) => fields.filter((name) => name.split('.')[0] === type || name === type).length > 0),
      ).toEqual([true]);
      await mutate('updateCustomerEmail', '{ email: "own@example.org" }', own);
      expect(await fieldsOf(stream)).toEqual(['Customer.email']);
    },
  );

  test('sees the date of a closing, but not that it has a reason', async () => {
    const own = (await insertCustomer(gateway.database, { bankId })).id;
    const { stream } = await openAsLinkedUser(own);
    const closer = await userWith('CanGetCustomer', 'CanCloseCustomer');
    const ofCloser = await open(closer.token, customerChanged, { variables: { customerId: own } });

    await sendAs(closer, 'closeCustomer', { id: own, input: '{ date: "2024-01-01", reason: "Suspicion" }' });

    expect(await fieldsOf(stream)).toEqual(['Customer.closedOn']);
    expect(await fieldsOf(ofCloser)).toEqual(['Customer.closedOn', 'Customer.closing']);
  });

  test('sees the changes of those attributes that the bank shows to linked users', async () => {
    const own = (await insertCustomer(gateway.database, { bankId })).id;
    await insertAttributeDefinition(gateway.database, { bankId, name: 'PEP', canBeSeenOnViews: ['bank'] });
    const { stream } = await openAsLinkedUser(own);
    const keeper = await userWith('CanCreateCustomerAttributeAtOneBank', 'CanDeleteCustomerAttributeAtOneBank');
    const create = (name: string) =>
      sendAs(
        keeper,
        'createCustomerAttribute',
        { id: own, input: `{ name: "${name}", type: STRING, value: "yes" }` },
        'customerAttribute { id }',
      );

    for (const name of ['PEP', 'NEWSLETTER']) {
      const { customerAttribute } = await create(name);
      await sendAs(keeper, 'deleteCustomerAttribute', { more: `customerId: "${own}", id: "${customerAttribute?.id}"` });
    }

    const created = ['CustomerAttribute.name', 'CustomerAttribute.type', 'CustomerAttribute.value'];
    expect([await fieldsOf(stream), await fieldsOf(stream)]).toEqual([created, ['CustomerAttribute']]);
  });
});

describe('kycWork', () => {
  test('streams the changes of KYC evidence at the bank that the caller can read', async () => {
    const reader = await userWith('CanGetKycChecksAtOneBank', 'CanGetCustomer');
    const other = await userWith('CanGetKycDocumentsAtOneBank');
    const stream = await open(reader.token, kycWork);
    const streamOfOther = await open(other.token, kycWork);
    const another = await insertCustomer(gateway.database, { bankId, legalName: 'Another' });

    await addAddress('Berlin');
    await addKycCheck(another.id);
    const event = await stream.next();

    expect(event?.errors).toEqual([]);
    expect(event?.data?.kycWork).toMatchObject({ customerId: another.id, customer: { legalName: 'Another' } });
    expect(event?.data?.kycWork?.fields).toContain('KycCheck.satisfied');
    // The other stream shows nothing, because its caller cannot read checks.
    await grantRole(gateway.database, { username: other.username, roleName: 'CanGetKycChecksAtOneBank', bankId });
    await addKycCheck();
    expect((await streamOfOther.next())?.data?.kycWork?.customerId).toBe(customerId);
  });
});

describe('a subscription', () => {
  const subscriptions = Object.values(schema.getSubscriptionType()?.getFields() ?? {}).map(
    ({ name, extensions }) => [name, (extensions.access as { anyOf: Role[] }).anyOf] as const,
  );

  test.each(subscriptions)('%s is opened by each of its roles alone, and tested in this file', async (name, roles) => {
    const query = new Map(Object.entries({ customerChanged, kycWork })).get(name);
    if (query === undefined) throw new Error(`Test ${name} in this file.`);
    for (const role of roles) {
      const { token } = await gateway.createUser({ roles: [[role, roleScope(role) === 'bank' ? bankId : null]] });
      const stream = await open(token, query);
      expect(stream.headers.get('connection')).toBe('close');
      stream.close();
    }
    // The same roles at another bank, or without a bank, are refused.
    const otherBankId = `bank-${randomUUID()}`;
    await gateway.createBank(otherBankId);
    const elsewhere = roles.filter((role) => roleScope(role) === 'bank').map((role) => [role, otherBankId] as const);
    const { token } = await gateway.createUser({ roles: elsewhere });
    const [refused] = await (await open(token, query)).rest();
    expect(keysOf(refused)).toEqual(['OBP-20006']);
  });

  test('is refused without the reason that the bank requires, and ends when the bank begins to require it', async () => {
    const strictBankId = `bank-${randomUUID()}`;
    await gateway.createBank(strictBankId);
    const { token } = await gateway.createUser({ roles: [['CanGetKycChecksAtOneBank', strictBankId]] });
    const variables = { bankId: strictBankId };
    const before = await open(token, kycWork, { variables });
    await setKycReasonRequired(gateway.database, strictBankId, true);
    const { id } = await insertCustomer(gateway.database, { bankId: strictBankId });
    const officerThere = await gateway.createUser({ roles: [['CanAddKycCheck', strictBankId]] });
    const { errors } = await gateway.query(
      officerThere.token,
      `mutation ($bankId: ID!, $customerId: ID!) { addKycCheck(bankId: $bankId, customerId: $customerId, input: {
        date: "2024-03-01T00:00:00Z", how: "online", staffUserId: "staff-1", staffName: "Simon", satisfied: true }) { __typename } }`,
      { bankId: strictBankId, customerId: id },
      { 'x-reason': 'review' },
    );
    expect(errors).toEqual([]);

    expect((await before.rest()).map((event) => [event.event, keysOf(event)])).toEqual([
      ['next', ['REASON_REQUIRED']],
      ['complete', []],
    ]);
    const [refused] = await (await open(token, kycWork, { variables })).rest();
    expect(keysOf(refused)).toEqual(['REASON_REQUIRED']);
    const stated = await open(token, kycWork, { variables, headers: { 'x-reason': 'review' } });
    expect(stated.headers.get('connection')).toBe('close');
    stated.close();
  });

  test('is refused to callers without access', async () => {
    const { token } = await gateway.createUser();
    for (const [caller, key] of [
      [null, 'OBP-20001'],
      [token, 'OBP-20006'],
    ] as const) {
      for (const query of [customerChanged, kycWork]) {
        const events = await (await open(caller, query)).rest();
        expect(events.map((event) => [event.event, keysOf(event)])).toEqual([
          ['next', [key]],
          ['complete', []],
        ]);
      }
    }
  });

  test('fails for an unknown customer as for a customer of another bank', async () => {
    const { token } = await userWith('CanGetCustomer');
    const otherBankId = `bank-${randomUUID()}`;
    await gateway.createBank(otherBankId);
    const foreign = await insertCustomer(gateway.database, { bankId: otherBankId });
    for (const id of ['unknown', foreign.id]) {
      const [refused] = await (await open(token, customerChanged, { variables: { customerId: id } })).rest();
      expect(keysOf(refused)).toEqual(['OBP-30046']);
    }
    const atOtherBank = await open(token, kycWork, { variables: { bankId: otherBankId } });
    expect(keysOf((await atOtherBank.rest())[0])).toEqual(['OBP-20006']);
  });

  test('fails with HTTP 406 and a named error unless the client accepts a stream', async () => {
    const { token } = await userWith('CanGetCustomer');
    const { status, errors } = await gateway.query(token, customerChanged, { bankId, customerId });
    expect(status).toBe(406);
    expect(errors.map(({ extensions }) => extensions.key)).toEqual(['STREAM_REQUIRED']);
  });

  test('fails with HTTP 401 if the token is invalid', async () => {
    expect((await open('invalid')).status).toBe(401);
  });
});

test('a query is answered as a stream with one result if the client accepts nothing else', async () => {
  const { token, username } = await gateway.createUser();
  const events = await (await open(token, '{ me { username } }')).rest();
  expect(events.map(({ event, data }) => [event, data])).toEqual([
    ['next', { me: { username } }],
    ['complete', null],
  ]);
  const both = await open(token, '{ me { username } }', { headers: { accept: 'text/event-stream, application/json' } });
  expect(both.headers.get('content-type')).toContain('application/json');
});
