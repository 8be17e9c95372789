import type { ClientRequest, Reply } from './client.ts';
import type { Issuer } from './issuer.ts';
import type { World, WorldUser, WorldUserKind } from './world.ts';

/** The server under attack, and callers and client addresses that no other attack uses. */
export interface Scene {
  port: number;
  world: World;
  /** An identity provider that the server trusts. */
  issuer: Issuer;
  /** How long attacks on connections last. */
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

/** The responses that are expected. */
export interface Right {
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
  right: Right;
  bounds: Bounds;
  /** Whether the attack takes too long for the test suite. */
  isLong: boolean;
  send(scene: Scene): Promise<Reply[]>;
  /** Returns what is wrong apart from the responses, or null. */
  check?(scene: Scene, replies: readonly Reply[]): Promise<string | null>;
}

/** The cost of any single refused request, with room. */
export const defaultBounds: Bounds = { cpuMilliseconds: 150, bytes: 20_000, megabytes: 150, silentSeconds: 1 };

export interface AttackOptions {
  right?: Right;
  bounds?: Partial<Bounds>;
  isLong?: boolean;
  check?: Attack['check'];
}

export function attack(name: string, send: Attack['send'], options: AttackOptions): Attack {
  const { right = {}, bounds = {}, isLong = false, check } = options;
  return { name, right, bounds: { ...defaultBounds, ...bounds }, isLong, send, check };
}

export interface Operation {
  query: string;
  variables?: unknown;
  operationName?: string;
}

export interface OperationOptions extends AttackOptions {
  /** The kind of user who sends it. Anonymous when it is omitted. */
  as?: WorldUserKind;
  headers?: Readonly<Record<string, string>>;
  /** How often the operation is sent, and how many times at once. */
  times?: number;
  parallel?: number;
}

/** An attack that sends one operation once or several times. */
export function operation(
  name: string,
  written: Operation | ((scene: Scene) => Operation),
  { as, headers, times = 1, parallel = 1, ...options }: OperationOptions = {},
): Attack {
  async function send(scene: Scene): Promise<Reply[]> {
    const body = JSON.stringify(typeof written === 'function' ? written(scene) : written);
    const token = as === undefined ? null : scene.newUser(as).token;
    const address = scene.newAddress();
    return inParallel(times, parallel, () => scene.send({ address, token, body, headers }));
  }
  return attack(name, send, options);
}

/** Calls `work` `times` times, at most `parallel` at once. */
export async function inParallel<Result>(
  times: number,
  parallel: number,
  work: (index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  async function workOn(): Promise<void> {
    while (next < times) {
      const index = next;
      next += 1;
      results[index] = await work(index);
    }
  }
  await Promise.all(Array.from({ length: Math.min(times, parallel) }, workOn));
  return results;
}

/** Returns what is wrong with the responses, or null. */
export function wrongOf({ right }: Attack, replies: readonly Reply[]): string | null {
  const { statuses = [200, 400], keys, someKeys, never = [], always = [], maxSuccesses } = right;
  for (const reply of replies) {
    const shown = `${reply.status} [${reply.keys}] ${reply.text.slice(0, 300)}`;
    if (!statuses.includes(reply.status)) return `the status is ${shown}`;
    if (keys !== undefined && !reply.keys.some((key) => keys.includes(key)))
      return `no error with key ${keys}: ${shown}`;
    for (const text of never) if (`${reply.head}${reply.text}`.includes(text)) return `contains ${text}: ${shown}`;
    for (const text of always)
      if (!`${reply.head}${reply.text}`.includes(text)) return `does not contain ${text}: ${reply.head} ${shown}`;
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

/** Statuses and keys with their number of responses, such as `200 OBP-10001 × 3`. */
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

/**
 * Returns the bounds that an attack exceeded, or null. Bounds of time are multiplied by `slowness`.
 */
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
