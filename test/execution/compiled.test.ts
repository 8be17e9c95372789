/**
 * Compiled execution equals graphql-js: the same data in the same order, the same errors in the same order, and the same calls of
 * resolvers. Tested with random operations over resolvers that do everything that resolvers can do.
 * `SEED=<seed> npm test -- test/execution/compiled.test.ts` repeats a failure.
 */
import {
  buildSchema,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  getNullableType,
  isAbstractType,
  isEnumType,
  isListType,
  isObjectType,
  isScalarType,
  isUnionType,
  validate,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Executor, executionTimeout, executorsOf, variationsOf } from '../support/executors.ts';
import { randomNumbers, randomOperation, testSeed } from '../support/random-operation.ts';

const seed = testSeed();

describe(`random operations (seed ${seed}) with random resolvers`, () => {
  const types = `
    enum Level { LOW HIGH }
    scalar Odd
    input Input { name: String = "a" count: Int! list: [Input!] level: Level = LOW }
    interface Named { name: String flag: Boolean }
    union Thing = Plain | Node
    type Plain implements Named {
      id: ID! name: String count: Int! ratio: Float flag: Boolean level: Level levelStrict: Level! odd: Odd
      tags: [String!] matrix: [[Int!]!] child: Plain childStrict: Plain! children: [Plain] node: Node
      method(a: Int = 3, b: Int!): String
    }
    type Node implements Named {
      id: ID! name: String count: Int! flag: Boolean! level: Level odd: Odd! tags: [String!]! matrix: [[Int]]
      child: Node childStrict: Node! children: [Node] childrenStrict: [Node!]! plain: Plain! plains: [Plain!]
      echo(a: Int = 3, b: Input, c: [Int!], d: Level, f: ID! = "f"): String
      childOf(count: Int!, name: String): Node
      guarded: String guardedChild: Node guardedChildren: [Node!]
      thing: Thing things: [Thing!] named: Named namedStrict: [Named!]!
    }
    type Query { node: Node nodes: [Node] strict: Node! plain: Plain plains: [Plain!]! child(a: Int!): Node count: Int! thing: Thing things: [Thing] named: Named! }
    type Mutation { write(a: Int): Node writeStrict(a: Int): Node! plain: Plain name: String }`;
  const hasResolver = /^(Query|Mutation|Node)\.(?!id|name|tags)/;

  /** The state and the log of an execution, which only depend on the seed. */
  interface World {
    seed: number;
    log: string[];
    refused: Set<string>;
  }

  function hash(text: string): number {
    let result = 2_166_136_261;
    for (let index = 0; index < text.length; index += 1) {
      result = Math.imul(result ^ text.charCodeAt(index), 16_777_619) >>> 0;
    }
    return result;
  }

  const delays: ((value: unknown) => Promise<unknown>)[] = [
    (value) => Promise.resolve(value),
    async (value) => value,
    (value) => new Promise((resolve) => setImmediate(resolve, value)),
    (value) => new Promise((resolve) => process.nextTick(resolve, value)),
    async (value) => {
      for (let tick = 0; tick < 7; tick += 1) await null;
      return value;
    },
  ];

  /** Handles the rejection, because the executor never awaits the promise if its parent fails. */
  function rejected(promise: Promise<never>): Promise<never> {
    promise.catch(() => undefined);
    return promise;
  }

  function outcome(world: World, type: GraphQLOutputType, place: string): unknown {
    const random = randomNumbers(world.seed ^ hash(place));
    const chance = (share: number) => random() < share;
    const failure = () => {
      if (chance(0.3)) return new GraphQLError(`refused at ${place}`, { extensions: { code: 'REFUSED', place } });
      return chance(0.1) ? new GraphQLError('elsewhere', { path: ['elsewhere', 3] }) : new Error(`failed at ${place}`);
    };
    const later = (value: unknown) => (delays[Math.floor(random() * delays.length)] ?? Promise.resolve)(value);
    if (chance(0.03)) throw chance(0.2) ? 'a text that is thrown' : failure();
    if (chance(0.02)) return failure();
    if (chance(0.03))
      return rejected(chance(0.5) ? Promise.reject(failure()) : later(null).then(() => Promise.reject(failure())));
    if (chance(0.01)) return later(failure());
    const value = chance(0.05)
      ? chance(0.5)
        ? null
        : undefined
      : someValue(world, getNullableType(type), place, random);
    return chance(0.3) ? later(value) : value;
  }

  function someValue(world: World, type: GraphQLOutputType, place: string, random: () => number): unknown {
    if (random() < 0.01) return random() < 0.5 ? 'wrong' : { wrong: true };
    if (isListType(type)) {
      const items: unknown[] = [];
      for (let index = 0; index < Math.floor(random() * 4); index += 1) {
        try {
          items.push(outcome(world, type.ofType, `${place}.${index}`));
        } catch {
          items.push(new Error(`an item at ${place}`));
        }
      }
      return random() < 0.1 ? new Set(items) : items;
    }
    if (isEnumType(type)) return random() < 0.03 ? 'MIDDLE' : random() < 0.5 ? 'LOW' : 'HIGH';
    if (isObjectType(type)) return objectOf(world, type.name, place, random);
    if (isAbstractType(type)) {
      const name = (schema.getPossibleTypes(type)[random() < 0.5 ? 0 : 1] ?? type).name;
      const object = objectOf(world, name, place, random);
      const typeName = random() < 0.9 ? name : ['Query', 'Odd', 'Nothing', undefined][Math.floor(random() * 4)];
      return Object.defineProperty(object, '__typename', { value: typeName });
    }
    if (!isScalarType(type)) throw new Error(`There are no values of ${type}.`);
    if (type.name === 'Int') return Math.floor(random() * 100);
    if (type.name === 'Float') return random();
    if (type.name === 'Boolean') return random() < 0.5;
    return `${type.name} ${Math.floor(random() * 10)}`;
  }

  /** Returns an object with getters for random values, and with methods. */
  function objectOf(world: World, typeName: string, place: string, random: () => number): object {
    const object = {};
    const type = schema.getType(typeName);
    if (!isObjectType(type)) throw new Error(`${typeName} must be an object type.`);
    for (const field of Object.values(type.getFields())) {
      const at = `${place}.${field.name}`;
      if (random() < 0.05) {
        const value = (...args: unknown[]) => {
          world.log.push(`${at} is called with ${JSON.stringify(args[0])}`);
          return outcome(world, field.type, at);
        };
        Object.defineProperty(object, field.name, { enumerable: true, value });
      } else {
        Object.defineProperty(object, field.name, {
          enumerable: true,
          get() {
            world.log.push(`${at} is read`);
            return outcome(world, field.type, at);
          },
        });
      }
    }
    return object;
  }

  function pathText({ path }: GraphQLResolveInfo): string {
    const keys: (string | number)[] = [];
    for (let step: GraphQLResolveInfo['path'] | undefined = path; step !== undefined; step = step.prev) {
      keys.unshift(step.typename === undefined ? step.key : `${step.typename}:${step.key}`);
    }
    return keys.join('.');
  }

  const resolve: GraphQLFieldResolver<unknown, World> = (_parent, args, world, info) => {
    const place = pathText(info);
    const { fieldName, fieldNodes, parentType, variableValues } = info;
    const variableCount = Object.keys(variableValues).length;
    world.log.push(`${place} ${parentType} ${fieldNodes.length} ${variableCount} ${JSON.stringify(args)}`);
    // A refusal is thrown once for a coordinate and then only counted, so the response shows which refusal was the first.
    const refuse = () => {
      if (world.refused.has(fieldName)) return null;
      world.refused.add(fieldName);
      throw new GraphQLError(`refused: ${fieldName}`);
    };
    const random = hash(`${world.seed} ${place}`) % 4;
    if (fieldName.startsWith('guarded') && random === 0) return refuse();
    if (fieldName.startsWith('guarded') && random === 1) return Promise.resolve().then(refuse);
    if (fieldName === 'echo') return JSON.stringify(args);
    return outcome(world, info.returnType, place);
  };

  const schema = buildSchema(types);
  for (const type of Object.values(schema.getTypeMap())) {
    if (isUnionType(type)) {
      type.resolveType = (value) => {
        const { __typename: name } = value as { __typename?: string };
        return hash(String(name)) % 2 === 0 ? Promise.resolve(name) : name;
      };
    }
    if (isScalarType(type) && type.name === 'Odd') {
      type.serialize = (value) => {
        if (String(value).endsWith('7')) throw new Error('sevens are refused');
        return String(value).endsWith('8') ? undefined : value;
      };
    }
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      if (hasResolver.test(`${type.name}.${field.name}`)) field.resolve = resolve;
    }
  }

  // graphql-js does not handle the promises of a list if a later non-null item fails at once.
  const unhandled = { interpreted: 0, compiled: 0 };
  let running: keyof typeof unhandled = 'interpreted';
  const listeners = process.listeners('unhandledRejection');
  beforeAll(() => {
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', () => {
      unhandled[running] += 1;
    });
  });
  afterAll(() => {
    process.removeAllListeners('unhandledRejection');
    for (const listener of listeners) process.on('unhandledRejection', listener);
  });

  async function run(executor: Executor, worldSeed: number, variables: Record<string, unknown>) {
    const world: World = { seed: worldSeed, log: [], refused: new Set() };
    const { data, errors } = await executor(world, variables);
    // If the response is null early, other fields are still being resolved.
    for (let pass = 0; pass < 15; pass += 1) await new Promise(setImmediate);
    const reported = errors?.map((error) => {
      // The only message that differs. It is masked and logged.
      const differs = /^Expected `Odd.serialize\(|^Odd must serialize/.test(error.message);
      const original = differs ? '' : error.originalError?.message;
      return { ...error.toJSON(), ...(differs ? { message: '' } : {}), original };
    });
    return { text: JSON.stringify({ data, errors: reported }, null, 1), log: world.log, errors: reported?.length ?? 0 };
  }

  test.each(['query', 'mutation'] as const)(
    'each %s has the same response, the same order of errors, and the same calls',
    async (kind) => {
      const random = randomNumbers(seed);
      let [executed, withErrors] = [0, 0];
      while (executed < 600) {
        const operation = randomOperation(schema, random, { kind, maxDepth: 4 });
        const { document, interpreted, compiled } = executorsOf(schema, operation.query);
        // Almost half of the operations are invalid, mostly because fields of two types conflict. They do not count.
        if (validate(schema, document).length > 0) continue;
        for (const variables of variationsOf(operation)) {
          const worldSeed = random() * 2 ** 31;
          running = 'interpreted';
          const expected = await run(interpreted, worldSeed, variables);
          running = 'compiled';
          const actual = await run(compiled, worldSeed, variables);
          const hint = `SEED=${seed}, operation ${executed}:\n${operation.query}\n${JSON.stringify(variables)}`;
          expect(actual.text, hint).toBe(expected.text);
          expect(actual.log, hint).toEqual(expected.log);
          if (expected.errors > 0) withErrors += 1;
        }
        executed += 1;
      }
      // Otherwise, the test would cover little.
      expect(withErrors).toBeGreaterThan(executed / 2);
      expect(unhandled.compiled, `SEED=${seed}`).toBe(0);
    },
    executionTimeout,
  );
});
