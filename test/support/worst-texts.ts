/** Texts on which Unicode functions, parsers or regular expressions take long, each as long as a request can hold. */
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

/** Below the 256 KB of `GATEWAY_MAX_BODY_BYTES`, with room for the operation. */
const bytes = 250_000;

function repeated(pattern: string, suffix = ''): string {
  return pattern.repeat(Math.floor(bytes / Buffer.byteLength(pattern))) + suffix;
}

export const worstTexts: Readonly<Record<string, string>> = {
  'combining characters in the wrong order': `a${repeated('\u0300\u0323')}`,
  'runs of combining characters that are just short enough': repeated(`a${'\u0300\u0323'.repeat(15)}`),
  'halfwidth marks that NFKC makes combining': repeated('\uFF9E\u0323'),
  'ligatures of which NFKC makes eighteen characters': repeated('\uFDFA'),
  'letters in three parts': repeated('\u1112\u1161\u11AB'),
  'zero-width joiners': repeated('\u{1F468}\u200D'),
  'white space': repeated(' ', 'x'),
  digits: repeated('9'),
  'signs of a phone number': repeated('+'),
  'parts of an email address': repeated('a.', '@'),
  'labels of a host': `https://${repeated('\u4E00\u4E01')}.example`,
  'wildcards of a pattern': repeated('%1_'),
  letters: repeated('a'),
};

/** Of a scalar, a value that it takes. */
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

type Given = GraphQLArgument | GraphQLInputField;

function isText(type: GraphQLNamedInputType): boolean {
  return !['Int', 'Float', 'Boolean'].includes(type.name) && !isInputObjectType(type);
}

/** The paths to all texts of a value, such as `['input', 'addresses', 'line1']`; lists have no step of their own. */
export function pathsToTexts(given: readonly Given[]): string[][] {
  return given.flatMap(({ name, type }) => {
    const named = getNamedType(type);
    if (isInputObjectType(named)) return pathsToTexts(Object.values(named.getFields())).map((path) => [name, ...path]);
    return isText(named) ? [[name]] : [];
  });
}

/** The least value of the type that has `text` at each of the paths: all that is required, and what leads to them. */
export function valueWith(type: GraphQLInputType, paths: readonly string[][], text: string): unknown {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return [valueWith(nullable.ofType, paths, text)];
  if (isInputObjectType(nullable)) return valuesWith(Object.values(nullable.getFields()), paths, text);
  if (paths.length > 0) return text;
  return isEnumType(nullable) ? nullable.getValues()[0]?.name : scalarValues[nullable.toString()];
}

export function valuesWith(given: readonly Given[], paths: readonly string[][], text: string): Record<string, unknown> {
  return Object.fromEntries(
    given.flatMap(({ name, type }) => {
      const below = paths.filter(([step]) => step === name).map(([, ...rest]) => rest);
      return below.length > 0 || isNonNullType(type) ? [[name, valueWith(type, below, text)]] : [];
    }),
  );
}
