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
import { describe, expect, expectTypeOf, it } from 'vitest';
import { type ErrorKey, GatewayError, gatewayError } from '../../src/base/errors.ts';
import { isRole, roleScope, roles } from '../../src/base/roles.ts';
import { AnswerMeter, defaultAnswerLimits } from '../../src/execution/answer-meter.ts';
import { interpretedExecution } from '../../src/execution/executor.ts';
import { distinctErrorsPlugin, formatError } from '../../src/http/format-error.ts';
import catalogue from '../catalogue.json' with { type: 'json' };

describe('gatewayError', () => {
  it("begins the message with OBP's code and text", () => {
    const error = gatewayError('OBP-30046', { bankId: 'gh.29.uk' });
    expect(error).toBeInstanceOf(GatewayError);
    expect(error.message).toBe('OBP-30046: Customer not found. Please specify a valid value for CUSTOMER_ID.');
    expect(error.extensions).toEqual({
      code: 'NOT_FOUND',
      obpCode: 'OBP-30046',
      key: 'OBP-30046',
      bankId: 'gh.29.uk',
    });
  });

  it('gives the plain text and no OBP code to a failure that OBP does not have', () => {
    const error = gatewayError('VERSION_CONFLICT', { currentVersion: 7, message: 'The request was decided before.' });
    expect(error.message).toBe(
      'The object has changed since it was read, so read it again. The request was decided before.',
    );
    expect(error.extensions).toEqual({ code: 'CONFLICT', obpCode: null, key: 'VERSION_CONFLICT', currentVersion: 7 });
  });

  it('lists the missing roles in the message and in the extensions', () => {
    const error = gatewayError('OBP-20006', { missingRoles: ['CanGetCustomer'] });
    expect(error.message).toBe('OBP-20006: User is missing one or more roles: CanGetCustomer');
    expect(error.extensions.missingRoles).toEqual(['CanGetCustomer']);
    expect(
      gatewayError('OBP-20006', { missingRoles: ['CanGetKycChecksAtOneBank', 'CanGetAnyKycChecks'] }).message,
    ).toBe('OBP-20006: User is missing one or more roles: CanGetKycChecksAtOneBank or CanGetAnyKycChecks');
  });

  it('keeps the cause for the log and the HTTP status for Apollo, and shows neither', () => {
    const cause = new Error('unique constraint customer_bank_id_number');
    const error = gatewayError('INVALID_TOKEN', { cause, http: { status: 401 } });
    expect(error.cause).toBe(cause);
    expect(error.extensions.http).toEqual({ status: 401 });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      message: 'The token is invalid or expired.',
      extensions: { code: 'UNAUTHENTICATED', obpCode: null, key: 'INVALID_TOKEN' },
    });
  });

  it('has an entry for every error of the catalogue, and takes no key without one', () => {
    const codes = new Set(catalogue.flatMap(({ errors }) => errors));
    expect(codes.size).toBeGreaterThan(30);
    for (const code of codes) {
      expect(gatewayError(code as ErrorKey).message).toMatch(new RegExp(`^${code}: .*\\S$`));
    }
    expectTypeOf<'OBP-99999'>().not.toExtend<ErrorKey>();
    expectTypeOf<'OBP-30046'>().toExtend<ErrorKey>();
  });
});

describe('roles', () => {
  it('has every role of the catalogue with its scope', () => {
    for (const name of catalogue.flatMap(({ anyOfRoles }) => anyOfRoles)) {
      const role = name.replace('*', '');
      if (!isRole(role)) throw new Error(`${role} is in the catalogue and not in roles.ts`);
      expect(roleScope(role), role).toBe(name.endsWith('*') ? 'system' : 'bank');
    }
  });

  it('are sorted by name, and nothing else is a role', () => {
    expect(Object.keys(roles)).toEqual(Object.keys(roles).sort());
    expect(isRole('CanDoEverything')).toBe(false);
    expect(isRole('toString')).toBe(false);
  });
});

