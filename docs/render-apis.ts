/** Renders docs/apis.md from the schema, OBP's APIs, and the errors of the gateway's own fields. */
import {
  buildSchema,
  type GraphQLEnumType,
  type GraphQLInputObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
} from 'graphql';
import { definitionOf, type ErrorKey } from '../src/base/errors.ts';
import { isRole, roleScope, roles } from '../src/base/roles.ts';
import { exampleOperation } from './example-operation.ts';
import { additionalErrors, gatewayFields } from './gateway-fields.ts';
import { type Access, accessOf, argumentsOf, type Field, fieldAt, rootCoordinates } from './schema-fields.ts';

/** One of OBP's APIs in test/catalogue.json. */
export interface Api {
  /** OBP's operation ID. */
  operation: string;
  name: string;
  path: string;
  group: string;
  /** The schema coordinates of the root field and, if there is one, of the same field on its parent. */
  root: string;
  nested: string | null;
  errors: string[];
  note: string;
  /** The selection of the example, if the API returns less than the field. */
  selection?: string;
}

/** A section of the page. */
interface Entry {
  /** OBP's operation ID, or the schema coordinate. */
  title: string;
  group: string;
  coordinate: string;
  errors: readonly string[];
  api: Api | null;
}

function nameOf(coordinate: string): string {
  return coordinate.replace(/^\w+\./, '');
}

/** Returns the anchor that GitHub creates for a heading. */
function anchorOf(heading: string): string {
  return heading.toLowerCase().replaceAll('.', '');
}

function oneLine(text: string | null | undefined): string {
  return (text ?? '').replace(/\s+/g, ' ').replaceAll('|', '\\|').trim();
}

function table(head: string[], rows: string[][]): string[] {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

/** Renders a type. An input or an enum links to its section. */
function typeText(schema: GraphQLSchema, text: string): string {
  const type = schema.getType(text.replace(/[[\]!]/g, ''));
  return isInputObjectType(type) || isEnumType(type) ? `[\`${text}\`](#${type.name.toLowerCase()})` : `\`${text}\``;
}

function ownDataCallers({ orLinkedUser, orHolder, orSelf }: Access): string[] {
  const callers = [
    { can: orLinkedUser, text: 'linked users' },
    { can: orHolder, text: 'account holders' },
    { can: orSelf, text: 'the user' },
  ];
  return callers.filter(({ can }) => can).map(({ text }) => text);
}

function accessText(access: Access): string {
  if (access.kind === 'public') return '**Access:** every caller, anonymous callers included.';
  if (access.kind === 'authenticated') {
    const ownData = "**Access:** any authenticated caller, for the caller's own data.";
    return access.anyOf.length === 0 ? ownData : `${ownData} With one of these roles, the field returns more:`;
  }
  const others = ownDataCallers(access).map((callers) => `, and ${callers}`);
  const reason = access.kycMaterial ? ' The bank can require a reason (`X-Reason`).' : '';
  const roles = access.anyOf.length === 1 ? 'this role' : 'one of these roles';
  return `**Access:** callers with ${roles}${others.join('')}.${reason}`;
}

function accessLines(access: Access): string[] {
  const roleLines = access.anyOf
    .filter(isRole)
    .map((role) => `- \`${role}\` (${roleScope(role)} role): ${roles[role].description}`);
  return [accessText(access), ...(roleLines.length === 0 ? [] : ['', ...roleLines])];
}

/** Returns the errors that follow from the access rule and the arguments of a root field. */
function derivedErrors(field: Field): ErrorKey[] {
  const access = accessOf(field);
  const has = (name: string) => field.args.some((argument) => argument.name === name);
  const errors: [ErrorKey, boolean][] = [
    ['OBP-10001', field.args.length > 0],
    ['OBP-10025', has('first')],
    ['OBP-20001', access !== null && access.kind !== 'public'],
    ['OBP-20006', access?.kind === 'requiresRole'],
    ['OBP-30001', has('bankId')],
    ['INVALID_CURSOR', has('after')],
    ['REASON_REQUIRED', access?.kycMaterial === true],
    ['VERSION_CONFLICT', has('expectedVersion')],
    ['IDEMPOTENCY_KEY_REUSED', has('idempotencyKey')],
  ];
  return errors.filter(([, canOccur]) => canOccur).map(([key]) => key);
}

/** Sorts the keys of errors by name, OBP's codes first. */
function compareKeys(a: string, b: string): number {
  const text = (key: string) => (key.startsWith('OBP-') ? key : `~${key}`);
  return text(a) < text(b) ? -1 : 1;
}

function errorRow(key: string): string[] {
  const { code, message } = definitionOf(key as ErrorKey);
  // The parameters are only known when the error occurs.
  return [key, `\`${code}\``, oneLine(message.replace(/:? *\{\w+\}$/, ''))];
}

function nestedLine(schema: GraphQLSchema, nested: string): string {
  const isForLinkedUsers = accessOf(fieldAt(schema, nested))?.orLinkedUser === true;
  return `\`${nested}\` returns the same, with the same roles${isForLinkedUsers ? ' and to linked users' : ''}.`;
}

function apiLines(schema: GraphQLSchema, { name, path, note, nested }: Api): string[] {
  return [
    `OBP: ${name}, \`${path}\`.`,
    '',
    ...(note === '' ? [] : [`Note: ${note}.`, '']),
    ...(nested === null ? [] : [nestedLine(schema, nested), '']),
  ];
}

function entryLines(schema: GraphQLSchema, { title, coordinate, errors, api }: Entry): string[] {
  const field = fieldAt(schema, coordinate);
  const access = accessOf(field);
  const argumentRows = argumentsOf(field).map((argument) => [
    `\`${argument.name}\``,
    typeText(schema, `${argument.type}`),
    oneLine(argument.description),
  ]);
  const keys = new Set([...errors, ...derivedErrors(field), ...(additionalErrors[coordinate] ?? [])]);
  const errorRows = [...keys].sort(compareKeys).map(errorRow);
  return [
    `### ${title}`,
    '',
    `**Field:** \`${coordinate}\`: ${typeText(schema, `${field.type}`)}. ${oneLine(field.description)}`,
    '',
    ...(api === null ? [] : apiLines(schema, api)),
    ...(access === null ? [] : [...accessLines(access), '']),
    ...(argumentRows.length === 0 ? [] : [...table(['Argument', 'Type', 'Description'], argumentRows), '']),
    '```graphql',
    exampleOperation(schema, coordinate, {
      name: api?.operation ?? nameOf(coordinate),
      selection: api?.selection,
    }),
    '```',
    '',
    ...(errorRows.length === 0 ? [] : [...table(['Error', 'Code', 'Message'], errorRows), '']),
  ];
}

type ListedType = GraphQLInputObjectType | GraphQLEnumType;

/** Returns the inputs and enums of the arguments of fields, and the enums that they return, sorted by name. */
function listedTypesOf(fields: readonly Field[]): ListedType[] {
  const types = new Set<ListedType>();
  const add = (type: unknown) => {
    if (!(isInputObjectType(type) || isEnumType(type)) || types.has(type)) return;
    types.add(type);
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) add(getNamedType(field.type));
    }
  };
  for (const field of fields) for (const { type } of [...field.args, field]) add(getNamedType(type));
  return [...types].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function listedTypeLines(schema: GraphQLSchema, type: ListedType): string[] {
  const rows = isEnumType(type)
    ? table(
        ['Value', 'Description'],
        type.getValues().map(({ name, description }) => [`\`${name}\``, oneLine(description)]),
      )
    : table(
        ['Field', 'Type', 'Description'],
        Object.values(type.getFields()).map((field) => [
          `\`${field.name}\``,
          typeText(schema, `${field.type}`),
          oneLine(field.description),
        ]),
      );
  return [`### ${type.name}`, '', oneLine(type.description), '', ...rows, ''];
}

