import {
  type GraphQLArgument,
  type GraphQLField,
  GraphQLID,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLScalarType,
  GraphQLString,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  isScalarType,
  isSpecifiedScalarType,
} from 'graphql';
import { isPageArgument, type PageArgument } from '../base/page-arguments.ts';
import { maxIdCharacters } from '../base/values.ts';
import { maxItemsOfArgument, maxItemsOfInputField } from './max-input-items.ts';

/** The parts of an input type whose values have limits. */
export type InputShape = TextShape | IdShape | CursorShape | PageShape | ListShape | ObjectShape;

interface TextShape {
  kind: 'text';
  maxCharacters: number;
}

/** An argument that is the ID of an object. IDs in an input object are texts here, because each has rules of its own. */
interface IdShape {
  kind: 'id';
  /** The error of an ID that no object can have. */
  errorKey: 'OBP-10001' | 'OBP-30111';
}

/** The argument `after` of a page. */
interface CursorShape {
  kind: 'cursor';
}

/** An argument that is the size or the offset of a page. */
interface PageShape {
  kind: 'page';
  argument: PageArgument;
}

interface ListShape {
  kind: 'list';
  maxItems: number;
  item: InputShape | null;
}

interface ObjectShape {
  kind: 'object';
  /** The number of fields that the type has. */
  size: number;
  fields: readonly (readonly [name: string, shape: InputShape])[];
}

/** The limit of every text: no field accepts more, and most accept less. */
const maxTextCharacters = 2_000;
/** Stops the server: without a maximum a list could have as many items as fit into a request. */
export class MaxInputItemsUndeclared extends Error {
  constructor(coordinate: string) {
    super(`${coordinate} is a list, so it must declare its maximum number of items with @MaxInputItems.`);
    this.name = 'MaxInputItemsUndeclared';
  }
}

function shapeOfScalar(type: GraphQLScalarType): TextShape | null {
  if (type.name === GraphQLID.name) return { kind: 'text', maxCharacters: maxIdCharacters };
  const isText = type.name === GraphQLString.name || !isSpecifiedScalarType(type);
  return isText ? { kind: 'text', maxCharacters: maxTextCharacters } : null;
}

const shapes = new WeakMap<GraphQLInputObjectType, ObjectShape>();

function shapeOfObject(type: GraphQLInputObjectType): ObjectShape {
  const known = shapes.get(type);
  if (known !== undefined) return known;
  const definitions = Object.values(type.getFields());
  const fields: [string, InputShape][] = [];
  const shape: ObjectShape = { kind: 'object', size: definitions.length, fields };
  // Stored before its fields are read, because a type can contain itself.
  shapes.set(type, shape);
  for (const field of definitions) {
    const shapeOfField = shapeOf(field.type, maxItemsOfInputField(field), `${type.name}.${field.name}`);
    if (shapeOfField !== null) fields.push([field.name, shapeOfField]);
  }
  return shape;
}

/**
 * The shape of the values of `type`, or null if nothing in them has a limit.
 *
 * @throws MaxInputItemsUndeclared if a list has no maximum
 */
export function shapeOf(type: GraphQLInputType, maxItems: number | undefined, coordinate: string): InputShape | null {
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    if (maxItems === undefined) throw new MaxInputItemsUndeclared(coordinate);
    return { kind: 'list', maxItems, item: shapeOf(nullable.ofType, undefined, `An item of ${coordinate}`) };
  }
  if (isInputObjectType(nullable)) return shapeOfObject(nullable);
  return isScalarType(nullable) ? shapeOfScalar(nullable) : null;
}

/**
 * The shape of the values of an argument.
 *
 * @throws MaxInputItemsUndeclared if a list has no maximum
 */
export function shapeOfArgument(
  coordinate: string,
  field: Pick<GraphQLField<unknown, unknown>, 'extensions'>,
  { name, type }: GraphQLArgument,
): InputShape | null {
  if (isPageArgument(name)) return { kind: 'page', argument: name };
  if (name === 'after') return { kind: 'cursor' };
  const shape = shapeOf(type, maxItemsOfArgument(field, name), `${coordinate}(${name}:)`);
  if (getNamedType(type).name !== GraphQLID.name) return shape;
  const id: IdShape = { kind: 'id', errorKey: name === 'bankId' ? 'OBP-30111' : 'OBP-10001' };
  return shape?.kind === 'list' ? { ...shape, item: id } : id;
}
