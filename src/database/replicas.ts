import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { StatementConnection } from './combined-statements.ts';
import { connectionName } from './connection-url.ts';
import type { Database, ReplicaState, Replicas } from './database.ts';

/** How often a replica is asked how far it is, in milliseconds; one that does not answer, less often. */
const pollInterval = 100;
const retryInterval = 500;
/** A replica that takes longer to answer is lost. */
const answerTimeout = 1_000;
/** How often the primary is asked where it is. */
const sampleInterval = 500;

/** Where the primary was when: what a replica that has come so far shows is no older than that. */
interface Sample {
  at: number;
  logPosition: bigint;
}

interface Primary {
  /** For how long what this position of the log shows has been outdated at most, in milliseconds. */
  lagAt(logPosition: bigint): number;
  /** Which server it is, whatever its address; null until it was asked. */
  identity(): string | null;
  watch(): void;
  close(): void;
}

const identity = "(select system_identifier from pg_control_system()) || ' ' || current_database()";

function samplePrimary(pool: pg.Pool, keptMilliseconds: number): Primary {
  /** The oldest first; of those that are older than what is kept one is enough. */
  const samples: Sample[] = [];
  let known: string | null = null;
  let timer: NodeJS.Timeout | undefined;

  async function sample(): Promise<void> {
    // Taken before the answer: what was committed by then is in it.
    const at = performance.now();
    const { rows } = await pool.query<{ position: string; identity: string }>(
      `select (pg_current_wal_flush_lsn() - '0/0')::text as position, ${identity} as identity`,
    );
    const [row] = rows;
    if (row === undefined) return;
    known = row.identity;
    samples.push({ at, logPosition: BigInt(row.position) });
    while (samples[1] !== undefined && samples[1].at < at - keptMilliseconds) samples.shift();
  }

  return {
    lagAt(logPosition) {
      const reached = samples.findLast((sample) => sample.logPosition <= logPosition);
      return reached === undefined ? Number.POSITIVE_INFINITY : performance.now() - reached.at;
    },
    identity: () => known,
    watch() {
      // Without samples the replicas seem to fall behind, and are left out: the primary has to answer in any case.
      const next = () => {
        sample()
          .catch(() => undefined)
          .finally(() => {
            if (timer !== undefined) timer = setTimeout(next, sampleInterval).unref();
          });
      };
      timer = setTimeout(next).unref();
    },
    close() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

interface Replica {
  database: Database;
  state(): ReplicaState;
  /** Whether it is used, and this transaction and all before it have ended there. */
  has(transactionId: bigint | null): boolean;
  watch(onChange: (state: ReplicaState) => void): void;
  close(): Promise<void>;
}

interface ReplicaParts {
  url: string;
  primary: Primary;
  maxLagMilliseconds: number;
  openPool(url: string, options: pg.PoolConfig): pg.Pool;
  /** A database whose reads this connection answers. */
  databaseOn(connection: StatementConnection): Database;
  /** What the primary answers instead. */
  answerByPrimary(config: pg.QueryConfig, values: unknown[]): Promise<pg.QueryResult>;
}

function reasonOf(error: unknown): string {
  const { code, message = 'unknown' } = error as { code?: string; message?: string };
  return `It does not answer: ${code ?? message}.`;
}

function openReplica({ url, primary, maxLagMilliseconds, ...parts }: ReplicaParts): Replica {
  const name = connectionName(url);
  const sockets = new Set<Socket>();
  const settings = {
    connectionTimeoutMillis: answerTimeout,
    stream() {
      const socket = new Socket();
      sockets.add(socket);
      return socket.once('close', () => sockets.delete(socket));
    },
  };
  const pool = parts.openPool(url, settings);
  let isUsed = false;
  let reason: string | null = 'It was not asked yet.';
  /** All transactions before this one have ended there: what they wrote can be read. */
  let endedBefore = 0n;
  let told: boolean | null = null;
  let tell: (state: ReplicaState) => void = () => undefined;
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const state = (): ReplicaState => ({ name, isUsed, reason });

  function judge(found: string | null): void {
    reason = found;
    isUsed = found === null;
    if (told !== isUsed) {
      told = isUsed;
      tell(state());
    }
  }

  /** It may come back as it was before, or as another one: nothing that is known of it counts. */
  function lose(error: unknown): void {
    client = null;
    judge(reasonOf(error));
    // Whatever still waits for it fails by that, and the primary answers.
    for (const socket of sockets) socket.destroy();
  }

  async function connected(): Promise<pg.Client> {
    if (client !== null) return client;
    const opened = new pg.Client({ connectionString: url, query_timeout: answerTimeout, ...settings });
    const onEnd = (error?: Error) => {
      if (client === opened && !isClosed) lose(error ?? new Error('the connection was closed'));
    };
    opened.on('error', onEnd);
    opened.on('end', () => onEnd());
    client = opened;
    await opened.connect();
    return opened;
  }

  async function poll(): Promise<void> {
    const asked = await connected();
    // Only xmin: a replica's snapshot does not list the transactions that have not ended.
    const { rows } = await asked.query<{ replica: boolean; xmin: string; position: string | null; identity: string }>(
      `select pg_is_in_recovery() as replica, pg_snapshot_xmin(pg_current_snapshot())::text as xmin,
        (pg_last_wal_replay_lsn() - '0/0')::text as position, ${identity} as identity`,
    );
    const [row] = rows;
    // Until the primary has said which one it is, nothing can be said of its replicas.
    if (row === undefined || client !== asked || primary.identity() === null) return;
    const xmin = BigInt(row.xmin);
    if (!row.replica || row.position === null) judge('It is no replica, or no longer one.');
    else if (row.identity !== primary.identity()) judge('It is no replica of the database of DATABASE_URL.');
    else if (primary.lagAt(BigInt(row.position)) > maxLagMilliseconds) judge('It is too far behind.');
    else if (xmin < endedBefore) judge('It was started again, and is not yet where it was.');
    else {
      endedBefore = xmin;
      judge(null);
    }
  }

  function next(): void {
    poll()
      .then(
        () => pollInterval,
        (error) => {
          if (!isClosed) lose(error);
          return retryInterval;
        },
      )
      .then((pause) => {
        if (!isClosed) timer = setTimeout(next, pause).unref();
      });
  }

  /**
   * Whatever is wrong at the replica is not wrong at the primary too, unless it is the statement. An operation goes on with
   * a replica that was lost meanwhile: that may be there again, but not yet where it was.
   */
  async function query(config: pg.QueryConfig, values: unknown[]): Promise<pg.QueryResult> {
    if (!isUsed) return parts.answerByPrimary(config, values);
    try {
      return await pool.query(config, values);
    } catch {
      return parts.answerByPrimary(config, values);
    }
  }

  const database = parts.databaseOn({ query: query as pg.Pool['query'] });
  return {
    database,
    state,
    has: (transactionId) => isUsed && (transactionId === null || transactionId < endedBefore),
    watch(onChange) {
      tell = onChange;
      timer = setTimeout(next).unref();
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      const ended = Promise.allSettled([client?.end(), pool.end()]);
      // One that hangs does not say good-bye.
      await Promise.race([ended, sleep(answerTimeout, undefined, { ref: false })]);
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** `primary` is the pool of the primary, which answers where a replica fails. */
export function openReplicas({
  primary,
  urls,
  maxLagMilliseconds,
  ...parts
}: Omit<ReplicaParts, 'url' | 'primary'> & { primary: pg.Pool; urls: readonly string[] }): Replicas & {
  close(): Promise<void>;
} {
  const sampled = samplePrimary(primary, maxLagMilliseconds);
  const replicas = urls.map((url) => openReplica({ url, primary: sampled, maxLagMilliseconds, ...parts }));
  let turn = 0;

  return {
    databaseWith(position) {
      const transactionId = position === null ? null : BigInt(position);
      const found = replicas.filter((replica) => replica.has(transactionId));
      turn += 1;
      return found[turn % found.length]?.database ?? null;
    },
    watch(onChange) {
      sampled.watch();
      for (const replica of replicas) replica.watch(onChange);
    },
    states: () => replicas.map(({ database, state }) => ({ ...state(), statistics: database.statistics })),
    async close() {
      sampled.close();
      await Promise.all(replicas.map((replica) => replica.close()));
    },
  };
}
