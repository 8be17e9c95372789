/**
 * A bank that requires a reason for access to KYC material. The fields are found by `kycMaterial: true`, so a new field
 * that this file cannot call fails here by name.
 */
import { eq } from 'drizzle-orm';
import { type GraphQLField, getNamedType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Role, roleScope } from '../../src/base/roles.ts';
import { bank } from '../../src/domain/bank/bank.table.ts';
import { gatewaySchema } from '../../src/schema.ts';
import catalogue from '../catalogue.json' with { type: 'json' };
import { type ApiCase, apiCases, gatewayCases, wholeEnvironment } from '../support/api-cases.ts';
import { auditReader } from '../support/audit-events.ts';
import { insertEveryEntity, type World } from '../support/every-entity.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { documentOfRoot } from '../support/root-calls.ts';
import { insertCustomer, insertKycCheck } from '../support/rows.ts';
import { everythingStored } from '../support/stored.ts';

type Field = GraphQLField<unknown, unknown>;

interface Material {
  coordinate: string;
  field: Field;
  anyOf: Role[];
}

interface MaterialAtRoot extends Material {
  kind: 'query' | 'mutation';
  apiCase: Pick<ApiCase, 'variables' | 'selection' | 'alsoRoles'>;
}

const schema = await gatewaySchema();
const queries = schema.getQueryType();
const mutations = schema.getMutationType();

/** Root fields that do not belong to an API of OBP. */
const furtherReads: Record<string, Pick<ApiCase, 'variables' | 'selection'>> = {
  exportCustomerData: { variables: ({ bankId, customerId }) => ({ bankId, customerId }), selection: 'customerId data' },
  customersDueForReview: {
    variables: ({ bankId }) => ({ bankId }),
    selection: 'nodes { customerId dueOn }',
  },
  customersWithKycGaps: {
    variables: ({ bankId }) => ({ bankId, gap: 'NO_SATISFIED_CHECK' }),
    selection: 'nodes { customerId kind }',
  },
  expiringKycDocuments: {
    variables: ({ bankId }) => ({ bankId, before: '9999-12-31', includeExpired: true }),
    selection: 'nodes { id customerId }',
  },
  kycStatusProposals: {
    variables: ({ bankId, customerId }) => ({ bankId, customerId }),
    selection: 'nodes { id customerId }',
  },
};

function accessOf({ extensions }: Field) {
  return extensions.access as { kind: string; anyOf?: Role[]; kycMaterial?: boolean } | undefined;
}

const materials: Material[] = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .flatMap((type) =>
    Object.values(type.getFields()).map((field) => ({ coordinate: `${type.name}.${field.name}`, field })),
  )
  .filter(({ field }) => accessOf(field)?.kycMaterial === true)
  .map((material) => ({ ...material, anyOf: accessOf(material.field)?.anyOf ?? [] }));

function caseOf(coordinate: string): MaterialAtRoot['apiCase'] | undefined {
  const name = coordinate.split('.')[1] ?? '';
  const operation = catalogue.find(({ root }) => root === coordinate)?.operation ?? '';
  return furtherReads[name] ?? apiCases[operation] ?? gatewayCases[name];
}

const isAtRoot = ({ coordinate }: Material) => /^(Query|Mutation)\./.test(coordinate);
const atRoot: MaterialAtRoot[] = materials.filter(isAtRoot).flatMap((material) => {
  const apiCase = caseOf(material.coordinate);
  const kind = material.coordinate.startsWith('Query.') ? 'query' : 'mutation';
  return apiCase === undefined ? [] : [{ ...material, kind, apiCase }];
});
const nested = materials.filter((material) => !isAtRoot(material));
const ofCustomer = nested.filter(({ coordinate }) => coordinate.startsWith('Customer.'));
const withoutBank = atRoot.filter(({ field }) =>
  field.args.some(({ name, type }) => name === 'bankId' && !/!$/.test(String(type))),
);

/** The selections that contain the fields of evidence. */
const edges: Record<string, string> = {
  'KycDocument.media': 'kycDocuments { media { kycMediaId } }',
  'KycMedia.check': 'kycMedia { check { kycCheckId } }',
  'KycMedia.document': 'kycMedia { document { kycDocumentId } }',
  'KycStatus.proposal': 'kycStatuses { proposal { id } }',
};

function named<Item extends { coordinate: string }>(items: Item[]): [string, Item][] {
  return items.map((item) => [item.coordinate, item]);
}

