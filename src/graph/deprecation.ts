import {
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
} from 'graphql';
import { parseLocalDate } from '../base/dates.ts';

/**
 * The reason of `@deprecated`: what to use instead, and the first day on which the element can be removed.
 *
 * @example deprecationReason: deprecation('Use `addresses` instead.', '2027-06-30')
 */
export function deprecation(alternative: string, removedFrom: string): string {
  return `${alternative} Removed on ${removedFrom} or later.`;
}

/** Stops the server, because clients could not plan the change. */
export class DeprecationUndated extends Error {
  constructor(coordinate: string) {
    super(`${coordinate} is deprecated without an alternative and a date. Use deprecation().`);
    this.name = 'DeprecationUndated';
  }
}

interface Deprecatable {
  name: string;
  deprecationReason?: string | null;
}

/** The elements of the schema that can be deprecated, with their coordinates. */
function elementsOf(schema: GraphQLSchema): [coordinate: string, element: Deprecatable][] {
  return Object.values(schema.getTypeMap()).flatMap((type): [string, Deprecatable][] => {
    if (isIntrospectionType(type)) return [];
    if (isEnumType(type)) return type.getValues().map((value) => [`${type.name}.${value.name}`, value]);
    if (isInputObjectType(type)) {
      return Object.values(type.getFields()).map((field) => [`${type.name}.${field.name}`, field]);
    }
    if (!isObjectType(type) && !isInterfaceType(type)) return [];
    return Object.values(type.getFields()).flatMap((field): [string, Deprecatable][] => [
      [`${type.name}.${field.name}`, field],
      ...field.args.map((argument): [string, Deprecatable] => [
        `${type.name}.${field.name}(${argument.name}:)`,
        argument,
      ]),
    ]);
  });
}

/** @throws DeprecationUndated if a deprecated element does not state an alternative and a date */
export function requireDatedDeprecations(schema: GraphQLSchema): void {
  for (const [coordinate, { deprecationReason }] of elementsOf(schema)) {
    if (deprecationReason == null) continue;
    const [, date] = /^[A-Z].*\. Removed on (\d{4}-\d{2}-\d{2}) or later\.$/s.exec(deprecationReason) ?? [];
    if (date === undefined || !isDate(date)) throw new DeprecationUndated(coordinate);
  }
}

function isDate(text: string): boolean {
  try {
    parseLocalDate(text);
    return true;
  } catch {
    return false;
  }
}
