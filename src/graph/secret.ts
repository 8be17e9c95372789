import { BREAK, type DocumentNode, type GraphQLSchema, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { Extensions } from 'type-graphql';

/**
 * Marks a field whose value lets its bearer act, such as a token. An answer with such a field is never compressed, because
 * the length of a compressed text reveals what it has in common with texts that an attacker chooses.
 */
export function Secret() {
  return Extensions({ secret: true });
}

const results = new WeakMap<DocumentNode, boolean>();

/** Whether an operation of the document selects a field that is marked as secret. */
export function selectsSecret(schema: GraphQLSchema, document: DocumentNode): boolean {
  let result = results.get(document);
  if (result === undefined) {
    result = false;
    const types = new TypeInfo(schema);
    const visitor = {
      Field() {
        if (types.getFieldDef()?.extensions.secret !== true) return undefined;
        result = true;
        return BREAK;
      },
    };
    visit(document, visitWithTypeInfo(types, visitor));
    results.set(document, result);
  }
  return result;
}
