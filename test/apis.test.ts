/**
 * Calls every API of the catalogue over the real server: successfully with each of its roles, and with each of its
 * errors, after which nothing must have been written. support/api-cases.ts contains the calls. An API or an error
 * without a case fails a test by name. Every mutation must also respect idempotency keys and expected versions.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type GraphQLField, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Role, roleScope } from '../src/base/roles.ts';
import { gatewaySchema } from '../src/schema.ts';
import {
  type ApiCase,
  apiCases,
  gatewayCases,
  mutationsWithoutCase,
  mutationsWithoutKey,
  type Refusal,
  type Variables,
  wholeEnvironment,
} from './support/api-cases.ts';
import { undocumentedParts } from './support/documented-errors.ts';
import { insertEveryEntity, type World } from './support/every-entity.ts';
import { type Gateway, startGateway } from './support/gateway.ts';
import { documentOfRoot } from './support/root-calls.ts';
import { everythingStored } from './support/stored.ts';

interface Api {
  operation: string;
  kind: 'query' | 'mutation';
  root: string;
  access: 'public' | 'authenticated' | 'role';
  errors: string[];
}

type Field = GraphQLField<unknown, unknown>;

const catalogue = JSON.parse(readFileSync(new URL('catalogue.json', import.meta.url), 'utf8')) as Api[];
const schema = await gatewaySchema();
const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});

/** A call of a root field, as an API or as one of the gateway's own mutations. */
interface Called {
  title: string;
  kind: 'query' | 'mutation';
  field: Field;
  errors: string[];
  case: ApiCase;
}

function fieldAt(coordinate: string): Field | undefined {
  const [typeName = '', fieldName = ''] = coordinate.split('.');
  const type = schema.getType(typeName);
  return isObjectType(type) ? type.getFields()[fieldName] : undefined;
}

const apis: Called[] = catalogue.flatMap(({ operation, kind, root, errors }) => {
  const field = fieldAt(root);
  const apiCase = apiCases[operation];
  return field === undefined || apiCase === undefined ? [] : [{ title: operation, kind, field, errors, case: apiCase }];
});
const gatewayMutations: Called[] = Object.entries(gatewayCases).flatMap(([name, gatewayCase]) => {
  const field = fieldAt(`Mutation.${name}`);
  return field === undefined ? [] : [{ title: name, kind: 'mutation', field, errors: [], case: gatewayCase }];
});
const writes = [...apis, ...gatewayMutations].filter(({ kind }) => kind === 'mutation');
const keyed = writes.filter(({ field }) => argumentNames(field).includes('idempotencyKey'));
const versioned = writes.filter(({ field }) => argumentNames(field).includes('expectedVersion'));

/** Returns the items with their titles next to them, because Vitest shortens titles that it reads from an object. */
function named<Item extends { title: string }>(items: Item[]): [string, Item][] {
  return items.map((item) => [item.title, item]);
}

function argumentNames({ args }: Field): string[] {
  return args.map(({ name }) => name);
}

function accessOf({ extensions }: Field) {
  return extensions.access as { kind: 'public' | 'authenticated' | 'role'; anyOf?: Role[] };
}

function documentOf({ kind, field, case: { selection } }: Called): string {
  return documentOfRoot(kind, field, selection);
}

/** Returns bank roles with the bank, and system roles without a bank. */
function rolesAt(roles: readonly Role[], bankId: string): [Role, string | null][] {
  return roles.map((role) => [role, roleScope(role) === 'system' ? null : bankId]);
}

let gateway: Gateway;
/** The data of failing calls and of queries, which must not change it. */
let world: World;
let otherWorld: World;
const gatewaysByEnvironment = new Map<string, Promise<{ gateway: Gateway; world: World }>>();

beforeAll(async () => {
  gateway = await startGateway({ environment: wholeEnvironment });
  world = await insertEveryEntity(gateway);
  otherWorld = await insertEveryEntity(gateway);
});

