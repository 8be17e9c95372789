import {
  GraphQLBoolean,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLScalarType,
  GraphQLSchema,
  graphqlSync,
  printType,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { InvalidValue } from '../../src/base/value-rules.ts';
import {
  CountryCode,
  Currency,
  DateTime,
  Decimal,
  EmailAddress,
  HttpsUrl,
  JSONObject,
  LocalDate,
} from '../../src/graph/scalars.ts';

/** Requests the value, once as a literal in the document and once as a variable. */
function echo(scalar: GraphQLScalarType, value: unknown) {
  const seen: unknown[] = [];
  const query = new GraphQLObjectType({
    name: 'Query',
    fields: {
      echo: {
        type: scalar,
        args: { value: { type: new GraphQLNonNull(scalar) } },
        resolve(_source, args) {
          seen.push(args.value);
          return args.value instanceof InvalidValue ? null : args.value;
        },
      },
    },
  });
  const schema = new GraphQLSchema({ query });
  const inDocument = graphqlSync({ schema, source: `{ echo(value: ${JSON.stringify(value)}) }` });
  const asVariable = graphqlSync({
    schema,
    source: `query ($value: ${scalar.name}!) { echo(value: $value) }`,
    variableValues: { value },
  });
  return { inDocument, asVariable, seen };
}

describe.each([
  [DateTime, '2024-05-31T11:30:00+02:00', '2024-05-31T09:30:00.000Z'],
  [DateTime, '0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  [LocalDate, '1985-10-26', '1985-10-26'],
  [LocalDate, '1100-01-01T00:00:00Z', '1100-01-01'],
  [LocalDate, '2018-03-09T00:00:00.000+00:00', '2018-03-09'],
  [Decimal, '0012.50', '12.50'],
  [CountryCode, 'DE', 'DE'],
  [Currency, 'XBT', 'XBT'],
  [EmailAddress, 'felixsmith@example.com', 'felixsmith@example.com'],
  [HttpsUrl, 'https://example.com', 'https://example.com/'],
])('%s', (scalar, value, answered) => {
  test(`accepts ${value} and returns ${answered}`, () => {
    const { inDocument, asVariable } = echo(scalar, value);
    expect(inDocument).toEqual({ data: { echo: answered } });
    expect(asVariable).toEqual({ data: { echo: answered } });
  });
});

describe.each([
  [DateTime, '2024-05-31', 'must be a date-time with an offset, such as 2024-05-31T09:30:00Z'],
  [DateTime, 1717147800000, 'must be a string'],
  [LocalDate, '2023-02-29', 'must be a date in the form YYYY-MM-DD'],
  [LocalDate, '2023-02-29T00:00:00Z', 'must be a date in the form YYYY-MM-DD'],
  [LocalDate, '2023-02-28T00:00:01Z', 'must be a date in the form YYYY-MM-DD'],
  [LocalDate, '2023-02-28T00:00:00+01:00', 'must be a date in the form YYYY-MM-DD'],
  [LocalDate, '2023-02-28T00:00:00', 'must be a date in the form YYYY-MM-DD'],
  [Decimal, 12.5, 'must be a decimal number as a string'],
  [Decimal, '1e3', 'must be a decimal number'],
  [CountryCode, 'UK', 'must be an ISO 3166-1 alpha-2 country code'],
  [Currency, 'eur', 'must be an ISO 4217 currency code'],
  [EmailAddress, 'a@b', 'must be a valid email address'],
  [HttpsUrl, 'javascript:alert(1)', 'must be an https URL'],
  [HttpsUrl, true, 'must be a string'],
])('%s', (scalar, value, reason) => {
  test(`rejects ${value} with the rule`, () => {
    const { inDocument, asVariable, seen } = echo(scalar, value);
    for (const { errors } of [inDocument, asVariable]) expect(errors).toBeUndefined();
    expect(seen).toHaveLength(2);
    for (const rejected of seen) {
      expect(rejected).toBeInstanceOf(InvalidValue);
      expect((rejected as InvalidValue).message).toBe(reason);
    }
  });
});

test.each([DateTime, LocalDate, Decimal, CountryCode, Currency, EmailAddress, HttpsUrl])(
  '%s refuses lists, objects and enum values in a document',
  (scalar) => {
    for (const literal of ['["a"]', '{ a: 1 }', 'A', 'true', '1', '1.5']) {
      const query = new GraphQLObjectType({
        name: 'Query',
        fields: {
          echo: {
            type: GraphQLBoolean,
            args: { value: { type: scalar } },
            resolve: (_source, { value }) => value instanceof InvalidValue,
          },
        },
      });
      const { data } = graphqlSync({ schema: new GraphQLSchema({ query }), source: `{ echo(value: ${literal}) }` });
      expect(data).toEqual({ echo: true });
    }
  },
);

test('a JSONObject is serialized unchanged and invalid as an input', () => {
  const value = { list: [{ moment: new Date('2024-05-31T09:30:00Z') }], nothing: null };
  expect(JSON.stringify(JSONObject.serialize(value))).toBe(
    '{"list":[{"moment":"2024-05-31T09:30:00.000Z"}],"nothing":null}',
  );
  const { seen } = echo(JSONObject, 'a');
  expect(seen).toHaveLength(2);
  for (const rejected of seen) expect(rejected).toMatchObject({ rule: { name: 'NOT_INPUT_TYPE' } });
});

test('the schema contains the specification of a scalar', () => {
  expect(printType(DateTime)).toContain(
    'scalar DateTime @specifiedBy(url: "https://scalars.graphql.org/andimarek/date-time")',
  );
});
