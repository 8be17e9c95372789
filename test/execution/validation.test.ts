/** Validation reports what graphql-js reports, and is fast for any document within the limits. */
import {
  buildSchema,
  NoUnusedFragmentsRule,
  OverlappingFieldsCanBeMergedRule,
  parse,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { defaultLimits } from '../../src/execution/limits.ts';
import { overlappingFields } from '../../src/execution/overlapping-fields.ts';
import { documentLimits } from '../../src/execution/parse-options.ts';
import { gatewayValidation } from '../../src/execution/validation.ts';
import { gatewaySchema } from '../../src/schema.ts';
import { randomNumbers, testSeed } from '../support/random-operation.ts';

const repeated = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');

describe('overlapping fields', () => {
  const schema = buildSchema(`
    input Input { a: Int b: String }
    type Node { a(x: Int, i: Input): Int b: String node(x: Int): Node other: Node list: [Node!]! any: Any }
    type Leaf { a(x: Int, i: Input): Int b: Int! node(x: Int): Leaf other: Node list: [Leaf!]! any: Any }
    union Any = Node | Leaf
    type Query { node(x: Int): Node other: Node }`);
  const seed = testSeed();
  const random = randomNumbers(seed);
  const any = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item;

  function selections(depth: number, fragments: number): string {
    const one = () => {
      const chosen = random();
      if (chosen < 0.15) return `...F${Math.floor(random() * fragments)}`;
      if (chosen < 0.25 && depth > 0) return `... on Node { ${selections(depth - 1, fragments)} }`;
      const alias = random() < 0.04 ? `${any(['a', 'b', 'node'])}: ` : '';
      if (chosen < 0.6 || depth === 0) {
        return `${alias}${any(random() < 0.1 ? ['a(x: 1)', 'a'] : ['a(x: 1, i: {a: 1, b: "t"})', 'a(i: {b: "t", a: 1}, x: 1)', 'b'])}`;
      }
      return `${alias}${any(random() < 0.06 ? ['node'] : ['node(x: 1)', 'other', 'list'])} { ${selections(depth - 1, fragments)} }`;
    };
    return repeated(1 + Math.floor(random() * 3), one);
  }

  test(`are refused if and only if graphql-js refuses them (seed ${seed})`, () => {
    const counts = { refused: 0, accepted: 0 };
    for (let index = 0; index < 600; index += 1) {
      // Fragments only spread later fragments, so there are no cycles.
      const fragments = repeated(3, (index) => {
        const later = `fragment F${index} on Node { ${selections(2, 3)} }`;
        return later.replace(/\.\.\.F(\d)/g, (spread, number) => (Number(number) > index ? spread : 'b'));
      });
      const document = parse(
        `{ node { ${selections(3, 3)} } ${random() < 0.5 ? 'node(x: 1)' : 'other'} { ...F0 ...F1 ...F2 } } ${fragments}`,
      );
      // graphql-js also checks unused fragments, which another rule refuses.
      const isRefused = (rule: ValidationRule) => validate(schema, document, [rule, NoUnusedFragmentsRule]).length > 0;
      const expected = isRefused(OverlappingFieldsCanBeMergedRule);
      if (isRefused(overlappingFields) !== expected) expect.fail(`${expected}: ${document.loc?.source.body}`);
      counts[expected ? 'refused' : 'accepted'] += 1;
    }
    expect(Math.min(counts.refused, counts.accepted)).toBeGreaterThan(40);
  });
});

describe('validation', () => {
  let schema: Awaited<ReturnType<typeof gatewaySchema>>;
  // Apollo Server puts its own rules first, too.
  const rules = [...specifiedRules, gatewayValidation({ limits: defaultLimits, introspection: false })];
  const errorsOf = (text: string) =>
    validate(schema, parse(text, documentLimits.parseOptions), rules, { maxErrors: 3 });
  beforeAll(async () => {
    schema = await gatewaySchema();
  });

  test.each([
    ['{ unknown }', /Cannot query field/],
    ['{ me { id: username id } }', /conflict/],
    ['{ __type(name: "User") { name } }', /introspection/i],
    ['subscription { kycWork(bankId: "a") @skip(if: true) { at } }', /must not have the directive @skip/],
    ['subscription ($x: Boolean!) { kycWork(bankId: "a") @include(if: $x) { at } }', /directive @include/],
    [
      'subscription { ... { ...F } } fragment F on Subscription { ...G @skip(if: true) } fragment G on Subscription { kycWork(bankId: "a") { at } }',
      /directive @skip/,
    ],
    ['subscription { kycWork(bankId: "a") { at } other: kycWork(bankId: "b") { at } }', /only one top level field/],
    ['{ me { ...F } } fragment F on User { ...F }', /Cannot spread/],
    [
      `{ me { ...F0 } } ${repeated(60, (index) => `fragment F${index} on User { ...F${index + 1} ...F${index + 1} }`)} fragment F60 on User { id }`,
      /fragments are expanded/,
    ],
  ])('reports one error for %s', (text, message) => {
    const errors = errorsOf(text);
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toMatch(message);
  });

  test('reports no error of a valid document', () => {
    expect(errorsOf('{ me { ...F id } } fragment F on User { id username }')).toEqual([]);
  });

  test.each([
    ['one field, many times', `{ me { ${repeated(730, () => 'id')} } }`],
    [
      'one field with arguments',
      `{ ${repeated(18, () => `customer(bankId: "a", customerId: "b") { ${repeated(30, () => 'id')} }`)} }`,
    ],
    ['nested fields', `{ ${repeated(19, () => `me { ${repeated(15, () => 'customers { id email }')} }`)} }`],
    [
      'many fragments',
      `{ me { ${repeated(160, (index) => `...F${index}`)} } } ${repeated(160, (index) => `fragment F${index} on User { id }`)}`,
    ],
    [
      'a fragment in many operations',
      `${repeated(130, (index) => `query Q${index} { me { ...F } }`)} fragment F on User { ${repeated(70, () => 'id')} }`,
    ],
    [
      'a fragment in many places',
      `{ me { ${repeated(48, (index) => `a${index}: customers { ...F }`)} } } fragment F on Customer { ${repeated(190, () => 'id')} }`,
    ],
    ['a long name', `{ ${'a'.repeat(250_000)} }`],
    ['a long number', `{ users(first: ${'9'.repeat(250_000)}) { nodes { id } } }`],
    ['a long block string', `{ customer(bankId: """${'   \n'.repeat(60_000)}""", customerId: "y") { id } }`],
    ['many unknown arguments', `{ customer(${repeated(300, (index) => `bankIdd${index}: 1`)}) { id } }`],
  ])('takes at most 40 ms for %s', (_, text) => {
    const used: number[] = [];
    for (let time = 0; time < 5; time += 1) {
      const before = process.cpuUsage();
      errorsOf(text);
      const { user, system } = process.cpuUsage(before);
      used.push((user + system) / 1_000);
    }
    expect(Math.min(...used)).toBeLessThan(40);
  });
});
