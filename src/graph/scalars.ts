import { GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { gatewayError } from '../base/errors.ts';
import {
  InvalidValue,
  parseCountryCode,
  parseCurrency,
  parseDateTime,
  parseDecimal,
  parseEmailAddress,
  parseHttpsUrl,
  parseLocalDate,
} from '../base/values.ts';

/** A refusal names the scalar and the reason; graphql-js adds which variable it was, a literal has its place. */
function refused(name: string, error: unknown, node?: ValueNode): unknown {
  if (!(error instanceof InvalidValue)) return error;
  return gatewayError('OBP-10001', { message: `${name} ${error.message}.`, cause: error, node });
}

function parsing<Value>(name: string, parse: (value: unknown) => Value) {
  const parseValue = (value: unknown): Value => {
    try {
      return parse(value);
    } catch (error) {
      throw refused(name, error);
    }
  };
  return {
    parseValue,
    // Only a text is one of these: what else stands in the document is refused in the words for a value of no text.
    parseLiteral(node: ValueNode): Value {
      try {
        return parse(node.kind === Kind.STRING ? node.value : undefined);
      } catch (error) {
        throw refused(name, error, node);
      }
    },
  };
}

/** What the database gives was checked when it was written, so nothing is checked again on the way out. */
function serializeText(value: unknown): string {
  return String(value);
}

export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description:
    'A moment: an RFC 3339 date-time with its offset, as 2024-05-31T09:30:00Z. Answered in UTC, to the millisecond.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time',
  serialize: (value) => (value as Date).toISOString(),
  ...parsing('A DateTime', parseDateTime),
});

export const LocalDate = new GraphQLScalarType<string, string>({
  name: 'LocalDate',
  description: 'A day without a time and a time zone, as 1985-10-26.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/local-date',
  serialize: serializeText,
  ...parsing('A LocalDate', parseLocalDate),
});

export const Decimal = new GraphQLScalarType<string, string>({
  name: 'Decimal',
  description:
    'An exact decimal number as text, as "1000.50": at most 18 digits before the point and 18 after it, no exponent.',
  serialize: serializeText,
  ...parsing('A Decimal', parseDecimal),
});

export const CountryCode = new GraphQLScalarType<string, string>({
  name: 'CountryCode',
  description: 'A country by its ISO 3166-1 alpha-2 code, as DE.',
  specifiedByURL: 'https://www.iso.org/iso-3166-country-codes.html',
  serialize: serializeText,
  ...parsing('A CountryCode', parseCountryCode),
});

export const Currency = new GraphQLScalarType<string, string>({
  name: 'Currency',
  description: 'A currency by its ISO 4217 code, as EUR; bitcoin is XBT.',
  specifiedByURL: 'https://www.iso.org/iso-4217-currency-codes.html',
  serialize: serializeText,
  ...parsing('A Currency', parseCurrency),
});

export const EmailAddress = new GraphQLScalarType<string, string>({
  name: 'EmailAddress',
  description: 'An e-mail address of at most 200 characters, with a dot in its domain, as felixsmith@example.com.',
  specifiedByURL: 'https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address',
  serialize: serializeText,
  ...parsing('An EmailAddress', parseEmailAddress),
});

export const HttpsUrl = new GraphQLScalarType<string, string>({
  name: 'HttpsUrl',
  description:
    'An https URL of at most 2000 characters, without a username or password. The gateway never fetches what it names.',
  specifiedByURL: 'https://url.spec.whatwg.org/',
  serialize: serializeText,
  ...parsing('An HttpsUrl', parseHttpsUrl),
});

export const JSONObject = new GraphQLScalarType<never, object>({
  name: 'JSONObject',
  description:
    'A JSON object whose members are described where it is given. Moments in it are written as DateTime has them, amounts as Decimal. It is only answered, never taken.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
  serialize: (value) => value as object,
  parseValue() {
    throw gatewayError('OBP-10001', { message: 'A JSONObject is only answered.' });
  },
});
