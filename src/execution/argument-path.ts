import { type ASTNode, BREAK, type DocumentNode, Kind, visit } from 'graphql';

function stepTo(node: ASTNode, next: unknown): string {
  if (node.kind === Kind.ARGUMENT) return node.name.value;
  if (node.kind === Kind.OBJECT_FIELD) return `.${node.name.value}`;
  return node.kind === Kind.LIST ? `[${node.values.indexOf(next as never)}]` : '';
}

/** The path of a value of a document from its argument, such as `input.addresses[1].postcode`; null if it is in no argument. */
export function argumentPath(document: DocumentNode, isValue: (node: ASTNode) => boolean): string | null {
  let path = '';
  visit(document, {
    enter(node, _key, parent, _path, ancestors) {
      if (!isValue(node)) return undefined;
      // Lists of nodes are ancestors too.
      const nodes = [...ancestors, parent, node].filter(
        (each) => each !== undefined && !Array.isArray(each),
      ) as ASTNode[];
      path = nodes.map((each, index) => stepTo(each, nodes[index + 1])).join('');
      return path === '' ? undefined : BREAK;
    },
  });
  return path === '' ? null : path;
}

/** The path of the first argument to which a variable is passed. */
export function pathOfVariable(document: DocumentNode, name: string): string | null {
  return argumentPath(document, (node) => node.kind === Kind.VARIABLE && node.name.value === name);
}
