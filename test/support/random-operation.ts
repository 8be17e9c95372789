/**
 * Random operations of a schema, with nested fragments, aliases that merge, variables with and without values, and
 * `@skip` and `@include` on any selection. The same seed produces the same operations.
 */
import {
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isUnionType,
} from 'graphql';

/** Returns a generator of numbers from 0 to less than 1 (mulberry32). The same seed produces the same numbers. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Returns the seed of this run: the environment variable SEED, which repeats a run, or a random one. */
export function testSeed(): number {
  return Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
}

export interface RandomOperation {
  query: string;
  variables: Record<string, unknown>;
}

export interface OperationOptions {
  kind: 'query' | 'mutation';
  maxDepth: number;
  /** Returns the JSON values of an argument. If undefined, the values depend on the type. */
  valuesOf?: (argument: string) => unknown[] | undefined;
  /** The names of fields that are never selected. */
  without?: readonly string[];
}

interface Fragment {
  type: GraphQLCompositeType;
  text: string;
}

export function randomOperation(
  schema: GraphQLSchema,
  random: () => number,
  options: OperationOptions,
): RandomOperation {
  const { kind, maxDepth, valuesOf = () => undefined, without = [] } = options;
  const chance = (share: number) => random() < share;
  const upTo = (count: number) => Math.floor(random() * count);
  const oneOf = <Value>(values: readonly Value[]): Value => values[upTo(values.length)] as Value;

  const variables: Record<string, unknown> = {};
  const declarations: string[] = [];
  const fragments: Fragment[] = [];
  /** The field of each alias of a type, because an alias must always stand for the same field. */
  const aliases = new Map<string, string>();

  function declareVariable(type: string, value: unknown, defaultValue: unknown): string {
    const name = `v${declarations.length}`;
    declarations.push(`$${name}: ${type}${defaultValue === undefined ? '' : ` = ${literal(defaultValue)}`}`);
    if (value !== undefined) variables[name] = value;
    return `$${name}`;
  }

  function condition(): string {
    if (!chance(0.25)) return '';
    const directive = chance(0.5) ? 'skip' : 'include';
    const isTrue = chance(0.5);
    if (chance(0.3)) return ` @${directive}(if: ${isTrue})`;
    if (chance(0.2)) {
      const value = oneOf([true, false, undefined, ...(chance(0.2) ? [null] : [])]);
      return ` @${directive}(if: ${declareVariable('Boolean', value, isTrue)})`;
    }
    return ` @${directive}(if: ${declareVariable('Boolean!', isTrue, undefined)})`;
  }

  function someValue(type: GraphQLInputType, name: string): unknown {
    if (isNonNullType(type)) return someValue(type.ofType, name);
    const values = valuesOf(name);
    if (values !== undefined) return oneOf(values);
    if (isListType(type)) return Array.from({ length: upTo(3) }, () => someValue(type.ofType, name));
    if (isEnumType(type)) return new EnumName(oneOf(type.getValues()).name);
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter((field) => isNonNullType(field.type) || chance(0.5));
      return Object.fromEntries(fields.map((field) => [field.name, someValue(field.type, field.name)]));
    }
    if (type.name === 'Int') return upTo(10);
    if (type.name === 'Float') return upTo(100) / 8;
    if (type.name === 'Boolean') return chance(0.5);
    return `text-${upTo(5)}`;
  }

  /** Declares a variable for an argument: with or without a value, of a nullable type, or with an invalid value. */
  function variableFor({ type, name, defaultValue }: GraphQLArgument): string {
    const value = plain(someValue(type, name));
    const wrong = chance(0.02) ? [{ wrong: true }] : [];
    if (!isNonNullType(type)) {
      const variableDefault = chance(0.3) ? someValue(type, name) : undefined;
      return declareVariable(String(type), oneOf([value, value, null, undefined, ...wrong]), variableDefault);
    }
    // A nullable variable is valid for a non-null argument if either of them has a default.
    if (defaultValue !== undefined && chance(0.5))
      return declareVariable(String(type.ofType), oneOf([value, null, undefined]), undefined);
    if (chance(0.3))
      return declareVariable(String(type.ofType), oneOf([value, value, undefined, null]), someValue(type, name));
    return declareVariable(String(type), oneOf([value, value, value, value, value, ...wrong]), undefined);
  }

  function argumentsOf({ args }: GraphQLField<unknown, unknown>): string {
    const argumentTexts: string[] = [];
    for (const argument of args) {
      const isRequired = isNonNullType(argument.type) && argument.defaultValue === undefined;
      if (!isRequired && chance(0.5)) continue;
      if (chance(0.5)) argumentTexts.push(`${argument.name}: ${variableFor(argument)}`);
      else if (!isNonNullType(argument.type) && chance(0.1)) argumentTexts.push(`${argument.name}: null`);
      else argumentTexts.push(`${argument.name}: ${literal(someValue(argument.type, argument.name))}`);
    }
    return argumentTexts.length === 0 ? '' : `(${argumentTexts.join(', ')})`;
  }

  function fieldOf(type: GraphQLCompositeType, depth: number): string {
    const fields = Object.values(isUnionType(type) ? {} : type.getFields()).filter(
      (field) => !without.includes(field.name) && (depth > 1 || !isCompositeType(getNamedType(field.type))),
    );
    if (fields.length === 0 || chance(0.06)) return `${chance(0.3) ? 'kind: ' : ''}__typename${condition()}`;
    const field = oneOf(fields);
    const below = getNamedType(field.type);
    const selections = isCompositeType(below) ? ` ${selectionsOf(below, depth - 1)}` : '';
    if (field.args.length === 0) {
      const alias = chance(0.2) ? `${chance(0.03) ? '__proto__' : `other_${field.name}`}: ` : '';
      if (alias === '__proto__: ' && aliases.get(`${type.name} __proto__`) !== undefined)
        return `__typename${condition()}`;
      if (alias === '__proto__: ') aliases.set(`${type.name} __proto__`, field.name);
      return `${alias}${field.name}${condition()}${selections}`;
    }
    // A field with arguments has its own alias, which can be repeated with the same arguments.
    const key = `${type.name}.${field.name} ${upTo(2)}`;
    const repeated = chance(0.5) ? aliases.get(key) : undefined;
    const call = repeated ?? `${field.name}_${aliases.size}: ${field.name}${argumentsOf(field)}`;
    aliases.set(key, call);
    aliases.set(call, call);
    return `${call}${condition()}${selections}`;
  }

  /** The type of a fragment: often the same, or one of those that an abstract type includes, or one that includes the type. */
  function typeOfFragment(type: GraphQLCompositeType): GraphQLCompositeType {
    if (isAbstractType(type)) return chance(0.8) ? oneOf(schema.getPossibleTypes(type)) : type;
    const including = Object.values(schema.getTypeMap()).filter(
      (each) => isAbstractType(each) && schema.isSubType(each, type),
    );
    return including.length > 0 && chance(0.2) ? (oneOf(including) as GraphQLCompositeType) : type;
  }

  function selectionsOf(type: GraphQLCompositeType, depth: number): string {
    const selections = Array.from({ length: 1 + upTo(4) }, () => {
      const ofFragment = typeOfFragment(type);
      if (chance(isAbstractType(type) ? 0.5 : 0.12)) {
        return ofFragment === type && chance(0.3)
          ? `...${condition()} ${selectionsOf(type, depth)}`
          : `... on ${ofFragment.name}${condition()} ${selectionsOf(ofFragment, depth)}`;
      }
      if (chance(0.12)) return spreadOf(ofFragment, depth);
      return fieldOf(type, depth);
    });
    return `{ ${selections.join(' ')} }`;
  }

  /** Spreads a fragment. A new fragment is complete before it can be spread, so it never contains itself. */
  function spreadOf(type: GraphQLCompositeType, depth: number): string {
    const existing = fragments.findIndex((fragment) => fragment.type === type);
    if (existing !== -1 && chance(0.6)) return `...F${existing}${condition()}`;
    const text = selectionsOf(type, Math.min(depth, 2));
    fragments.push({ type, text });
    return `...F${fragments.length - 1}${condition()}`;
  }

  const root = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
  if (root == null) throw new Error(`The schema has no ${kind}.`);
  const body = selectionsOf(root, maxDepth);
  const variableDefinitions = declarations.length === 0 ? '' : `(${declarations.join(', ')})`;
  const fragmentDefinitions = fragments.map(({ type, text }, index) => `fragment F${index} on ${type.name} ${text}`);
  return { query: [`${kind} Random${variableDefinitions} ${body}`, ...fragmentDefinitions].join('\n'), variables };
}

class EnumName {
  constructor(readonly name: string) {}
}

function plain(value: unknown): unknown {
  if (value instanceof EnumName) return value.name;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}

function literal(value: unknown): string {
  if (value instanceof EnumName) return value.name;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([name, member]) => `${name}: ${literal(member)}`)
    .join(', ')} }`;
}