afterAll(async () => {
  await gateway.stop();
  for (const other of gatewaysByEnvironment.values()) await (await other).gateway.stop();
});

/** Returns the world of a gateway with other environment variables, which is started at the first call. */
async function worldWith(environment: Record<string, string> | undefined): Promise<World> {
  if (environment === undefined) return world;
  const name = JSON.stringify(environment);
  const started =
    gatewaysByEnvironment.get(name) ??
    startGateway({ environment: { ...wholeEnvironment, ...environment } }).then(async (other) => ({
      gateway: other,
      world: await insertEveryEntity(other),
    }));
  gatewaysByEnvironment.set(name, started);
  return (await started).world;
}

async function userWith(at: World, roles: readonly Role[]): Promise<string> {
  return (await at.gateway.createUser({ roles: rolesAt(roles, at.bankId) })).token;
}

/** Returns a caller with all roles of the field, a linked user if it does not list roles, or null if it is public. */
async function callerOf({ field, case: { alsoRoles = [] } }: Called, at: World): Promise<string | null> {
  const { kind, anyOf = [] } = accessOf(field);
  if (kind === 'public') return null;
  return anyOf.length === 0 ? at.linkedUser.token : userWith(at, [...anyOf, ...alsoRoles]);
}

const errorCount = catalogue.flatMap(({ errors }) => errors).length;

describe(`the cases of ${catalogue.length} APIs, with ${errorCount} (API, error) pairs`, () => {
  test.each(catalogue.map(({ operation }) => operation))(
    'contain the field, the successful call, and each error of %s',
    (operation) => {
      const api = apis.find(({ title }) => title === operation);
      const missing = api?.errors.filter((code) => refusalOf(api, code) === undefined);

      expect(api, `${operation} must have a field in the schema and an entry in apiCases`).toBeDefined();
      expect(missing, `errors of ${operation} without a case`).toEqual([]);
    },
  );

  test('contain only APIs of the catalogue, and only their errors', () => {
    const unknown = Object.entries(apiCases).flatMap(([operation, { refusals = {} }]) => {
      const errors = catalogue.find((api) => api.operation === operation)?.errors;
      if (errors === undefined) return [operation];
      return Object.keys(refusals)
        .filter((code) => !errors.includes(code))
        .map((code) => `${operation} ${code}`);
    });

    expect(unknown).toEqual([]);
  });

  test('contain every mutation of the schema except those that need a password', () => {
    const called = new Set([...mutationsWithoutCase, ...writes.map(({ field }) => field.name)]);

    const missing = mutations.map(({ name }) => name).filter((name) => !called.has(name));
    expect(
      missing,
      'Add a case for each of these mutations to gatewayCases in test/support/api-cases/gateway-cases.ts.',
    ).toEqual([]);
  });
});

describe('the mutations of the schema', () => {
  test('accept an idempotency key, except those of passwords and tokens', () => {
    const without = mutations
      .filter((field) => !argumentNames(field).includes('idempotencyKey'))
      .map(({ name }) => name);

    expect(without.sort()).toEqual(mutationsWithoutKey);
  });

  test('accept the expected version if they update or delete', () => {
    const updates = mutations.filter(({ name }) => /^(update|delete)/.test(name));
    const without = updates.filter((field) => !argumentNames(field).includes('expectedVersion'));

    expect(without.map(({ name }) => name)).toEqual([]);
  });
});

const unknownId = 'no-such-id';
/** The argument whose unknown value provokes an error. */
const notFoundBy: Record<string, string> = {
  'OBP-30001': 'bankId',
  'OBP-30046': 'customerId',
  'OBP-30002': 'customerNumber',
  'OBP-30035': 'id',
  'OBP-30069': 'id',
  'OBP-30071': 'id',
  'OBP-30104': 'id',
  'OBP-30225': 'id',
  'OBP-30300': 'id',
  'OBP-30310': 'id',
};

