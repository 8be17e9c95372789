import type { AuditTrail } from '../audit/audit-trail.ts';
import type { EventPlaces } from '../audit/event-placement.ts';
import { OperationAudit } from '../audit/operation-audit.ts';
import type { AuthenticatedUser } from '../auth/authenticated-user.ts';
import type { Mailer } from '../auth/mailer.ts';
import type { Tokens } from '../auth/tokens.ts';
import type { GatewayError } from '../base/errors.ts';
import type { Config } from '../config.ts';
import type { MakeLoader } from '../database/batch.ts';
import type { Database, Queries } from '../database/database.ts';
import type { Loader } from '../database/loader.ts';
import { AnswerMeter } from '../execution/answer-meter.ts';
import type { Subscription } from '../execution/subscription.ts';
import { assertValidArguments } from './input-collection.ts';

/** The state that the resolvers of one operation share. */
export interface Context {
  /** The caller as authenticated at the start of the request, or again after a wait in the queue. */
  user: AuthenticatedUser | null;
  /** The users whose own data can be read: the caller and, in the payload of a login or a registration, its user. */
  readonly ownUserIds: ReadonlySet<string>;
  /** Called when a mutation field begins, without a user, and when it has proved to be called by a user. */
  setOwnUser(userId: string | null): void;
  readonly config: Config;
  /** The primary database, for reads that must be current. Queries use `readDatabase()`. */
  readonly primary: Database;
  /** Issues the tokens of logins. */
  readonly tokens: Tokens;
  /** Null if no mail server is configured. */
  readonly mailer: Mailer | null;
  readonly request: RequestDetails;
  /** The call of the mutation field that is being resolved. Null in queries. */
  call: Call | null;
  /** Called when the operation is a subscription, and has begun. */
  readonly onSubscription: ((subscription: Subscription<Context>) => void) | undefined;
  /** Collects the audit events of the operation. */
  readonly audit: OperationAudit;
  /** Measures the reads and the response of the operation, and stops it at its limits. */
  readonly answer: AnswerMeter;
  /** Returns the loader of this operation that `make` creates. `make` must be a module constant, because it is the cache key. */
  loader<Key, Value>(make: MakeLoader<Key, Value>): Loader<Key, Value>;
  /** Called by queries before their first read: from now on they read from a replica that has replayed the caller's last write. */
  readFromReplica(): void;
  /** The primary, or the replica of this operation. It is a method, because Apollo Server copies the context before the choice. */
  readDatabase(): Database;
  /** Calls `make` once in this operation, and returns its result to later calls too. */
  once<Value>(make: (context: Context) => Value): Value;
  /**
   * Runs `work` in a transaction that also writes the audit event of the mutation field. Afterwards all loaders are cleared, so
   * the result of a mutation is never stale.
   */
  write<Result>(work: (transaction: Queries) => Promise<Result>): Promise<Result>;
  /** Called before other threads work, such as on a password hash, so that other operations are executed meanwhile. */
  leaveSlot(): void;
  /** Clears all loaders. While a response waits to be sent, only its text stays in memory. */
  release(): void;
  /** The refusals of each access rule, by their reason and bank. */
  readonly refusals: Map<object, Map<string, GatewayError>>;
}

/** The values by which a payload is read again, such as IDs. Stored with the idempotency key, so never personal data. */
export type Written = Record<string, string | number | boolean | null>;

/** The call of a mutation field. */
export interface Call {
  field: string;
  /** All arguments except the idempotency key. */
  arguments: Readonly<Record<string, unknown>>;
  idempotencyKey: string | null;
  /** Stores the result of the first write. */
  writeOnce: WriteOnce;
  /** Whether the resolver has called `mutate`. */
  isMutated: boolean;
}

/** The error of a mutation that writes, or returns, without a call of `mutate`. */
export function missingMutate({ field }: Call): Error {
  return new Error(`${field} must call mutate, or be marked @Unkeyed().`);
}

/**
 * Runs `write` unless the caller has made the same call with this key before; then it returns what the first call wrote. An
 * entity implements it, because the keys belong to users.
 *
 * @throws IDEMPOTENCY_KEY_REUSED if the key was used for another field or other arguments
 */
export type WriteOnce = <What extends Written>(
  context: Context,
  transaction: Queries,
  call: Pick<Call, 'field' | 'arguments'> & { key: string },
  write: (transaction: Queries) => Promise<What>,
) => Promise<What>;

