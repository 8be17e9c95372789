/**
 * Every API of the catalogue, over the real server: its success for each of its roles, and each of its errors, after which
 * nothing is written. How each is called stands in support/api-cases.ts; an API, or an error of one, without its case
 * fails here by name. Every mutation besides: once per idempotency key, and never over a newer version.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type GraphQLField, getNamedType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Role, roleScope } from '../src/base/roles.ts';
import { gatewaySchema } from '../src/schema.ts';
import {
  type ApiCase,
  apiCases,
  furtherCases,
  type Refusal,
  type Variables,
  wholeEnvironment,
} from './support/api-cases.ts';
import { insertEveryNoun, type World } from './support/every-noun.ts';
import { type Gateway, startGateway } from './support/gateway.ts';
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

/** What is called: a root field as one API, or as none. */
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
  const found = apiCases[operation];
  return field === undefined || found === undefined ? [] : [{ title: operation, kind, field, errors, case: found }];
});
const further: Called[] = Object.entries(furtherCases).flatMap(([name, found]) => {
  const field = fieldAt(`Mutation.${name}`);
  return field === undefined ? [] : [{ title: name, kind: 'mutation', field, errors: [], case: found }];
});
const writes = [...apis, ...further].filter(({ kind }) => kind === 'mutation');
const keyed = writes.filter(({ field }) => argumentNames(field).includes('idempotencyKey'));
const versioned = writes.filter(({ field }) => argumentNames(field).includes('expectedVersion'));

/** With its title apart: Vitest shortens those that it takes out of an object. */
function named<Item extends { title: string }>(items: Item[]): [string, Item][] {
  return items.map((item) => [item.title, item]);
}

function argumentNames({ args }: Field): string[] {
  return args.map(({ name }) => name);
}

function accessOf({ extensions }: Field) {
  return extensions.access as { kind: 'public' | 'authenticated' | 'role'; anyOf?: Role[] };
}

/** The operation with every argument of the field as a variable. */
function documentOf({ kind, field, case: { selection } }: Called): string {
  const variables = field.args.map(({ name, type, defaultValue }) => {
    return `$${name}: ${type}${defaultValue === undefined ? '' : ` = ${defaultValue}`}`;
  });
  const passed = field.args.map(({ name }) => `${name}: $${name}`);
  const brackets = (inside: string[]) => (inside.length === 0 ? '' : `(${inside.join(', ')})`);
  const selected = isObjectType(getNamedType(field.type)) ? `{ ${selection} }` : '';
  return `${kind} ${brackets(variables)} { ${field.name}${brackets(passed)} ${selected} }`;
}

/** A role where it counts: at the bank, or without one. */
function rightly(roles: readonly Role[], bankId: string): [Role, string | null][] {
  return roles.map((role) => [role, roleScope(role) === 'system' ? null : bankId]);
}

let gateway: Gateway;
/** Of everything that is refused and everything that only reads: nothing in it changes. */
let world: World;
let otherWorld: World;
const others = new Map<string, Promise<{ gateway: Gateway; world: World }>>();

beforeAll(async () => {
  gateway = await startGateway({ environment: wholeEnvironment });
  world = await insertEveryNoun(gateway);
  otherWorld = await insertEveryNoun(gateway);
});

afterAll(async () => {
  await gateway.stop();
  for (const other of others.values()) await (await other).gateway.stop();
});

/** The world of a gateway that is set otherwise. */
async function worldWith(environment: Record<string, string> | undefined): Promise<World> {
  if (environment === undefined) return world;
  const name = JSON.stringify(environment);
  const started =
    others.get(name) ??
    startGateway({ environment: { ...wholeEnvironment, ...environment } }).then(async (other) => ({
      gateway: other,
      world: await insertEveryNoun(other),
    }));
  others.set(name, started);
  return (await started).world;
}

async function userWith(at: World, roles: readonly Role[]): Promise<string> {
  return (await at.gateway.createUser({ roles: rightly(roles, at.bankId) })).token;
}

/** Who may make the whole call: a holder of every role, else who is linked, else anybody. */
async function callerOf({ field, case: { alsoRoles = [] } }: Called, at: World): Promise<string | null> {
  const { kind, anyOf = [] } = accessOf(field);
  if (kind === 'public') return null;
  return anyOf.length === 0 ? at.linkedUser.token : userWith(at, [...anyOf, ...alsoRoles]);
}

const errorCount = catalogue.flatMap(({ errors }) => errors).length;

