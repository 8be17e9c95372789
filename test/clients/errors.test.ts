/** The settings of docs/clients.md that keep the data of a response with errors, and how clients show an expired token. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApolloClient, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { prerenderStatic } from '@apollo/client/react/ssr';
import { Client, cacheExchange as documentCache, type Exchange, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { eq } from 'drizzle-orm';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { type ConcreteRequest, createOperationDescriptor, fetchQuery } from 'relay-runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/base/roles.ts';
import { bank } from '../../src/domain/bank/bank.table.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { insertCustomer, insertKycCheck } from '../support/rows.ts';
import { countingFetch } from './cached-client.ts';
import { errorAt, KycChecksPanel } from './kyc-checks-panel.tsx';
import { type CompiledOperations, compileForRelay, openRelayEnvironment } from './relay.ts';

const project = join(import.meta.dirname, '../..');
const page = readFileSync(join(project, 'docs/clients.md'), 'utf8');
const bankId = 'gh.29.uk';
const fromStore = { fetchPolicy: 'store-or-network' } as const;

const customers = `query Customers($bankId: ID!) {
  customers(bankId: $bankId) { nodes { id kycChecks { id how } } }
}`;

let gateway: Gateway;
let url: string;
let customerId: string;
/** Can read customers, but no KYC checks. */
let clerk: string;
let officer: string;
let compiled: CompiledOperations;

beforeAll(async () => {
  gateway = await startGateway();
  url = `${gateway.url}/graphql`;
  await gateway.createBank(bankId);
  for (let count = 0; count < 3; count += 1) {
    ({ id: customerId } = await insertCustomer(gateway.database, { bankId }));
    await insertKycCheck(gateway.database, { bankId, customerId });
  }
  const tokenWith = async (...held: Role[]) =>
    (await gateway.createUser({ roles: held.map((role) => [role, bankId]) })).token;
  clerk = await tokenWith('CanGetCustomer', 'CanGetCustomers');
  officer = await tokenWith('CanGetCustomer', 'CanGetCustomers', 'CanGetKycChecksAtOneBank');
  compiled = await compileForRelay(
    [
      { name: 'KycChecks', source: /^graphql`\n(.*?)^`;/ms.exec(page)?.[1] ?? '' },
      { name: 'Customers', source: customers.replace('kycChecks', 'kycChecks @catch(to: RESULT)') },
    ],
    join(project, 'schema/schema.graphql'),
  );
});

afterAll(() => gateway.stop());

/** Such as the header of a session that has ended. */
async function expiredToken(): Promise<string> {
  const { id } = await gateway.createUser();
  return (await gateway.tokens.sign({ userId: id }, -3600)).token;
}

function openApollo(fetch: typeof globalThis.fetch): ApolloClient {
  return new ApolloClient({ link: new HttpLink({ uri: url, fetch }), cache: new InMemoryCache(), ssrMode: true });
}

function openUrql(cache: Exchange, fetch: typeof globalThis.fetch): Client {
  return new Client({ url, fetch, preferGetMethod: false, exchanges: [cache, fetchExchange] });
}

describe('Apollo Client', () => {
  const query = gql(customers);
  const variables = { bankId };

  test('returns no data by default', async () => {
    const client = openApollo(countingFetch(clerk).fetch);

    await expect(client.query({ query, variables })).rejects.toThrow(CombinedGraphQLErrors);
  });

  test("returns the data and an error for each refused field with errorPolicy: 'all'", async () => {
    const client = openApollo(countingFetch(clerk).fetch);

    const { data, error } = await client.query<{ customers: { nodes: unknown[] } }>({
      query,
      variables,
      errorPolicy: 'all',
    });

    expect(data?.customers.nodes).toMatchObject(Array(3).fill({ kycChecks: null }));
    const codes = [0, 1, 2].map((row) => errorAt(error, `customers.nodes.${row}.kycChecks`)?.extensions?.code);
    expect(codes).toEqual(['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN']);
  });
});

