import {
  type DocumentNode,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isObjectType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

const schemasWithDeprecations = new WeakMap<GraphQLSchema, boolean>();

/** Whether anything in the schema is deprecated, so that documents must be searched. */
function hasDeprecations(schema: GraphQLSchema): boolean {
  let known = schemasWithDeprecations.get(schema);
  if (known === undefined) {
    const isDeprecated = ({ deprecationReason }: { deprecationReason?: string | null }) => deprecationReason != null;
    known = Object.values(schema.getTypeMap()).some((type) => {
      if (isEnumType(type)) return type.getValues().some(isDeprecated);
      if (isInputObjectType(type)) return Object.values(type.getFields()).some(isDeprecated);
      if (!isObjectType(type)) return false;
      return Object.values(type.getFields()).some((field) => isDeprecated(field) || field.args.some(isDeprecated));
    });
    schemasWithDeprecations.set(schema, known);
  }
  return known;
}

const usages = new WeakMap<DocumentNode, readonly string[]>();

/** The coordinates of the deprecated fields, arguments, and enum values in a valid document. Values of variables are not searched. */
export function deprecatedIn(schema: GraphQLSchema, document: DocumentNode): readonly string[] {
  if (!hasDeprecations(schema)) return [];
  let usage = usages.get(document);
  if (usage === undefined) {
    usage = search(schema, document);
    usages.set(document, usage);
  }
  return usage;
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
