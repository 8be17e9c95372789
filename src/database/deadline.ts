import { AsyncLocalStorage } from 'node:async_hooks';

const deadlines = new AsyncLocalStorage<AbortSignal | undefined>();

/** Runs `work`, whose reads and transactions are stopped once `deadline` is aborted. Undefined stops nothing. */
export function withDeadline<Result>(deadline: AbortSignal | undefined, work: () => Result): Result {
  return deadlines.run(deadline, work);
}

/** Runs `work`, which serves several operations, so that the deadline of the current one does not stop it. */
export function withoutDeadline<Result>(work: () => Result): Result {
  return deadlines.run(undefined, work);
}

/** The deadline of the current operation. Undefined outside operations, such as in tasks that serve several of them. */
export function currentDeadline(): AbortSignal | undefined {
  return deadlines.getStore();
}
