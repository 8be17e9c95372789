import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, type GraphQLFormattedError, Kind } from 'graphql';
import { GatewayError, gatewayError, type InputProblem, publicExtensions } from '../base/errors.ts';
import { maxProblems } from '../base/input-problems.ts';
import { requestErrors } from '../base/own-errors.ts';
import { type ValueRule, valueRule } from '../base/value-rules.ts';
import { namedFailure } from '../database/errors.ts';
import { maxDocumentErrors } from '../execution/validation.ts';
import { ruleOfScalar } from '../execution/variables.ts';
import { RepeatedErrors } from './repeated-errors.ts';

export interface ErrorFormat {
  /** Called with each error that is a fault of the gateway or of its database; its `path` and `originalError` are graphql-js'. */
  onUnexpected: (error: unknown) => void;
  /** Apollo Server formats errors without the request, so the caller finds its id by other means. */
  requestId?: () => string | undefined;
  /**
   * Whether errors can name fields, arguments and types of the schema, and what the document has in their place. Otherwise, all
   * invalid documents get the same answer, so that an attacker cannot find out the schema by guessing.
   */
  detail?: boolean;
}

/**
 * Creates Apollo's `formatError`. Expected failures are kept. Errors of graphql-js get messages that quote no value of the
 * request. Outages of the database become SERVICE_UNAVAILABLE, and other errors OBP-50000 without internals; both are passed
 * to `onUnexpected`. Each error has `extensions.key` and no stack trace.
 */
export function formatError({ onUnexpected, requestId = () => undefined, detail = false }: ErrorFormat) {
  const repeated = new RepeatedErrors();

  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    if (!(error instanceof GraphQLError)) return formatFirst(formatted, error);
    const first = repeated.first(error, requestId(), () => formatFirst(formatted, error));
    return first.path === formatted.path ? first : { ...first, path: formatted.path };
  };

  function formatFirst(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
    const expected = findGatewayError(error);
    if (expected) {
      if (isFault(expected)) onUnexpected(error);
      const extensions = publicExtensions({ ...formatted.extensions, ...expected.extensions });
      return { ...formatted, message: expected.message, extensions };
    }

    const known = exceededLimit(formatted) ?? invalidInput(formatted, error, detail);
    if (known !== undefined) return { ...formatted, ...known.toJSON() };

    const { code } = formatted.extensions ?? {};
    if (typeof code === 'string' && Object.hasOwn(requestErrors, code)) {
      return invalidRequest(code as keyof typeof requestErrors, formatted, detail);
    }

    onUnexpected(error);
    return { ...formatted, ...gatewayError('OBP-50000', { requestId: requestId() }).toJSON() };
  }
}

/**
 * Removes errors that read the same, because their number would reveal how much of a document is invalid. If details are
 * hidden, an invalid document gets the neutral message alone, because errors of its values would reveal which fields exist.
 */
export function distinctErrorsPlugin({ detail }: { detail: boolean }): ApolloServerPlugin {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ response: { body } }) {
          const { errors = [] } = body.kind === 'single' ? body.singleResult : {};
          if (body.kind === 'single' && errors.length > 1) body.singleResult.errors = distinct(errors, detail);
        },
      };
    },
  };
}

function isProblem(extensions: GraphQLFormattedError['extensions']): boolean {
  return Array.isArray(extensions?.problems);
}

function distinct(errors: readonly GraphQLFormattedError[], detail: boolean): readonly GraphQLFormattedError[] {
  const invalid = errors.find(({ extensions }) => extensions?.key === 'GRAPHQL_VALIDATION_FAILED');
  if (invalid !== undefined && !detail) return [invalid];
  const [first, ...others] = errors.filter(({ path, extensions }) => path === undefined && isProblem(extensions));
  if (first !== undefined && others.length > 0) {
    const problems = [first, ...others].flatMap(({ extensions }) => extensions?.problems as readonly InputProblem[]);
    const combined = { ...first, extensions: { ...first.extensions, problems: problems.slice(0, maxProblems) } };
    return [combined, ...errors.filter(({ path, extensions }) => path !== undefined || !isProblem(extensions))];
  }
  const seen = new Set<string>();
  return errors.filter((error) => {
    if (error.path !== undefined) return true;
    // Apollo Server's own rules report each definition that cannot be executed.
    if (seen.size > maxDocumentErrors) return false;
    const text = JSON.stringify(error);
    return !seen.has(text) && seen.add(text);
  });
}

const maxMessageLength = 500;

function invalidRequest(
  code: keyof typeof requestErrors,
  formatted: GraphQLFormattedError,
  detail: boolean,
): GraphQLFormattedError {
  const extensions = publicExtensions({ ...formatted.extensions, obpCode: null, key: code });
  const neutral = requestErrors[code].message;
  // Apollo Server's text of this one quotes nothing.
  if (!detail && code !== 'BAD_REQUEST') {
    // The location of a syntax error reveals nothing about the schema, but that of an unknown field does.
    const { locations } = formatted;
    return code === 'GRAPHQL_PARSE_FAILED'
      ? { message: neutral, locations, extensions }
      : { message: neutral, extensions };
  }
  const message = code === 'GRAPHQL_PARSE_FAILED' ? unquoted(formatted.message) : formatted.message;
  return { ...formatted, message: message.slice(0, maxMessageLength), extensions };
}

