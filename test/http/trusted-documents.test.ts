import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLogger } from '../../src/base/logger.ts';
import { defaultLimits } from '../../src/execution/limits.ts';
import { openDocumentFiles } from '../../src/http/document-files.ts';
import { gatewaySchema } from '../../src/schema.ts';
import { auditReader } from '../support/audit-events.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';

const me = 'query Me { me { username } }';
const banks = 'query Banks { banks { id } }';
const twoOperations = 'query First { banks { id } } query Second { me { username } }';
const invalid = 'query Invalid { nothing }';
const untrusted = 'query Untrusted { banks { fullName } }';
const logout = 'mutation LogOut { revokeMyTokens { revokedAt } }';

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const idOf = (text: string) => `sha256:${hashOf(text)}`;

let folder: string;
let web: string;
let mobile: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trusted-documents-'));
  web = join(folder, 'web.json');
  mobile = join(folder, 'mobile.json');
  const byHash = [me, twoOperations, invalid, logout].map((text) => [idOf(text), text]);
  await writeFile(web, JSON.stringify({ ...Object.fromEntries(byHash), shared: me, own: banks, [idOf('other')]: me }));
  const operations = [
    { id: hashOf(banks), name: 'Banks', type: 'query', body: banks },
    { id: 'shared', name: 'Banks', type: 'query', body: banks },
  ];
  await writeFile(mobile, JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations }));
});
afterAll(() => rm(folder, { recursive: true }));

function start(mode: string): Promise<Gateway> {
  const environment = {
    GATEWAY_TRUSTED_DOCUMENTS: `web=${web},mobile=${mobile}`,
    GATEWAY_TRUSTED_DOCUMENTS_MODE: mode,
  };
  return startGateway({ environment });
}

type Answer = { data?: Record<string, unknown>; errors?: { extensions: Record<string, unknown> }[] };

async function post(gateway: Gateway, body: object, headers: Record<string, string> = {}) {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const { data, errors = [] } = (await response.json()) as Answer;
  return { status: response.status, data, keys: errors.map(({ extensions }) => extensions.key) };
}

const persisted = (sha256Hash: unknown) => ({ extensions: { persistedQuery: { version: 1, sha256Hash } } });

