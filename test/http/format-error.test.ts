import { ApolloServer } from '@apollo/server';
import {
  GraphQLEnumType,
  GraphQLError,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { gatewayError } from '../../src/base/errors.ts';
import { AnswerMeter, defaultAnswerLimits } from '../../src/execution/answer-meter.ts';
import { interpretedExecution } from '../../src/execution/executor.ts';
import { distinctErrorsPlugin, formatError } from '../../src/http/format-error.ts';

const EvenNumber = new GraphQLScalarType<number>({
  name: 'EvenNumber',
  parseValue: (value) => {
    if (typeof value === 'number' && value % 2 === 0) return value;
    throw gatewayError('OBP-10020', { field: 'of' });
  },
});

const Login = new GraphQLInputObjectType({
  name: 'Login',
  fields: {
    username: { type: new GraphQLNonNull(GraphQLString) },
    password: { type: new GraphQLNonNull(GraphQLString) },
    level: { type: new GraphQLEnumType({ name: 'Level', values: { LOW: {}, HIGH: {} } }) },
    codes: { type: new GraphQLList(new GraphQLNonNull(GraphQLInt)) },
  },
});

const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: 'Query',
    fields: {
      customer: {
        type: GraphQLString,
        resolve: () => {
          throw gatewayError('OBP-30046', { cause: new Error('secret cause') });
        },
      },
      broken: {
        type: GraphQLString,
        resolve: () => {
          throw new Error('select * from secret_table');
        },
      },
      brokenByLibrary: {
        type: GraphQLString,
        resolve: () => {
          throw new GraphQLError('secret host refused', { extensions: { host: 'secret.internal' } });
        },
      },
      neverNull: { type: new GraphQLNonNull(GraphQLString), resolve: () => null },
      half: {
        type: GraphQLString,
        args: { of: { type: EvenNumber } },
        resolve: () => 'half',
      },
      page: {
        type: GraphQLString,
        args: { first: { type: new GraphQLNonNull(GraphQLInt), defaultValue: 50 }, after: { type: GraphQLString } },
        resolve: () => 'page',
      },
      nested: { type: new GraphQLObjectType({ name: 'Nested', fields: { id: { type: GraphQLString } } }) },
      login: { type: GraphQLString, args: { input: { type: Login } }, resolve: () => 'token' },
      customerByNumber: {
        type: GraphQLString,
        args: { customerNumber: { type: new GraphQLNonNull(GraphQLString) } },
        resolve: () => 'customer',
      },
    },
  }),
});

/** The errors in the response of Apollo Server, which includes stack traces here, and the errors passed to `onUnexpected`. */
async function ask(query: string, variables: Record<string, unknown> = {}, detail = true) {
  const unexpected: unknown[] = [];
  const server = new ApolloServer({
    gateway: interpretedExecution(schema, { namesSchema: detail }),
    parseOptions: { maxTokens: 100 },
    maxRecursiveSelections: 15,
    includeStacktraceInErrorResponses: true,
    plugins: [distinctErrorsPlugin({ detail })],
    formatError: formatError({
      onUnexpected: (error) => unexpected.push(error),
      requestId: () => 'request-1',
      detail,
    }),
  });
  const { body, http } = await server.executeOperation(
    { query, variables },
    { contextValue: { answer: new AnswerMeter(defaultAnswerLimits) } },
  );
  await server.stop();
  if (body.kind !== 'single') throw new Error('The response is incremental.');
  const errors = body.singleResult.errors ?? [];
  expect(JSON.stringify(errors)).not.toMatch(/stacktrace|secret|node_modules/i);
  return { errors, unexpected, status: http.status };
}

