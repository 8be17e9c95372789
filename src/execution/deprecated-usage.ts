import {
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInputType,
  isObjectType,
  type OperationDefinitionNode,
  TypeInfo,
  typeFromAST,
  visit,
  visitWithTypeInfo,
} from 'graphql';

interface Deprecations {
  /** Whether anything in the schema is deprecated, so that documents must be searched. */
  exist: boolean;
  /** The input types and enums whose values can contain a deprecated field or enum value, so that variables must be searched. */
  inputs: ReadonlySet<GraphQLNamedType>;
}

const deprecationsOfSchemas = new WeakMap<GraphQLSchema, Deprecations>();

function isDeprecated({ deprecationReason }: { deprecationReason?: string | null | undefined }): boolean {
  return deprecationReason != null;
}

function inputsWithDeprecations(types: readonly GraphQLNamedType[]): Set<GraphQLNamedType> {
  const found = new Set<GraphQLNamedType>();
  // A type that contains a found one is found by a later pass.
  for (let size = -1; found.size > size; ) {
    size = found.size;
    for (const type of types) {
      const contains = isEnumType(type)
        ? type.getValues().some(isDeprecated)
        : isInputObjectType(type) &&
          Object.values(type.getFields()).some((field) => isDeprecated(field) || found.has(getNamedType(field.type)));
      if (contains) found.add(type);
    }
  }
  return found;
}

function deprecationsOf(schema: GraphQLSchema): Deprecations {
  let known = deprecationsOfSchemas.get(schema);
  if (known === undefined) {
    const types = Object.values(schema.getTypeMap());
    const inputs = inputsWithDeprecations(types);
    const ofObjects = types.filter(isObjectType).flatMap((type) => Object.values(type.getFields()));
    const exist = inputs.size > 0 || ofObjects.some((field) => isDeprecated(field) || field.args.some(isDeprecated));
    known = { exist, inputs };
    deprecationsOfSchemas.set(schema, known);
  }
  return known;
}

const usages = new WeakMap<DocumentNode, readonly string[]>();

/** The coordinates of the deprecated fields, arguments, and enum values in a valid document, without the values of variables. */
function deprecatedInDocument(schema: GraphQLSchema, document: DocumentNode): readonly string[] {
  let usage = usages.get(document);
  if (usage === undefined) {
    usage = search(schema, document);
    usages.set(document, usage);
  }
  return usage;
}

/** The maximum number of values in the variables of a request that are searched, because a client can send many. */
const maxSearchedValues = 1_000;

/** The coordinates of the deprecated input fields and enum values in variables, which can be invalid. */
function deprecatedInVariables(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Set<string> {
  const { inputs } = deprecationsOf(schema);
  const found = new Set<string>();
  let searched = 0;

  function searchValue(type: GraphQLInputType, value: unknown): void {
    const named = getNamedType(type);
    if (value === null || value === undefined || searched >= maxSearchedValues || !inputs.has(named)) return;
    searched += 1;
    if (Array.isArray(value)) {
      for (const item of value.slice(0, maxSearchedValues)) searchValue(named, item);
    } else if (isEnumType(named)) {
      const enumValue = typeof value === 'string' ? named.getValue(value) : undefined;
      if (enumValue != null && isDeprecated(enumValue)) found.add(`${named.name}.${enumValue.name}`);
    } else if (isInputObjectType(named) && typeof value === 'object') {
      for (const field of Object.values(named.getFields())) {
        if (!Object.hasOwn(value, field.name)) continue;
        if (isDeprecated(field)) found.add(`${named.name}.${field.name}`);
        searchValue(field.type, (value as Record<string, unknown>)[field.name]);
      }
    }
  }

  for (const { variable, type: node } of variableDefinitions) {
    const name = variable.name.value;
    const type = Object.hasOwn(variables, name) ? typeFromAST(schema, node) : undefined;
    if (isInputType(type)) searchValue(type, variables[name]);
  }
  return found;
}

/**
 * The coordinates of the deprecated fields, arguments, input fields, and enum values that a request uses: in its valid document, and
 * in the variables of its operation.
 */
export function deprecatedIn(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation?: OperationDefinitionNode,
  variables?: Readonly<Record<string, unknown>> | null,
): readonly string[] {
  const { exist, inputs } = deprecationsOf(schema);
  if (!exist) return [];
  const inDocument = deprecatedInDocument(schema, document);
  if (inputs.size === 0 || operation === undefined || variables == null) return inDocument;
  const inVariables = deprecatedInVariables(schema, operation, variables);
  if (inVariables.size === 0) return inDocument;
  return [...new Set([...inDocument, ...inVariables])].sort();
}

function search(schema: GraphQLSchema, document: DocumentNode): string[] {
  const found = new Set<string>();
  const types = new TypeInfo(schema);
  const fieldCoordinate = () => `${types.getParentType()?.name}.${types.getFieldDef()?.name}`;
  visit(
    document,
    visitWithTypeInfo(types, {
      Field() {
        if (types.getFieldDef()?.deprecationReason != null) found.add(fieldCoordinate());
      },
      Argument() {
        const argument = types.getArgument();
        if (argument?.deprecationReason != null) found.add(`${fieldCoordinate()}(${argument.name}:)`);
      },
      ObjectField({ name }) {
        const input = getNamedType(types.getParentInputType());
        if (!isInputObjectType(input)) return;
        if (input.getFields()[name.value]?.deprecationReason != null) found.add(`${input.name}.${name.value}`);
      },
      EnumValue() {
        const value = types.getEnumValue();
        if (value?.deprecationReason != null) found.add(`${getNamedType(types.getInputType())?.name}.${value.name}`);
      },
    }),
  );
  return [...found].sort();
}
