import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import { clientNetwork } from '../base/client-network.ts';
import type { Logger } from '../base/logger.ts';
import { canonicalAddress, type TrustedProxies } from './client-address.ts';
import { refuseConnection } from './raw-refusal.ts';

export interface ConnectionLimits {
  maxConnections: number;
  maxBodyBytes: number;
  /** The maximum for each IPv4 address and each /64 network of IPv6. Trusted proxies have no such limit. */
  maxPerAddress: number;
  /** How long a connection is kept open between two requests, in milliseconds. */
  idleTimeout: number;
  /** The same for trusted proxies. Most load balancers keep connections for 60 seconds, and must be the first to close. */
  proxyIdleTimeout: number;
  /** The maximum number of requests that wait behind another one on the same connection. */
  maxPipelined: number;
  /** How long a client can read nothing of a response, in milliseconds. */
  stallTimeout: number;
  /** The rate at which a client must read a response after `stallTimeout`, in bytes per second. */
  minReadRate: number;
  /** The maximum size of all responses that clients have not read yet, in bytes. */
  maxUnsentBytes: number;
  /** The maximum size of all request bodies that are not complete, in bytes. */
  maxIncomingBytes: number;
}

export const defaultConnectionLimits = {
  idleTimeout: 10_000,
  proxyIdleTimeout: 75_000,
  maxPipelined: 32,
  stallTimeout: 15_000,
  minReadRate: 16_384,
  maxUnsentBytes: 134_217_728,
  maxIncomingBytes: 67_108_864,
} as const satisfies Partial<ConnectionLimits>;

/** How much longer than announced a connection is kept open, so that a request sent shortly before the end is not lost. */
const idleTimeoutBuffer = 1_000;

/** How many connections are compared to choose the one to close. They are the ones that changed least recently. */
const maxCompared = 1_000;

const checkInterval = 1_000;

/** A flood of connections must not become a flood of log lines. */
const logInterval = 10_000;

interface Peer {
  /** The network of the client, or the address of the trusted proxy. */
  key: string;
  /** Sorted like all connections. */
  connections: Set<Connection>;
}

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
}

interface Connection {
  socket: Socket;
  peer: Peer;
  isTrusted: boolean;
  /** The request that is being received or answered. */
  current: Exchange | null;
  /** Requests that the client sent without waiting for the response to `current`. */
  pipelined: Exchange[];
  /** When a response that is being sent must have been read, as `performance.now()`. */
  sendBy: number;
  /** When the last response ended, as `performance.now()`. At first when the connection was accepted. */
  idleSince: number;
  /** The number of bytes that were received before `idleSince`. */
  bytesBefore: number;
}

/** Why connections were closed or refused; the names are the fields of the log line. */
type Reason =
  | 'refused'
  | 'droppedForOthers'
  | 'droppedForSameAddress'
  | 'readTooSlowly'
  | 'tooManyIncomingBytes'
  | 'tooManyPipelined'
  | 'tooManyUnsentBytes';

/** The memory that clients make the gateway hold, with one limit for all of them. */
class HeldBytes {
  /** Sorted by the time since when they hold it, longest first. */
  readonly #held = new Map<Connection, number>();
  #total = 0;

  constructor(readonly max: number) {}

  /** Returns the connections to close because too much is held. The one that was added is never among them. */
  add(connection: Connection, bytes: number): Connection[] {
    this.delete(connection);
    this.#held.set(connection, bytes);
    this.#total += bytes;
    const excess: Connection[] = [];
    let total = this.#total;
    for (const [oldest, size] of this.#held) {
      if (total <= this.max || oldest === connection) break;
      excess.push(oldest);
      total -= size;
    }
    return excess;
  }

  has(connection: Connection): boolean {
    return this.#held.has(connection);
  }

  delete(connection: Connection): void {
    this.#total -= this.#held.get(connection) ?? 0;
    this.#held.delete(connection);
  }

  connections(): Iterable<Connection> {
    return this.#held.keys();
  }
}

/**
 * The connections of an HTTP server. When there are too many, the one that has waited longest for its client is closed,
 * so a client that does nothing cannot keep others out.
 */
export class Connections {
  #limits: ConnectionLimits;
  readonly #proxies: TrustedProxies;
  readonly #logger: Logger;
  #server: Server | null = null;
  /** Sorted by their last change, least recent first. */
  readonly #connections = new Map<Socket, Connection>();
  readonly #peers = new Map<string, Peer>();
  /** The keys of the peers whose new connections are refused until the next check. */
  readonly #blocked = new Set<string>();
  readonly #unsent: HeldBytes;
  readonly #incoming: HeldBytes;
  #counts: Partial<Record<Reason, number>> = {};
  #loggedAt = -Infinity;

  constructor(limits: ConnectionLimits, proxies: TrustedProxies, logger: Logger) {
    this.#limits = limits;
    this.#proxies = proxies;
    this.#logger = logger;
    this.#unsent = new HeldBytes(limits.maxUnsentBytes);
    this.#incoming = new HeldBytes(limits.maxIncomingBytes);
  }