describe('GATEWAY_TRUSTED_DOCUMENTS_MODE=only', () => {
  let gateway: Gateway;
  let alice: TestUser;
  let authorization: { authorization: string };
  beforeAll(async () => {
    gateway = await start('only');
    alice = await gateway.createUser();
    authorization = { authorization: `Bearer ${alice.token}` };
  });
  afterAll(() => gateway.stop());

  test.each([
    ['documentId with a hash', { documentId: idOf(me) }],
    ['documentId with the hash alone', { documentId: hashOf(me) }],
    ['the hash of Apollo Client', { operationName: 'Me', variables: {}, ...persisted(hashOf(me)) }],
    ['the hash of urql, which has a prefix', persisted(idOf(me))],
    ['its text', { query: me, operationName: 'Me' }],
    ['its text, with the hash to register', { query: me, ...persisted(hashOf(me)) }],
  ])('executes a document by %s', async (_form, body) => {
    expect(await post(gateway, body, authorization)).toEqual({
      status: 200,
      data: { me: { username: alice.username } },
      keys: [],
    });
  });

  test('executes the named operation of a document with two', async () => {
    const documentId = idOf(twoOperations);

    expect((await post(gateway, { documentId, operationName: 'Second' }, authorization)).data).toHaveProperty('me');
    expect((await post(gateway, { documentId, operationName: 'First' }, authorization)).data).toHaveProperty('banks');
    expect(await post(gateway, { documentId }, authorization)).toMatchObject({ status: 400 });
  });

  test('finds a custom ID of several texts by the name of the client', async () => {
    const as = (name: string) => ({ ...authorization, 'apollographql-client-name': name });

    expect((await post(gateway, { documentId: 'shared' }, as('web'))).data).toHaveProperty('me');
    expect((await post(gateway, { documentId: 'shared' }, as('mobile'))).data).toHaveProperty('banks');
    expect((await post(gateway, { documentId: 'shared' }, authorization)).keys).toEqual(['DOCUMENT_NOT_FOUND']);
    expect((await post(gateway, { documentId: 'own' }, as('mobile'))).data).toHaveProperty('banks');
  });

  test.each([
    ['an unknown hash', { documentId: idOf('unknown') }],
    ['an ID that is not the hash of its document', { documentId: idOf('other') }],
    ['an unknown custom ID', { documentId: 'unknown' }],
    ['an empty ID', { documentId: '' }],
    ['an unknown hash in the form of Apollo', persisted(hashOf('unknown'))],
  ])('refuses %s', async (_case, body) => {
    expect(await post(gateway, body)).toEqual({ status: 400, keys: ['DOCUMENT_NOT_FOUND'] });
  });

  test('logs an unknown ID once, and no text in its place', async () => {
    for (const documentId of ['unknown-id', 'unknown-id', 'Jane Doe']) await post(gateway, { documentId });

    const lines = gateway.logged.filter(({ msg }) => msg === 'unknown document');
    expect(lines.filter(({ documentId }) => documentId === 'unknown-id')).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toContain('Jane');
  });

  test('refuses a document that is invalid', async () => {
    expect(await post(gateway, { documentId: idOf(invalid) })).toEqual({ status: 400, keys: ['DOCUMENT_INVALID'] });
    expect(gateway.logged).toContainEqual(
      expect.objectContaining({
        msg: 'trusted document refused',
        ...{ clientName: 'web', name: 'Invalid', documentId: idOf(invalid) },
        problems: ['Cannot query field "nothing" on type "Query".'],
      }),
    );
  });

  test.each([
    ['query and documentId', { query: me, documentId: idOf(me) }],
    ['documentId and persistedQuery', { documentId: idOf(me), ...persisted(hashOf(me)) }],
    ['query and the hash of another text', { query: untrusted, ...persisted(hashOf(me)) }],
    ['a documentId that is not a text', { documentId: { id: idOf(me) } }],
    ['a persistedQuery without a hash', { extensions: { persistedQuery: { version: 1 } } }],
    ['a persistedQuery of another version', { extensions: { persistedQuery: { version: 2, sha256Hash: hashOf(me) } } }],
    ['extensions that are a text', { documentId: idOf(me), extensions: 'a' }, 'BAD_REQUEST'],
    ['a persistedQuery that is a text', { extensions: { persistedQuery: hashOf(me) } }],
  ])('refuses %s', async (_case, body, key = 'OBP-10001') => {
    expect(await post(gateway, body, authorization)).toMatchObject({ status: 400, data: undefined, keys: [key] });
  });

  test.each([
    ['a text', { query: untrusted }],
    ['a text with its hash', { query: untrusted, ...persisted(hashOf(untrusted)) }],
    ['a trusted text with another space', { query: `${me} ` }],
    ['a text with a syntax error', { query: '{' }],
    ['introspection', { query: '{ __schema { queryType { name } } }' }],
    ['an empty documentId with a text', { query: untrusted, documentId: null }],
  ])('refuses %s before it is parsed', async (_case, body) => {
    expect(await post(gateway, body)).toEqual({ status: 403, keys: ['DOCUMENT_NOT_TRUSTED'] });
  });

  test.each([
    ['a list of operations', [{ query: untrusted }]],
    ['a document in another form', { query: { kind: 'Document', definitions: [] } }],
    ['nothing', {}],
  ])('executes nothing for %s', async (_case, body) => {
    const { status, data } = await post(gateway, body);

    expect(status).toBe(400);
    expect(data).toBeUndefined();
  });

  test('refuses GET', async () => {
    const response = await fetch(`${gateway.url}/graphql?documentId=${idOf(banks)}`);

    expect(response.status).toBe(405);
  });

  test('records the document of an operation, and the hash of a refused text', async () => {
    const audit = auditReader(gateway.database);
    await audit.skipExisting();
    await post(gateway, { documentId: idOf(me) }, authorization);
    await post(gateway, { query: me }, authorization);
    await post(gateway, { query: untrusted }, authorization);

    const hash = { operationHash: hashOf(me), documentId: idOf(me) };
    expect(await audit.events()).toEqual([
      expect.objectContaining({ kind: 'READ', userId: alice.id, operationName: 'Me', ...hash }),
      expect.objectContaining({ kind: 'READ', userId: alice.id, operationName: 'Me', ...hash }),
      expect.objectContaining({
        ...{ kind: 'AUTHENTICATION', outcome: 'REFUSED', userId: alice.id, errors: ['DOCUMENT_NOT_TRUSTED'] },
        ...{ operationHash: hashOf(untrusted), documentId: null },
      }),
    ]);
  });

  test('executes a mutation', async () => {
    const { token } = await gateway.createUser();

    const { data } = await post(gateway, { documentId: idOf(logout) }, { authorization: `Bearer ${token}` });

    expect(data).toHaveProperty('revokeMyTokens.revokedAt');
  });

  test('refuses an invalid token first', async () => {
    expect(await post(gateway, { query: untrusted }, { authorization: 'Bearer a' })).toMatchObject({ status: 401 });
  });

  test('names the mode in the playground', async () => {
    const page = await (await fetch(`${gateway.url}/playground`)).text();

    expect(page).toContain('This gateway executes only trusted documents.');
  });
});

