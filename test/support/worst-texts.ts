/** Texts of the maximum length on which Unicode functions, parsers, or regular expressions are slow. */
import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedInputType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';

/** Less than the 256 KB of `GATEWAY_MAX_BODY_BYTES`, to leave room for the operation. */
const maxBytes = 250_000;

function repeated(pattern: string, suffix = ''): string {
  return pattern.repeat(Math.floor(maxBytes / Buffer.byteLength(pattern))) + suffix;
}

export const worstTexts: Readonly<Record<string, string>> = {
  'combining characters in the wrong order': `a${repeated('\u0300\u0323')}`,
  'short runs of combining characters': repeated(`a${'\u0300\u0323'.repeat(15)}`),
  'halfwidth marks that NFKC replaces with combining characters': repeated('\uFF9E\u0323'),
  'ligatures that NFKC expands to 18 characters': repeated('\uFDFA'),
  'decomposed letters': repeated('\u1112\u1161\u11AB'),
  'zero-width joiners': repeated('\u{1F468}\u200D'),
  'white space': repeated(' ', 'x'),
  digits: repeated('9'),
  'signs of a phone number': repeated('+'),
  'parts of an email address': repeated('a.', '@'),
  'labels of a host': `https://${repeated('\u4E00\u4E01')}.example`,
  'wildcards of a pattern': repeated('%1_'),
  letters: repeated('a'),
};

/** A valid value of each scalar. */
const scalarValues: Readonly<Record<string, unknown>> = {
  String: 'text',
  ID: 'text',
  Int: 1,
  Float: 1,
  Boolean: true,
  DateTime: '2024-05-31T09:30:00Z',
  LocalDate: '1985-10-26',
  Decimal: '0',
  CountryCode: 'DE',
  Currency: 'EUR',
  EmailAddress: 'felix@example.com',
  HttpsUrl: 'https://example.com/',
};

type Input = GraphQLArgument | GraphQLInputField;

function isText(type: GraphQLNamedInputType): boolean {
  return !['Int', 'Float', 'Boolean'].includes(type.name) && !isInputObjectType(type);
}

/**
 * Returns the paths to all texts of inputs, such as `['input', 'addresses', 'line1']`. Lists are not part of a path.
 */
export function pathsToTexts(inputs: readonly Input[]): string[][] {
  return inputs.flatMap(({ name, type }) => {
    const named = getNamedType(type);
    if (isInputObjectType(named)) return pathsToTexts(Object.values(named.getFields())).map((path) => [name, ...path]);
    return isText(named) ? [[name]] : [];
  });
}

/** Returns the smallest valid value of a type with a text at each of the paths. */
export function valueWith(type: GraphQLInputType, paths: readonly string[][], text: string): unknown {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return [valueWith(nullable.ofType, paths, text)];
  if (isInputObjectType(nullable)) return valuesWith(Object.values(nullable.getFields()), paths, text);
  if (paths.length > 0) return text;
  return isEnumType(nullable) ? nullable.getValues()[0]?.name : scalarValues[nullable.toString()];
}

export function valuesWith(
  inputs: readonly Input[],
  paths: readonly string[][],
  text: string,
): Record<string, unknown> {
  return Object.fromEntries(
    inputs.flatMap(({ name, type }) => {
      const innerPaths = paths.filter(([step]) => step === name).map(([, ...rest]) => rest);
      return innerPaths.length > 0 || isNonNullType(type) ? [[name, valueWith(type, innerPaths, text)]] : [];
    }),
  );
}
