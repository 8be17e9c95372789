import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, type GraphQLFormattedError, Kind } from 'graphql';
import { type ErrorKey, GatewayError, gatewayError, publicExtensions } from '../base/errors.ts';
import { namedFailure } from '../database/errors.ts';
import { kindOf } from '../execution/variables.ts';

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
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const expected = findGatewayError(error);
    if (expected) {
      if (isFault(expected)) onUnexpected(error);
      const extensions = publicExtensions({ ...formatted.extensions, ...expected.extensions });
      return { ...formatted, message: expected.message, extensions };
    }

    const limit = exceededLimit(formatted);
    if (limit) return { ...formatted, ...gatewayError(limit).toJSON() };

    const rule = brokenRule(formatted, error, detail);
    if (rule !== undefined) return { ...formatted, ...gatewayError('OBP-10001', { message: rule }).toJSON() };

    const { code } = formatted.extensions ?? {};
    if (typeof code === 'string' && Object.hasOwn(requestErrors, code)) {
      return requestError(code as keyof typeof requestErrors, formatted, detail);
    }

    onUnexpected(error);
    const { message, extensions } = gatewayError('OBP-50000');
    return { ...formatted, message, extensions: { ...extensions, requestId: requestId() } };
  };
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

function distinct(errors: readonly GraphQLFormattedError[], detail: boolean): readonly GraphQLFormattedError[] {
  const invalid = errors.find(({ extensions }) => extensions?.key === 'GRAPHQL_VALIDATION_FAILED');
  if (invalid !== undefined && !detail) return [invalid];
  const seen = new Set<string>();
  return errors.filter((error) => {
    if (error.path !== undefined) return true;
    const text = JSON.stringify(error);
    return !seen.has(text) && seen.add(text);
  });
}

/** Apollo's codes for a request that GraphQL cannot run, with the messages if details are hidden. */
const requestErrors = {
  GRAPHQL_PARSE_FAILED: 'The document has a syntax error.',
  GRAPHQL_VALIDATION_FAILED: 'The document is not valid for the schema of this gateway.',
  OPERATION_RESOLUTION_FAILURE:
    'The document does not have the operation that operationName names, or needs that name.',
  // Apollo's own messages: they name the wrong part of the request, and quote nothing.
  BAD_REQUEST: null,
  PERSISTED_QUERY_NOT_FOUND: null,
  PERSISTED_QUERY_NOT_SUPPORTED: null,
} as const;

export const requestErrorKeys = Object.keys(requestErrors);

const maxMessageLength = 500;

function requestError(
  code: keyof typeof requestErrors,
  formatted: GraphQLFormattedError,
  detail: boolean,
): GraphQLFormattedError {
  const extensions = publicExtensions({ ...formatted.extensions, obpCode: null, key: code });
  const neutral = requestErrors[code];
  if (neutral !== null && !detail) {
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
function exceededLimit(formatted: GraphQLFormattedError): ErrorKey | undefined {
  // "more that" is how graphql-js 16 spells it.
  if (/^Syntax Error: Document contains more tha[nt] \d+ tokens/.test(formatted.message)) return 'TOO_MANY_TOKENS';
  if (formatted.extensions?.validationErrorCode === 'MAX_RECURSIVE_SELECTIONS_EXCEEDED') {
    return 'TOO_MANY_RECURSIVE_SELECTIONS';
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

/** The rule that a value in the document broke, or an argument that a variable left empty; undefined for other errors. */
function brokenRule(formatted: GraphQLFormattedError, error: unknown, detail: boolean): string | undefined {
  const { message, extensions } = formatted;
  if (extensions?.code === 'BAD_USER_INPUT') return 'A variable has an invalid value.';

  if (extensions?.code === 'GRAPHQL_VALIDATION_FAILED') {
    const [node] = (error instanceof GraphQLError && error.nodes) || [];
    const required = / argument "(\w+)" of type "[^"]*" is required, but it was not provided\.$/.exec(message);
    if (required && detail) return `The argument ${required[1]} is required.`;
    return node && literalKinds.has(node.kind) ? `${placeOf(formatted)} ${literalRule(message, detail)}.` : undefined;
  }

  // Fails during execution, without a code: a null or missing variable inside an argument.
  const origin = chain(error).at(-1);
  if (!(origin instanceof GraphQLError) || origin.extensions.code !== undefined) return undefined;
  const [, argument] = /^Argument "(\w+)" /.exec(origin.message) ?? [];
  return argument === undefined ? undefined : `The argument ${argument} must have a value of its type.`;
}

function placeOf({ locations }: GraphQLFormattedError): string {
  const [place] = locations ?? [];
  return place === undefined ? 'A value' : `The value at line ${place.line}, column ${place.column}`;
}

/** Reads only the beginning of graphql-js' messages, which is about the schema. The value is at their end. */
function literalRule(message: string, detail: boolean): string {
  const [, required] = /^Field "([\w.]+)" of required type /.exec(message) ?? [];
  if (required !== undefined) return detail ? `must have the field ${required}` : 'lacks a required field';
  const [, scalar] = /^(Int|Float|String|Boolean|ID) cannot represent /.exec(message) ?? [];
  if (scalar !== undefined) return `must be ${kindOf(scalar)}`;
  const [, expected] = /^Expected value of type "([\w![\]]+)", found /.exec(message) ?? [];
  if (expected !== undefined) return detail ? `must be of type ${expected}` : 'must be of its type';
  if (message.startsWith('Field "')) {
    const [, type] = / is not defined by type "(\w+)"\./.exec(message) ?? [];
    return detail && type !== undefined ? `is a field that ${type} does not define` : 'is an unknown field';
  }
  const [, ofText, ofName] = /^Enum "(\w+)" | does not exist in "(\w+)" enum\./.exec(message) ?? [];
  const name = ofText ?? ofName;
  return detail && name !== undefined ? `must be a value of ${name}` : 'must be a value of its enum';
}
