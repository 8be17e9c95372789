import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type GraphQLSchema,
  Kind,
  lexicographicSortSchema,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  printSchema,
} from 'graphql';

/** The names that federation adds to a subgraph by itself. */
const federationTypes = new Set(['_Any', '_Entity', '_Service']);
const federationFields = new Set(['_entities', '_service']);

/** Types without identity that other subgraphs often have too. */
const shareableTypes = new Set(['AmountOfMoney', 'PageInfo']);

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])';

function directive(text: string): ConstDirectiveNode {
  const [definition] = parse(`type Type ${text}`).definitions;
  const [node] = definition?.kind === Kind.OBJECT_TYPE_DEFINITION ? (definition.directives ?? []) : [];
  if (node === undefined) throw new Error(`${text} is not a directive.`);
  return node;
}

function ofSubgraph(type: ObjectTypeDefinitionNode, keyed: ReadonlySet<string>): ObjectTypeDefinitionNode {
  const name = type.name.value;
  const directives = [
    ...(type.directives ?? []),
    ...(keyed.has(name) ? [directive('@key(fields: "id")')] : []),
    ...(shareableTypes.has(name) ? [directive('@shareable')] : []),
  ];
  const fields = type.fields?.filter((field) => !federationFields.has(field.name.value));
  return { ...type, directives, fields };
}

/**
 * The SDL of the schema as a Federation 2 subgraph, for the composition of a supergraph. It omits the directives of access
 * rules, because `@authenticated` has another meaning in federation.
 */
export function subgraphSdl(schema: GraphQLSchema, entityTypes: Iterable<string>): string {
  const keyed = new Set(entityTypes);
  // Without directives of its own, because they are not linked.
  const definitions = parse(printSchema(lexicographicSortSchema(schema))).definitions.flatMap(
    (node): DefinitionNode[] => {
      if (node.kind === Kind.DIRECTIVE_DEFINITION) return [];
      if ('name' in node && node.name !== undefined && federationTypes.has(node.name.value)) return [];
      return [node.kind === Kind.OBJECT_TYPE_DEFINITION ? ofSubgraph(node, keyed) : node];
    },
  );
  return `${link}\n\n${print({ kind: Kind.DOCUMENT, definitions })}\n`;
}
