import { buildSchema, parse } from 'graphql';
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
});
