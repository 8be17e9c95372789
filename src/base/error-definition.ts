import type { ParameterName } from './message-template.ts';

/** The values of `extensions.code`, by which clients distinguish kinds of failures. */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'BAD_USER_INPUT'
  | 'CONFLICT'
  | 'RATE_LIMITED'
  | 'LIMIT_EXCEEDED'
  | 'SERVICE_UNAVAILABLE'
  | 'INTERNAL_SERVER_ERROR'
  /** The codes of Apollo Server for requests that GraphQL cannot run. */
  | 'BAD_REQUEST'
  | 'GRAPHQL_PARSE_FAILED'
  | 'GRAPHQL_VALIDATION_FAILED'
  | 'OPERATION_RESOLUTION_FAILURE'
  | 'PERSISTED_QUERY_NOT_FOUND'
  | 'PERSISTED_QUERY_NOT_SUPPORTED';

/** A kind of failure. Its texts are templates, whose placeholders are parameters. */
export interface ErrorDefinition {
  code: ErrorCode;
  /** The status of the HTTP response if the failure refuses the whole request. The failure of a field has 200. */
  status?: number;
  message: string;
  /** The parameters that are not in a text. Those with a question mark are optional. */
  parameters?: readonly (ParameterName | `${ParameterName}?`)[];
  /** Whether a rule for values can complete the message. */
  takesRule?: true;
  /** The sentences of which one can follow the message, by name. */
  details?: Readonly<Record<string, string>>;
}
