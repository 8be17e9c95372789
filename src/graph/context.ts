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

/** What the resolvers of one operation share. */
export interface Context {
  /** As the request began, or, where it had to wait for its turn, as that came. */
  user: AuthenticatedUser | null;
  readonly config: Config;
  /** For what has to be as it is now: queries read from `readDatabase()`. */
  readonly primary: Database;
  /** Those that a login gives. */
  readonly tokens: Tokens;
  /** Null where no mail is configured. */
  readonly mailer: Mailer | null;
  readonly request: RequestDetails;
  /** The call of the mutation field that is being resolved. Null in queries. */
  call: Call | null;
  /** What the operation saw, tried and did. */
  readonly audit: OperationAudit;
  /** Counts what the operation reads and answers, and stops it at its limits. */
  readonly answer: AnswerMeter;
  /** The loader that `make` makes, one for the whole operation. `make` is a constant of its module, never a closure. */
  loader<Key, Value>(make: MakeLoader<Key, Value>): Loader<Key, Value>;
  /** For a query, before it reads anything: lets a replica answer that has what the caller wrote, where there is one. */
  readFromReplica(): void;
  /** The primary, or the replica that answers this operation. A method, as Apollo Server copies the context before that is known. */
  readDatabase(): Database;
  /** What `make` makes, once for the whole operation. */
  once<Value>(make: (context: Context) => Value): Value;
  /** One transaction, with the audit event of the mutation field in it, after which all that was loaded is forgotten, so that a mutation's result is never stale. */
  write<Result>(work: (transaction: Queries) => Promise<Result>): Promise<Result>;
  /** Lets go of all that was loaded: an answer that waits until it may leave is held as its text alone. */
  release(): void;
  /** The refusals that were reported: one for each schema coordinate and bank, which counts those that follow. */
  readonly refusals: Map<string, GatewayError>;
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
  /** The address of the client, as far as the configured proxies are trusted. */
  clientAddress: string;
  /** The header `Idempotency-Key`, where it was sent. */
  idempotencyKey: string | null;
  /** What the client calls itself, where it does. */
  clientName: string | null;
  /** Why the client asks, where it says so. */
  reason: string | null;
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
  /** After it nothing more is loaded, and nothing is committed. */
  deadline?: AbortSignal;
  /** Without one, the operation has the configured limits, but no deadline. */
  answer?: AnswerMeter;
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
  answer = new AnswerMeter(config.limits),
}: ContextParts): Context {
  const loaders = new Map<unknown, unknown>();
  const made = new Map<unknown, unknown>();
  const audit = new OperationAudit(auditTrail, eventPlaces, {
    userId: user?.id ?? null,
    provider: user?.provider ?? null,
    clientName: request.clientName,
    clientAddress: request.clientAddress,
    requestId: request.id,
    operationName: null,
    operationHash: null,
    reason: request.reason,
  });
  let answering = database;
  const context: Context = {
    user,
    config,
    primary: database,
    tokens,
    mailer,
    request,
    call: null,
    audit,
    answer,
    refusals: new Map(),
    loader<Key, Value>(make: MakeLoader<Key, Value>) {
      deadline?.throwIfAborted();
      answer.assertRunning();
      let loader = loaders.get(make) as Loader<Key, Value> | undefined;
      if (loader === undefined) {
        loader = make(answering, answer);
        loaders.set(make, loader);
      }
      return loader;
    },
    readFromReplica() {
      answering = database.replicas?.databaseWith(context.user?.lastWrite ?? null) ?? database;
    },
    readDatabase: () => answering,
    once<Value>(make: (context: Context) => Value) {
      if (!made.has(make)) made.set(make, make(context));
      return made.get(make) as Value;
    },
    async write(work) {
      answer.holdsLocks = true;
      try {
        return await audit.write(async (transaction) => {
          deadline?.throwIfAborted();
          const result = await work(transaction);
          // Nothing is committed for a client who was told that the operation was stopped, unless its time ends while the
          // commit waits for others that are committed with it.
          deadline?.throwIfAborted();
          return result;
        });
      } finally {
        answer.holdsLocks = false;
        context.release();
      }
    },
    release() {
      loaders.clear();
      made.clear();
    },
  };
  return context;
}
