/**
 * The gateway as a part of a larger graph: composed with a second subgraph, behind a router (the runtime of Hive Gateway) that
 * forwards the token of the caller.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { composeServices } from '@apollo/composition';
import { buildSchema, graphql, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { entityTypes } from '../../src/domain/federation/entity-types.ts';
import { auditReader } from '../support/audit-events.ts';
import { type Gateway, type ResponseError, startGateway } from '../support/gateway.ts';
import { insertCustomer, insertCustomerAddress } from '../support/rows.ts';

interface Router extends AsyncDisposable {
  fetch(url: string, init: RequestInit): Promise<Response>;
}

/** The types of the router change those of graphql for the whole project, so its module is imported without them. */
const routerModule: string = '@graphql-hive/gateway-runtime';
const { createGatewayRuntime } = (await import(routerModule)) as { createGatewayRuntime(options: object): Router };

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';

/** A subgraph with cases, which refer to customers and add their risk score. */
const sdlOfCases = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])
  type Case { id: ID! customer: Customer }
  type Customer @key(fields: "id") { id: ID! riskScore: Int! }
  type PageInfo @shareable { hasNextPage: Boolean! endCursor: String }
  type Query { cases(customerIds: [ID!]!): [Case!]! }
`;
const executableSdlOfCases = `
  scalar _Any
  union _Entity = Customer
  type Case { id: ID! customer: Customer }
  type Customer { id: ID! riskScore: Int! }
  type Query { cases(customerIds: [ID!]!): [Case!]! _entities(representations: [_Any!]!): [_Entity]! }
`;

function customerOfCase(id: string) {
  return { __typename: 'Customer', id, riskScore: id.length };
}

async function startCases(): Promise<{ url: string; server: Server }> {
  const schema = buildSchema(executableSdlOfCases);
  const rootValue = {
    cases: ({ customerIds }: { customerIds: string[] }) =>
      customerIds.map((id, index) => ({ id: `case-${index}`, customer: customerOfCase(id) })),
    _entities: ({ representations }: { representations: { id: string }[] }) =>
      representations.map(({ id }) => customerOfCase(id)),
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { query, variables } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    const result = await graphql({ schema, source: query, variableValues: variables, rootValue });
    response.setHeader('content-type', 'application/json').end(JSON.stringify(result));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`, server };
}

let gateway: Gateway;
let cases: Awaited<ReturnType<typeof startCases>>;
let router: Router;
let supergraph: string;
let customerIds: string[];
let foreignCustomerId: string;

beforeAll(async () => {
  gateway = await startGateway({ environment: { GATEWAY_FEDERATION: 'on' } });
  cases = await startCases();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  customerIds = [];
  for (let index = 0; index < 6; index += 1) {
    const { id } = await insertCustomer(gateway.database, { bankId });
    await insertCustomerAddress(gateway.database, { bankId, customerId: id });
    customerIds.push(id);
  }
  foreignCustomerId = (await insertCustomer(gateway.database, { bankId: otherBankId })).id;

  const { data } = await gateway.query<{ _service: { sdl: string } }>(null, '{ _service { sdl } }');
  const { supergraphSdl, errors } = composeServices([
    { name: 'bank', url: `${gateway.url}/graphql`, typeDefs: parse(data?._service.sdl ?? '') },
    { name: 'cases', url: cases.url, typeDefs: parse(sdlOfCases) },
  ]);
  if (supergraphSdl === undefined) throw new Error(errors?.map(({ message }) => message).join('\n'));
  supergraph = supergraphSdl;
  router = createGatewayRuntime({
    supergraph,
    logging: false,
    maskedErrors: false,
    propagateHeaders: {
      fromClientToSubgraphs({ request }: { request: Request }) {
        const authorization = request.headers.get('authorization');
        return authorization === null ? {} : { authorization };
      },
    },
  });
});

afterAll(async () => {
  await router[Symbol.asyncDispose]();
  cases.server.closeAllConnections();
  await new Promise((resolve) => cases.server.close(resolve));
  await gateway.stop();
});

interface Answer {
  data: { cases: { id: string; customer: Record<string, unknown> | null }[] } | null;
  errors: ResponseError[];
}

async function ask(token: string | null, query: string, variables: object): Promise<Answer> {
  const response = await router.fetch('http://router/graphql', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data = null, errors = [] } = (await response.json()) as Partial<Answer>;
  return { data, errors };
}

const query = `query ($ids: [ID!]!) {
  cases(customerIds: $ids) { id customer { id riskScore customerNumber addresses { countryCode } } }
}`;