describe(`the cases of ${catalogue.length} APIs, with ${errorCount} (API, error) pairs`, () => {
  test.each(catalogue.map(({ operation }) => operation))(
    '%s has its field, its case of success, and a case for each of its errors',
    (operation) => {
      const api = apis.find(({ title }) => title === operation);
      const untried = api?.errors.filter((code) => refusalOf(api, code) === undefined);

      expect(api, `${operation} has no field in the schema, or no entry in apiCases`).toBeDefined();
      expect(untried, `errors of ${operation} that are not provoked`).toEqual([]);
    },
  );

  test('name no API that is not in the catalogue, and no error that is not of its API', () => {
    const stray = Object.entries(apiCases).flatMap(([operation, { refusals = {} }]) => {
      const errors = catalogue.find((api) => api.operation === operation)?.errors;
      if (errors === undefined) return [operation];
      return Object.keys(refusals)
        .filter((code) => !errors.includes(code))
        .map((code) => `${operation} ${code}`);
    });

    expect(stray).toEqual([]);
  });

  test('are there for every mutation of the schema', () => {
    const tried = new Set(writes.map(({ field }) => field.name));

    const missing = mutations.map(({ name }) => name).filter((name) => name !== 'login' && !tried.has(name));
    expect(missing, 'Add a case for each of these mutations to furtherCases in test/support/api-cases.ts.').toEqual([]);
  });
});

describe('the mutations of the schema', () => {
  test('take an idempotency key, all but login and createUser, and revokeMyTokens, whose caller is refused after it', () => {
    const without = mutations
      .filter((field) => !argumentNames(field).includes('idempotencyKey'))
      .map(({ name }) => name);

    expect(without.sort()).toEqual(['createUser', 'login', 'revokeMyTokens']);
  });

  test('take the expected version where they update or delete', () => {
    const changing = mutations.filter(({ name }) => /^(update|delete)/.test(name));
    const without = changing.filter((field) => !argumentNames(field).includes('expectedVersion'));

    expect(without.map(({ name }) => name)).toEqual([]);
  });
});

const nobodys = 'no-such-id';
/** Errors that say of an argument alone that there is nothing by it. */
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

/** How a call comes to this error; undefined where nobody has said. */
function refusalOf({ field, case: { refusals = {} } }: Called, code: string): Refusal | undefined {
  const own = refusals[code];
  if (own !== undefined) return own;
  if (code === 'OBP-20001') return {};
  if (code === 'OBP-20006') return { caller: ({ freeUser }) => freeUser.token };
  if (code === 'OBP-30111') return { given: () => ({ bankId: 'no bank!' }) };
  const name = notFoundBy[code];
  return name !== undefined && argumentNames(field).includes(name) ? { given: () => ({ [name]: nobodys }) } : undefined;
}

interface Refused {
  code: string;
  given?: Variables;
  caller?: string | null;
}

/** Makes the call, and asserts that it ends in this error and leaves everything as it was. */
async function expectRefused(api: Called, at: World, document: string, { code, given = {}, caller }: Refused) {
  const token = caller === undefined ? await callerOf(api, at) : caller;
  const before = await everythingStored(at.gateway.database);

  const { data, errors } = await at.gateway.query(token, document, { ...api.case.given(at), ...given });

  expect(errors.map(({ extensions }) => extensions.obpCode)).toEqual([code]);
  expect(data?.[api.field.name] ?? null).toBeNull();
  expect(await everythingStored(at.gateway.database)).toEqual(before);
}

describe.each(named(apis))('%s', (_title, api) => {
  test.each(api.errors)('answers %s, and nothing is written', async (code) => {
    const refusal = refusalOf(api, code);
    if (refusal === undefined) throw new Error(`Nothing provokes ${code} of ${api.title}.`);
    const at = await worldWith(refusal.environment);
    const caller = code === 'OBP-20001' ? null : await refusal.caller?.(at);

    const document = refusal.document ?? documentOf(api);
    await expectRefused(api, at, document, { code, given: refusal.given?.(at), caller });
  });
});

describe.each(named(apis.filter(({ field }) => accessOf(field).kind === 'role')))('%s', (_title, api) => {
  test('answers OBP-20006 to who holds its roles where they do not count, and nothing is written', async () => {
    const { anyOf = [] } = accessOf(api.field);
    const elsewhere = anyOf.map((role): [Role, string] => [
      role,
      roleScope(role) === 'system' ? world.bankId : otherWorld.bankId,
    ]);
    const { token } = await gateway.createUser({ roles: elsewhere });

    await expectRefused(api, world, documentOf(api), { code: 'OBP-20006', caller: token });
  });
});

interface Way {
  title: string;
  api: Called;
  role: Role | null;
}

const ways: Way[] = [...apis, ...further].flatMap((api) => {
  const { kind, anyOf = [] } = accessOf(api.field);
  const asRole = anyOf.map((role) => ({ title: `${api.title} with ${role}`, api, role }));
  if (kind === 'role' || api.case.isByRoleOnly === true) return asRole;
  const who = kind === 'public' ? 'anybody' : 'who is linked';
  return [{ title: `${api.title} of ${who}`, api, role: null }, ...asRole];
});

