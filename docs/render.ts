/** Makes docs/apis.md of the schema and of the list of OBP's APIs; `docs/generate.ts` writes it. */
import {
  buildSchema,
  type ConstDirectiveNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  parse,
  print,
  valueFromASTUntyped,
} from 'graphql';
import { type ErrorKey, gatewayError } from '../src/base/errors.ts';
import { isRole, roleScope, roles } from '../src/base/roles.ts';

/** One of OBP's APIs, as test/catalogue.json has it. */
export interface Api {
  /** OBP's operation id. */
  operation: string;
  name: string;
  path: string;
  group: string;
  /** Schema coordinates of the root field and, where there is one, of the same on its parent. */
  root: string;
  nested: string | null;
  errors: string[];
  note: string;
  /** What the ready operation selects, where the API gives less than the field. */
  selection?: string;
}

type Field = GraphQLField<unknown, unknown>;

const firstArguments = ['bankId', 'customerId', 'id', 'input'];
const lastArguments = ['first', 'after', 'expectedVersion', 'idempotencyKey'];

function place({ name }: GraphQLArgument): number {
  const isFirst = firstArguments.includes(name);
  return isFirst ? firstArguments.indexOf(name) - firstArguments.length : lastArguments.indexOf(name) + 1;
}

/** As they are documented: the SDL has them by name. */
function argumentsOf(field: Field): GraphQLArgument[] {
  return [...field.args].sort((one, other) => place(one) - place(other));
}

function fieldAt(schema: GraphQLSchema, coordinate: string): Field {
  const [typeName = '', fieldName = ''] = coordinate.split('.');
  const type = schema.getType(typeName);
  const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
  if (field === undefined) throw new Error(`The schema has no ${coordinate}.`);
  return field;
}

interface Access {
  kind: string;
  anyOf: string[];
  orLinkedUser: boolean;
}

function accessOf(field: Field): Access | null {
  const isRule = ({ name }: ConstDirectiveNode) => ['public', 'authenticated', 'requiresRole'].includes(name.value);
  const directive = field.astNode?.directives?.find(isRule);
  if (directive === undefined) return null;
  const given = new Map(directive.arguments?.map(({ name, value }) => [name.value, valueFromASTUntyped(value)]));
  const anyOf = (given.get('anyOf') as string[] | undefined) ?? [];
  return { kind: directive.name.value, anyOf, orLinkedUser: given.get('orLinkedUser') === true };
}

function roleLines(names: readonly string[]): string[] {
  return names.filter(isRole).map((role) => {
    const scope = roleScope(role) === 'bank' ? 'at the bank' : 'without a bank';
    return `- \`${role}\`, granted ${scope}: ${roles[role].description}`;
  });
}

function accessLines({ kind, anyOf }: Access): string[] {
  if (kind === 'public') return ['**Who may:** anybody, without logging in.'];
  if (kind === 'requiresRole') return ['**Who may:** who holds any one of these roles.', '', ...roleLines(anyOf)];
  if (anyOf.length === 0) return ['**Who may:** who is logged in, for what is their own.'];
  return [
    '**Who may:** who is logged in, for what is their own; and for more than that who holds any one of these roles.',
    '',
    ...roleLines(anyOf),
  ];
}

const deepest = 2;

/**
 * What an operation selects of a type without any role but those of its own field: all that is plain, objects that are
 * part of it, and the objects that it is about. `depth` counts objects that have an id.
 */
function selectionOf(type: GraphQLNamedType, held: readonly string[], depth: number): string {
  if (isLeafType(type) || !isObjectType(type)) return '';
  const isEntity = type.getFields().id !== undefined;
  const here = isEntity ? depth + 1 : depth;
  if (here > deepest) return '';
  const selections = selectableFields(type, held).map((field) => {
    const ofField = getNamedType(field.type);
    if (isLeafType(ofField)) return field.name;
    const selection = selectionOf(ofField, held, here);
    return selection === '' ? '' : `${field.name} ${selection}`;
  });
  const chosen = selections.filter((selection) => selection !== '');
  return chosen.length === 0 ? '' : `{ ${chosen.join(' ')} }`;
}

function selectableFields(type: GraphQLObjectType, held: readonly string[]): Field[] {
  // The SDL has them by name.
  const fields = Object.values(type.getFields()).sort(
    (one, other) => Number(other.name === 'id') - Number(one.name === 'id'),
  );
  const isConnection = type.name.endsWith('Connection');
  return fields.filter((field) => {
    if (isConnection) return field.name === 'nodes' || field.name === 'pageInfo';
    if (field.args.some(isRequiredArgument)) return false;
    const access = accessOf(field);
    return access === null || access.anyOf.some((role) => held.includes(role));
  });
}

/** An operation that can be sent as it is, with the arguments as its variables. */
export function operationOf(schema: GraphQLSchema, api: Api): string {
  const [rootType] = api.root.split('.');
  const field = fieldAt(schema, api.root);
  const kind = rootType === 'Mutation' ? 'mutation' : 'query';
  const name = `${api.operation.slice(0, 1).toUpperCase()}${api.operation.slice(1)}`;
  const given = argumentsOf(field);
  const variables = given.map((argument) => {
    const unset = argument.astNode?.defaultValue;
    return `$${argument.name}: ${argument.type}${unset === undefined ? '' : ` = ${print(unset)}`}`;
  });
  const passed = given.map((argument) => `${argument.name}: $${argument.name}`);
  const selection = api.selection ?? selectionOf(getNamedType(field.type), accessOf(field)?.anyOf ?? [], 0);
  const brackets = (inside: string[]) => (inside.length === 0 ? '' : `(${inside.join(', ')})`);
  return print(parse(`${kind} ${name}${brackets(variables)} { ${field.name}${brackets(passed)} ${selection} }`));
}

