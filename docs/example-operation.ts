/** Creates a complete operation for a root field, with the arguments as its variables. */
import {
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  parse,
  print,
} from 'graphql';
import { accessOf, argumentsOf, type Field, fieldAt } from './schema-fields.ts';

/** The maximum number of objects with an ID on a path. */
const maxDepth = 2;

/**
 * Selects the fields that do not require roles other than those of the root field: plain fields, objects without an ID,
 * and the objects of the result. `depth` counts the objects with an ID.
 */
function selectionOf(type: GraphQLNamedType, roles: readonly string[], depth: number): string {
  if (isLeafType(type) || !isObjectType(type)) return '';
  const hasId = type.getFields().id !== undefined;
  const fieldDepth = hasId ? depth + 1 : depth;
  if (fieldDepth > maxDepth) return '';
  const selections = selectableFields(type, roles).map((field) => {
    const fieldType = getNamedType(field.type);
    if (isLeafType(fieldType)) return field.name;
    const selection = selectionOf(fieldType, roles, fieldDepth);
    return selection === '' ? '' : `${field.name} ${selection}`;
  });
  const nonEmpty = selections.filter((selection) => selection !== '');
  return nonEmpty.length === 0 ? '' : `{ ${nonEmpty.join(' ')} }`;
}

function selectableFields(type: GraphQLObjectType, roles: readonly string[]): Field[] {
  // The ID comes first, because the SDL sorts fields by name.
  const fields = Object.values(type.getFields()).sort((a, b) => Number(b.name === 'id') - Number(a.name === 'id'));
  const isConnection = type.name.endsWith('Connection');
  return fields.filter((field) => {
    if (isConnection) return field.name === 'nodes' || field.name === 'pageInfo';
    if (field.args.some(isRequiredArgument)) return false;
    const access = accessOf(field);
    return access === null || access.anyOf.some((role) => roles.includes(role));
  });
}

/** Creates the operation. `selection` replaces the generated selection if an API of OBP returns less than the field. */
export function exampleOperation(
  schema: GraphQLSchema,
  coordinate: string,
  { name, selection }: { name: string; selection?: string },
): string {
  const field = fieldAt(schema, coordinate);
  const [rootType = ''] = coordinate.split('.');
  const kind = rootType.toLowerCase();
  const args = argumentsOf(field);
  const variables = args.map((argument) => {
    const defaultValue = argument.astNode?.defaultValue;
    return `$${argument.name}: ${argument.type}${defaultValue === undefined ? '' : ` = ${print(defaultValue)}`}`;
  });
  const argumentTexts = args.map((argument) => `${argument.name}: $${argument.name}`);
  const fields = selection ?? selectionOf(getNamedType(field.type), accessOf(field)?.anyOf ?? [], 0);
  const inBrackets = (items: string[]) => (items.length === 0 ? '' : `(${items.join(', ')})`);
  const operationName = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
  return print(
    parse(`${kind} ${operationName}${inBrackets(variables)} { ${field.name}${inBrackets(argumentTexts)} ${fields} }`),
  );
}
