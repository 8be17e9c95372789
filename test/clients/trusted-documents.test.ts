/** The clients of front ends send the IDs of trusted documents to a gateway that executes nothing else. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { print } from '@apollo/client/utilities';
import { Client, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { parse } from 'graphql';
import {
  type ConcreteRequest,
  Environment,
  fetchQuery,
  type GraphQLResponse,
  Network,
  RecordSource,
  Store,
} from 'relay-runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BanksDocument, LoginDocument } from '../generated/graphql.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';

const project = join(import.meta.dirname, '../..');
const source = 'query ApolloBanks { banks { id fullName } }';

let gateway: Gateway;
let url: string;
let relayRequest: ConcreteRequest;
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trusted-documents-'));
  const files = { apollo: join(folder, 'apollo.json'), relay: join(folder, 'relay.json') };
  await writeFile(files.apollo, JSON.stringify(apolloManifest()));
  relayRequest = await compileForRelay(folder, files.relay);
  gateway = await startGateway({
    environment: {
      GATEWAY_TRUSTED_DOCUMENTS: [
        `urql=${join(project, 'test/generated/persisted-documents.json')}`,
        ...Object.entries(files).map(([name, file]) => `${name}=${file}`),
      ].join(),
      GATEWAY_TRUSTED_DOCUMENTS_MODE: 'only',
    },
  });
  url = `${gateway.url}/graphql`;
  await gateway.createBank('gh.29.uk');
});
afterAll(() => gateway.stop());

/** The document as Apollo Client sends it, with `__typename`, as `generate-persisted-query-manifest` writes it. */
function apolloManifest() {
  const body = print(new InMemoryCache().transformDocument(parse(source)));
  const id = createHash('sha256').update(body).digest('hex');
  const operations = [{ id, name: 'ApolloBanks', type: 'query', body }];
  return { format: 'apollo-persisted-query-manifest', version: 1, operations };
}

/** Compiles a query with relay-compiler, which adds its text to the manifest. */
async function compileForRelay(folder: string, manifest: string): Promise<ConcreteRequest> {
  await mkdir(join(folder, 'src'));
  await writeFile(join(folder, 'src/Banks.js'), 'graphql`query BanksQuery { banks { id fullName } }`;');
  await writeFile(join(folder, 'schema.graphql'), await readFile(join(project, 'schema/schema.graphql')));
  await writeFile(manifest, '{}');
  const config = {
    ...{ src: 'src', schema: 'schema.graphql', language: 'javascript', eagerEsModules: true },
    persistConfig: { file: manifest, algorithm: 'SHA256' },
  };
  await writeFile(join(folder, 'relay.config.json'), JSON.stringify(config));
  const compiler = join(import.meta.dirname, 'node_modules/relay-compiler/cli.js');
  await promisify(execFile)(process.execPath, [compiler, 'relay.config.json'], { cwd: folder });
  const compiled = join(folder, 'src/__generated__/BanksQuery.graphql.js');
  return (await import(/* @vite-ignore */ pathToFileURL(compiled).href)).default;
}

/** A `fetch` that keeps the bodies of its requests. */
function recordingFetch(): { fetch: typeof fetch; bodies: Record<string, unknown>[] } {
  const bodies: Record<string, unknown>[] = [];
  return {
    bodies,
    fetch(input, options) {
      bodies.push(JSON.parse(String(options?.body)));
      return fetch(input, options);
    },
  };
}

test('Apollo Client sends the hash of its manifest', async () => {
  const { fetch, bodies } = recordingFetch();
  const [operation] = apolloManifest().operations;
  const link = new PersistedQueryLink({ generateHash: async () => operation?.id ?? '', retry: () => false });
  const client = new ApolloClient({
    link: ApolloLink.from([link, new HttpLink({ uri: url, fetch })]),
    cache: new InMemoryCache(),
  });

  const { data } = await client.query({ query: parse(source) });

  expect(data).toMatchObject({ banks: [{ __typename: 'Bank', id: 'gh.29.uk' }] });
  expect(bodies).toEqual([
    {
      operationName: 'ApolloBanks',
      variables: {},
      extensions: expect.objectContaining({ persistedQuery: { version: 1, sha256Hash: operation?.id } }),
    },
  ]);
});

