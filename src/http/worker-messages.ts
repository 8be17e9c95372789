import type { Config } from '../config.ts';
import type { Readiness } from './health.ts';

/** The settings that the parent process needs. It reads no configuration itself. */
export type ParentSettings = Pick<Config, 'host' | 'port' | 'healthPort' | 'logLevel'>;

/** A message of a worker to the parent process. */
export type WorkerMessage =
  /** The configuration is valid. The worker opens the database now. */
  | { kind: 'configured'; settings: ParentSettings }
  /** The worker can serve connections. */
  | { kind: 'started' }
  /** The worker has received the next one of its connections. */
  | { kind: 'received' }
  /** The worker serves so many connections. */
  | { kind: 'size'; size: number }
  /** Sent every second, so that a worker whose event loop is blocked is recognised. */
  | { kind: 'readiness'; readiness: Readiness }
  /** The worker received a signal, and waits for `stop`. */
  | { kind: 'leaving' }
  /** No worker can use the database any more. The worker waits for `stop`. */
  | { kind: 'mismatch' };

/** A message of the parent process to a worker. */
export type ParentMessage =
  /** The port of the URL is open. */
  | { kind: 'listening'; url: string }
  /** So many workers share the connections. */
  | { kind: 'shared'; workers: number }
  /** Comes with the socket of a connection. */
  | { kind: 'connection' }
  /** No connection follows. The worker ends when it has answered the requests on the connections that it has. */
  | { kind: 'stop'; signal: NodeJS.Signals };