export interface RequestDetails {
  id: string;
  /** The address of the client, read from `X-Forwarded-For` if the request came from a trusted proxy. */
  clientAddress: string;
  /** The `Idempotency-Key` header. */
  idempotencyKey: string | null;
  /** The `apollographql-client-name` header. */
  clientName: string | null;
  /** The `X-Reason` header. */
  reason: string | null;
}

/** The loaders of several operations that run at the same time, and the meter of what they read. */
export interface SharedLoaders {
  byMaker: Map<unknown, unknown>;
  meter: AnswerMeter;
}

export interface ContextParts {
  user: AuthenticatedUser | null;
  config: Config;
  database: Database;
  tokens: Tokens;
  mailer?: Mailer | null;
  auditTrail: AuditTrail;
  eventPlaces: EventPlaces;
  request: RequestDetails;
  /** Releases the slot that the operation needs to be executed. */
  leaveSlot?: () => void;
  /** After this signal, nothing more is loaded and nothing is committed. */
  deadline?: AbortSignal;
  /** If omitted, the operation has the configured limits but no deadline. */
  answer?: AnswerMeter;
  /** If omitted, the operation has loaders of its own. */
  loaders?: SharedLoaders;
  onSubscription?: Context['onSubscription'];
}

export function createContext({
  user,
  config,
  database,
  tokens,
  mailer = null,
  auditTrail,
  eventPlaces,
  request,
  deadline,
  leaveSlot,
  answer = new AnswerMeter(config.limits),
  loaders: shared,
  onSubscription,
}: ContextParts): Context {
  const loaders = shared?.byMaker ?? new Map<unknown, unknown>();
  const results = new Map<unknown, unknown>();
  const audit = new OperationAudit(auditTrail, eventPlaces, {
    userId: user?.id ?? null,
    provider: user?.provider ?? null,
    clientName: request.clientName,
    clientAddress: request.clientAddress,
    requestId: request.id,
    operationName: null,
    operationHash: null,
    documentId: null,
    reason: request.reason,
  });
  const ownUserIds = new Set(user === null ? [] : [user.id]);
  let currentDatabase = database;
  const context: Context = {
    user,
    ownUserIds,
    setOwnUser(userId) {
      const ids = new Set([context.user?.id, userId].filter((id) => id != null));
      if (ids.size === ownUserIds.size && ids.isSubsetOf(ownUserIds)) return;
      ownUserIds.clear();
      for (const id of ids) ownUserIds.add(id);
      // They depend on the users.
      results.clear();
    },
    config,
    primary: database,
    tokens,
    mailer,
    request,
    call: null,
    onSubscription,
    audit,
    answer,
    refusals: new Map(),
    loader<Key, Value>(make: MakeLoader<Key, Value>) {
      deadline?.throwIfAborted();
      answer.assertRunning();
      let loader = loaders.get(make) as Loader<Key, Value> | undefined;
      if (loader === undefined) {
        loader = make(currentDatabase, shared?.meter ?? answer);
        loaders.set(make, loader);
      }
      return loader;
    },
    readFromReplica() {
      currentDatabase = database.replicas?.databaseWith(context.user?.lastWrite ?? null) ?? database;
    },
    readDatabase: () => currentDatabase,
    once<Value>(make: (context: Context) => Value) {
      if (!results.has(make)) results.set(make, make(context));
      return results.get(make) as Value;
    },
    async write(work) {
      // Apollo Server copies the context, so the call of the field is in `this` and not in `context`.
      assertValidArguments();
      if (this.call?.isMutated === false) throw missingMutate(this.call);
      answer.holdsLocks = true;
      let isRepeated = false;
      try {
        return await audit.write(async (transaction) => {
          deadline?.throwIfAborted();
          // The rows that a former attempt has read might have changed, because it conflicted with another transaction.
          if (isRepeated) context.release();
          isRepeated = true;
          const result = await work(transaction);
          // A client whose operation was stopped must not find it committed. An exception remains: the deadline passes while
          // the group commit is pending.
          deadline?.throwIfAborted();
          return result;
        });
      } finally {
        answer.holdsLocks = false;
        context.release();
      }
    },
    leaveSlot: () => leaveSlot?.(),
    release() {
      loaders.clear();
      results.clear();
    },
  };
  return context;
}