/** What a call by this way gives, in a world of its own where it writes. */
async function succeed({ api, role }: Way) {
  const { field, case: called } = api;
  const at = api.kind === 'query' ? world : await insertEveryNoun(gateway);
  const { kind } = accessOf(field);
  const isOwn = role === null && kind !== 'public';
  const given = { ...called.given(at), ...(isOwn ? called.givenForOwn?.(at) : {}) };
  const token =
    role !== null ? await userWith(at, [role, ...(called.alsoRoles ?? [])]) : isOwn ? at.linkedUser.token : null;
  const before = await everythingStored(gateway.database);
  const answer = await gateway.query(token, documentOf(api), given);
  return { at, answer, before, after: await everythingStored(gateway.database) };
}

describe('the success of', () => {
  test.each(named(ways.filter(({ api }) => api.kind === 'query')))(
    '%s is an answer, and nothing is written',
    async (_title, way) => {
      const { at, answer, before, after } = await succeed(way);

      expect(answer.errors).toEqual([]);
      expect(answer.data?.[way.api.field.name]).toEqual(way.api.case.answer(at));
      expect(after).toEqual(before);
    },
  );

  test.each(named(ways.filter(({ api }) => api.kind === 'mutation')))(
    '%s is written, and answered as it is now',
    async (_title, way) => {
      const { at, answer, before, after } = await succeed(way);

      expect(answer.errors).toEqual([]);
      expect(answer.data?.[way.api.field.name]).toEqual(way.api.case.answer(at));
      expect(after).not.toEqual(before);
    },
  );
});

/** Other arguments than those of success. */
function otherwise({ field, case: called }: Called, at: World): Variables {
  if (called.otherwise !== undefined) return called.otherwise(at);
  return { [argumentNames(field).includes('id') ? 'id' : 'customerId']: nobodys };
}

/** Whether the object itself is in the answer again: one that was deleted is not. */
const isDeletion = ({ field }: Called) => field.name.startsWith('delete');

describe.each(named(keyed))('%s', (_title, api) => {
  async function twice(variables: Variables, headers: Record<string, string>) {
    const at = await insertEveryNoun(gateway);
    const token = await callerOf(api, at);
    const call = (more: Variables = {}) =>
      gateway.query(token, documentOf(api), { ...api.case.given(at), ...variables, ...more }, headers);
    const first = await call();
    const stored = await everythingStored(gateway.database);
    const again = await call();
    return { at, call, first, again, stored };
  }

  test.each([
    ['argument', () => ({ variables: { idempotencyKey: randomUUID() }, headers: {} })],
    ['header', () => ({ variables: {}, headers: { 'idempotency-key': randomUUID() } })],
  ])('writes once with one idempotency key as its %s, and answers the same object', async (_where, key) => {
    const { variables, headers } = key();

    const { first, again, stored } = await twice(variables, headers);

    expect([...first.errors, ...again.errors]).toEqual([]);
    expect(await everythingStored(gateway.database)).toEqual(stored);
    if (!isDeletion(api)) expect(again.data).toEqual(first.data);
  });

  test('with the same idempotency key and other arguments is a conflict, and nothing is written', async () => {
    const { at, call, stored } = await twice({ idempotencyKey: randomUUID() }, {});

    const { errors } = await call(otherwise(api, at));

    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['CONFLICT']);
    expect(await everythingStored(gateway.database)).toEqual(stored);
  });
});

describe.each(named(versioned))('%s', (_title, api) => {
  test('with a version that is not the present one is a conflict that tells the present one, and nothing is written', async () => {
    const at = await insertEveryNoun(gateway);
    const token = await callerOf(api, at);
    const given = { ...api.case.given(at), ...api.case.givenForVersion?.(at), expectedVersion: 99 };
    const before = await everythingStored(gateway.database);

    const { errors } = await gateway.query(token, documentOf(api), given);

    expect(errors.map(({ extensions }) => extensions)).toEqual([
      expect.objectContaining({ code: 'CONFLICT', currentVersion: 1 }),
    ]);
    expect(await everythingStored(gateway.database)).toEqual(before);
  });

  test('with the present version is written', async () => {
    const at = await insertEveryNoun(gateway);
    const token = await callerOf(api, at);
    const given = { ...api.case.given(at), ...api.case.givenForVersion?.(at), expectedVersion: 1 };
    const before = await everythingStored(gateway.database);

    const { errors } = await gateway.query(token, documentOf(api), given);

    expect(errors).toEqual([]);
    expect(await everythingStored(gateway.database)).not.toEqual(before);
  });
});
