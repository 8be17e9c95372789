/** Reads the fields of the schema and their access rules from the SDL. */
import {
  type ConstDirectiveNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLSchema,
  isObjectType,
  valueFromASTUntyped,
} from 'graphql';

export type Field = GraphQLField<unknown, unknown>;

const firstArguments = ['bankId', 'customerId', 'id', 'input'];
const lastArguments = ['first', 'after', 'expectedVersion', 'idempotencyKey'];

function positionOf({ name }: GraphQLArgument): number {
  const isFirst = firstArguments.includes(name);
  return isFirst ? firstArguments.indexOf(name) - firstArguments.length : lastArguments.indexOf(name) + 1;
}

/** Sorts the arguments of a field for the documentation. The SDL sorts them by name. */
export function argumentsOf(field: Field): GraphQLArgument[] {
  return [...field.args].sort((a, b) => positionOf(a) - positionOf(b));
}

export function fieldAt(schema: GraphQLSchema, coordinate: string): Field {
  const [typeName = '', fieldName = ''] = coordinate.split('.');
  const type = schema.getType(typeName);
  const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
  if (field === undefined) throw new Error(`The schema has no field ${coordinate}.`);
  return field;
}

/** Returns the schema coordinates of all root fields. */
export function rootCoordinates(schema: GraphQLSchema): string[] {
  return [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
    Object.keys(type?.getFields() ?? {}).map((name) => `${type?.name}.${name}`),
  );
}

export interface Access {
  kind: 'public' | 'authenticated' | 'requiresRole';
  anyOf: string[];
  orLinkedUser: boolean;
  orHolder: boolean;
  orSelf: boolean;
  kycMaterial: boolean;
}

/** Reads the access rule of a field. Null if the field does not have a rule of its own. */
export function accessOf(field: Field): Access | null {
  const isRule = ({ name }: ConstDirectiveNode) => ['public', 'authenticated', 'requiresRole'].includes(name.value);
  const directive = field.astNode?.directives?.find(isRule);
  if (directive === undefined) return null;
  const values = new Map(directive.arguments?.map(({ name, value }) => [name.value, valueFromASTUntyped(value)]));
  const has = (name: string) => values.get(name) === true;
  return {
    kind: directive.name.value as Access['kind'],
    anyOf: (values.get('anyOf') as string[] | undefined) ?? [],
    orLinkedUser: has('orLinkedUser'),
    orHolder: has('orHolder'),
    orSelf: has('orSelf'),
    kycMaterial: has('kycMaterial'),
  };
}