function documentOf({ kind, field, apiCase }: MaterialAtRoot): string {
  return documentOfRoot(kind, field, apiCase.selection);
}

const reason = 'Yearly review, file 7';

let gateway: Gateway;
/** A world at a bank that requires a reason, and one at a bank that does not. */
let strict: World;
let free: World;
/** A user who can read all KYC material of both banks. */
let officer: string;

async function requireReasons(bankId: string): Promise<void> {
  await gateway.database.transaction(async (transaction) => {
    await transaction.update(bank).set({ kycReasonRequired: true }).where(eq(bank.id, bankId));
  });
}

beforeAll(async () => {
  gateway = await startGateway({
    environment: { ...wholeEnvironment, GATEWAY_CORS_ORIGINS: 'https://app.example.org' },
  });
  strict = await insertEveryEntity(gateway);
  free = await insertEveryEntity(gateway);
  await requireReasons(strict.bankId);
  officer = await userWith(['CanGetCustomer', 'CanGetCustomers', ...new Set(nested.flatMap(({ anyOf }) => anyOf))]);
});

afterAll(() => gateway.stop());

async function userWith(roles: readonly Role[], banks = [strict.bankId, free.bankId]): Promise<string> {
  const entitlements = roles.flatMap((role): [Role, string | null][] =>
    roleScope(role) === 'system' ? [[role, null]] : banks.map((bankId) => [role, bankId]),
  );
  return (await gateway.createUser({ roles: entitlements })).token;
}

const stored = () => everythingStored(gateway.database);
const required = (bankId: string) => ({
  message: 'This bank requires a reason for access to KYC material. Send it in the X-Reason header.',
  extensions: expect.objectContaining({ code: 'FORBIDDEN', obpCode: null, bankId }),
});

describe('KYC material', () => {
  test('consists of fields that this file can call', () => {
    const callable = new Set([...atRoot, ...ofCustomer].map(({ coordinate }) => coordinate).concat(Object.keys(edges)));
    // live.test.ts tests the reason for streams.
    const others = materials.filter(({ coordinate }) => !coordinate.startsWith('Subscription.'));

    expect(materials.length).toBeGreaterThan(20);
    expect(others.map(({ coordinate }) => coordinate).filter((coordinate) => !callable.has(coordinate))).toEqual([]);
    expect(withoutBank.length).toBeGreaterThanOrEqual(4);
  });

  test('cannot be reached without a field with kycMaterial: true', () => {
    const reached = new Map<string, string>();
    const open = [queries, mutations].filter((type) => type != null);
    for (let type = open.pop(); type !== undefined; type = open.pop()) {
      for (const field of Object.values(type.getFields())) {
        const target = getNamedType(field.type);
        if (accessOf(field)?.kycMaterial === true || !isObjectType(target) || reached.has(target.name)) continue;
        reached.set(target.name, `${type.name}.${field.name}`);
        open.push(target);
      }
    }

    expect(reached.has('Customer')).toBe(true);
    // The counts are numbers of a bank, which concern no customer.
    const isMaterial = (name: string) => /^Kyc|^CustomerData$/.test(name) && name !== 'KycCounts';
    expect([...reached].filter(([name]) => isMaterial(name))).toEqual([]);
  });
});

describe.each(named(atRoot))('%s at a bank that requires a reason', (_coordinate, material) => {
  const call = (world: World, token: string, headers: Record<string, string> = {}) =>
    gateway.query(token, documentOf(material), material.apiCase.variables(world), headers);
  const { name } = material.field;

  test('fails without a reason, and returns and writes nothing', async () => {
    const token = await userWith([...material.anyOf, ...(material.apiCase.alsoRoles ?? [])]);
    const before = await stored();

    const { status, data, errors } = await call(strict, token);

    expect(errors).toEqual([{ ...required(strict.bankId), path: [name], locations: expect.any(Array) }]);
    expect({ status, data }).toEqual({ status: 200, data: { [name]: null } });
    expect(await stored()).toEqual(before);
  });

  test('fails with OBP-20006 for a caller without the role', async () => {
    const { errors } = await call(strict, strict.freeUser.token);

    expect(errors.map(({ extensions }) => extensions.obpCode)).toEqual(['OBP-20006']);
  });

  test('succeeds with a reason, which the event contains', async () => {
    const world = await insertEveryEntity(gateway);
    await requireReasons(world.bankId);
    const token = await userWith([...material.anyOf, ...(material.apiCase.alsoRoles ?? [])], [world.bankId]);
    const audit = auditReader(gateway.database);
    await audit.skipExisting();

    const { data, errors } = await call(world, token, { 'x-reason': reason });

    expect(errors).toEqual([]);
    expect(data?.[name]).not.toBeNull();
    const events = await audit.events();
    expect(events.map((event) => [event.bankId, event.reason, event.outcome])).toEqual(
      events.map(() => [world.bankId, reason, 'SUCCEEDED']),
    );
    expect(events.filter(({ fieldsReturned }) => fieldsReturned.includes(material.coordinate))).toHaveLength(1);
  });
});

