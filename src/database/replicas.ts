import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { connectionName } from './connection-url.ts';
import type { Database, ReplicaState, Replicas } from './database.ts';
import { isStopped } from './errors.ts';
import type { PostgresqlConnections, StatementConnection } from './postgresql-connections.ts';
import type { Sessions } from './postgresql-session.ts';
import { UnsuitableSession } from './unsuitable-session.ts';

/** The milliseconds between two checks of a replica, and after a check that failed. */
const pollInterval = 100;
const retryInterval = 500;
/** The milliseconds after which a check of a replica fails. */
const checkTimeout = 1_000;
/** The milliseconds between two samples of the primary's log position. */
const sampleInterval = 500;

/** The log position of the primary at a time. The data of a replica that has replayed this position is not older than this time. */
interface Sample {
  at: number;
  logPosition: bigint;
}

interface Primary {
  /** The maximum age of the data at a log position, in milliseconds. */
  lagAt(logPosition: bigint): number;
  /** Identifies the server and the database, whatever the address is. Null until the primary has responded. */
  identity(): string | null;
  watch(): void;
  close(): void;
}

const identity = "(select system_identifier from pg_control_system()) || ' ' || current_database()";

function samplePrimary(connection: StatementConnection, retainedMilliseconds: number): Primary {
  /** Sorted by time, oldest first. At most one sample is older than `retainedMilliseconds`. */
  const samples: Sample[] = [];
  let primaryIdentity: string | null = null;
  let timer: NodeJS.Timeout | undefined;

  async function sample(): Promise<void> {
    // The time before the request, because the position includes everything that was committed until then.
    const at = performance.now();
    const text = `select (pg_current_wal_flush_lsn() - '0/0')::text as position, ${identity} as identity`;
    const [row] = (await connection.query({ text })).rows as { position: string; identity: string }[];
    if (row === undefined) return;
    primaryIdentity = row.identity;
    samples.push({ at, logPosition: BigInt(row.position) });
    while (samples[1] !== undefined && samples[1].at < at - retainedMilliseconds) samples.shift();
  }

  return {
    lagAt(logPosition) {
      const reached = samples.findLast((sample) => sample.logPosition <= logPosition);
      return reached === undefined ? Number.POSITIVE_INFINITY : performance.now() - reached.at;
    },
    identity: () => primaryIdentity,
    watch() {
      // A failed sample is ignored: without samples, the lag of all replicas grows until they are not used.
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
  /** Whether the replica is used, and has replayed this transaction and all before it. */
  hasReplayed(transactionId: bigint | null): boolean;
  watch(onChange: (state: ReplicaState) => void): void;
  close(): Promise<void>;
}

interface ReplicaParts {
  url: string;
  primary: Primary;
  maxLagMilliseconds: number;
  sessionsOn(url: string, connection: pg.ClientConfig): Sessions;
  openConnections(sessions: Sessions): PostgresqlConnections;
  /** Creates a database that reads through this connection. */
  databaseOn(connection: StatementConnection): Database;
  /** Sends a statement to the primary. */
  queryPrimary: StatementConnection['query'];
}

function reasonOf(error: unknown): string {
  if (error instanceof UnsuitableSession) return error.message;
  const { code, message = 'unknown' } = error as { code?: string; message?: string };
  return `The replica does not respond: ${code ?? message}.`;
}

/** The state of a replica as it reports it. */
interface ReplicaStatus {
  isReplica: boolean;
  identity: string;
  logPosition: bigint;
  /** The replica has replayed all transactions before this one. */
  replayedBefore: bigint;
}

async function readStatus(client: pg.Client): Promise<ReplicaStatus> {
  // Only `xmin` is used, because the snapshot of a replica does not list the transactions in progress.
  const { rows } = await client.query<{ replica: boolean; xmin: string; position: string | null; identity: string }>(
    `select pg_is_in_recovery() as replica, pg_snapshot_xmin(pg_current_snapshot())::text as xmin,
      (pg_last_wal_replay_lsn() - '0/0')::text as position, ${identity} as identity`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error('the status is empty');
  return {
    isReplica: row.replica && row.position !== null,
    identity: row.identity,
    logPosition: BigInt(row.position ?? 0),
    replayedBefore: BigInt(row.xmin),
  };
}

/** Returns the reason why the replica must not be used, or null. `replayedBefore` is its former status. */
function reasonAgainst(
  status: ReplicaStatus,
  {
    primary,
    maxLagMilliseconds,
    replayedBefore,
  }: Pick<ReplicaParts, 'primary' | 'maxLagMilliseconds'> & {
    replayedBefore: bigint;
  },
): string | null {
  if (!status.isReplica) return 'The server is not a replica.';
  if (status.identity !== primary.identity()) return 'The server does not replicate the database of DATABASE_URL.';
  if (primary.lagAt(status.logPosition) > maxLagMilliseconds) return 'The replication lag is too long.';
  if (status.replayedBefore < replayedBefore) return 'The replica was restarted and has not caught up yet.';
  return null;
}

function openReplica({ url, primary, maxLagMilliseconds, ...parts }: ReplicaParts): Replica {
  const name = connectionName(url);
  const sockets = new Set<Socket>();
  const settings = {
    connectionTimeoutMillis: checkTimeout,
    stream() {
      const socket = new Socket();
      sockets.add(socket);
      return socket.once('close', () => sockets.delete(socket));
    },
  };
  const connections = parts.openConnections(parts.sessionsOn(url, settings));
  const checkSessions = parts.sessionsOn(url, { ...settings, query_timeout: checkTimeout });
  let isUsed = false;
  let reason: string | null = 'The replica was not checked yet.';
  /** The replica has replayed all transactions before this one. */
  let replayedBefore = 0n;
  let reportedAsUsed: boolean | null = null;
  let report: (state: ReplicaState) => void = () => undefined;
  /** The connection of the checks. */
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const state = (): ReplicaState => ({ name, isUsed, reason });

  /** Uses the replica, unless there is a reason not to. */
  function setReason(newReason: string | null): void {
    reason = newReason;
    isUsed = newReason === null;
    if (reportedAsUsed !== isUsed) {
      reportedAsUsed = isUsed;
      report(state());
    }
  }

  function disconnect(error: unknown): void {
    client = null;
    setReason(reasonOf(error));
    // Pending statements fail at once, and are sent to the primary.
    for (const socket of sockets) socket.destroy();
  }

  async function connected(): Promise<pg.Client> {
    if (client !== null) return client;
    const opened = await checkSessions.open();
    const onEnd = (error?: Error) => {
      if (client === opened && !isClosed) disconnect(error ?? new Error('the connection was closed'));
    };
    opened.on('error', onEnd);
    opened.on('end', () => onEnd());
    client = opened;
    return opened;
  }

  async function poll(): Promise<void> {
    const connection = await connected();
    const status = await readStatus(connection);
    // A replica can only be checked when the identity of the primary is known.
    if (client !== connection || primary.identity() === null) return;
    const reasonNotToUse = reasonAgainst(status, { primary, maxLagMilliseconds, replayedBefore });
    if (reasonNotToUse === null) replayedBefore = status.replayedBefore;
    setReason(reasonNotToUse);
  }

  function next(): void {
    poll()
      .then(
        () => pollInterval,
        (error) => {
          if (!isClosed) disconnect(error);
          return retryInterval;
        },
      )
      .then((interval) => {
        if (!isClosed) timer = setTimeout(next, interval).unref();
      });
  }

  /**
   * Sends a statement to the replica, or to the primary if the replica fails. An operation that has started on a replica checks whether
   * the replica is still used, because a restarted replica might not have caught up yet.
   */
  const query: StatementConnection['query'] = async (config, values, deadline, isReplaceable) => {
    if (!isUsed) return parts.queryPrimary(config, values, deadline, isReplaceable);
    try {
      return await connections.query(config, values, deadline, isReplaceable);
    } catch (error) {
      // The statement took too long, so it is not sent again.
      if (isStopped(error) || deadline?.aborted === true) throw error;
      return parts.queryPrimary(config, values, deadline, isReplaceable);
    }
  };

  const database = parts.databaseOn({ query });
  return {
    database,
    state,
    hasReplayed: (transactionId) => isUsed && (transactionId === null || transactionId < replayedBefore),
    watch(onChange) {
      report = onChange;
      timer = setTimeout(next).unref();
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      const ended = Promise.allSettled([client?.end(), connections.close()]);
      // A replica that hangs does not close its connections.
      await Promise.race([ended, sleep(checkTimeout, undefined, { ref: false })]);
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Opens the replicas. The log position of the primary is sampled. */
export function openReplicas({
  primary,
  urls,
  maxLagMilliseconds,
  ...parts
}: Omit<ReplicaParts, 'url' | 'primary'> & {
  primary: StatementConnection;
  urls: readonly string[];
}): Replicas & {
  close(): Promise<void>;
} {
  const sampled = samplePrimary(primary, maxLagMilliseconds);
  const replicas = urls.map((url) => openReplica({ url, primary: sampled, maxLagMilliseconds, ...parts }));
  let requests = 0;

  return {
    databaseWith(position) {
      const transactionId = position === null ? null : BigInt(position);
      const usable = replicas.filter((replica) => replica.hasReplayed(transactionId));
      requests += 1;
      return usable[requests % usable.length]?.database ?? null;
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