  /** Creates a server that calls `handle` for one request at a time on each connection. It gets its connections from `serve`. */
  createServer(options: ServerOptions, handle: RequestListener): Server {
    const server = createServer({
      ...options,
      keepAliveTimeout: this.#limits.idleTimeout,
      keepAliveTimeoutBuffer: idleTimeoutBuffer,
    });
    const begin = (request: IncomingMessage, response: ServerResponse) => this.#begin({ request, response }, handle);
    // Node would drop headers after the first 1,000, such as the one that a proxy adds. Their size has a limit anyway.
    server.maxHeadersCount = 0;
    server.on('request', begin);
    server.on('checkExpectation', begin);
    server.on('timeout', (socket: Socket) => this.#timeOut(socket));
    const check = setInterval(() => this.#check(), checkInterval).unref();
    server.once('close', () => {
      clearInterval(check);
      this.#logCounts();
    });
    // Node.js looks for slow requests only if the server listens, but the connections come from another listener.
    server.emit('listening');
    this.#server = server;
    return server;
  }

  /** Serves a connection that a listener has accepted, or refuses it. */
  serve(socket: Socket): void {
    if (!this.#admit(socket)) return;
    socket.allowHalfOpen = true;
    this.#server?.emit('connection', socket);
  }

  /** Whether the next bytes on this connection belong to the response to a request that was received. */
  isAnswering(socket: Socket): boolean {
    const current = this.#connections.get(socket)?.current ?? null;
    return current !== null && (current.request.complete || current.response.headersSent);
  }

  /** Stops to count a connection, because its response is a stream. The end of the stream closes it. */
  detach(socket: Socket): void {
    const connection = this.#connections.get(socket);
    if (connection !== undefined) this.#forget(connection);
  }

  /** Changes limits. Connections that are open stay open. */
  limit(limits: Partial<ConnectionLimits>): void {
    this.#limits = { ...this.#limits, ...limits };
  }

  get size(): number {
    return this.#connections.size;
  }

  /** Whether the client has sent further requests behind the one that is being answered. */
  hasPipelined(socket: Socket): boolean {
    return (this.#connections.get(socket)?.pipelined.length ?? 0) > 0;
  }

  /** Closes the connections on which nothing was received for so long, and no response is owed. */
  closeIdle(minMilliseconds: number): void {
    const latest = performance.now() - minMilliseconds;
    for (const { socket, current, idleSince, bytesBefore } of this.#connections.values()) {
      if (current === null && idleSince <= latest && socket.bytesRead === bytesBefore) socket.destroySoon();
    }
  }

  closeAll(): void {
    for (const { socket } of this.#connections.values()) socket.destroy();
  }

  #admit(socket: Socket): boolean {
    const address = canonicalAddress(socket.remoteAddress ?? '');
    // The client has closed it again.
    if (address === null) {
      socket.destroy();
      return false;
    }
    const isTrusted = this.#proxies.has(address);
    const peer = this.#peerOf(isTrusted ? address : clientNetwork(address));
    const isRefused =
      this.#blocked.has(peer.key) ||
      (!isTrusted &&
        peer.connections.size >= this.#limits.maxPerAddress &&
        !this.#dropOne(peer.connections, 'droppedForSameAddress')) ||
      (this.#connections.size >= this.#limits.maxConnections &&
        !this.#dropOne(this.#connections.values(), 'droppedForOthers'));
    if (isRefused) {
      this.#count('refused');
      refuseConnection(socket);
      return false;
    }
    const idleSince = performance.now();
    const connection = { socket, peer, isTrusted, current: null, pipelined: [], sendBy: 0, idleSince, bytesBefore: 0 };
    this.#connections.set(socket, connection);
    this.#peers.set(peer.key, peer);
    peer.connections.add(connection);
    socket.once('close', () => this.#forget(connection));
    return true;
  }

  #peerOf(key: string): Peer {
    return this.#peers.get(key) ?? { key, connections: new Set() };
  }

  #begin(exchange: Exchange, handle: RequestListener): void {
    const { socket } = exchange.request;
    const connection = this.#connections.get(socket);
    // It was closed while its requests were being parsed.
    if (connection === undefined) socket.destroy();
    else if (connection.current === null) this.#start(connection, exchange, handle);
    else if (connection.pipelined.length < this.#limits.maxPipelined) connection.pipelined.push(exchange);
    else this.#block(connection);
  }

  /**
   * Node parses all requests in the 64 KB that it reads at once, which takes 40 ms if there are thousands. So a client must
   * not send them on many connections.
   */
  #block(connection: Connection): void {
    const { peer, isTrusted } = connection;
    this.#close(connection, 'tooManyPipelined');
    if (isTrusted) return;
    this.#blocked.add(peer.key);
    for (const other of peer.connections) if (expendability(other) > 0) this.#close(other, 'droppedForSameAddress');
  }

  #start(connection: Connection, exchange: Exchange, handle: RequestListener): void {
    const { request, response } = exchange;
    connection.current = exchange;
    this.#moveToEnd(connection);
    if (connection.isTrusted) {
      response.setHeader('keep-alive', `timeout=${Math.floor(this.#limits.proxyIdleTimeout / 1_000)}`);
    }
    response.once('prefinish', () => this.#startSending(connection));
    response.once('close', () => this.#finish(connection, handle));
    this.#startReceiving(connection, request);
    handle(request, response);
  }

  #startReceiving(connection: Connection, request: IncomingMessage): void {
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
    if (length === undefined && encoding === undefined) return;
    const bytes = Math.min(Number(length ?? Infinity), this.#limits.maxBodyBytes);
    for (const oldest of this.#incoming.add(connection, bytes)) this.#close(oldest, 'tooManyIncomingBytes');
    request.once('close', () => this.#incoming.delete(connection));
  }

  /** The response is complete; what the operating system did not take is kept in memory until the client reads it. */
  #startSending(connection: Connection): void {
    const { socket } = connection;
    const bytes = socket.writableLength;
    if (bytes === 0) return;
    const { stallTimeout, minReadRate } = this.#limits;
    connection.sendBy = performance.now() + stallTimeout + (bytes / minReadRate) * 1_000;
    // Node calls `#timeOut` when the client reads nothing for so long.
    socket.setTimeout(stallTimeout);
    this.#moveToEnd(connection);
    for (const oldest of this.#unsent.add(connection, bytes)) this.#close(oldest, 'tooManyUnsentBytes');
  }

  #timeOut(socket: Socket): void {
    const connection = this.#connections.get(socket);
    if (connection !== undefined && this.#unsent.has(connection)) this.#close(connection, 'readTooSlowly');
    else socket.destroy();
  }

  #finish(connection: Connection, handle: RequestListener): void {
    const { socket } = connection;
    this.#unsent.delete(connection);
    connection.current = null;
    connection.idleSince = performance.now();
    connection.bytesBefore = socket.bytesRead;
    if (!this.#connections.has(socket)) return;
    this.#moveToEnd(connection);
    const next = connection.pipelined.shift();
    if (next !== undefined) {
      socket.setTimeout(0);
      this.#start(connection, next, handle);
    } else if (connection.isTrusted) {
      // Node has just set the timeout to `idleTimeout`.
      socket.setTimeout(this.#limits.proxyIdleTimeout + idleTimeoutBuffer);
    }
  }

  /** Notes that the connection changed just now. */
  #moveToEnd(connection: Connection): void {
    const { socket, peer } = connection;
    if (!this.#connections.delete(socket)) return;
    this.#connections.set(socket, connection);
    peer.connections.delete(connection);
    peer.connections.add(connection);
  }

  /** Closes the connection that is needed least. False if all of them are waiting for the gateway. */
  #dropOne(candidates: Iterable<Connection>, reason: Reason): boolean {
    let chosen: Connection | null = null;
    let highest = 0;
    let compared = 0;
    for (const candidate of candidates) {
      const value = expendability(candidate);
      if (value > highest) [chosen, highest] = [candidate, value];
      compared += 1;
      if (compared === maxCompared) break;
    }
    if (chosen !== null) this.#close(chosen, reason);
    return chosen !== null;
  }

  #close(connection: Connection, reason: Reason): void {
    this.#count(reason);
    this.#forget(connection);
    connection.socket.destroy();
  }

  #forget(connection: Connection): void {
    const { socket, peer } = connection;
    if (!this.#connections.delete(socket)) return;
    this.#unsent.delete(connection);
    this.#incoming.delete(connection);
    connection.pipelined.length = 0;
    peer.connections.delete(connection);
    if (peer.connections.size === 0) this.#peers.delete(peer.key);
  }

  #check(): void {
    const now = performance.now();
    this.#blocked.clear();
    for (const connection of this.#unsent.connections()) {
      if (connection.sendBy < now) this.#close(connection, 'readTooSlowly');
    }
    if (now - this.#loggedAt < logInterval || Object.keys(this.#counts).length === 0) return;
    this.#logCounts();
    this.#loggedAt = now;
  }

  #logCounts(): void {
    if (Object.keys(this.#counts).length === 0) return;
    this.#logger.warn({ ...this.#counts, open: this.#connections.size }, 'connections closed early');
    this.#counts = {};
  }

  #count(reason: Reason): void {
    this.#counts[reason] = (this.#counts[reason] ?? 0) + 1;
  }
}

/**
 * How little is lost when the connection is closed; 0 if the gateway is working on a request. Otherwise the client makes
 * the gateway wait: most expendable is a connection without a complete request, of the address with the most connections.
 */
function expendability({ current, peer, isTrusted }: Connection): number {
  const isSending = current?.response.writableEnded === true;
  if (current?.request.complete && !isSending) return 0;
  if (isTrusted) return isSending ? 1 : 2;
  return peer.connections.size + (isSending ? 2 : 1_000_000_000);
}