/** Returns the call that provokes an error. Undefined if the case is missing. */
function refusalOf({ field, case: { refusals = {} } }: Called, code: string): Refusal | undefined {
  const refusal = refusals[code];
  if (refusal !== undefined) return refusal;
  if (code === 'OBP-20001') return {};
  if (code === 'OBP-20006') return { caller: ({ freeUser }) => freeUser.token };
  if (code === 'OBP-30111') return { variables: () => ({ bankId: 'no bank!' }) };
  const name = notFoundBy[code];
  return name !== undefined && argumentNames(field).includes(name)
    ? { variables: () => ({ [name]: unknownId }) }
    : undefined;
}

interface ExpectedError {
  code: string;
  variables?: Variables;
  caller?: string | null;
}

/** Sends the call, and asserts that it fails with the error and does not change stored data. */
async function expectRefused(
  api: Called,
  at: World,
  document: string,
  { code, variables = {}, caller }: ExpectedError,
) {
  const token = caller === undefined ? await callerOf(api, at) : caller;
  const before = await everythingStored(at.gateway.database);

  const { status, data, errors } = await at.gateway.query(token, document, {
    ...api.case.variables(at),
    ...variables,
  });

  expect(errors.map(({ extensions }) => extensions.obpCode)).toEqual([code]);
  expect(undocumentedParts(errors, status)).toEqual([]);
  expect(data?.[api.field.name] ?? null).toBeNull();
  expect(await everythingStored(at.gateway.database)).toEqual(before);
}

describe.each(named(apis))('%s', (_title, api) => {
  test.each(api.errors)('fails with %s and writes nothing', async (code) => {
    const refusal = refusalOf(api, code);
    if (refusal === undefined) throw new Error(`A case must provoke ${code} of ${api.title}.`);
    const at = await worldWith(refusal.environment);
    const caller = code === 'OBP-20001' ? null : await refusal.caller?.(at);

    const document = refusal.document ?? documentOf(api);
    await expectRefused(api, at, document, { code, variables: refusal.variables?.(at), caller });
  });
});

describe.each(named(apis.filter(({ field }) => accessOf(field).kind === 'role')))('%s', (_title, api) => {
  test('fails with OBP-20006 and writes nothing if the roles are held at another scope', async () => {
    const { anyOf = [] } = accessOf(api.field);
    const wrongScope = anyOf.map((role): [Role, string] => [
      role,
      roleScope(role) === 'system' ? world.bankId : otherWorld.bankId,
    ]);
    const { token } = await gateway.createUser({ roles: wrongScope });

    await expectRefused(api, world, documentOf(api), { code: 'OBP-20006', caller: token });
  });
});

/** A caller of an API: with one role, or without a role. */
interface Way {
  title: string;
  api: Called;
  role: Role | null;
}

const ways: Way[] = [...apis, ...gatewayMutations].flatMap((api) => {
  const { kind, anyOf = [] } = accessOf(api.field);
  const asRole = anyOf.map((role) => ({ title: `${api.title} with ${role}`, api, role }));
  if (kind === 'role' || api.case.isByRoleOnly === true) return asRole;
  const caller = kind === 'public' ? 'an anonymous caller' : 'a linked user';
  return [{ title: `${api.title} by ${caller}`, api, role: null }, ...asRole];
});

/** Sends the successful call, a mutation in a world of its own, and returns the stored data before and after it. */
async function succeed({ api, role }: Way) {
  const { field, case: called } = api;
  const at = api.kind === 'query' ? world : await insertEveryEntity(gateway);
  const { kind } = accessOf(field);
  const isOwnData = role === null && kind !== 'public';
  const variables = { ...called.variables(at), ...(isOwnData ? called.ownVariables?.(at) : {}) };
  const token =
    role !== null ? await userWith(at, [role, ...(called.alsoRoles ?? [])]) : isOwnData ? at.linkedUser.token : null;
  const before = await everythingStored(gateway.database);
  const response = await gateway.query(token, documentOf(api), variables);
  return { at, response, before, after: await everythingStored(gateway.database) };
}