function oneLine(text: string | null | undefined): string {
  return (text ?? '').replace(/\s+/g, ' ').replaceAll('|', '\\|').trim();
}

function typeText(schema: GraphQLSchema, written: string): string {
  const type = schema.getType(written.replace(/[[\]!]/g, ''));
  return isInputObjectType(type) || isEnumType(type)
    ? `[\`${written}\`](#${type.name.toLowerCase()})`
    : `\`${written}\``;
}

function table(head: string[], rows: string[][]): string[] {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

function errorText(code: string): { code: string; text: string } {
  const { message, extensions } = gatewayError(code as ErrorKey);
  return { code: String(extensions.code), text: oneLine(message.replace(/^OBP-\d+: |:$/g, '')) };
}

function apiLines(schema: GraphQLSchema, api: Api): string[] {
  const field = fieldAt(schema, api.root);
  const access = accessOf(field);
  const given = argumentsOf(field);
  const argumentRows = given.map((argument) => [
    `\`${argument.name}\``,
    typeText(schema, `${argument.type}`),
    oneLine(argument.description),
  ]);
  const errorRows = api.errors.map((code) => {
    const { code: kind, text } = errorText(code);
    return [code, `\`${kind}\``, text];
  });
  return [
    `### ${api.operation}`,
    '',
    `OBP: ${api.name}, \`${api.path}\`.`,
    '',
    `**Field:** \`${api.root}\`: ${typeText(schema, `${field.type}`)}. ${oneLine(field.description)}`,
    ...(api.note === '' ? [] : ['', `Note: ${api.note}.`]),
    ...(api.nested === null ? [] : ['', nestedLine(schema, api.nested)]),
    '',
    ...(access === null ? [] : accessLines(access)),
    '',
    ...(given.length === 0 ? ['It takes no arguments.'] : table(['Argument', 'Type', 'What it is'], argumentRows)),
    '',
    '```graphql',
    operationOf(schema, api),
    '```',
    '',
    ...table(['Error', 'Code', 'Text'], errorRows),
    '',
  ];
}

function nestedLine(schema: GraphQLSchema, nested: string): string {
  const linked = accessOf(fieldAt(schema, nested))?.orLinkedUser === true;
  const who = linked ? 'with the same roles, or for who has an active link to the customer' : 'with the same roles';
  return `The same is \`${nested}\`, ${who}.`;
}

/** The input types and enums that these arguments are made of, each once. */
function writtenTypes(fields: readonly Field[]): GraphQLNamedType[] {
  const found = new Set<GraphQLNamedType>();
  const add = (type: GraphQLNamedType) => {
    if (found.has(type) || !(isInputObjectType(type) || isEnumType(type))) return;
    found.add(type);
    if (isInputObjectType(type))
      for (const { type: inner } of Object.values(type.getFields())) add(getNamedType(inner));
  };
  for (const { args } of fields) for (const { type } of args) add(getNamedType(type));
  return [...found].sort((one, other) => (one.name < other.name ? -1 : 1));
}

function inputRows(schema: GraphQLSchema, type: GraphQLInputObjectType): string[][] {
  return Object.values(type.getFields()).map((field) => [
    `\`${field.name}\``,
    typeText(schema, `${field.type}`),
    oneLine(field.description),
  ]);
}

function writtenTypeLines(schema: GraphQLSchema, type: GraphQLNamedType): string[] {
  const rows = isEnumType(type)
    ? table(
        ['Value', 'What it is'],
        type.getValues().map(({ name, description }) => [`\`${name}\``, oneLine(description)]),
      )
    : isInputObjectType(type)
      ? table(['Field', 'Type', 'What it is'], inputRows(schema, type))
      : [];
  return [`### ${type.name}`, '', oneLine(type.description), '', ...rows, ''];
}

const introduction = `# The APIs

Each API of the two documents of the Open Bank Project that this gateway serves: its GraphQL field, who may call it, an
operation that is ready to be sent, and the errors that it answers with. Made by \`npm run docs\`; never edited.

An error stands in \`errors\` with its kind in \`extensions.code\` and OBP's code in \`extensions.obpCode\`. What every field
can answer besides: an operation beyond the limits (\`LIMIT_EXCEEDED\`), one that takes too long (\`SERVICE_UNAVAILABLE\`),
a \`bankId\` that no bank could have (OBP-30111), a value that is not of its type (OBP-10001).
What every mutation can answer besides: \`CONFLICT\` when \`idempotencyKey\` was used before with other arguments, and, with
\`currentVersion\`, when \`expectedVersion\` is not the version of the object any more.`;

/** The whole page; fails when the schema lacks what an API needs. */
export function renderApis(sdl: string, apis: readonly Api[]): string {
  const schema = buildSchema(sdl);
  const groups = [...new Set(apis.map(({ group }) => group))];
  const sections = groups.flatMap((group) => [
    `## ${group}`,
    '',
    ...apis.filter((api) => api.group === group).flatMap((api) => apiLines(schema, api)),
  ]);
  const types = writtenTypes(apis.map(({ root }) => fieldAt(schema, root)));
  const lists = groups.flatMap((group) => [
    `- ${group}: ${apis
      .filter((api) => api.group === group)
      .map(({ operation }) => `[${operation}](#${operation.toLowerCase()})`)
      .join(', ')}`,
  ]);
  const inputs = types.flatMap((type) => writtenTypeLines(schema, type));
  return [introduction, '', ...lists, '', ...sections, '## Inputs', '', ...inputs].join('\n').trimEnd().concat('\n');
}
