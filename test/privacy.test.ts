/**
 * Checks that personal data does not leak. Calls every API successfully and with errors, and then searches the log at
 * level trace, the errors of responses, the audit trail, and the idempotency keys for all values that were sent,
 * stored, or returned.
 */
import { randomUUID } from 'node:crypto';
import { type GraphQLField, isObjectType } from 'graphql';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createLogger } from '../src/base/logger.ts';
import type { Role } from '../src/base/roles.ts';
import { gatewaySchema } from '../src/schema.ts';
import catalogue from './catalogue.json' with { type: 'json' };
import { type ApiCase, apiCases, gatewayCases } from './support/api-cases.ts';
import { insertEveryEntity, type World } from './support/every-entity.ts';
import type { Gateway } from './support/gateway.ts';
import { type LeakSearch, startLeakSearch } from './support/leak-search.ts';
import { leaksIn, plantedPerson } from './support/planted.ts';
import { documentOfRoot } from './support/root-calls.ts';

type Field = GraphQLField<unknown, unknown>;

interface ApiCall {
  title: string;
  kind: 'query' | 'mutation';
  field: Field;
  errors: readonly string[];
  case: ApiCase;
}

const schema = await gatewaySchema();

function callOf(coordinate: string, title: string, errors: readonly string[], apiCase: ApiCase | undefined): ApiCall[] {
  const [typeName = '', fieldName = ''] = coordinate.split('.');
  const type = schema.getType(typeName);
  const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
  if (field === undefined || apiCase === undefined) return [];
  return [{ title, kind: typeName === 'Mutation' ? 'mutation' : 'query', field, errors, case: apiCase }];
}

const calls: ApiCall[] = [
  ...catalogue.flatMap(({ operation, root, errors }) => callOf(root, operation, errors, apiCases[operation])),
  ...Object.entries(gatewayCases).flatMap(([name, gatewayCase]) => callOf(`Mutation.${name}`, name, [], gatewayCase)),
];

function documentOf({ kind, field, case: { selection } }: ApiCall): string {
  return documentOfRoot(kind, field, selection);
}

/** Data that requests contain in unusual places. */
const sent = plantedPerson();

let search: LeakSearch;
let gateway: Gateway;
let world: World;

beforeAll(async () => {
  search = await startLeakSearch(sent);
  ({ gateway, world } = search);
});

afterAll(() => search.stop());

// Runs after each test, so that a leak fails the test that caused it.
afterEach(async () => {
  expect(await search.newLeaks()).toEqual([]);
});

async function callerOf({ field, case: { alsoRoles = [] } }: ApiCall, at: World): Promise<string | null> {
  const { kind, anyOf = [] } = field.extensions.access as { kind: string; anyOf?: Role[] };
  if (kind === 'public') return null;
  return anyOf.length === 0 ? at.linkedUser.token : (await search.userWith(at, [...anyOf, ...alsoRoles])).token;
}

describe('a successful request', () => {
  test.each(calls.map((call): [string, ApiCall] => [call.title, call]))(
    'does not leak personal data in %s',
    async (_title, call) => {
      const at = call.kind === 'query' ? world : await insertEveryEntity(gateway);
      const token = await callerOf(call, at);
      const variables = call.case.variables(at);
      const headers = { 'x-reason': encodeURIComponent(sent.reason), 'idempotency-key': randomUUID() };

      const first = await search.send(token, documentOf(call), variables, headers);

      expect(first.errors).toEqual([]);
    },
  );

  test('does not leak personal data in a new customer, retried with an email address as the idempotency key', async () => {
    const { token } = await search.userWith(world, ['CanCreateCustomer', 'CanGetCustomer']);
    const variables = {
      bankId: world.bankId,
      input: {
        legalName: sent.legalName,
        mobilePhoneNumber: sent.phone,
        email: sent.email,
        customerNumber: sent.customerNumber,
      },
      idempotencyKey: sent.email,
    };
    const document = `mutation ($bankId: ID!, $input: CreateCustomerInput!, $idempotencyKey: String) {
      createCustomer(bankId: $bankId, input: $input, idempotencyKey: $idempotencyKey) {
        customer { id legalName mobilePhoneNumberE164 email }
      }
    }`;

    for (const attempt of [1, 2]) {
      const { data, errors } = await gateway.query(token, document, variables);
      expect({ attempt, errors }).toEqual({ attempt, errors: [] });
      expect(JSON.stringify(data)).toContain(sent.phoneE164);
    }
  });
});

