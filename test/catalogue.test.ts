import { readFileSync } from 'node:fs';
import type { GraphQLField, GraphQLSchema } from 'graphql';
import { isObjectType } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { roleScope, roles } from '../src/base/roles.ts';
import { gatewaySchema } from '../src/schema.ts';

interface Api {
  operation: string;
  kind: 'query' | 'mutation';
  root: string;
  arguments: Record<string, string>;
  type: string;
  nested: string | null;
  access: 'public' | 'authenticated' | 'role';
  anyOfRoles: string[];
  orLinkedUser: boolean;
}

interface Rule {
  kind: string;
  anyOf?: string[];
  orLinkedUser?: boolean;
}

const catalogue = JSON.parse(readFileSync(new URL('catalogue.json', import.meta.url), 'utf8')) as Api[];

let schema: GraphQLSchema;

beforeAll(async () => {
  schema = await gatewaySchema();
});

function fieldAt(coordinate: string): GraphQLField<unknown, unknown> {
  const [typeName = '', fieldName = ''] = coordinate.split('.');
  const type = schema.getType(typeName);
  const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
  if (field === undefined) throw new Error(`The schema has no ${coordinate}.`);
  return field;
}

function ruleOf(field: GraphQLField<unknown, unknown>): Rule {
  return field.extensions.access as Rule;
}

/** A role of the catalogue with a star is held without a bank. */
function withScopes(names: string[] | undefined): string[] {
  return (names ?? []).map((name) => (roleScope(name as keyof typeof roles) === 'system' ? `${name}*` : name)).sort();
}

function printedArgument(field: GraphQLField<unknown, unknown>, name: string): string | undefined {
  const argument = field.args.find((candidate) => candidate.name === name);
  if (argument === undefined) return undefined;
  return argument.defaultValue === undefined ? `${argument.type}` : `${argument.type} = ${argument.defaultValue}`;
}

test('the catalogue has its 71 APIs', () => {
  expect(new Set(catalogue.map(({ operation }) => operation)).size).toBe(71);
});

describe.each(catalogue)('$operation', (api) => {
  test(`is the field ${api.root} with the catalogue's arguments and type`, () => {
    const field = fieldAt(api.root);
    const given = Object.keys(api.arguments).map((name) => [name, printedArgument(field, name)]);

    expect(Object.fromEntries(given)).toEqual(api.arguments);
    expect(`${field.type}`).toBe(api.type);
  });

  test('needs no other argument than those of the catalogue', () => {
    const required = fieldAt(api.root)
      .args.filter(({ type }) => `${type}`.endsWith('!'))
      .map(({ name }) => name);

    expect(required.filter((name) => !Object.keys(api.arguments).includes(name))).toEqual([]);
  });

  test('has the access of the catalogue in its directive', () => {
    const rule = ruleOf(fieldAt(api.root));

    expect(rule.kind).toBe(api.access);
    expect(withScopes(rule.anyOf)).toEqual([...api.anyOfRoles].sort());
    if (api.nested === null) expect(rule.orLinkedUser ?? false).toBe(api.orLinkedUser);
  });
});

describe.each(catalogue.filter(({ nested }) => nested !== null))('$operation', (api) => {
  test(`is also ${api.nested}, with the same roles`, () => {
    const rule = ruleOf(fieldAt(api.nested ?? ''));

    expect(withScopes(rule.anyOf)).toEqual([...api.anyOfRoles].sort());
    expect(rule.orLinkedUser ?? false).toBe(api.orLinkedUser);
  });
});