/** A syntax error without the text of the token that was found: `Expected Name, found String`. */
function unquoted(message: string): string {
  const [words = ''] = message.split(/(?<=(?:found|Unexpected) (?:String|BlockString|Name|Int|Float|Comment)) "/, 1);
  return words.replace(/(: )"(?!\\?u).*$/s, '$1');
}

/** graphql-js wraps what a resolver or a scalar throws, sometimes twice: the error itself, then each `originalError`. */
function chain(error: unknown): unknown[] {
  const errors = [error];
  let current = error;
  while (current instanceof GraphQLError && current.originalError && errors.length < 10) {
    current = current.originalError;
    errors.push(current);
  }
  return errors;
}

function findGatewayError(error: unknown): GatewayError | undefined {
  return chain(error)
    .map(namedFailure)
    .find((link) => link instanceof GatewayError);
}

function isFault({ key, extensions }: GatewayError): boolean {
  return extensions.code === 'INTERNAL_SERVER_ERROR' || key === 'SERVICE_UNAVAILABLE';
}

/** graphql-js and Apollo have limits of their own, which they report as a syntax or validation error. */
function exceededLimit({ message, extensions }: GraphQLFormattedError): GatewayError | undefined {
  // "more that" is how graphql-js 16 spells it.
  const [, tokens] = /^Syntax Error: Document contains more tha[nt] (\d+) tokens/.exec(message) ?? [];
  if (tokens !== undefined) return gatewayError('TOO_MANY_TOKENS', { limit: Number(tokens) });
  if (extensions?.validationErrorCode === 'MAX_RECURSIVE_SELECTIONS_EXCEEDED') {
    return gatewayError('TOO_MANY_RECURSIVE_SELECTIONS');
  }
  return undefined;
}

const literalKinds = new Set<string>([
  Kind.INT,
  Kind.FLOAT,
  Kind.STRING,
  Kind.BOOLEAN,
  Kind.NULL,
  Kind.ENUM,
  Kind.LIST,
  Kind.OBJECT,
  Kind.OBJECT_FIELD,
]);

/** The error for a value in the document that broke a rule, or for an argument that a variable left empty. */
function invalidInput(
  { message, extensions }: GraphQLFormattedError,
  error: unknown,
  detail: boolean,
): GatewayError | undefined {
  if (extensions?.code === 'BAD_USER_INPUT') return gatewayError('OBP-10001', { detail: 'INVALID_VARIABLE' });

  if (extensions?.code === 'GRAPHQL_VALIDATION_FAILED') {
    const [node] = (error instanceof GraphQLError && error.nodes) || [];
    const [, argument] =
      / argument "(\w+)" of type "[^"]*" is required, but it was not provided\.$/.exec(message) ?? [];
    if (argument !== undefined && detail) {
      return gatewayError('OBP-10001', { field: argument, rule: valueRule('ARGUMENT_REQUIRED') });
    }
    if (node === undefined || !literalKinds.has(node.kind)) return undefined;
    const path = typeof extensions.field === 'string' ? extensions.field : undefined;
    // An unknown field is a problem of its object, as in a variable.
    const field = node.kind === Kind.OBJECT_FIELD ? path?.replace(/\.\w+$/, '') : path;
    return gatewayError('OBP-10001', { field, rule: ruleOfLiteral(message, detail) });
  }

  // Fails during execution, without a code: a null or missing variable inside an argument.
  const origin = chain(error).at(-1);
  if (!(origin instanceof GraphQLError) || origin.extensions.code !== undefined) return undefined;
  const [, field] = /^Argument "(\w+)" /.exec(origin.message) ?? [];
  return field === undefined ? undefined : gatewayError('OBP-10001', { field, rule: valueRule('OF_TYPE') });
}

/** Reads only the beginning of graphql-js' messages, which is about the schema. The value is at their end. */
function ruleOfLiteral(message: string, detail: boolean): ValueRule {
  const [, schemaField] = /^Field "\w+\.(\w+)" of required type /.exec(message) ?? [];
  if (schemaField !== undefined) {
    return detail ? valueRule('REQUIRED_FIELD', { schemaField }) : valueRule('REQUIRED_FIELDS');
  }
  const [, scalar] = /^(Int|Float|String|Boolean|ID) cannot represent /.exec(message) ?? [];
  if (scalar !== undefined) return ruleOfScalar(scalar);
  const [, expected] = /^Expected value of type "([\w![\]]+)", found /.exec(message) ?? [];
  if (expected !== undefined) {
    return detail ? valueRule('OF_NAMED_TYPE', { schemaType: expected }) : valueRule('OF_TYPE');
  }
  if (message.startsWith('Field "')) {
    const [, schemaType] = / is not defined by type "(\w+)"\./.exec(message) ?? [];
    return detail && schemaType !== undefined
      ? valueRule('UNKNOWN_FIELD_OF_TYPE', { schemaType })
      : valueRule('UNKNOWN_FIELD');
  }
  const [, ofText, ofName] = /^Enum "(\w+)" | does not exist in "(\w+)" enum\./.exec(message) ?? [];
  const schemaType = ofText ?? ofName;
  return detail && schemaType !== undefined ? valueRule('OF_NAMED_ENUM', { schemaType }) : valueRule('OF_ENUM');
}