test('the subgraph composes with another one, and the supergraph knows the keys', () => {
  for (const typeName of Object.keys(entityTypes)) {
    expect(supergraph).toMatch(new RegExp(`type ${typeName}\\s+@join__type\\(graph: BANK, key: "id"`));
  }
});

describe('a query over both subgraphs', () => {
  test('returns the fields of both for each customer, with one statement for each type', async () => {
    const { token } = await gateway.createUser({
      roles: [
        ['CanGetCustomer', bankId],
        ['CanGetCustomerAddress', bankId],
      ],
    });
    const statementsFor = async (ids: string[]) => {
      const before = gateway.database.statistics.statements;
      const answer = await ask(token, query, { ids });
      return { ...answer, statements: gateway.database.statistics.statements - before };
    };

    const one = await statementsFor(customerIds.slice(0, 1));
    const all = await statementsFor(customerIds);

    expect([one.errors, all.errors]).toEqual([[], []]);
    expect(all.statements).toBe(one.statements);
    expect(all.data?.cases.map(({ customer }) => customer)).toEqual(
      customerIds.map((id) => ({
        id,
        riskScore: id.length,
        customerNumber: expect.any(String),
        addresses: [{ countryCode: expect.any(String) }],
      })),
    );
  });

  test('starts at the gateway, too', async () => {
    const { token } = await gateway.createUser({ roles: [['CanGetCustomer', bankId]] });
    const [customerId = ''] = customerIds;

    const { data, errors } = await ask(
      token,
      'query ($bankId: ID!, $customerId: ID!) { customer(bankId: $bankId, customerId: $customerId) { legalName riskScore } }',
      { bankId, customerId },
    );

    expect(errors).toEqual([]);
    expect(data).toEqual({ customer: { legalName: expect.any(String), riskScore: customerId.length } });
  });

  test('delivers the refusal of each customer with its key, and the other customers', async () => {
    const { token } = await gateway.createUser({ roles: [['CanGetCustomer', bankId]] });
    const [first = '', second = ''] = customerIds;

    const { data, errors } = await ask(
      token,
      'query ($ids: [ID!]!) { cases(customerIds: $ids) { customer { id customerNumber } } }',
      { ids: [first, foreignCustomerId, 'unknown', second] },
    );

    // The router cannot return a customer without the field that must not be null.
    expect(data?.cases.map(({ customer }) => customer?.id ?? null)).toEqual([first, null, null, second]);
    expect(errors.map(({ path, extensions }) => [path?.slice(0, 3), extensions.key, extensions.code])).toEqual([
      [['cases', 1, 'customer'], 'OBP-30046', 'NOT_FOUND'],
      [['cases', 2, 'customer'], 'OBP-30046', 'NOT_FOUND'],
    ]);
  });

  test('delivers refused fields with the missing roles', async () => {
    const { token } = await gateway.createUser({ roles: [['CanGetCustomer', bankId]] });

    const { data, errors } = await ask(token, query, { ids: customerIds.slice(0, 1) });

    expect(data?.cases[0]?.customer).toMatchObject({ id: customerIds[0], addresses: null });
    expect(errors[0]?.extensions).toMatchObject({ key: 'OBP-20006', missingRoles: ['CanGetCustomerAddress'] });
  });

  test.each([
    ['an anonymous caller', 'OBP-20001'],
    ['a caller without the role', 'OBP-20006'],
  ])('delivers the refusal of %s', async (caller, key) => {
    const token = caller === 'an anonymous caller' ? null : (await gateway.createUser()).token;

    const { errors } = await ask(token, query, { ids: customerIds.slice(0, 2) });

    expect(new Set(errors.map(({ extensions }) => extensions.key))).toEqual(new Set([key]));
    expect(errors).toHaveLength(2);
  });

  test('has audit events of the caller', async () => {
    const audit = auditReader(gateway.database);
    const { token, id: userId } = await gateway.createUser({
      roles: [
        ['CanGetCustomer', bankId],
        ['CanGetCustomerAddress', bankId],
      ],
    });
    await audit.skipExisting();

    await ask(token, query, { ids: customerIds.slice(0, 2) });

    expect(await audit.events()).toMatchObject([
      {
        userId,
        bankId,
        customerIds: expect.arrayContaining(customerIds.slice(0, 2)),
        fieldsReturned: expect.arrayContaining(['_Entity.Customer', 'Customer.addresses']),
      },
    ]);
  });
});
