/**
 * Sends 256 KB of the most expensive texts to every text of every argument, each in a request of its own and spread over all
 * texts of a mutation. CPU time is that of the process, client included, so it is
 * compared with the same bytes in a variable that nothing reads.
 */
import { type GraphQLField, type GraphQLScalarType, getNamedType, isInputObjectType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { roleScope, roles } from '../../src/base/roles.ts';
import { gatewaySchema } from '../../src/schema.ts';
import { wholeEnvironment } from '../support/api-cases.ts';
import { insertEveryEntity, type World } from '../support/every-entity.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { pathsToTexts, valuesWith, worstTexts } from '../support/worst-texts.ts';

type Field = GraphQLField<unknown, unknown>;

const schema = await gatewaySchema();
const queries = Object.values(schema.getQueryType()?.getFields() ?? {});
const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});

/** The allowed CPU time beyond that of the transport, in milliseconds. */
const allowance = 20;

let gateway: Gateway;
let world: World;
let token: string;

beforeAll(async () => {
  gateway = await startGateway({
    environment: { ...wholeEnvironment, GATEWAY_NEW_USERS_PER_HOUR: '1000000', GATEWAY_COST_PER_MINUTE: '1000000000' },
  });
  world = await insertEveryEntity(gateway);
});

afterAll(() => gateway.stop());

interface Operation {
  document: string;
  variables: Record<string, unknown>;
}

/** A call of the field with these texts. `around` is the parent of a field that is not a root field. */
function callOf(
  kind: 'query' | 'mutation',
  field: Field,
  paths: readonly string[][],
  text: string,
  around = '%',
): Operation {
  const variables = valuesWith(field.args, paths, text);
  for (const id of ['bankId', 'customerId'] as const) {
    if (variables[id] !== undefined && variables[id] !== text) variables[id] = world[id];
  }
  const declared = field.args.filter(({ name }) => variables[name] !== undefined);
  const selection = isObjectType(getNamedType(field.type)) ? '{ __typename }' : '';
  const passed = declared.map(({ name }) => `${name}: $${name}`).join(', ');
  const called = around.replace('%', `${field.name}(${passed}) ${selection}`);
  return {
    document: `${kind} (${declared.map(({ name, type }) => `$${name}: ${type}`).join(', ')}) { ${called} }`,
    variables,
  };
}

async function cpuOf({ document, variables }: Operation): Promise<number> {
  // Threads of V8 collect the garbage of other tests.
  const before = process.threadCpuUsage();
  await gateway.query(token, document, variables);
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

/** The minimum of up to eight runs, because the garbage collector runs in the same thread. */
async function costOf(operation: Operation, limit: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 8 && least > limit; round += 1) least = Math.min(least, await cpuOf(operation));
  return least;
}

const controls = new Map<string, number>();

/** The cost of the same bytes in a variable that is not read. */
async function controlOf(text: string): Promise<number> {
  const known = controls.get(text);
  if (known !== undefined) return known;
  const control = { document: '{ __typename }', variables: { unread: text } };
  const costs = [await cpuOf(control), await cpuOf(control), await cpuOf(control)];
  const cost = costs.sort((one, other) => one - other)[1] ?? 0;
  controls.set(text, cost);
  return cost;
}

/** The operations that exceed the allowed cost, with their costs. */
async function tooCostly(operations: readonly (readonly [title: string, text: string, operation: Operation])[]) {
  const found: string[] = [];
  for (const [title, text, operation] of operations) {
    const limit = allowance + 2 * (await controlOf(text));
    const cost = await costOf(operation, limit);
    if (cost > limit) found.push(`${title}: ${Math.round(cost)} ms of at most ${Math.round(limit)} ms`);
  }
  return found;
}

const texts = Object.entries(worstTexts);
let next = 0;
/** Returns a different text with each call, so that all fields together get each of them many times. */
function anyWorstText(): [name: string, text: string] {
  next += 1;
  return texts[next % texts.length] ?? ['letters', 'a'];
}

function toEachText(kind: 'query' | 'mutation', fields: readonly Field[], around?: string) {
  return fields.flatMap((field) =>
    pathsToTexts(field.args).map((path) => {
      const [name, text] = anyWorstText();
      return [`${name} as ${field.name}(${path.join('.')}:)`, text, callOf(kind, field, [path], text, around)] as const;
    }),
  );
}

function fieldsOf(typeName: string): Field[] {
  const type = schema.getType(typeName);
  return isObjectType(type) ? Object.values(type.getFields()).filter(({ args }) => args.length > 0) : [];
}

beforeAll(async () => {
  const held = (Object.keys(roles) as (keyof typeof roles)[]).map(
    (role) => [role, roleScope(role) === 'system' ? null : world.bankId] as const,
  );
  token = (await gateway.createUser({ roles: held })).token;
});

describe('the cost of 256 KB of text', () => {
  test('is low in every argument of every root field', { timeout: 300_000 }, async () => {
    const operations = [...toEachText('query', queries), ...toEachText('mutation', mutations)];

    expect(operations.length).toBeGreaterThan(300);
    expect(await tooCostly(operations)).toEqual([]);
  });

  test('is low in every argument of every other field', async () => {
    const ofCustomer = `customer(bankId: "${world.bankId}", customerId: "${world.customerId}") { % }`;
    const operations = [
      ...toEachText('query', fieldsOf('Customer'), ofCustomer),
      ...toEachText('query', fieldsOf('Bank'), `bank(bankId: "${world.bankId}") { % }`),
    ];
    // The arguments of subscriptions are the same IDs as those of queries.
    const tried = new Set(['Customer', 'Bank', 'Query', 'Mutation', 'Subscription']);
    const others = Object.values(schema.getTypeMap()).filter(({ name }) => !tried.has(name) && !name.startsWith('__'));

    expect(others.filter((type) => isObjectType(type) && fieldsOf(type.name).length > 0)).toEqual([]);
    expect(operations.length).toBeGreaterThan(4);
    expect(await tooCostly(operations)).toEqual([]);
  });

  test.each(texts)('is low for %s in every scalar, as a variable and in the document', async (_name, text) => {
    const scalars = new Map<string, Operation>();
    const written = JSON.stringify(text);
    for (const field of mutations) {
      for (const path of pathsToTexts(field.args)) {
        let type = field.args.find(({ name }) => name === path[0])?.type;
        for (const step of path.slice(1)) {
          const input = getNamedType(type);
          type = isInputObjectType(input) ? input.getFields()[step]?.type : undefined;
        }
        const { name } = getNamedType(type) as GraphQLScalarType;
        if (!scalars.has(name)) scalars.set(name, callOf('mutation', field, [path], text));
      }
    }
    const operations = [...scalars].flatMap(([name, operation]) => {
      const literal = `{ customer(bankId: "b", customerId: ${written}) { id } }`;
      return [
        [`a ${name}`, text, operation] as const,
        [`an ID in the document`, text, { document: literal, variables: {} }] as const,
      ];
    });

    expect(scalars.size).toBeGreaterThan(8);
    expect(await tooCostly(operations)).toEqual([]);
  });

  test.each(texts)('is low for %s that is spread over all texts of an input', async (name, text) => {
    const operations = mutations.map((field) => {
      const paths = pathsToTexts(field.args).filter(([argument]) => argument === 'input');
      const part = text.slice(0, Math.floor(text.length / Math.max(paths.length, 1)));
      return [`${name} in ${field.name}`, text, callOf('mutation', field, paths, part)] as const;
    });

    expect(await tooCostly(operations)).toEqual([]);
  });
});