describe('the component in docs/clients.md', () => {
  async function render(client: ApolloClient, properties = { bankId, customerId }): Promise<string> {
    const tree = createElement(KycChecksPanel, properties);
    return (await prerenderStatic({ tree, context: { client }, renderFunction: renderToStaticMarkup })).result;
  }

  test('is the one that the tests run', () => {
    expect(page).toContain(readFileSync(join(import.meta.dirname, 'kyc-checks-panel.tsx'), 'utf8'));
  });

  test('shows the checks to callers with the role', async () => {
    expect(await render(openApollo(countingFetch(officer).fetch))).toMatch(/^<p>\d{4}-.*: online<\/p>$/);
  });

  test('shows a refusal from the response, and later from the cache', async () => {
    const { fetch, count } = countingFetch(clerk);
    const client = openApollo(fetch);

    const fromResponse = await render(client);
    const fromCache = await render(client);

    expect([fromResponse, fromCache]).toEqual(Array(2).fill('<p>You cannot access KYC checks.</p>'));
    expect(count()).toBe(1);
  });

  test('asks for the reason that the bank requires', async () => {
    const strictBankId = 'strict.bank';
    await gateway.createBank(strictBankId);
    await gateway.database.transaction((transaction) =>
      transaction.update(bank).set({ kycReasonRequired: true }).where(eq(bank.id, strictBankId)),
    );
    const { id } = await insertCustomer(gateway.database, { bankId: strictBankId });
    const { token } = await gateway.createUser({
      roles: [
        ['CanGetCustomer', strictBankId],
        ['CanGetKycChecksAtOneBank', strictBankId],
      ],
    });

    const panel = await render(openApollo(countingFetch(token).fetch), { bankId: strictBankId, customerId: id });

    expect(panel).toBe('<p>State a reason first.</p>');
  });

  test('does not show an expired token as a refusal', async () => {
    const client = openApollo(countingFetch(await expiredToken()).fetch);

    expect(await render(client)).toBe('<p>The customer is not available.</p>');
  });
});

describe.each([
  ['urql', () => documentCache, 1],
  ['urql with graphcache', () => cacheExchange({}), 2],
] as const)('%s', (_name, cache, requests) => {
  test('returns the data and the errors, also of the second read', async () => {
    const { fetch, count } = countingFetch(clerk);
    const client = openUrql(cache(), fetch);

    for (const _read of [1, 2]) {
      const { data, error } = await client.query(customers, { bankId });

      expect(data.customers.nodes).toMatchObject(Array(3).fill({ kycChecks: null }));
      expect(error?.graphQLErrors.map(({ path, extensions }) => [path?.join('.'), extensions.code])).toEqual([
        ['customers.nodes.0.kycChecks', 'FORBIDDEN'],
        ['customers.nodes.1.kycChecks', 'FORBIDDEN'],
        ['customers.nodes.2.kycChecks', 'FORBIDDEN'],
      ]);
    }
    expect(count()).toBe(requests);
  });
});

describe('Relay with the directives of docs/clients.md', () => {
  function requestOf(name: string): ConcreteRequest {
    const request = compiled.get(name);
    if (request === undefined) throw new Error(`The operation ${name} does not exist.`);
    return request;
  }

  test('returns the result of each refused field, also from the store', async () => {
    const { fetch, count } = countingFetch(clerk);
    const environment = openRelayEnvironment({ url, fetch });
    const request = requestOf('Customers');
    environment.retain(createOperationDescriptor(request, { bankId }));
    const refused = { kycChecks: { ok: false, errors: [{ extensions: { code: 'FORBIDDEN' } }] } };

    for (const _read of [1, 2]) {
      const data = await fetchQuery(environment, request, { bankId }, fromStore).toPromise();

      expect(data).toMatchObject({ customers: { nodes: [refused, refused, refused] } });
    }
    expect(count()).toBe(1);
  });

  test('returns the checks to callers with the role, and throws if the customer is refused', async () => {
    const request = requestOf('KycChecks');
    const read = (token: string) => {
      const environment = openRelayEnvironment({ url, fetch: countingFetch(token).fetch });
      return fetchQuery(environment, request, { bankId, customerId }).toPromise();
    };
    const { token } = await gateway.createUser();

    const checks = { ok: true, value: [{ how: 'online' }] };
    expect(await read(officer)).toMatchObject({ customer: { kycChecks: checks } });
    expect(await read(clerk)).toMatchObject({ customer: { kycChecks: { ok: false } } });
    await expect(read(token)).rejects.toThrow('Relay: Unexpected response payload');
  });
});

describe('an expired token', () => {
  const unauthenticated = [{ extensions: { code: 'UNAUTHENTICATED', key: 'INVALID_TOKEN' } }];

  test('is an error without data in Apollo Client', async () => {
    const client = openApollo(countingFetch(await expiredToken()).fetch);

    const { data, error } = await client.query({ query: gql(customers), variables: { bankId }, errorPolicy: 'all' });

    expect(data).toBeUndefined();
    expect(CombinedGraphQLErrors.is(error) && error.errors).toMatchObject(unauthenticated);
  });

  test('is an error with the response in urql', async () => {
    const client = openUrql(documentCache, countingFetch(await expiredToken()).fetch);

    const { data, error } = await client.query(customers, { bankId });

    expect(data).toBeUndefined();
    expect(error?.graphQLErrors).toMatchObject(unauthenticated);
    expect(error?.response.status).toBe(401);
  });

  test('is an exception with its source in Relay', async () => {
    const environment = openRelayEnvironment({ url, fetch: countingFetch(await expiredToken()).fetch });
    const request = compiled.get('Customers');

    const read = request && fetchQuery(environment, request, { bankId }).toPromise();

    await expect(read).rejects.toMatchObject({ source: { errors: unauthenticated } });
  });
});
