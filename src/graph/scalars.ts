import { GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { parseDateTime, parseLocalDateOrMidnight } from '../base/dates.ts';
import { InvalidValue, invalidValue } from '../base/value-rules.ts';
import { parseCountryCode, parseCurrency, parseDecimal, parseEmailAddress, parseHttpsUrl } from '../base/values.ts';

/**
 * Returns an invalid value instead of throwing, so that coercion continues. The argument guard finds it and lists it with all other
 * problems of the input, before anything else reads the arguments.
 */
function parsing<Value>(parse: (value: unknown) => Value) {
  const parseValue = (value: unknown): Value => {
    try {
      return parse(value);
    } catch (error) {
      if (error instanceof InvalidValue) return error as Value;
      throw error;
    }
  };
  return {
    parseValue,
    // Only string literals are valid, so `parse` rejects all other kinds as it rejects a value that is not a string.
    parseLiteral: (node: ValueNode): Value => parseValue(node.kind === Kind.STRING ? node.value : undefined),
  };
}

/** Values from the database are not validated again, because they were validated when they were written. */
function serializeText(value: unknown): string {
  return String(value);
}

export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description:
    'A time as an RFC 3339 date-time with an offset, such as `2024-05-31T09:30:00Z`. Returned in UTC with milliseconds.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time',
  serialize: (value) => (value as Date).toISOString(),
  ...parsing(parseDateTime),
});

export const LocalDate = new GraphQLScalarType<string, string>({
  name: 'LocalDate',
  description:
    'A calendar date without a time or a time zone, such as `1985-10-26`. In input, it can also be the midnight of the date in UTC, such as `1985-10-26T00:00:00Z`.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/local-date',
  serialize: serializeText,
  ...parsing(parseLocalDateOrMidnight),
});

export const Decimal = new GraphQLScalarType<string, string>({
  name: 'Decimal',
  description:
    'An exact decimal number as a string, such as `"1000.50"`, with at most 18 digits before the point and 18 after it. Exponents are invalid.',
  serialize: serializeText,
  ...parsing(parseDecimal),
});

export const CountryCode = new GraphQLScalarType<string, string>({
  name: 'CountryCode',
  description: 'An ISO 3166-1 alpha-2 country code, such as `DE`.',
  specifiedByURL: 'https://www.iso.org/iso-3166-country-codes.html',
  serialize: serializeText,
  ...parsing(parseCountryCode),
});

export const Currency = new GraphQLScalarType<string, string>({
  name: 'Currency',
  description:
    'A current ISO 4217 currency code, such as `EUR`, or `XBT` for bitcoin. Stored values can have a code that was withdrawn later.',
  specifiedByURL: 'https://www.iso.org/iso-4217-currency-codes.html',
  serialize: serializeText,
  ...parsing(parseCurrency),
});

export const EmailAddress = new GraphQLScalarType<string, string>({
  name: 'EmailAddress',
  description:
    'An email address, such as `felixsmith@example.com`, at most 200 characters. It must be valid by the HTML standard, and its domain must contain a dot.',
  specifiedByURL: 'https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address',
  serialize: serializeText,
  ...parsing(parseEmailAddress),
});

export const HttpsUrl = new GraphQLScalarType<string, string>({
  name: 'HttpsUrl',
  description:
    'An https URL, such as `https://www.example.com/logo.png`, at most 2,000 characters, without a username or password. The gateway never fetches it.',
  specifiedByURL: 'https://url.spec.whatwg.org/',
  serialize: serializeText,
  ...parsing(parseHttpsUrl),
});

/** A value of any type, which only the program creates. */
export const JSONValue = new GraphQLScalarType<never, unknown>({
  name: 'JSON',
  description:
    'A JSON value: a text, a number, a boolean, or a list. Times have the format of `DateTime`, and amounts that of `Decimal`. It is invalid as an input.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
  serialize: (value) => value,
  parseValue() {
    return invalidValue('NOT_INPUT_TYPE') as never;
  },
});

export const JSONObject = new GraphQLScalarType<never, object>({
  name: 'JSONObject',
  description:
    'A JSON object. The description of the field states its members. Times have the format of `DateTime`, and amounts that of `Decimal`. It is invalid as an input.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
  serialize: (value) => value as object,
  parseValue() {
    return invalidValue('NOT_INPUT_TYPE') as never;
  },
});
