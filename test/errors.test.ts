import { ApolloServer } from '@apollo/server';
import {
  GraphQLError,
  GraphQLInt,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
} from 'graphql';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { isRole, roleScope, roles } from '../src/auth/roles.ts';
import { type ErrorKey, formatError, GatewayError, gatewayError } from '../src/errors.ts';
import catalogue from './catalogue.json' with { type: 'json' };

describe('gatewayError', () => {
  it("begins the message with OBP's code and text", () => {
    const error = gatewayError('OBP-30046', { bankId: 'gh.29.uk' });
    expect(error).toBeInstanceOf(GatewayError);
    expect(error.message).toBe('OBP-30046: Customer not found. Please specify a valid value for CUSTOMER_ID.');
    expect(error.extensions).toEqual({ code: 'NOT_FOUND', obpCode: 'OBP-30046', bankId: 'gh.29.uk' });
  });

  it('gives the plain text and no OBP code to a failure that OBP does not have', () => {
    const error = gatewayError('VERSION_CONFLICT', { currentVersion: 7, message: 'Read it again.' });
    expect(error.message).toBe('The object was changed since it was read. Read it again.');
    expect(error.extensions).toEqual({ code: 'CONFLICT', obpCode: null, currentVersion: 7 });
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
      extensions: { code: 'UNAUTHENTICATED', obpCode: null },
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
      customerByNumber: {
        type: GraphQLString,
        args: { customerNumber: { type: new GraphQLNonNull(GraphQLString) } },
        resolve: () => 'customer',
      },
    },
  }),
});

/** What a client gets from a real Apollo Server with stack traces switched on, and what was given to `onUnexpected`. */
async function ask(query: string, variables: Record<string, unknown> = {}) {
  const unexpected: unknown[] = [];
  const server = new ApolloServer({
    schema,
    parseOptions: { maxTokens: 60 },
    maxRecursiveSelections: 15,
    includeStacktraceInErrorResponses: true,
    executionOptions: { maxCoercionErrors: 1 },
    formatError: formatError(
      (error) => unexpected.push(error),
      () => 'request-1',
    ),
  });
  const { body, http } = await server.executeOperation({ query, variables });
  await server.stop();
  if (body.kind !== 'single') throw new Error('not a single answer');
  const errors = body.singleResult.errors ?? [];
  expect(JSON.stringify(errors)).not.toMatch(/stacktrace|secret|node_modules/);
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
        extensions: { code: 'NOT_FOUND', obpCode: 'OBP-30046' },
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
        extensions: { code: 'INTERNAL_SERVER_ERROR', obpCode: 'OBP-50000', requestId: 'request-1' },
      },
    ]);
    expect(unexpected).toHaveLength(1);
    expect(unexpected[0]).toMatchObject({ path: [field] });
  });

  it('reports a failure that was raised as OBP-50000 on purpose', () => {
    const unexpected: unknown[] = [];
    const error = gatewayError('OBP-50000', { cause: new Error('disk full') });
    const answer = formatError((reported) => unexpected.push(reported))({ message: error.message }, error);
    expect(answer.message).toBe('OBP-50000: Unknown Error.');
    expect(unexpected).toEqual([error]);
  });

  it.each<[string, string, Record<string, unknown>]>([
    ['a variable of the wrong type', 'query ($first: Int!) { page(first: $first) }', { first: 'ten' }],
    ['a variable that is missing', 'query ($first: Int!) { page(first: $first) }', {}],
    ['a literal of the wrong type', '{ page(first: "ten") }', {}],
    ['a null literal', '{ page(first: null) }', {}],
    ['a null that arrives while the operation runs', 'query ($first: Int) { page(first: $first) }', { first: null }],
    ['a required argument that is missing', '{ customerByNumber }', {}],
  ])('answers OBP-10001 to %s', async (_case, query, variables) => {
    const { errors, unexpected } = await ask(query, variables);
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toMatch(/^OBP-10001: Incorrect json format\. (Variable|Argument|Int|Expected|Field) ?/);
    expect(errors[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', obpCode: 'OBP-10001' });
    expect(unexpected).toEqual([]);
  });

  it('reports nothing when one request has more bad values than are counted', async () => {
    const query = 'query ($a: Int!, $b: Int!, $c: Int!) { a: page(first: $a) b: page(first: $b) c: page(first: $c) }';
    const { errors, unexpected } = await ask(query, {});
    expect(errors.map(({ extensions }) => extensions?.obpCode)).toEqual(['OBP-10001', 'OBP-10001']);
    expect(unexpected).toEqual([]);
  });

  it("answers a scalar's own failure, and says which variable it was", async () => {
    const byVariable = await ask('query ($of: EvenNumber) { half(of: $of) }', { of: 3 });
    expect(byVariable.errors[0]).toMatchObject({
      message: 'OBP-10020: Incorrect json. Not even. Variable "$of" got invalid value 3.',
      extensions: { code: 'BAD_USER_INPUT', obpCode: 'OBP-10020' },
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
    expect(errors.map(({ extensions }) => extensions)).toEqual([{ code, obpCode: null }]);
    expect(status).toBe(400);
    expect(unexpected).toEqual([]);
  });

  it('names the limit that a too long or too wide operation exceeds', async () => {
    const tooLong = await ask(`{ ${'customer '.repeat(80)} }`);
    expect(tooLong.errors).toMatchObject([
      { message: 'The operation has too many tokens.', extensions: { code: 'LIMIT_EXCEEDED', obpCode: null } },
    ]);
    const tooWide = await ask(`{ ${'customer '.repeat(30)} }`);
    expect(tooWide.errors).toMatchObject([
      {
        message: 'The operation selects too many fields once its fragments are expanded.',
        extensions: { code: 'LIMIT_EXCEEDED', obpCode: null },
      },
    ]);
    expect([...tooLong.unexpected, ...tooWide.unexpected]).toEqual([]);
  });
});