describe('formatError', () => {
  test('returns an expected failure with its path and without its cause', async () => {
    const { errors, unexpected } = await ask('{ customer }');
    expect(errors).toEqual([
      {
        message: 'OBP-30046: Customer not found. Please specify a valid value for CUSTOMER_ID.',
        locations: [{ line: 1, column: 3 }],
        path: ['customer'],
        extensions: { code: 'NOT_FOUND', obpCode: 'OBP-30046', key: 'OBP-30046' },
      },
    ]);
    expect(unexpected).toEqual([]);
  });

  test.each(['broken', 'brokenByLibrary', 'neverNull'])(
    'masks and reports an unexpected failure: %s',
    async (field) => {
      const { errors, unexpected } = await ask(`{ ${field} }`);
      expect(errors).toEqual([
        {
          message: 'OBP-50000: Unknown Error.',
          locations: [{ line: 1, column: 3 }],
          path: [field],
          extensions: {
            code: 'INTERNAL_SERVER_ERROR',
            obpCode: 'OBP-50000',
            key: 'OBP-50000',
            requestId: 'request-1',
          },
        },
      ]);
      expect(unexpected).toHaveLength(1);
      expect(unexpected[0]).toMatchObject({ path: [field] });
    },
  );

  test('reports a failure that was thrown as OBP-50000', () => {
    const unexpected: unknown[] = [];
    const error = gatewayError('OBP-50000', { cause: new Error('disk full') });
    const format = formatError({ onUnexpected: (reported) => unexpected.push(reported) });
    const answer = format({ message: error.message }, error);
    expect(answer.message).toBe('OBP-50000: Unknown Error.');
    expect(unexpected).toEqual([error]);
  });

  test.each<[string, string, Record<string, unknown>, string]>([
    [
      'a variable of the wrong type',
      'query ($first: Int!) { page(first: $first) }',
      { first: 'My-Secret' },
      'first must be an integer from -2,147,483,648 to 2,147,483,647.',
    ],
    ['a missing variable', 'query ($first: Int!) { page(first: $first) }', {}, 'first is required.'],
    ['a null variable', 'query ($first: Int!) { page(first: $first) }', { first: null }, 'first must not be null.'],
    [
      'an unknown field of a variable',
      'query ($input: Login) { login(input: $input) }',
      { input: { username: 'x', password: 'My-Secret', MySecret: 'My-Secret' } },
      'input has a field that Login does not define.',
    ],
    [
      'a missing field of a variable',
      'query ($input: Login) { login(input: $input) }',
      { input: { password: 'My-Secret' } },
      'input must have the field `username`.',
    ],
    [
      'a string instead of an object',
      'query ($input: Login) { login(input: $input) }',
      { input: 'My-Secret' },
      'input must be an object.',
    ],
    [
      'a value of a list inside a variable',
      'query ($input: Login) { login(input: $input) }',
      { input: { username: 'x', password: 'y', codes: [1, 'My-Secret'] } },
      'input.codes[1] must be an integer from -2,147,483,648 to 2,147,483,647.',
    ],
    [
      'an unknown enum value in a variable',
      'query ($input: Login) { login(input: $input) }',
      { input: { username: 'x', password: 'y', level: 'MY_SECRET' } },
      'input.level must be a value of Level.',
    ],
    [
      'a literal of the wrong type',
      '{ page(first: "My-Secret") }',
      {},
      'A value must be an integer from -2,147,483,648 to 2,147,483,647.',
    ],
    ['a null literal', '{ page(first: null) }', {}, 'A value must be of type Int!.'],
    [
      'an unknown enum literal',
      '{ login(input: { username: "x", password: "My-Secret", level: MY_SECRET }) }',
      {},
      'A value must be a value of Level.',
    ],
    [
      'a string instead of an enum literal',
      '{ login(input: { username: "x", password: "My-Secret", level: "My-Secret" }) }',
      {},
      'A value must be a value of Level.',
    ],
    [
      'an unknown field of a literal',
      '{ login(input: { username: "x", password: "My-Secret", MySecret: 1 }) }',
      {},
      'A value has a field that Login does not define.',
    ],
    [
      'a missing field of a literal',
      '{ login(input: { password: "My-Secret" }) }',
      {},
      'A value must have the field `username`.',
    ],
    [
      'a null that is found during execution',
      'query ($first: Int) { page(first: $first) }',
      { first: null },
      'first must be of its type.',
    ],
    [
      'a missing variable inside a literal',
      'query ($name: String = "x") { login(input: { username: $name, password: "My-Secret" }) }',
      { name: null },
      'input must be of its type.',
    ],
    ['a missing required argument', '{ customerByNumber }', {}, 'customerNumber is required.'],
  ])('returns OBP-10001 for %s, with the place and the rule', async (_case, query, variables, rule) => {
    const { errors, unexpected } = await ask(query, variables);
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toBe(`OBP-10001: Incorrect json format. ${rule}`);
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', obpCode: 'OBP-10001', key: 'OBP-10001' });
    expect(unexpected).toEqual([]);
  });

  test('lists at most 100 problems of variables in one error', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const query = `query (${names.map((name) => `$${name}: Int!`)}) { ${names.map((name) => `${name}: page(first: $${name})`)} }`;
    const { errors, unexpected } = await ask(query);
    expect(errors.map(({ extensions }) => extensions?.problems)).toMatchObject([names.map(() => ({ field: 'first' }))]);
    const list = await ask('query ($sent: Login) { login(input: $sent) }', {
      sent: { username: 'x', password: 'y', codes: Array(1_000).fill('My-Secret') },
    });
    expect(list.errors.map(({ extensions }) => extensions?.problems)).toMatchObject([
      Array.from({ length: 100 }, (_, index) => ({ field: `input.codes[${index}]` })),
    ]);
    expect(unexpected).toEqual([]);
  });

  test.each([
    ['a syntax error', '{ customer', 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['an unknown argument', '{ page(last: 3) }', 'GRAPHQL_VALIDATION_FAILED'],
    ['an operation that must be named', 'query A { customer } query B { customer }', 'OPERATION_RESOLUTION_FAILURE'],
    ['an empty request', '', 'BAD_REQUEST'],
  ])('returns the error of GraphQL for %s, without an OBP code', async (_case, query, code) => {
    const { errors, unexpected, status } = await ask(query);
    expect(errors.map(({ extensions }) => extensions)).toEqual([{ code, obpCode: null, key: code }]);
    expect(status).toBe(400);
    expect(unexpected).toEqual([]);
  });

  test.each([
    ['{ login(input: "My-Secret" "My-Secret") }'],
    ['{ login(input: { password: """My-Secret""" "x" ) }'],
    ['{ login "My-Secret" }'],
    ['{ customer MySecret: "My-Secret" }'],
    ['{ login(input: 12MySecret) }'],
    ['{ login(input: "My-Secret) }'],
    ['{ login(input: "\\uD800My-Secret") }'],
    ['My-Secret'],
  ])('never quotes a document with a syntax error: %s', async (query) => {
    for (const detail of [true, false]) {
      const { errors } = await ask(query, {}, detail);
      expect(errors).toMatchObject([
        { locations: [{ line: 1 }], extensions: { key: expect.stringMatching(/^GRAPHQL_(PARSE|VALIDATION)_FAILED$/) } },
      ]);
    }
  });

  test('returns the same error for every invalid document if details are hidden', async () => {
    const documents = [
      '{ nothing }',
      '{ customerByNumber }',
      '{ customer { id } }',
      '{ page(last: 3) }',
      '{ ...Nothing }',
      'query ($a: Nothing) { customer }',
      '{ nested }',
      '{ page(first: 1) page(first: 2) }',
      '{ nothing page(first: "ten") }',
    ];
    for (const document of documents) {
      const { errors } = await ask(document, {}, false);
      expect(errors).toEqual([
        {
          message: 'The document is not valid for the schema of this gateway.',
          extensions: { code: 'GRAPHQL_VALIDATION_FAILED', obpCode: null, key: 'GRAPHQL_VALIDATION_FAILED' },
        },
      ]);
    }
  });

  test.each<[string, Record<string, unknown>]>([
    ['query ($input: Login) { login(input: $input) }', { input: { password: 'My-Secret' } }],
    ['query ($input: Login) { login(input: $input) }', { input: { usernam: 'My-Secret' } }],
    ['query ($input: Login) { login(input: $input) }', { input: { username: 'x', password: 'y', level: 'LO' } }],
    ['{ login(input: { password: "My-Secret" }) }', {}],
    ['{ login(input: { usernam: "My-Secret", password: "y" }) }', {}],
    ['{ login(input: { username: "x", password: "y", level: LO }) }', {}],
    ['{ page(first: null) }', {}],
  ])('never names parts of the schema in errors of values if details are hidden: %s', async (query, variables) => {
    const { errors } = await ask(query, variables, false);
    expect(errors.length).toBeGreaterThan(0);
    expect(JSON.stringify(errors)).not.toMatch(/Login|username|LOW|Level|Int|Did you mean/);
    expect(errors[0]?.message).toMatch(/^OBP-10001: Incorrect json format\. (input[\w.]*|first|A value) /);
  });

  test('limits the length of a message that quotes names of the document', async () => {
    const { errors } = await ask(`{ ${'x'.repeat(10_000)} }`);
    expect(errors[0]?.message.length).toBeLessThan(600);
  });

  test('names the limit that a long or wide operation exceeds', async () => {
    const tooLong = await ask(`{ ${'customer '.repeat(120)} }`);
    expect(tooLong.errors).toMatchObject([
      {
        message: 'The operation has too many tokens. An operation must have at most 100 tokens.',
        extensions: { code: 'LIMIT_EXCEEDED', obpCode: null, key: 'TOO_MANY_TOKENS' },
      },
    ]);
    const tooWide = await ask(`{ ${'customer '.repeat(30)} }`);
    expect(tooWide.errors).toMatchObject([
      {
        message: 'The operation selects too many fields once its fragments are expanded.',
        extensions: { code: 'LIMIT_EXCEEDED', obpCode: null, key: 'TOO_MANY_RECURSIVE_SELECTIONS' },
      },
    ]);
    expect([...tooLong.unexpected, ...tooWide.unexpected]).toEqual([]);
  });
});
