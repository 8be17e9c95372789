import { type ASTNode, GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { ErrorDefinition } from './error-definition.ts';
import {
  fillTemplate,
  type MessageParameters,
  type ParametersOf,
  type Placeholder,
  placeholdersOf,
} from './message-template.ts';
import { obpErrors } from './obp-errors.ts';
import { ownErrors } from './own-errors.ts';
import type { ValueRule } from './value-rules.ts';

const definitions = { ...obpErrors, ...ownErrors } as const;

type Definitions = typeof definitions;

export type ErrorKey = keyof Definitions;

export const errorKeys = Object.keys(definitions) as ErrorKey[];

export type ObpCode = keyof typeof obpErrors;

type Declared<Key extends ErrorKey> = Key extends ErrorKey
  ? Definitions[Key] extends { parameters: readonly (infer Name)[] }
    ? Name
    : never
  : never;
type OptionalName<Key extends ErrorKey> =
  Extract<Declared<Key>, `${string}?`> extends `${infer Name}?` ? Extract<Name, keyof MessageParameters> : never;
type RequiredName<Key extends ErrorKey> =
  | Placeholder<Definitions[Key]['message']>
  | Extract<Declared<Key>, keyof MessageParameters>;

type OwnParameters<Key extends ErrorKey> = Pick<MessageParameters, RequiredName<Key>> &
  Partial<Pick<MessageParameters, OptionalName<Key>>>;

type NoDetail = { detail?: undefined };
type DetailParameters<Key extends ErrorKey> = Definitions[Key] extends { details: infer Details }
  ? NoDetail | { [Name in keyof Details]: { detail: Name } & ParametersOf<Details[Name] & string> }[keyof Details]
  : NoDetail;

/** `rule` is the rule for values that the input `field` breaks. */
type RuleParameter<Key extends ErrorKey> = Definitions[Key] extends { takesRule: true }
  ? { rule?: ValueRule }
  : unknown;

/** The parts of an error that are not in its message. */
interface Technical {
  /** The original error, which is only logged. */
  cause?: unknown;
  /** The part of the document that the failure concerns, for `locations`. */
  node?: ASTNode;
  /** A sentence for the command line, which can name what the operator has typed. Clients never see it. */
  hint?: string;
}

/**
 * The parameters of the message of a failure, and `detail`, the name of the sentence that follows the message. If the failure is one
 * of several, the parameters of all.
 */
export type ErrorParameters<Key extends ErrorKey> = OwnParameters<Key> &
  (Key extends ErrorKey ? DetailParameters<Key> & RuleParameter<Key> : never) &
  Technical;

export type ErrorArguments<Key extends ErrorKey> =
  Record<never, never> extends ErrorParameters<Key>
    ? [parameters?: ErrorParameters<Key>]
    : [parameters: ErrorParameters<Key>];

/** The keys of failures whose message needs no parameters. */
export type PlainErrorKey = {
  [Key in ErrorKey]: Record<never, never> extends ErrorParameters<Key> ? Key : never;
}[ErrorKey];

/** The keys of failures that need the invalid field, and nothing else. */
export type FieldErrorKey = {
  [Key in ErrorKey]: { field: string } extends ErrorParameters<Key> ? Key : never;
}[ErrorKey];

/** The keys of failures whose message can contain a rule for values. */
export type RuleErrorKey = {
  [Key in ErrorKey]: Definitions[Key] extends { takesRule: true } ? Key : never;
}[ErrorKey];

/** The HTTP status and headers of the response. Apollo Server removes them from the extensions. */
export interface HttpExtension {
  status: number;
  headers: Map<string, string>;
}

/** An expected failure. Only the functions of this file create it, so that each has a key and the parameters of its message. */
export class GatewayError extends GraphQLError {
  readonly key: ErrorKey;
  readonly hint: string | undefined;

  constructor(
    key: ErrorKey,
    message: string,
    extensions: Record<string, unknown>,
    { cause, node, hint }: Technical = {},
  ) {
    super(message, { extensions, nodes: node });
    this.name = 'GatewayError';
    this.key = key;
    this.hint = hint;
    // GraphQL's `originalError` would replace the stack and the extensions.
    if (cause !== undefined) this.cause = cause;
  }

  /** The form of the error in the `errors` of a response. */
  override toJSON(): GraphQLFormattedError {
    return { ...super.toJSON(), extensions: publicExtensions(this.extensions) };
  }
}

/** The definition of a failure, with the members that it omits. */
export function definitionOf(key: ErrorKey): ErrorDefinition {
  return definitions[key];
}

/** The status of the HTTP response if the failure refuses the whole request. */
export function statusOf(key: ErrorKey): number {
  return definitionOf(key).status ?? 400;
}

/** The text of a failure as in responses: with OBP's code in front if there is one. */
export function textOf(key: ErrorKey): string {
  const { message } = definitions[key];
  return isObpCode(key) ? `${key}: ${message}` : message;
}

/** The first sentence of the text of a failure, without parameters. Null if it cannot be written without them. */
export function shortTextOf(key: ErrorKey): string | null {
  const text = textOf(key);
  const [sentence = text] = /^.+?[.!](?= |$)/.exec(text) ?? [];
  const short = sentence.replace(/: \{\w+\}$/, '.');
  return placeholdersOf(short).length === 0 ? short : null;
}

type AnyParameters = Partial<MessageParameters> & Technical & { detail?: string; rule?: ValueRule };

function created(key: ErrorKey, sentence: string | null, details: Record<string, unknown>, technical: Technical) {
  const { code, message } = definitionOf(key);
  const text = fillTemplate(message, details);
  // Some of OBP's texts have no full stop.
  const parts = [isObpCode(key) ? `${key}:` : '', sentence !== null && /\w$/.test(text) ? `${text}.` : text, sentence];
  const extensions = { code, obpCode: isObpCode(key) ? key : null, key, ...details };
  const whole = parts.filter(Boolean).join(' ');
  const { field, ...others } = details;
  // The first problem has the same message, so that a client shows all problems in the same way.
  const problems = field === undefined ? {} : { problems: [{ field, key, message: whole, ...others }] };
  return new GatewayError(key, whole, { ...extensions, ...problems }, technical);
}

/**
 * Creates the failure `key`. Its message is the text of the key, with OBP's code in front if there is one, followed by the
 * sentence `detail`, or by the rule that the input `field` breaks. The parameters become extensions.
 */
export function gatewayError<Key extends ErrorKey>(key: Key, ...[given]: ErrorArguments<Key>): GatewayError {
  const { cause, node, hint, rule, ...details } = (given ?? {}) as AnyParameters;
  const technical = { cause, node, hint };
  if (rule !== undefined) {
    const extensions = { ...details, rule: rule.name, ...rule.parameters };
    return created(key, `${details.field ?? 'A value'} ${rule.text}.`, extensions, technical);
  }
  const { detail } = details;
  const template = detail === undefined ? null : (definitionOf(key).details?.[detail] ?? null);
  return created(key, template === null ? null : fillTemplate(template, details), details, technical);
}

/** An invalid input of a field, with the parameters of its message. */
export interface InputProblem {
  /** An argument, or a path below it such as `input.addresses[1].postcode`. */
  field: string;
  key: ErrorKey;
  message: string;
}

/** The error that lists these problems. It has the key, the message, and the parameters of the first. */
export function errorOfProblems(problems: readonly [InputProblem, ...InputProblem[]], cause: unknown): GatewayError {
  const [{ message, key, ...parameters }] = problems;
  const { code } = definitionOf(key);
  const extensions = { code, obpCode: isObpCode(key) ? key : null, key, ...parameters, problems };
  return new GatewayError(key, message, extensions, { cause });
}

/** `gatewayError` for a whole request: with the HTTP status of the failure, and with `retry-after` if there is such a time. */
export function requestError<Key extends ErrorKey>(key: Key, ...given: ErrorArguments<Key>): GatewayError {
  const error = gatewayError(key, ...given);
  return withHeaders(error, []);
}

/** Adds headers to the HTTP response of a failed request. */
export function withHeaders(
  error: GatewayError,
  headers: readonly (readonly [name: string, value: string])[],
): GatewayError {
  const { retryAfterSeconds } = error.extensions;
  const all = new Map(headers);
  if (retryAfterSeconds !== undefined) all.set('retry-after', String(retryAfterSeconds));
  error.extensions.http = { status: statusOf(error.key), headers: all } satisfies HttpExtension;
  return error;
}

/** The sentence that replaces the details of a failure after which a mutation field was committed. */
export const committedSentence = 'The mutation was committed, but its result is omitted. Query it instead.';

/** Creates the error of a mutation field that was committed, but whose result is omitted because of this error. */
export function committedError({ key, extensions }: GatewayError): GatewayError {
  const { limit, retryAfterSeconds } = extensions;
  return created(key, committedSentence, { detail: 'COMMITTED', limit, retryAfterSeconds, committed: true }, {});
}

/** Whether an extension is the key of a failure that is defined here. */
export function isErrorKey(key: unknown): key is ErrorKey {
  return typeof key === 'string' && Object.hasOwn(definitions, key);
}

function isObpCode(key: ErrorKey): key is ObpCode {
  return key.startsWith('OBP-');
}

/** The extensions without those that Apollo Server reads (`http`) or adds in development (`stacktrace`). */
export function publicExtensions(extensions: Record<string, unknown>): Record<string, unknown> {
  const { http: _http, stacktrace: _stacktrace, ...visible } = extensions;
  return visible;
}