describe('GATEWAY_TRUSTED_DOCUMENTS_MODE=log', () => {
  test('executes and logs an untrusted text once', async () => {
    const gateway = await start('log');
    const named = { operationName: 'Untrusted' };
    const headers = { 'apollographql-client-name': 'web' };
    for (let index = 0; index < 2; index += 1) {
      expect((await post(gateway, { query: untrusted, ...named }, headers)).data).toHaveProperty('banks');
    }
    await post(gateway, { query: banks });
    await post(gateway, { documentId: idOf(banks) });
    const lines = gateway.logged.filter(({ msg }) => msg === 'untrusted document');
    await gateway.stop();

    expect(lines).toEqual([expect.objectContaining({ operationHash: hashOf(untrusted), clientName: 'web', ...named })]);
  });
});

describe('GATEWAY_TRUSTED_DOCUMENTS_MODE=off', () => {
  test('executes texts, and documents by their IDs', async () => {
    const gateway = await start('off');
    const answers = [
      await post(gateway, { query: untrusted }),
      await post(gateway, { documentId: idOf(banks) }),
      await post(gateway, { documentId: idOf('unknown') }),
    ];
    const unknownHash = await post(gateway, persisted(hashOf(untrusted)));
    const registering = await post(gateway, { query: untrusted, ...persisted(hashOf(untrusted)) });
    const page = await (await fetch(`${gateway.url}/playground`)).text();
    await gateway.stop();

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 400]);
    expect(answers.at(-1)?.keys).toEqual(['DOCUMENT_NOT_FOUND']);
    expect(unknownHash).toEqual({ status: 400, keys: ['PERSISTED_QUERY_NOT_FOUND'] });
    expect(registering).toMatchObject({ status: 200, keys: [] });
    expect(page).not.toContain('trusted documents');
  });
});

describe('a gateway without a manifest', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.stop());

  test.each([
    ['documentId', { documentId: idOf(banks) }, 'DOCUMENT_NOT_FOUND'],
    ['an empty documentId', { documentId: '' }, 'DOCUMENT_NOT_FOUND'],
    ['a documentId that is not a text', { documentId: 1 }, 'OBP-10001'],
    ['documentId and query', { documentId: idOf(banks), query: banks }, 'OBP-10001'],
    ['a hash in the form of Apollo', persisted(hashOf(banks)), 'PERSISTED_QUERY_NOT_SUPPORTED'],
    ['a hash of another text', { query: banks, ...persisted(hashOf(me)) }, 'OBP-10001'],
    ['nothing', {}, 'BAD_REQUEST'],
    ['extensions that are a text', { query: banks, extensions: 'a' }, 'BAD_REQUEST'],
  ])('refuses %s', async (_case, body, key) => {
    expect(await post(gateway, body)).toEqual({ status: 400, keys: [key] });
  });

  test('executes a text with its hash, and a text with a documentId that is null', async () => {
    expect((await post(gateway, { query: banks, ...persisted(hashOf(banks)) })).data).toHaveProperty('banks');
    expect((await post(gateway, { query: banks, documentId: null })).data).toHaveProperty('banks');
  });
});

