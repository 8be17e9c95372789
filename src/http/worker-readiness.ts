import type { Readiness } from './health.ts';

/**
 * The readiness of the workers that serve, together: ready if all are whose state is known, and one is. Each might get the next
 * connection, so one that is not ready counts for all. Null is the state of a worker that has not reported it for long.
 */
export function combinedReadiness(states: readonly (Readiness | null)[]): Readiness {
  const known = states.filter((state) => state !== null);
  const [first, ...others] = known.filter((state) => state.status === 'ready');
  if (first === undefined || others.length + 1 < known.length) return { status: 'unavailable' };
  return others.reduce((fewest, state) => (usedReplicas(state) < usedReplicas(fewest) ? state : fewest), first);
}

function usedReplicas({ replicas }: Extract<Readiness, { status: 'ready' }>): number {
  return replicas?.used ?? 0;
}
