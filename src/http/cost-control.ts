import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import type { AuthenticatedUser } from '../auth/authenticated-user.ts';
import { CostBudgets, TokenRateLimited } from '../auth/cost-budget.ts';
import { type ErrorKey, GatewayError } from '../base/errors.ts';
import type { Config } from '../config.ts';
import {
  additionalCostOf,
  invalidOperationCost,
  mutationFieldCost,
  passwordHashCost,
  requestCost,
} from '../execution/operation-cost.ts';

/** The headers of draft-ietf-httpapi-ratelimit-headers-11, for CORS. */
export const rateLimitHeaderNames = ['ratelimit', 'ratelimit-policy'] as const;

const bytesPerPoint = 1_024;

/** The assumed size of a body without `Content-Length`. */
const unknownBodyBytes = 65_536;

/** The refusals of requests whose body was not read although the client did nothing wrong, or was charged before. */
const uncharged: ReadonlySet<ErrorKey> = new Set(['RATE_LIMITED', 'OVERLOADED']);

/** An operation that is valid and within the limits, before it is executed. */
export interface ValidOperation {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Readonly<Record<string, unknown>> | undefined;
  listCost: number;
}

/**
 * Charges each request to the cost budget of its caller: a base once the caller is known, and the cost of the operation
 * before it waits or is executed. A request is refused with HTTP 429 while the budget is empty.
 */
export class CostControl {
  readonly budgets: CostBudgets;
  readonly #maxBodyBytes: number;

  constructor({ limits }: Pick<Config, 'limits'>) {
    this.budgets = new CostBudgets(limits);
    this.#maxBodyBytes = limits.maxBodyBytes;
  }

  /**
   * Refuses a user by the token alone, before anything is read from the database. Users who can exceed the limit are never
   * charged, so their buckets are full.
   * @throws RATE_LIMITED as `TokenRateLimited`.
   */
  checkUser(request: FastifyRequest, userId: string): void {
    const budget = this.budgets.ofUser(userId);
    request.costBudget = budget;
    try {
      budget.check();
    } catch (error) {
      throw error instanceof GatewayError ? new TokenRateLimited(userId, error) : error;
    }
  }

  /** @throws RATE_LIMITED if the budget of the caller is empty. */
  admitCaller(request: FastifyRequest, user: AuthenticatedUser | null): void {
    if (user?.systemRoles.has('CanExceedRateLimit')) {
      request.costBudget = 'unlimited';
      return;
    }
    const budget = user === null ? this.budgets.ofAnonymous(request.clientAddress) : this.budgets.ofUser(user.id);
    request.costBudget = budget;
    budget.admit(this.#baseCost(request));
  }

  /** The error to answer with after the authentication failed: RATE_LIMITED if that happens too often on the network. */
  refusalOf(request: FastifyRequest, error: unknown): unknown {
    if (!(error instanceof GatewayError && error.extensions.code === 'UNAUTHENTICATED')) return error;
    return this.#chargeUnidentified(request, error);
  }

  /**
   * Refuses an anonymous caller before the body is parsed.
   * @throws RATE_LIMITED if the budget of the network is empty.
   */
  checkBeforeBody(request: FastifyRequest): void {
    if (request.headers.authorization !== undefined) return;
    const budget = this.budgets.ofAnonymous(request.clientAddress);
    request.costBudget = budget;
    budget.check();
  }

  /** The error to answer with when a request cannot be read: RATE_LIMITED if that happens too often on the network. */
  refusalOfBody(request: FastifyRequest, error: unknown): unknown {
    const isRead = request.body !== undefined && request.body !== null;
    if (isRead || (error instanceof GatewayError && uncharged.has(error.key))) return error;
    return this.#chargeUnidentified(request, error);
  }

  /** Charges the form that validates an email address, which costs what a login costs. @throws RATE_LIMITED */
  admitForm(request: FastifyRequest): void {
    this.budgets.ofAnonymous(request.clientAddress).admit(requestCost + mutationFieldCost + passwordHashCost);
  }

  /** Charges a page without a password. @throws RATE_LIMITED */
  admitPage(request: FastifyRequest): void {
    this.budgets.ofAnonymous(request.clientAddress).admit(requestCost);
  }

  /**
   * Password hashes are counted for the network even if the caller is authenticated, so that a token does not help to try
   * passwords.
   * @throws RATE_LIMITED if a budget was empty before this request.
   */
  admitOperation(
    request: FastifyRequest,
    user: AuthenticatedUser | null,
    { document, operation, variables, listCost }: ValidOperation,
  ): void {
    const budget = request.costBudget;
    if (budget === null || budget === 'unlimited') return;
    const { fields, passwords } = additionalCostOf(document, operation, variables);
    if (user === null || passwords === 0) {
      budget.admit(listCost + fields + passwords);
      return;
    }
    const network = this.budgets.ofAnonymous(request.clientAddress);
    network.check();
    budget.admit(listCost + fields);
    network.charge(passwords);
  }

  /** Charges an event of a subscription, as a request that is sent again would be. @throws RATE_LIMITED */
  admitEvent(user: AuthenticatedUser, listCost: number): void {
    if (user.systemRoles.has('CanExceedRateLimit')) return;
    this.budgets.ofUser(user.id).admit(requestCost + listCost);
  }

  /**
   * Charges a page of changes that is read because a client resumes a stream. The resumption is not refused meanwhile, because the
   * client would begin at the same position again.
   */
  chargeResumption(user: AuthenticatedUser): void {
    if (!user.systemRoles.has('CanExceedRateLimit')) this.budgets.ofUser(user.id).charge(requestCost);
  }

  /** Charges what an operation read or returned beyond its list cost, which is an estimate. */
  chargeWork(request: FastifyRequest, { work, listCost }: { work: number; listCost: number }): void {
    const budget = request.costBudget;
    if (budget !== null && budget !== 'unlimited' && work > listCost) budget.charge(work - listCost);
  }

  /** Charges for the parsing and validation of an invalid operation. */
  chargeInvalidOperation(request: FastifyRequest): void {
    const budget = request.costBudget;
    if (budget !== null && budget !== 'unlimited') budget.charge(invalidOperationCost);
  }

  /** Sets the headers of every response of `/graphql`, also if the request fails before its caller is known. */
  setHeaders(request: FastifyRequest, reply: FastifyReply): void {
    let budget = request.costBudget;
    if (budget === 'unlimited') return;
    if (budget === null) {
      budget = this.budgets.ofUnidentified(request.clientAddress);
      // A failure of the gateway itself is not the client's.
      if (reply.statusCode < 500) budget.charge(this.#baseCost(request));
    }
    reply.header('ratelimit-policy', `"cost";q=${budget.limit};w=60`);
    reply.header('ratelimit', `"cost";r=${budget.remaining};t=${budget.resetSeconds}`);
  }

  /** Returns the error if the budget of the network for unidentified callers was not empty, otherwise RATE_LIMITED. */
  #chargeUnidentified(request: FastifyRequest, error: unknown): unknown {
    const budget = this.budgets.ofUnidentified(request.clientAddress);
    request.costBudget = budget;
    try {
      budget.admit(this.#baseCost(request));
      return error;
    } catch (refusal) {
      return refusal;
    }
  }

  #baseCost({ headers }: FastifyRequest): number {
    const bytes = Number(headers['content-length'] ?? unknownBodyBytes);
    return requestCost + Math.floor(Math.min(bytes, this.#maxBodyBytes) / bytesPerPoint);
  }
}
