import { clientNetwork } from '../base/client-network.ts';
import { GatewayError, requestError } from '../base/errors.ts';
import { TokenBuckets } from '../base/token-bucket.ts';

const periodSeconds = 60;

/** The longest time that a user waits because of a single operation, however much it costs. */
const maxPeriodsPerOperation = 2;

/**
 * The share of the budget of a network that a single request can take. Anonymous callers can read very little, and one of
 * them must not keep the others of the network from logging in.
 */
const maxShareOfNetwork = 0.1;

/**
 * How much longer the bucket can take to be refilled than this process knows: shared rows are refilled from the time of the
 * next exchange on.
 */
const exchangeDelayMilliseconds = 1_000;

function secondsUntilAdmitted(waitMilliseconds: number): number {
  return Math.ceil((waitMilliseconds + exchangeDelayMilliseconds) / 1000);
}

/** More than the networks of a /48 of IPv6, so that a client that has one cannot evict its own empty buckets. */
const maxKeys = 100_000;

/** The share of a budget that a process consumes before it shares the consumption with other processes. */
const collectedShare = 0.01;

/** The kinds of callers: users, networks of anonymous callers, and networks of callers whose authentication failed. */
export const budgetKinds = ['user', 'anonymous', 'unidentified'] as const;
export type BudgetKind = (typeof budgetKinds)[number];

/**
 * RATE_LIMITED for the user of a token whose signature is valid. The bearer has not proven to be the user, because the
 * token might be revoked.
 */
export class TokenRateLimited extends GatewayError {
  readonly userId: string;

  constructor(userId: string, { key, message, extensions }: GatewayError) {
    super(key, message, extensions, {});
    this.userId = userId;
  }
}

/** The cost budget of one caller, to which one request is charged. */
export class CallerBudget {
  readonly #buckets: TokenBuckets;
  readonly #key: string;
  readonly #maxCharge: number;
  #charged = 0;

  constructor(buckets: TokenBuckets, key: string, maxPeriods: number) {
    this.#buckets = buckets;
    this.#key = key;
    this.#maxCharge = maxPeriods * buckets.capacity;
  }

  /**
   * Charges the cost if the bucket was not empty before this request; the level can become negative.
   * @throws RATE_LIMITED if it was empty.
   */
  admit(cost: number): void {
    this.check();
    this.charge(cost);
  }

  /** @throws RATE_LIMITED if the bucket is empty without what this request was charged. */
  check(): void {
    if (this.#waitMilliseconds() > 0) throw this.#refusal();
  }

  charge(cost: number): void {
    const charged = Math.max(0, Math.min(cost, this.#maxCharge - this.#charged));
    this.#buckets.take(this.#key, charged);
    this.#charged += charged;
  }

  /** The points per minute. */
  get limit(): number {
    return this.#buckets.capacity;
  }

  /** The points that are left, never negative. */
  get remaining(): number {
    return Math.max(0, Math.floor(this.#buckets.level(this.#key)));
  }

  /** The seconds until the budget is full or, while it is empty, until the next request is admitted. */
  get resetSeconds(): number {
    const wait = this.#buckets.millisecondsUntil(this.#key, 1);
    return wait > 0
      ? secondsUntilAdmitted(wait)
      : Math.ceil(this.#buckets.millisecondsUntil(this.#key, this.limit) / 1000);
  }

  #waitMilliseconds(): number {
    return this.#buckets.millisecondsUntil(this.#key, 1 - this.#charged);
  }

  #refusal(): GatewayError {
    const retryAfterSeconds = secondsUntilAdmitted(this.#buckets.millisecondsUntil(this.#key, 1));
    return requestError('RATE_LIMITED', { retryAfterSeconds, limit: this.limit });
  }
}

export interface CostLimits {
  /** The cost points per minute of each user. */
  costPerMinute: number;
  /** The cost points per minute of all anonymous callers of one network. */
  anonymousCostPerMinute: number;
}

/** The cost budgets of all callers, counted in this process. `CostExchange` adds what other processes counted. */
export class CostBudgets {
  readonly buckets: Readonly<Record<BudgetKind, TokenBuckets>>;

  constructor({ costPerMinute, anonymousCostPerMinute }: CostLimits) {
    const ofCapacity = (capacity: number) =>
      new TokenBuckets({ capacity, periodSeconds, maxKeys, collectFrom: capacity * collectedShare });
    this.buckets = {
      user: ofCapacity(costPerMinute),
      anonymous: ofCapacity(anonymousCostPerMinute),
      unidentified: ofCapacity(anonymousCostPerMinute),
    };
  }

  ofUser(userId: string): CallerBudget {
    return new CallerBudget(this.buckets.user, userId, maxPeriodsPerOperation);
  }

  ofAnonymous(clientAddress: string): CallerBudget {
    return new CallerBudget(this.buckets.anonymous, clientNetwork(clientAddress), maxShareOfNetwork);
  }

  /** Not the anonymous budget of the network, so that clients with expired tokens do not use up the budget for logins. */
  ofUnidentified(clientAddress: string): CallerBudget {
    return new CallerBudget(this.buckets.unidentified, clientNetwork(clientAddress), maxShareOfNetwork);
  }
}