const EvenNumber = new GraphQLScalarType<number>({
  name: 'EvenNumber',
  parseValue: (value) => {
    if (typeof value !== 'number' || value % 2 !== 0) throw gatewayError('OBP-10020', { message: 'Not even.' });
    return value;
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

/** What a client gets from a real Apollo Server with stack traces switched on, and what was given to `onUnexpected`. */
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
  if (body.kind !== 'single') throw new Error('not a single answer');
  const errors = body.singleResult.errors ?? [];
  expect(JSON.stringify(errors)).not.toMatch(/stacktrace|secret|node_modules/i);
  return { errors, unexpected, status: http.status };
}

describe('formatError', () => {
  it('lets an expected failure pass with its path, and without its cause', async () => {
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

  it.each(['broken', 'brokenByLibrary', 'neverNull'])('masks and reports the unexpected: %s', async (field) => {
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
  });

  it('reports a failure that was raised as OBP-50000 on purpose', () => {
    const unexpected: unknown[] = [];
    const error = gatewayError('OBP-50000', { cause: new Error('disk full') });
    const format = formatError({ onUnexpected: (reported) => unexpected.push(reported) });
    const answer = format({ message: error.message }, error);
    expect(answer.message).toBe('OBP-50000: Unknown Error.');
    expect(unexpected).toEqual([error]);
  });

  it.each<[string, string, Record<string, unknown>, string]>([
    [
      'a variable of the wrong type',
      'query ($first: Int!) { page(first: $first) }',
      { first: 'My-Secret' },
      'Variable $first must be an integer from -2,147,483,648 to 2,147,483,647.',
    ],
    ['a missing variable', 'query ($first: Int!) { page(first: $first) }', {}, 'Variable $first is required.'],
    [
      'a null variable',
      'query ($first: Int!) { page(first: $first) }',
      { first: null },
      'Variable $first must not be null.',
    ],
    [
      'an unknown field of a variable',
      'query ($input: Login) { login(input: $input) }',
      { input: { username: 'x', password: 'My-Secret', MySecret: 'My-Secret' } },
      'Variable $input has a field that Login does not define.',
    ],
    [
      'a missing field of a variable',
      'query ($input: Login) { login(input: $input) }',
      { input: { password: 'My-Secret' } },
      'Variable $input must have the field `username`.',
    ],
    [
      'a text in place of an object',
      'query ($input: Login) { login(input: $input) }',
      { input: 'My-Secret' },
      'Variable $input must be an object.',
    ],
    [
      'a value of a list inside a variable',
      'query ($input: Login) { login(input: $input) }',
      { input: { username: 'x', password: 'y', codes: [1, 'My-Secret'] } },
      'Variable $input.codes[1] must be an integer from -2,147,483,648 to 2,147,483,647.',
    ],
    [
      'an unknown enum value in a variable',
      'query ($input: Login) { login(input: $input) }',
      { input: { username: 'x', password: 'y', level: 'MY_SECRET' } },
      'Variable $input.level must be a value of Level.',
    ],
    [
      'a literal of the wrong type',
      '{ page(first: "My-Secret") }',
      {},
      'The value at line 1, column 15 must be an integer from -2,147,483,648 to 2,147,483,647.',
    ],
    ['a null literal', '{ page(first: null) }', {}, 'The value at line 1, column 15 must be of type Int!.'],
    [
      'an unknown enum literal',
      '{ login(input: { username: "x", password: "My-Secret", level: MY_SECRET }) }',
      {},
      'The value at line 1, column 63 must be a value of Level.',
    ],
    [
      'a text in place of an enum literal',
      '{ login(input: { username: "x", password: "My-Secret", level: "My-Secret" }) }',
      {},
      'The value at line 1, column 63 must be a value of Level.',
    ],
    [
      'an unknown field of a literal',
      '{ login(input: { username: "x", password: "My-Secret", MySecret: 1 }) }',
      {},
      'The value at line 1, column 56 is a field that Login does not define.',
    ],
    [
      'a missing field of a literal',
      '{ login(input: { password: "My-Secret" }) }',
      {},
      'The value at line 1, column 16 must have the field Login.username.',
    ],
    [
      'a null that arrives while the operation runs',
      'query ($first: Int) { page(first: $first) }',
      { first: null },
      'The argument first must have a value of its type.',
    ],
    [
      'a missing variable inside a literal',
      'query ($name: String = "x") { login(input: { username: $name, password: "My-Secret" }) }',
      { name: null },
      'The argument input must have a value of its type.',
    ],
    ['a missing required argument', '{ customerByNumber }', {}, 'The argument customerNumber is required.'],
  ])('answers OBP-10001 to %s, with the place and the rule', async (_case, query, variables, rule) => {
    const { errors, unexpected } = await ask(query, variables);
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toBe(`OBP-10001: Incorrect json format. ${rule}`);
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', obpCode: 'OBP-10001', key: 'OBP-10001' });
    expect(unexpected).toEqual([]);
  });

  it('reports no more errors of variables than the limit', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const query = `query (${names.map((name) => `$${name}: Int!`)}) { ${names.map((name) => `${name}: page(first: $${name})`)} }`;
    const { errors, unexpected } = await ask(query);
    expect(errors.map(({ extensions }) => extensions?.obpCode)).toEqual(['OBP-10001', 'OBP-10001', 'OBP-10001']);
    const list = await ask('query ($input: Login) { login(input: $input) }', {
      input: { username: 'x', password: 'y', codes: Array(1_000).fill('My-Secret') },
    });
    expect(list.errors).toHaveLength(3);
    expect(unexpected).toEqual([]);
  });

  it("answers a scalar's own failure, and names the variable", async () => {
    const byVariable = await ask('query ($of: EvenNumber) { half(of: $of) }', { of: 3 });
    expect(byVariable.errors[0]).toMatchObject({
      message: 'OBP-10020: Incorrect json. Not even (variable $of).',
      extensions: { code: 'BAD_USER_INPUT', obpCode: 'OBP-10020', key: 'OBP-10020', field: 'of' },
    });
    const byLiteral = await ask('{ half(of: 3) }');
    expect(byLiteral.errors[0]).toMatchObject({
      message: 'OBP-10020: Incorrect json. Not even.',
      extensions: { code: 'BAD_USER_INPUT', obpCode: 'OBP-10020' },
    });
    expect([...byVariable.unexpected, ...byLiteral.unexpected]).toEqual([]);
  });

  it.each([
    ['a syntax error', '{ customer', 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['an unknown argument', '{ page(last: 3) }', 'GRAPHQL_VALIDATION_FAILED'],
    ['an operation that must be named', 'query A { customer } query B { customer }', 'OPERATION_RESOLUTION_FAILURE'],
    ['an empty request', '', 'BAD_REQUEST'],
  ])('lets GraphQL answer %s, which has no OBP code', async (_case, query, code) => {
    const { errors, unexpected, status } = await ask(query);
    expect(errors.map(({ extensions }) => extensions)).toEqual([{ code, obpCode: null, key: code }]);
    expect(status).toBe(400);
    expect(unexpected).toEqual([]);
  });

  it.each([
    ['{ login(input: "My-Secret" "My-Secret") }'],
    ['{ login(input: { password: """My-Secret""" "x" ) }'],
    ['{ login "My-Secret" }'],
    ['{ customer MySecret: "My-Secret" }'],
    ['{ login(input: 12MySecret) }'],
    ['{ login(input: "My-Secret) }'],
    ['{ login(input: "\\uD800My-Secret") }'],
    ['My-Secret'],
  ])('quotes nothing of a document with a syntax error: %s', async (query) => {
    for (const detail of [true, false]) {
      const { errors } = await ask(query, {}, detail);
      expect(errors).toMatchObject([
        { locations: [{ line: 1 }], extensions: { key: expect.stringMatching(/^GRAPHQL_(PARSE|VALIDATION)_FAILED$/) } },
      ]);
    }
  });

  it('gives the same answer to every document that is not valid, where details are hidden', async () => {
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

  it.each<[string, Record<string, unknown>]>([
    ['query ($input: Login) { login(input: $input) }', { input: { password: 'My-Secret' } }],
    ['query ($input: Login) { login(input: $input) }', { input: { usernam: 'My-Secret' } }],
    ['query ($input: Login) { login(input: $input) }', { input: { username: 'x', password: 'y', level: 'LO' } }],
    ['{ login(input: { password: "My-Secret" }) }', {}],
    ['{ login(input: { usernam: "My-Secret", password: "y" }) }', {}],
    ['{ login(input: { username: "x", password: "y", level: LO }) }', {}],
    ['{ page(first: null) }', {}],
  ])('names nothing of the schema in errors of values, where details are hidden: %s', async (query, variables) => {
    const { errors } = await ask(query, variables, false);
    expect(errors.length).toBeGreaterThan(0);
    expect(JSON.stringify(errors)).not.toMatch(/Login|username|LOW|Level|Int|Did you mean/);
    expect(errors[0]?.message).toMatch(/^OBP-10001: Incorrect json format\. (Variable \$input|The value at line 1)/);
  });

  it('bounds the length of a message that quotes names of the document', async () => {
    const { errors } = await ask(`{ ${'x'.repeat(10_000)} }`);
    expect(errors[0]?.message.length).toBeLessThan(600);
  });

  it('names the limit that a too long or too wide operation exceeds', async () => {
    const tooLong = await ask(`{ ${'customer '.repeat(120)} }`);
    expect(tooLong.errors).toMatchObject([
      {
        message: 'The operation has too many tokens.',
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
