import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type GraphQLSchema, getNamedType, isObjectType, parse, specifiedRules, validate } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Api, renderApis } from '../docs/render-apis.ts';
import { defaultLimits, operationLimits } from '../src/execution/limits.ts';
import { gatewaySchema } from '../src/schema.ts';
import catalogue from './catalogue.json' with { type: 'json' };

// `npm run check` fails if the pages are out of date.
function read(path: string): string {
  return readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');
}

const page = read('docs/apis.md');
const sdl = read('schema/schema.graphql');

/** The sections of root fields, by their titles. */
const sections = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map((text): [string, string] => [text.slice(0, text.indexOf('\n')), text])
    .filter(([, text]) => text.includes('**Field:**')),
);

describe('docs/access.md', () => {
  test('lists the fields that linked users can access, which the access rules alone must not decide', async () => {
    const types = Object.values((await gatewaySchema()).getTypeMap()).filter(isObjectType);
    const fields = types.flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })));
    const accessible = fields
      .filter(({ field }) => (field.extensions.access as { orLinkedUser?: boolean } | undefined)?.orLinkedUser === true)
      .filter(
        ({ field }) =>
          !(['customer', 'customersById'].includes(field.name) && getNamedType(field.type).name === 'Customer'),
      )
      .map(({ type, field }) => `${type.name}.${field.name}`);
    const [, ownData = ''] = /^## Own data$(.*?)^## /ms.exec(read('docs/access.md')) ?? [];
    const listed = [...ownData.matchAll(/`([A-Z]\w*\.\w+)`/g)].map(([, coordinate]) => coordinate);

    expect(
      accessible.sort(),
      'If customers must not see the data of a field, remove orLinkedUser from its access rule. Otherwise, list the field under "Own data" in docs/access.md.',
    ).toEqual(listed.sort());
  });
});

describe('docs/apis.md', () => {
  let schema: GraphQLSchema;
  beforeAll(async () => {
    schema = await gatewaySchema();
  });

  test('has a section for every root field', () => {
    const described = new Set([...sections.values()].map((text) => /\*\*Field:\*\* `([\w.]+)`/.exec(text)?.[1]));
    const roots = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
      Object.keys(type?.getFields() ?? {}).map((name) => `${type?.name}.${name}`),
    );

    expect(roots.filter((coordinate) => !described.has(coordinate))).toEqual([]);
  });

  test.each(catalogue.map(({ operation, root, errors }) => ({ operation, root, errors })))(
    'lists the field and the errors of $operation',
    ({ operation, root, errors }) => {
      const section = sections.get(operation) ?? '';

      expect(section).toContain(`\`${root}\``);
      expect(errors.filter((code) => !section.includes(`| ${code} |`))).toEqual([]);
    },
  );

  test.each([...sections])('has a valid operation within the limits for %s', (_title, section) => {
    const [, source = ''] = /```graphql\n([\s\S]*?)\n```/.exec(section) ?? [];

    const document = parse(source, { maxTokens: 1_500 });

    expect(validate(schema, document, [...specifiedRules, ...operationLimits(defaultLimits)])).toEqual([]);
  });

  test('links to headings that exist', () => {
    const anchors = new Set(
      [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
        heading
          .toLowerCase()
          .replace(/[^\w -]/g, '')
          .replaceAll(' ', '-'),
      ),
    );
    const targets = [...page.matchAll(/\]\(#([\w-]+)\)/g)].map(([, target = '']) => target);

    expect(targets.length).toBeGreaterThan(catalogue.length);
    expect(targets.filter((target) => !anchors.has(target))).toEqual([]);
  });
});

describe('renderApis', () => {
  test('names a root field that belongs neither to OBP nor to the list of fields', () => {
    const extended = `${sdl}\nextend type Query { planted: String @public }`;

    expect(() => renderApis(extended, catalogue as Api[])).toThrow('docs/gateway-fields.ts must list Query.planted.');
  });

  test('names a listed field that the schema no longer has', () => {
    const renamed = sdl.replace(/^ {2}me: User /m, '  self: User ');

    expect(() => renderApis(renamed, catalogue as Api[])).toThrow('The schema has no field Query.me.');
  });
});