describe('a manifest', () => {
  const rules = { limits: { ...defaultLimits, maxTokens: 1_500 }, introspection: false };

  /** The documents of a file that is only read when `refresh` is called. */
  async function open(file: string) {
    const lines: { msg: string; reason?: string }[] = [];
    const destination = { write: (line: string) => lines.push(JSON.parse(line)) };
    const files = await openDocumentFiles({
      ...{ manifests: [{ clientName: 'web', file }], schema: await gatewaySchema(), rules },
      logger: createLogger('info', { destination }),
      intervalMilliseconds: 3_600_000,
    });
    files.close();
    const failures = () => lines.filter(({ msg }) => msg === 'trusted documents not read');
    return { files, failures, knows: (text: string) => files.documents.byText(text) !== null };
  }

  async function fileWith(...texts: string[]): Promise<string> {
    const file = join(await mkdtemp(join(folder, 'manifest-')), 'manifest.json');
    await writeFile(file, manifestOf(...texts));
    return file;
  }

  function manifestOf(...texts: string[]): string {
    return JSON.stringify(Object.fromEntries(texts.map((text) => [idOf(text), text])));
  }

  test('is read again when it is overwritten', async () => {
    const file = await fileWith(me);
    const { files, knows } = await open(file);
    await writeFile(file, manifestOf(banks, untrusted));
    expect([knows(me), knows(banks)]).toEqual([true, false]);

    await files.refresh();

    expect([knows(me), knows(banks)]).toEqual([false, true]);
  });

  test('is read again when another file is renamed to its name', async () => {
    const [file, next] = [await fileWith(me), await fileWith(banks)];
    const { files, knows } = await open(file);
    await rename(next, file);
    await files.refresh();

    expect([knows(me), knows(banks)]).toEqual([false, true]);
  });

  test('is read again when the folder is replaced as Kubernetes does', async () => {
    const mount = await mkdtemp(join(folder, 'mount-'));
    for (const [version, text] of Object.entries({ first: me, second: banks })) {
      await mkdir(join(mount, version));
      await writeFile(join(mount, version, 'manifest.json'), manifestOf(text));
    }
    await symlink('first', join(mount, '..data'));
    await symlink('..data/manifest.json', join(mount, 'manifest.json'));
    const { files, knows } = await open(join(mount, 'manifest.json'));
    expect(knows(me)).toBe(true);
    await symlink('second', join(mount, '..data_tmp'));
    await rename(join(mount, '..data_tmp'), join(mount, '..data'));
    await files.refresh();

    expect([knows(me), knows(banks)]).toEqual([false, true]);
  });

  test('keeps its documents while the file is broken or missing, and is logged once', async () => {
    const file = await fileWith(me);
    const { files, failures, knows } = await open(file);
    await writeFile(file, manifestOf(banks).slice(0, 20));
    await files.refresh();
    await files.refresh();
    expect(failures()).toMatchObject([{ reason: 'The file is not JSON.' }]);
    expect(knows(me)).toBe(true);

    await rm(file);
    await files.refresh();
    await files.refresh();
    expect(failures().slice(1)).toMatchObject([{ reason: 'The file cannot be read (ENOENT).' }]);
    expect(knows(me)).toBe(true);

    await writeFile(file, manifestOf(banks));
    await files.refresh();
    expect([knows(me), knows(banks)]).toEqual([false, true]);
    expect(failures()).toHaveLength(2);
  });

  test('can be missing when the gateway starts', async () => {
    const file = await fileWith(me);
    await rename(file, `${file}.later`);
    const { files, failures, knows } = await open(file);
    expect([failures().length, knows(me)]).toEqual([1, false]);
    await rename(`${file}.later`, file);
    await files.refresh();

    expect(knows(me)).toBe(true);
  });

  test('is validated against the schema and the limits', async () => {
    const texts = [
      invalid,
      '{',
      'fragment Alone on Bank { id }',
      '{ __schema { queryType { name } } }',
      `{ ${Array.from({ length: 21 }, (_item, index) => `a${index}: banks { id }`).join(' ')} }`,
      'query ($n: Int!) { customers(bankId: "a", first: $n) { nodes { id } } }',
    ];
    const { files } = await open(await fileWith(...texts));

    const areValid = texts.map((text) => files.documents.byText(text)?.problems.length === 0);
    expect(areValid).toEqual([false, false, false, false, false, true]);
  });
});

test('a gateway reads a changed manifest by itself', async () => {
  const file = join(folder, 'changing.json');
  await writeFile(file, '{}');
  const environment = { GATEWAY_TRUSTED_DOCUMENTS: `web=${file}`, GATEWAY_TRUSTED_DOCUMENTS_MODE: 'only' };
  const gateway = await startGateway({ environment, documentIntervalMilliseconds: 10 });
  expect((await post(gateway, { documentId: idOf(banks) })).status).toBe(400);
  await writeFile(file, JSON.stringify({ [idOf(banks)]: banks }));

  const status = async () => (await post(gateway, { documentId: idOf(banks) })).status;
  await expect.poll(status, { timeout: 30_000 }).toBe(200);
  await gateway.stop();
});