describe.each(named(atRoot.filter(({ kind }) => kind === 'query')))('%s at another bank', (_coordinate, material) => {
  test('succeeds without a reason', async () => {
    const token = await userWith(material.anyOf);

    const { errors } = await gateway.query(token, documentOf(material), material.apiCase.variables(free));

    expect(errors).toEqual([]);
  });
});

describe.each(named(withoutBank))('%s without a bank', (_coordinate, material) => {
  const call = (world: World, token: string, headers: Record<string, string> = {}) =>
    gateway.query(token, documentOf(material), { customerId: world.customerId }, headers);
  const anywhere = () => userWith(material.anyOf.filter((role) => roleScope(role) === 'system'));
  const { name } = material.field;

  test('fails for a customer of a bank that requires a reason, and returns nothing', async () => {
    const { data, errors } = await call(strict, await anywhere());

    expect(errors).toMatchObject([required(strict.bankId)]);
    expect(data).toEqual({ [name]: null });
  });

  test('succeeds with a reason, and for a customer of another bank without one', async () => {
    const token = await anywhere();

    const responses = [await call(strict, token, { 'x-reason': reason }), await call(free, token)];

    for (const { data, errors } of responses) {
      expect(errors).toEqual([]);
      expect(data?.[name]).toHaveLength(1);
    }
  });
});

/** The selection of the first field of the objects that a field returns. Empty for a field without objects. */
function selectionOf({ type }: Field): string {
  const named = getNamedType(type);
  if (!isObjectType(named)) return '';
  const fields = named.getFields();
  return `{ ${fields.id === undefined ? Object.keys(fields)[0] : 'id'} }`;
}

describe.each(named(ofCustomer))('%s', (coordinate, { field }) => {
  const selection = selectionOf(field);
  const document = `query ($bankId: ID!) {
    customers(bankId: $bankId, first: 50) { nodes { id legalName ${field.name} ${selection} } }
  }`;

  test('is null without a reason, with an error for each customer', async () => {
    const audit = auditReader(gateway.database);
    await audit.skipExisting();

    const { data, errors } = await gateway.query<{ customers: { nodes: Record<string, unknown>[] } }>(
      officer,
      document,
      { bankId: strict.bankId },
    );

    const nodes = data?.customers.nodes ?? [];
    expect(nodes.map(({ id }) => id).sort()).toEqual(
      [strict.customerId, strict.otherCustomerId, strict.companyId].sort(),
    );
    expect(nodes.map((node) => [node.legalName, node[field.name]])).toEqual([
      [expect.any(String), null],
      [expect.any(String), null],
      [expect.any(String), null],
    ]);
    const [first, second] = errors;
    expect(first).toMatchObject({ ...required(strict.bankId), path: ['customers', 'nodes', 0, field.name] });
    expect(second).toEqual({
      message: 'This bank requires a reason for access to KYC material.',
      path: ['customers', 'nodes', 1, field.name],
      extensions: { code: 'FORBIDDEN', key: 'REASON_REQUIRED' },
    });
    expect(errors).toHaveLength(3);
    const events = await audit.events();
    expect(events).toMatchObject([
      {
        bankId: strict.bankId,
        outcome: 'PARTIAL',
        fieldsRefused: [coordinate],
        errors: ['REASON_REQUIRED'],
        reason: null,
      },
    ]);
  });

  test('is returned with a reason, and at another bank without one', async () => {
    const responses = [
      await gateway.query(officer, document, { bankId: strict.bankId }, { 'x-reason': reason }),
      await gateway.query(officer, document, { bankId: free.bankId }),
    ];

    for (const { data, errors } of responses) {
      expect(errors).toEqual([]);
      expect(JSON.stringify(data)).toMatch(new RegExp(`"${field.name}":(\\[\\{)?"`));
    }
  });
});

