import { type GraphQLSchema, isIntrospectionType, isObjectType } from 'graphql';
import { gatewayError } from '../errors.ts';
import { keyOf } from './batched.ts';

/** The path to the first text with U+0000 in it, or null. */
function pathToNullCharacter(value: unknown, path: string): string | null {
  if (typeof value === 'string') return value.includes('\u0000') ? path : null;
  if (typeof value !== 'object' || value === null) return null;
  for (const [name, member] of Object.entries(value)) {
    const found = pathToNullCharacter(member, path === '' ? name : `${path}.${name}`);
    if (found !== null) return found;
  }
  return null;
}

/**
 * Refuses U+0000 in every argument: SQLite would keep it, PostgreSQL fails on it. Wraps the resolvers once, at start-up;
 * comes before the access rules are put around them, so that who may not call is told that first.
 */
export function refuseNullCharacters(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const { resolve } = field;
      const findKey = keyOf(field);
      if (findKey !== null) {
        // Nor is anything read ahead by it.
        const keyOfGiven: typeof findKey = (parent, args, context) =>
          pathToNullCharacter(args, '') === null ? findKey(parent, args, context) : null;
        field.extensions = { ...field.extensions, keyOf: keyOfGiven };
      }
      if (field.args.length === 0 || resolve === undefined) continue;
      field.resolve = (parent, args, context, info) => {
        const path = pathToNullCharacter(args, '');
        if (path !== null) {
          throw gatewayError('OBP-10001', { message: `${path} has the character U+0000.`, field: path });
        }
        return resolve(parent, args, context, info);
      };
    }
  }
}