test('urql sends the hashes that GraphQL Code Generator has written into the documents', async () => {
  const { fetch, bodies } = recordingFetch();
  const client = new Client({
    ...{ url, fetch, preferGetMethod: false },
    exchanges: [
      persistedExchange({
        preferGetForPersistedQueries: false,
        enforcePersistedQueries: true,
        enableForMutation: true,
        generateHash: async (_, document) => (document as { __meta__?: { hash: string } }).__meta__?.hash ?? '',
      }),
      fetchExchange,
    ],
  });

  const read = await client.query(BanksDocument, {});
  const written = await client.mutation(LoginDocument, { username: 'nobody', password: 'wrong' });

  expect(read.data?.banks).toMatchObject([{ id: 'gh.29.uk' }]);
  expect(written.error?.graphQLErrors.map(({ extensions }) => extensions.key)).toEqual(['OBP-20004']);
  expect(bodies.map(({ query }) => query)).toEqual([undefined, undefined]);
});

test('Relay sends the ID that relay-compiler has written', async () => {
  const { fetch, bodies } = recordingFetch();
  const network = Network.create(async ({ id, text }, variables) => {
    const body = JSON.stringify({ documentId: id, query: text ?? undefined, variables });
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    return (await response.json()) as GraphQLResponse;
  });
  const environment = new Environment({ network, store: new Store(new RecordSource()) });

  const data = await fetchQuery(environment, relayRequest, {}).toPromise();

  expect(data).toMatchObject({ banks: [{ id: 'gh.29.uk' }] });
  expect(bodies).toEqual([{ documentId: expect.stringMatching(/^[0-9a-f]{64}$/), variables: {} }]);
});

/** An Apollo Client that sends the hashes of its documents. */
function hashingClient(uri: string, hashOf: (text: string) => string) {
  const { fetch, bodies } = recordingFetch();
  const link = new PersistedQueryLink({ generateHash: async (document) => hashOf(print(document)) });
  const client = new ApolloClient({
    link: ApolloLink.from([link, new HttpLink({ uri, fetch })]),
    cache: new InMemoryCache(),
  });
  return { client, bodies };
}

test('Apollo Client reports an unknown hash without sending the text', async () => {
  const { client, bodies } = hashingClient(url, () => 'unknown');

  const failure = await client.query({ query: parse(source) }).catch((error) => error);

  expect(failure.errors?.map(({ extensions }: { extensions: Record<string, unknown> }) => extensions.key)).toEqual([
    'DOCUMENT_NOT_FOUND',
  ]);
  expect(bodies.map(({ query }) => query)).toEqual([undefined]);
});

describe('a gateway that executes texts', () => {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const hasText = (bodies: readonly Record<string, unknown>[]) => bodies.map(({ query }) => query !== undefined);
  const hasHash = (bodies: readonly Record<string, unknown>[]) =>
    bodies.map(({ extensions }) => Object.hasOwn((extensions ?? {}) as object, 'persistedQuery'));
  const manifest = join(project, 'test/generated/persisted-documents.json');
  const environments = [
    ['without manifests', {}, { sendsHashAgain: false }],
    ['with manifests', { GATEWAY_TRUSTED_DOCUMENTS: `web=${manifest}` }, { sendsHashAgain: true }],
  ] as const;

  test.each(environments)(
    '%s receives the text of a document with an unknown hash from Apollo Client and urql',
    async (_title, environment, { sendsHashAgain }) => {
      const own = await startGateway({ environment });
      await own.createBank('gh.29.uk');
      const uri = `${own.url}/graphql`;
      const apollo = hashingClient(uri, sha256);
      const { fetch, bodies } = recordingFetch();
      const exchange = persistedExchange({ preferGetForPersistedQueries: false });
      const urql = new Client({ url: uri, fetch, preferGetMethod: false, exchanges: [exchange, fetchExchange] });

      const read = await apollo.client.query({ query: parse(source) });
      const other = await apollo.client.query({ query: parse('query Other { banks { shortName } }') });
      const readByUrql = await urql.query(parse(source), {});
      await own.stop();

      expect([read.data, readByUrql.data]).toMatchObject(Array(2).fill({ banks: [{ id: 'gh.29.uk' }] }));
      expect(other.data).toMatchObject({ banks: [{ __typename: 'Bank' }] });
      // Without manifests, both clients never send a hash again.
      expect(hasText(apollo.bodies)).toEqual(sendsHashAgain ? [false, true, false, true] : [false, true, true]);
      expect(hasHash(apollo.bodies)).toEqual(sendsHashAgain ? [true, true, true, true] : [true, false, false]);
      expect(hasText(bodies)).toEqual([false, true]);
      expect(hasHash(bodies)).toEqual([true, sendsHashAgain]);
    },
  );
});
