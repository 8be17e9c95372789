import { buildSchema, Kind, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { deprecatedIn } from '../../src/execution/deprecated-usage.ts';
import { DeprecationUndated, deprecation, requireDatedDeprecations } from '../../src/graph/deprecation.ts';

const reason = deprecation('Use `title` instead.', '2027-06-30');

describe('a deprecation', () => {
  test('states an alternative and a date', () => {
    expect(reason).toBe('Use `title` instead. Removed on 2027-06-30 or later.');
  });

  test.each([
    ['Customer.name', 'type Customer { name: String @deprecated } type Query { customer: Customer }'],
    ['Query.customer(id:)', 'type Query { customer(id: ID @deprecated(reason: "Use `key` instead.")): String }'],
    [
      'Level.LOW',
      'enum Level { LOW @deprecated(reason: "Removed on 2027-06-30 or later.") } type Query { level: Level }',
    ],
    [
      'Input.name',
      'input Input { name: String @deprecated(reason: "Use `title` instead. Removed on 2027-06-31 or later.") } type Query { find(input: Input): String }',
    ],
  ])('stops the server without them: %s', (coordinate, sdl) => {
    expect(() => requireDatedDeprecations(buildSchema(sdl))).toThrow(new DeprecationUndated(coordinate));
  });

  test('is accepted with both', () => {
    const schema = buildSchema(`type Query { name: String @deprecated(reason: "${reason}") title: String }`);

    expect(() => requireDatedDeprecations(schema)).not.toThrow();
  });
});

describe('the deprecated parts of a document', () => {
  const schema = buildSchema(`
    enum Level { LOW @deprecated(reason: "${reason}") HIGH }
    input Input { name: String @deprecated(reason: "${reason}") title: String level: Level inputs: [Input!] }
    type Customer { name: String @deprecated(reason: "${reason}") title: String }
    type Query { customer(input: Input, level: Level, id: ID @deprecated(reason: "${reason}")): Customer }
  `);

  test.each<[string, string[]]>([
    ['{ customer { title } }', []],
    ['{ customer { title } } fragment F on Customer { name }', ['Customer.name']],
    ['{ customer(id: "1", level: LOW) { name } }', ['Customer.name', 'Level.LOW', 'Query.customer(id:)']],
    ['{ customer(input: { inputs: [{ name: "a", level: LOW }] }) { title } }', ['Input.name', 'Level.LOW']],
    ['{ customer(level: HIGH) { title ... on Customer { a: name b: name } } }', ['Customer.name']],
  ])('are found in %s: %j', (document, coordinates) => {
    expect(deprecatedIn(schema, parse(document))).toEqual(coordinates);
  });

  const document = parse('query ($input: Input, $level: Level) { customer(input: $input, level: $level) { title } }');

  function deprecatedWith(variables: object): readonly string[] {
    const [operation] = document.definitions;
    if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('The document must start with the operation.');
    return deprecatedIn(schema, document, operation, variables as Record<string, unknown>);
  }

  test.each<[object, string[]]>([
    [{}, []],
    [{ level: 'HIGH', input: { title: 'a', inputs: [{ title: 'b' }] } }, []],
    [{ level: 'LOW' }, ['Level.LOW']],
    [{ input: { inputs: [{ title: 'a' }, { name: null }] } }, ['Input.name']],
    [{ input: { inputs: { name: 'a', level: 'LOW' } } }, ['Input.name', 'Level.LOW']],
    [{ input: [{ name: 1 }], level: { LOW: 1 } }, ['Input.name']],
    [{ input: 'name', level: 1 }, []],
    [{ other: { name: 'a' } }, []],
    [JSON.parse('{ "input": { "__proto__": { "name": "a" } } }'), []],
  ])('are found in the variables %j: %j', (variables, coordinates) => {
    expect(deprecatedWith(variables)).toEqual(coordinates);
  });

  test('are found in at most 1,000 values of the variables, however deep these are', () => {
    const inputs = Array.from({ length: 2_000 }, () => ({ title: 'a' }));
    let deep: unknown = { name: 'a' };
    for (let level = 0; level < 100_000; level += 1) deep = [deep];

    expect(deprecatedWith({ input: { inputs: [{ name: 'a' }, ...inputs] } })).toEqual(['Input.name']);
    expect(deprecatedWith({ input: { inputs: [...inputs, { name: 'a' }] } })).toEqual([]);
    expect(deprecatedWith({ input: deep })).toEqual([]);
  });
});
