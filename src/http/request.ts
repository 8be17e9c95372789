import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { HeaderMap } from '@apollo/server';
import type { FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { type AuditEvent, type AuditedCaller, auditEventOf, auditedError } from '../audit/audit-event.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import type { AuthenticatedUser } from '../auth/authenticated-user.ts';
import { TokenRateLimited } from '../auth/cost-budget.ts';
import type { Mailer } from '../auth/mailer.ts';
import type { IdentityProviders } from '../auth/oidc.ts';
import type { TokenRefusalLog } from '../auth/token-refusal-log.ts';
import { TokenRefused } from '../auth/token-refused.ts';
import type { Tokens } from '../auth/tokens.ts';
import { type GatewayError, requestError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { Config } from '../config.ts';
import type { Database } from '../database/database.ts';
import { databaseOutage, retryAfterSeconds } from '../database/errors.ts';
import { eventPlaces } from '../domain/audit-event/event-places.ts';
import { authenticate } from '../domain/user/authenticate.ts';
import { AnswerMeter } from '../execution/answer-meter.ts';
import type { Subscription } from '../execution/subscription.ts';
import { type Context, createContext, type RequestDetails } from '../graph/context.ts';
import type { ConnectionLimits } from './connections.ts';
import type { CostControl } from './cost-control.ts';
import type { FailureLog } from './failure-log.ts';
import { acceptsOnlyStreams } from './live/stream-format.ts';
import { clientNameOf, idempotencyKeyOf, reasonOf } from './request-headers.ts';

export interface ServerParts {
  config: Config;
  database: Database;
  schema: GraphQLSchema;
  logger: Logger;
  failures: FailureLog;
  tokens: Tokens;
  auditTrail: AuditTrail;
  /** Values for the variables of the playground's examples, by name. */
  exampleVariables?: Readonly<Record<string, unknown>>;
  /** The pause between two looks at the manifests of trusted documents. */
  documentIntervalMilliseconds?: number | undefined;
  /** How long a stop keeps connections open that are idle, because a client might be sending a request. */
  drainMilliseconds?: number;
  /** The pause between two checks of the readiness. */
  checkIntervalMilliseconds?: number | undefined;
  /** Overrides the limits of the configuration and the defaults. */
  connectionLimits?: Partial<ConnectionLimits>;
  /** How many bytes the clients of all streams can leave unread. Defaults to a sixteenth of the heap. */
  maxUnreadBytes?: number | undefined;
}

/** The name and the hash of an operation, and the ID of its document if it is trusted. */
export type NamedOperation = Parameters<Context['audit']['nameOperation']>[0];

/** Authenticates the caller of a request and, if `isNew`, charges the request to the caller's cost budget. */
export type FindCaller = (request: FastifyRequest, options?: { isNew?: boolean }) => Promise<AuthenticatedUser | null>;

/** The state of the current request, for code that Apollo Server calls without the request. */
export interface RequestScope {
  request: FastifyRequest;
  deadline: AbortSignal;
  /** The start of the request, from `performance.now()`. */
  begun: number;
  /** Set once the caller is known. */
  context?: Context;
  /** The ID of the trusted document, once it is known. */
  documentId?: string | null;
  /** Whether the operation is valid and within the limits: its cost is known then. */
  isValid?: boolean;
  /** The list cost, once the operation is charged. */
  listCost?: number;
  /** The response of Apollo Server, once the operation is known. */
  response?: { body?: unknown };
  /** SERVICE_UNAVAILABLE if the database has failed during the operation. */
  outage?: GatewayError;
  /** Whether the operation is a mutation, once it is known. */
  isMutation?: boolean;
  /** Whether the answer contains no secret, once the operation is known. */
  isCompressible?: boolean;
  /** Whether the operation is a subscription, once it is known. */
  isSubscription?: boolean;
  /** The subscription, once it has begun. */
  subscription?: Subscription<Context>;
  /** The operation, once it is known. */
  operation?: NamedOperation;
  /** Releases the slot that each operation needs, once it is used. Large operations release it when they need a slot of their own. */
  leave?: () => void;
  /** Resolves when the operation has a slot for large operations, once the operation is known. */
  acquireSlot?: () => Promise<void>;
  /** The slot of a large operation. Resolves, when the operation can begin, with the function that releases the slot. */
  slot?: Promise<() => void>;
}

/** The name of each operation, for the log. */
export const operationNames = new WeakMap<FastifyRequest, string>();
/** How long each operation waited for a slot, in milliseconds. */
export const waits = new WeakMap<FastifyRequest, number>();

export async function contextOf(
  scope: RequestScope,
  { config, database, tokens, auditTrail }: ServerParts,
  findCaller: FindCaller,
  mailer: Mailer | null,
): Promise<Context> {
  const { request, deadline } = scope;
  const user = await findCaller(request, { isNew: true });
  const details = detailsOf(request);
  const answer = new AnswerMeter(config.limits, {
    deadline: scope.begun + config.limits.operationTimeoutMilliseconds,
    acquireSlot: async () => scope.acquireSlot?.(),
  });
  const context = createContext({
    user,
    config,
    database,
    tokens,
    mailer,
    auditTrail,
    eventPlaces: eventPlaces(database),
    request: details,
    deadline,
    answer,
    leaveSlot: () => scope.leave?.(),
    onSubscription(subscription) {
      scope.subscription = subscription;
    },
  });
  scope.context = context;
  return context;
}

/** Authenticates the caller by the token and the current state of the database. */
export async function callerOf(
  request: FastifyRequest,
  parts: ServerParts,
  identityProviders: IdentityProviders,
  refusals: TokenRefusalLog,
  costControl: CostControl | null,
): Promise<AuthenticatedUser | null> {
  const { database, tokens, auditTrail } = parts;
  const { authorization } = request.headers;
  const caller = auditedCaller(detailsOf(request));
  const onVerified = (userId: string) => costControl?.checkUser(request, userId);
  let user: AuthenticatedUser | null = null;
  try {
    user = await authenticate({ authorization, tokens, identityProviders, database, auditTrail, caller, onVerified });
    costControl?.admitCaller(request, user);
    return user;
  } catch (error) {
    // Nothing is known about the token, and nothing can be recorded.
    if (databaseOutage(error) !== null) {
      parts.failures.log(error, { request });
      throw unavailable(error);
    }
    refusals.log(error, { requestId: request.id, authorization });
    const refusal = costControl === null ? error : costControl.refusalOf(request, error);
    await recordRefusal(request, parts, user, refusal);
    throw refusal;
  }
}

/** Records in the audit trail that the request of this caller was refused before anything was executed. */
export async function recordRefusal(
  request: FastifyRequest,
  { failures, auditTrail }: Pick<ServerParts, 'failures' | 'auditTrail'>,
  user: AuthenticatedUser | null,
  error: unknown,
  document: Pick<Partial<AuditEvent>, 'operationHash' | 'documentId'> = {},
): Promise<void> {
  const isOfToken = error instanceof TokenRefused || error instanceof TokenRateLimited;
  const subjectUserIds = isOfToken && error.userId !== null ? [error.userId] : [];
  const reasons = error instanceof TokenRefused ? [error.reason] : [];
  const event = auditEventOf({
    ...auditedCaller(detailsOf(request)),
    ...document,
    kind: 'AUTHENTICATION',
    outcome: 'REFUSED',
    userId: user?.id ?? null,
    provider: user?.provider ?? null,
    subjectUserIds,
    errors: [...new Set([auditedError(error), ...reasons])],
  });
  await recorded(failures, request, auditTrail.record([event]));
}

export function detailsOf(request: FastifyRequest): RequestDetails {
  return {
    id: request.id,
    clientAddress: request.clientAddress,
    idempotencyKey: idempotencyKeyOf(request),
    clientName: clientNameOf(request),
    reason: reasonOf(request),
  };
}

function auditedCaller({ id, clientAddress, clientName, reason }: RequestDetails): Partial<AuditedCaller> {
  return { requestId: id, clientAddress, clientName, reason };
}

/**
 * Waits until the audit trail is written.
 * @throws SERVICE_UNAVAILABLE or AUDIT_UNAVAILABLE, so that no data is returned without an event.
 */
export async function recorded(
  failures: FailureLog,
  request: FastifyRequest,
  writing: Promise<void> | undefined,
): Promise<void> {
  try {
    await writing;
  } catch (error) {
    failures.log(error, { request });
    if (databaseOutage(error) !== null) throw unavailable(error);
    throw requestError('AUDIT_UNAVAILABLE', { cause: error });
  }
}

/** SERVICE_UNAVAILABLE for a whole request, which fails with HTTP 503 because of this error. */
export function unavailable(cause: unknown): GatewayError {
  return requestError('SERVICE_UNAVAILABLE', { cause, retryAfterSeconds });
}

export function requestIdOf({ headers }: IncomingMessage): string {
  const id = headers['x-request-id'];
  return typeof id === 'string' && /^[\w.:-]{1,64}$/.test(id) ? id : randomUUID();
}

export function headersOf({ headers }: FastifyRequest): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  // Apollo Server knows no streams: it makes the JSON of their results and errors.
  const { accept } = headers;
  if (acceptsOnlyStreams(accept)) map.set('accept', `${accept}, application/json`);
  return map;
}

export function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}

/** Releases the slot of a large operation, even if the slot is acquired only after the deadline. */
export function releaseSlot({ slot }: RequestScope): void {
  slot?.then(
    (release) => release(),
    () => undefined,
  );
}

/** The result of `operation`. After the deadline, fails with `failure` or the reason of the deadline. */
export function before<Result>(deadline: AbortSignal, operation: Promise<Result>, failure?: unknown): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(failure ?? deadline.reason);
    deadline.addEventListener('abort', abort, { once: true });
    operation.then(resolve, reject).finally(() => deadline.removeEventListener('abort', abort));
  });
}