function groupsOf(entries: readonly Entry[]): string[] {
  return [...new Set(entries.map(({ group }) => group))];
}

function contentsOf(entries: readonly Entry[]): string[] {
  const linksOf = (group: string) =>
    entries
      .filter((entry) => entry.group === group)
      .map(({ title, coordinate, api }) => `[${api === null ? nameOf(coordinate) : title}](#${anchorOf(title)})`)
      .join(', ');
  return groupsOf(entries).map((group) => `- ${group}: ${linksOf(group)}`);
}

function sectionsOf(schema: GraphQLSchema, entries: readonly Entry[]): string[] {
  return groupsOf(entries).flatMap((group) => [
    `## ${group}`,
    '',
    ...entries.filter((entry) => entry.group === group).flatMap((entry) => entryLines(schema, entry)),
  ]);
}

/** @throws Error unless the entries contain exactly the root fields of the schema. */
function assertComplete(schema: GraphQLSchema, entries: readonly Entry[]): void {
  const coordinates = rootCoordinates(schema);
  const documented = entries.map(({ coordinate }) => coordinate);
  const unknown = documented.filter((coordinate) => !coordinates.includes(coordinate));
  if (unknown.length > 0) throw new Error(`The schema has no field ${unknown.join(', ')}.`);
  const missing = coordinates.filter((coordinate) => !documented.includes(coordinate));
  if (missing.length > 0) throw new Error(`docs/gateway-fields.ts must list ${missing.join(', ')}.`);
}

const introduction = `# The APIs

Every root field of the schema: the APIs of the Open Bank Project (OBP), by OBP's groups and operation IDs, and then the
gateway's own fields, by entity. Each section contains the access rule, the arguments, an operation that can be sent as
it is, and the errors. \`npm run docs\` generates this page; never edit it.

An error has its kind in \`extensions.code\`, and the name that is listed here in \`extensions.key\`. In addition to the listed
errors, every field can fail because of a limit ([clients.md](clients.md#limits)) or an invalid \`bankId\` (OBP-30111).
[errors.md](errors.md) lists all errors, and [access.md](access.md) describes roles and own data.`;

/** Renders the page. */
export function renderApis(sdl: string, apis: readonly Api[]): string {
  const schema = buildSchema(sdl);
  const obpEntries = apis.map(
    (api): Entry => ({ title: api.operation, group: api.group, coordinate: api.root, errors: api.errors, api }),
  );
  const gatewayEntries = Object.entries(gatewayFields).flatMap(([group, fields]) =>
    Object.entries(fields).map(
      ([coordinate, errors]): Entry => ({
        title: coordinate,
        group,
        coordinate,
        errors,
        api: null,
      }),
    ),
  );
  const entries = [...obpEntries, ...gatewayEntries];
  assertComplete(schema, entries);
  const types = listedTypesOf(entries.map(({ coordinate }) => fieldAt(schema, coordinate)));
  return [
    introduction,
    '',
    "OBP's APIs:",
    '',
    ...contentsOf(obpEntries),
    '',
    "The gateway's own fields:",
    '',
    ...contentsOf(gatewayEntries),
    '',
    ...sectionsOf(schema, entries),
    '## Inputs and enums',
    '',
    ...types.flatMap((type) => listedTypeLines(schema, type)),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}