describe('a successful call of', () => {
  test.each(named(ways.filter(({ api }) => api.kind === 'query')))(
    '%s returns the expected result and writes nothing',
    async (_title, way) => {
      const { at, response, before, after } = await succeed(way);

      expect(response.errors).toEqual([]);
      expect(response.data?.[way.api.field.name]).toEqual(way.api.case.result(at));
      expect(after).toEqual(before);
    },
  );

  test.each(named(ways.filter(({ api }) => api.kind === 'mutation')))(
    '%s is stored, and returns the expected result',
    async (_title, way) => {
      const { at, response, before, after } = await succeed(way);

      expect(response.errors).toEqual([]);
      expect(response.data?.[way.api.field.name]).toEqual(way.api.case.result(at));
      expect(after).not.toEqual(before);
    },
  );
});

/** Returns variables that differ from those of the successful call. */
function differentVariables({ field, case: called }: Called, at: World): Variables {
  if (called.otherVariables !== undefined) return called.otherVariables(at);
  return { [argumentNames(field).includes('id') ? 'id' : 'customerId']: unknownId };
}

/** Whether the object is deleted, so that a repeated call cannot return it. */
const isDeletion = ({ field }: Called) => field.name.startsWith('delete');

describe.each(named(keyed))('%s', (_title, api) => {
  async function twice(variables: Variables, headers: Record<string, string>) {
    const at = await insertEveryEntity(gateway);
    const token = await callerOf(api, at);
    const call = (changes: Variables = {}) =>
      gateway.query(token, documentOf(api), { ...api.case.variables(at), ...variables, ...changes }, headers);
    const first = await call();
    const stored = await everythingStored(gateway.database);
    const repeated = await call();
    return { at, call, first, repeated, stored };
  }

  test.each([
    ['argument', () => ({ variables: { idempotencyKey: randomUUID() }, headers: {} })],
    ['header', () => ({ variables: {}, headers: { 'idempotency-key': randomUUID() } })],
  ])('writes once for an idempotency key in the %s, and returns the same object again', async (_place, key) => {
    const { variables, headers } = key();

    const { first, repeated, stored } = await twice(variables, headers);

    expect([...first.errors, ...repeated.errors]).toEqual([]);
    expect(await everythingStored(gateway.database)).toEqual(stored);
    if (!isDeletion(api)) expect(repeated.data).toEqual(first.data);
  });

  test('fails with CONFLICT and writes nothing for a used idempotency key with other arguments', async () => {
    const { at, call, stored } = await twice({ idempotencyKey: randomUUID() }, {});

    const { errors } = await call(differentVariables(api, at));

    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['CONFLICT']);
    expect(await everythingStored(gateway.database)).toEqual(stored);
  });
});

describe.each(named(versioned))('%s', (_title, api) => {
  test('fails with CONFLICT and the current version, and writes nothing, for another expected version', async () => {
    const at = await insertEveryEntity(gateway);
    const token = await callerOf(api, at);
    const variables = { ...api.case.variables(at), ...api.case.existingVariables?.(at), expectedVersion: 99 };
    const before = await everythingStored(gateway.database);

    const { errors } = await gateway.query(token, documentOf(api), variables);

    expect(errors.map(({ extensions }) => extensions)).toEqual([
      expect.objectContaining({ code: 'CONFLICT', currentVersion: 1 }),
    ]);
    expect(await everythingStored(gateway.database)).toEqual(before);
  });

  test('writes for the current version', async () => {
    const at = await insertEveryEntity(gateway);
    const token = await callerOf(api, at);
    const variables = { ...api.case.variables(at), ...api.case.existingVariables?.(at), expectedVersion: 1 };
    const before = await everythingStored(gateway.database);

    const { errors } = await gateway.query(token, documentOf(api), variables);

    expect(errors).toEqual([]);
    expect(await everythingStored(gateway.database)).not.toEqual(before);
  });
});
