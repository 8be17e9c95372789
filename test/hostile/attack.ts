import type { ClientRequest, Reply } from './client.ts';
import type { Issuer } from './issuer.ts';
import type { World, WorldUser, WorldUserKind } from './world.ts';

/** The server under attack, and callers and client addresses that no other attack uses. */
export interface Scene {
  port: number;
  world: World;
  /** An identity provider that the server trusts. */
  issuer: Issuer;
  /** The duration of attacks on connections. */
  seconds: number;
  /** An unused client address of the loopback network. */
  newAddress(): string;
  /** An unused user of this kind, so that the limits that one attack reaches do not hide another. */
  newUser(kind: WorldUserKind): WorldUser;
  /** Sends one request over a connection of its own. */
  send(request: Partial<ClientRequest>): Promise<Reply>;
  /** The CPU time of the server so far. */
  cpuMilliseconds(): number;
}

/** The expected responses to an attack. */
export interface Expected {
  /** The allowed HTTP statuses. Defaults to 200 and 400. 0 is a connection that was closed without a response. */
  statuses?: readonly number[];
  /** Every response has an error with one of these keys. */
  keys?: readonly string[];
  /** At least one response has an error with one of these keys. */
  someKeys?: readonly string[];
  /** Texts that no response contains. */
  never?: readonly string[];
  /** Texts that every response contains in its headers or body. */
  always?: readonly string[];
  /** The maximum number of responses without errors. */
  maxSuccesses?: number;
}

/** The maximum cost of an attack on a machine without other load. */
export interface Bounds {
  cpuMilliseconds: number;
  /** The size of all responses together. */
  bytes: number;
  /** The growth of the resident memory of the process. */
  megabytes: number;
  /** The longest time that a client of another address waits for `/health/live`. */
  silentSeconds: number;
}

export interface Attack {
  /** Unique in the corpus. */
  name: string;
  expected: Expected;
  bounds: Bounds;
  /** Whether the attack takes too long for the test suite. */
  isLong: boolean;
  send(scene: Scene): Promise<Reply[]>;
  /** Returns a problem that the responses do not show, or null. */
  check?(scene: Scene, replies: readonly Reply[]): Promise<string | null>;
}

/** Enough for any single refused request. */
export const defaultBounds: Bounds = { cpuMilliseconds: 150, bytes: 20_000, megabytes: 150, silentSeconds: 1 };

export interface AttackOptions {
  expected?: Expected;
  bounds?: Partial<Bounds>;
  isLong?: boolean;
  check?: Attack['check'];
}

export function attack(name: string, send: Attack['send'], options: AttackOptions): Attack {
  const { expected = {}, bounds = {}, isLong = false, check } = options;
  return { name, expected, bounds: { ...defaultBounds, ...bounds }, isLong, send, check };
}

export interface Operation {
  query: string;
  variables?: unknown;
  operationName?: string;
}

export interface OperationOptions extends AttackOptions {
  /** The kind of user who sends the operation. If omitted, the caller is anonymous. */
  as?: WorldUserKind;
  headers?: Readonly<Record<string, string>>;
  /** The number of times that the operation is sent. Defaults to 1. */
  times?: number;
  /** The maximum number of operations in progress. Defaults to 1. */
  parallel?: number;
}

/** An attack that sends one operation once or several times. */
export function operation(
  name: string,
  source: Operation | ((scene: Scene) => Operation),
  { as, headers, times = 1, parallel = 1, ...options }: OperationOptions = {},
): Attack {
  async function send(scene: Scene): Promise<Reply[]> {
    const body = JSON.stringify(typeof source === 'function' ? source(scene) : source);
    const token = as === undefined ? null : scene.newUser(as).token;
    const address = scene.newAddress();
    return inParallel(times, parallel, () => scene.send({ address, token, body, headers }));
  }
  return attack(name, send, options);
}

/** Calls `call` several times, at most `parallel` calls at once. Returns the results in the order of the calls. */
export async function inParallel<Result>(
  times: number,
  parallel: number,
  call: (index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  async function callNext(): Promise<void> {
    while (next < times) {
      const index = next;
      next += 1;
      results[index] = await call(index);
    }
  }
  await Promise.all(Array.from({ length: Math.min(times, parallel) }, callNext));
  return results;
}

/** Describes the first problem with the responses. Null if all of them are as expected. */
export function problemOf({ expected }: Attack, replies: readonly Reply[]): string | null {
  const { statuses = [200, 400], keys, someKeys, never = [], always = [], maxSuccesses } = expected;
  for (const reply of replies) {
    const received = `${reply.status} [${reply.keys}] ${reply.text.slice(0, 300)}`;
    if (!statuses.includes(reply.status)) return `unexpected status: ${received}`;
    if (keys !== undefined && !reply.keys.some((key) => keys.includes(key)))
      return `no error with key ${keys}: ${received}`;
    for (const text of never) if (`${reply.head}${reply.text}`.includes(text)) return `contains ${text}: ${received}`;
    for (const text of always)
      if (!`${reply.head}${reply.text}`.includes(text)) return `does not contain ${text}: ${reply.head} ${received}`;
  }
  if (someKeys !== undefined && !replies.some((reply) => reply.keys.some((key) => someKeys.includes(key)))) {
    return `no response has the key ${someKeys}: ${summaryOf(replies)}`;
  }
  const successes = replies.filter(({ status, keys }) => status === 200 && keys.length === 0).length;
  if (maxSuccesses !== undefined && successes > maxSuccesses) {
    return `${successes} of ${replies.length} succeeded: ${summaryOf(replies)}`;
  }
  return null;
}

/** Counts the responses by status and keys, such as `200 OBP-10001 × 3`. */
export function summaryOf(replies: readonly Reply[]): string {
  const counts = new Map<string, number>();
  for (const { status, keys } of replies) {
    const name = `${status === 0 ? 'closed' : status} ${[...new Set(keys)].join('+')}`.trim();
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => (count === 1 ? name : `${name} × ${count}`)).join(', ');
}

/** The measured cost of an attack. */
export type Cost = Bounds;

/** Describes the bounds that an attack exceeded, or returns null. Bounds of time are multiplied by `slowness`. */
export function exceededBy({ bounds }: Attack, cost: Cost, slowness = 1): string | null {
  const limits: Bounds = {
    ...bounds,
    cpuMilliseconds: bounds.cpuMilliseconds * slowness,
    silentSeconds: bounds.silentSeconds * slowness,
  };
  const exceeded = (Object.keys(limits) as (keyof Bounds)[]).filter((name) => cost[name] > limits[name]);
  if (exceeded.length === 0) return null;
  return exceeded.map((name) => `${name}: ${cost[name].toFixed(1)}, at most ${limits[name].toFixed(1)}`).join('; ');
}