describe('a failed request', () => {
  const refusals = calls.flatMap((call) =>
    Object.entries(call.case.refusals ?? {})
      .filter(([, { environment }]) => environment === undefined)
      .map(([code, refusal]) => ({ call, code, refusal })),
  );

  test.each(
    refusals.map((item): [string, (typeof refusals)[number]] => [`${item.call.title} with ${item.code}`, item]),
  )('does not leak personal data in %s', async (_title, { call, refusal }) => {
    const token = (await refusal.caller?.(world)) ?? (await callerOf(call, world));
    const variables = { ...call.case.variables(world), ...refusal.variables?.(world) };

    const { errors } = await search.send(token, refusal.document ?? documentOf(call), variables);

    expect(errors).not.toEqual([]);
  });

  test.each(
    calls
      .filter(({ field }) => (field.extensions.access as { kind: string }).kind === 'role')
      .map((call): [string, ApiCall] => [call.title, call]),
  )('does not leak personal data in %s for an anonymous caller and for a user without roles', async (_title, call) => {
    for (const token of [null, world.freeUser.token]) {
      const { errors } = await search.send(token, documentOf(call), call.case.variables(world));
      expect(errors).not.toEqual([]);
    }
  });

  test.each(['bankId', 'customerId', 'id', 'userId', 'customerNumber', 'accountId'])(
    'does not leak personal data as the %s',
    async (name) => {
      const callsWithArgument = calls.filter(({ field }) => field.args.some((argument) => argument.name === name));
      for (const call of callsWithArgument) {
        for (const token of [null, world.freeUser.token, await callerOf(call, world)]) {
          const variables = { ...call.case.variables(world), [name]: sent.email };
          search.errorTexts.push(JSON.stringify(await gateway.query(token, documentOf(call), variables)));
        }
      }
    },
    60_000,
  );

  test('does not leak personal data with the customer number of another customer', async () => {
    const { token } = await search.userWith(world, [
      'CanCreateCustomer',
      'CanUpdateCustomerNumber',
      'CanCreateTaxResidence',
      'CanAddSocialMediaHandle',
    ]);
    const { bankId, customerId } = world;
    const responses = [
      await gateway.query(
        token,
        'mutation ($bankId: ID!, $input: CreateCustomerInput!) { createCustomer(bankId: $bankId, input: $input) { customer { id } } }',
        {
          bankId,
          input: { legalName: 'x', mobilePhoneNumber: '+4930901820', customerNumber: search.stored.customerNumber },
        },
      ),
      await gateway.query(
        token,
        `mutation ($bankId: ID!, $customerId: ID!, $input: UpdateCustomerNumberInput!) {
          updateCustomerNumber(bankId: $bankId, customerId: $customerId, input: $input) { customer { id } }
        }`,
        { bankId, customerId, input: { customerNumber: search.stored.customerNumber } },
      ),
    ];

    for (const { errors } of responses) {
      expect(errors).toMatchObject([{ extensions: { obpCode: 'OBP-30006' } }]);
      search.errorTexts.push(JSON.stringify(errors));
    }
  });
});

test('the search finds personal data that a log contains, and the reason in the audit trail', async () => {
  const lines: string[] = [];
  const logger = createLogger('trace', { destination: { write: (line) => lines.push(line) } });
  logger.debug({ variables: { email: sent.email }, path: encodeURIComponent(sent.legalName) }, `Hello ${sent.phone}`);

  const leaks = leaksIn(lines, Object.values(sent)).map((leak) => leak.split(' in {')[0]);

  expect(leaks.sort()).toEqual([sent.email, sent.firstName, sent.legalName, sent.phone, sent.phoneDigits].sort());
  expect(search.handled.size).toBeGreaterThan(300);
  expect(search.errorTexts.length).toBeGreaterThan(300);
  // The audit trail must contain the reason.
  expect(leaksIn(await search.auditTexts(), [sent.reason])).toHaveLength(1);
});

test('the whole log, all errors, and all audit events are free of personal data', async () => {
  expect(await search.allLeaks()).toEqual([]);
});