test.each(Object.entries(edges))('%s is returned with the evidence', async (_coordinate, selection) => {
  const document = `query ($bankId: ID!, $customerId: ID!) {
    customer(bankId: $bankId, customerId: $customerId) { ${selection} }
  }`;
  const { bankId, customerId } = strict;

  const refused = await gateway.query(officer, document, { bankId, customerId });
  const returned = await gateway.query(officer, document, { bankId, customerId }, { 'x-reason': reason });

  expect(refused.errors).toMatchObject([required(strict.bankId)]);
  expect(returned.errors).toEqual([]);
  expect(JSON.stringify(returned.data)).toMatch(/"kyc\w+Id":"(check|document|media)-|"proposal":\{"id":/);
});

test('an operation at two banks fails without a reason only at the bank that requires one', async () => {
  await insertKycCheck(gateway.database, { bankId: strict.bankId, customerId: strict.otherCustomerId });
  const { data, errors } = await gateway.query(
    officer,
    `query ($strict: ID!, $other: ID!, $free: ID!) {
      strict: kycChecks(customerId: $strict) { id }
      other: kycChecks(customerId: $other) { id }
      free: kycChecks(customerId: $free) { kycCheckId }
    }`,
    { strict: strict.customerId, other: strict.otherCustomerId, free: free.customerId },
  );

  expect(data).toEqual({ strict: null, other: null, free: [{ kycCheckId: free.kycCheckId }] });
  expect(errors).toMatchObject([required(strict.bankId), required(strict.bankId)]);
});

test('an empty list of evidence requires a reason too', async () => {
  const empty = await insertEveryEntity(gateway);
  await requireReasons(empty.bankId);
  const { id } = await insertCustomer(gateway.database, { bankId: empty.bankId });

  const { data, errors } = await gateway.query(officer, 'query ($id: ID!) { kycDocuments(customerId: $id) { id } }', {
    id,
  });

  expect(data).toEqual({ kycDocuments: null });
  expect(errors).toMatchObject([required(empty.bankId)]);
});

describe('a new customer with a KYC status', () => {
  const input = { legalName: 'Ada Lovelace', mobilePhoneNumber: '+44 7972 444876' };
  const withStatus = { ...input, kycStatus: true };
  const createCustomer = `mutation ($bankId: ID!, $input: CreateCustomerInput!) {
    createCustomer(bankId: $bankId, input: $input) { customer { id } } }`;
  const createCustomers = `mutation ($bankId: ID!, $input: [CreateCustomerInput!]!) {
    createCustomers(bankId: $bankId, input: $input) { customers { id } } }`;
  const roles: Role[] = ['CanCreateCustomer', 'CanAddKycStatus', 'CanGetCustomer'];

  test.each([
    ['createCustomer', createCustomer, withStatus, 'input.kycStatus'],
    ['createCustomers', createCustomers, [input, withStatus], 'input[1].kycStatus'],
  ])('is not created by %s without a reason', async (name, document, customerInput, field) => {
    const token = await userWith(roles);
    const before = await stored();

    const { data, errors } = await gateway.query(token, document, { bankId: strict.bankId, input: customerInput });

    expect(data).toEqual({ [name]: null });
    expect(errors).toMatchObject([required(strict.bankId)]);
    expect(errors[0]?.extensions.field).toBe(field);
    expect(await stored()).toEqual(before);
  });

  test.each([
    ['createCustomer', createCustomer, withStatus, input],
    ['createCustomers', createCustomers, [withStatus], [input, { ...input, kycStatus: false }]],
  ])(
    'is created by %s with a reason, without a status, and at another bank',
    async (_name, document, withKycStatus, withoutKycStatus) => {
      const token = await userWith(roles);

      const responses = [
        await gateway.query(token, document, { bankId: strict.bankId, input: withKycStatus }, { 'x-reason': reason }),
        await gateway.query(token, document, { bankId: strict.bankId, input: withoutKycStatus }),
        await gateway.query(token, document, { bankId: free.bankId, input: withKycStatus }),
      ];

      expect(responses.flatMap(({ errors }) => errors)).toEqual([]);
    },
  );

  test('fails with OBP-20006 for a caller without the role', async () => {
    const token = await userWith(['CanCreateCustomer']);

    const { errors } = await gateway.query(token, createCustomer, { bankId: strict.bankId, input: withStatus });

    expect(errors.map(({ extensions }) => extensions.obpCode)).toEqual(['OBP-20006']);
  });
});

describe.each([
  ['apollographql-client-name', ['x'.repeat(101), 'a\tb', 'B\u00FCro'], ['Branch front end', '']],
  ['idempotency-key', ['', 'two words', 'x'.repeat(256), 'B\u00FCro'], ['x'.repeat(255)]],
])('the header %s', (name, invalid, valid) => {
  const send = (value: string) => gateway.query(officer, '{ me { id } }', {}, { [name]: value });

  test.each(invalid)('fails with HTTP 400 for %j', async (value) => {
    const { status, data, errors } = await send(value);

    expect({ status, data }).toEqual({ status: 400, data: null });
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining('header must have'),
        extensions: { code: 'BAD_USER_INPUT', obpCode: 'OBP-10001' },
      },
    ]);
    expect(String(errors[0]?.extensions.header).toLowerCase()).toBe(name);
  });

  test.each(valid)('accepts %j', async (value) => {
    expect(await send(value)).toMatchObject({ status: 200, errors: [] });
  });
});

describe('the header X-Reason', () => {
  const send = (sent: string) =>
    gateway.query(
      officer,
      'query ($bankId: ID!, $customerId: ID!) { kycChecks(bankId: $bankId, customerId: $customerId) { id } }',
      { bankId: strict.bankId, customerId: strict.customerId },
      { 'x-reason': sent },
    );
  const reasonOfLast = async (sent: string) => {
    const audit = auditReader(gateway.database);
    await audit.skipExisting();
    const { errors } = await send(sent);
    const events = await audit.events();
    return { errors, reasons: events.map((event) => event.reason) };
  };

  test.each([
    ['of 501 characters', 'x'.repeat(501)],
    ['of 501 encoded characters', '%C3%BC'.repeat(501)],
    ['of spaces only', '%20%20'],
    ['with an encoded line break', 'a%0Ab'],
    ['with an encoded U+0000', 'a%00b'],
    ['with an encoded control character beyond ASCII', 'a%C2%85b'],
    ['with bytes that are not UTF-8', 'a%FF'],
    ['with an incomplete encoding', '100% sure'],
    ['with unencoded characters outside ASCII', 'Überprüfung'],
    ['with a tab', 'a\tb'],
    ['with a right-to-left override', 'a%E2%80%AEb'],
    ['with a left-to-right isolate', 'a%E2%81%A6b'],
    ['with a right-to-left mark', 'a%E2%80%8Fb'],
    ['with an Arabic letter mark', 'a%D8%9Cb'],
    ['with a line separator', 'a%E2%80%A8b'],
    ['of invisible characters only', '%E2%80%8B%E2%80%8D'],
  ])('fails with HTTP 400 for a text %s', async (_description, sent) => {
    const { status, data, errors } = await send(sent);

    expect(status).toBe(400);
    expect(data).toBeNull();
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining('The X-Reason header must have from 1 to 500 characters'),
        extensions: { code: 'BAD_USER_INPUT', obpCode: 'OBP-10001', header: 'X-Reason' },
      },
    ]);
    expect(JSON.stringify(errors)).not.toContain(sent);
  });

  test('counts as missing if it is empty', async () => {
    const { errors, reasons } = await reasonOfLast('');

    expect(errors).toMatchObject([required(strict.bankId)]);
    expect(reasons).toEqual([null]);
  });

  test.each([
    ['of 500 characters', 'x'.repeat(500), 'x'.repeat(500)],
    ['of 500 encoded characters', '%C3%BC'.repeat(500), 'ü'.repeat(500)],
    ['with encoded characters', '%C3%9Cberpr%C3%BCfung%2C%20100%25', 'Überprüfung, 100%'],
    ['with spaces around it', ' review%20', 'review'],
  ])('is recorded decoded and trimmed for a text %s', async (_description, sent, decoded) => {
    expect(await reasonOfLast(sent)).toEqual({ errors: [], reasons: [decoded] });
  });

  test('can be sent by front ends of other origins', async () => {
    const { headers } = await fetch(`${gateway.url}/graphql`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://app.example.org',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,x-reason',
      },
    });

    expect(headers.get('access-control-allow-headers')?.toLowerCase()).toContain('x-reason');
  });
});
