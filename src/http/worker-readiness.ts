import type { Readiness } from './health.ts';

/**
 * The readiness of the workers that serve, together: ready if all are whose state is known, and one is. Each might get the next
 * connection, so one that is not ready counts for all. Null is the state of a worker that has not reported it for long.
 */
export function combinedReadiness(states: readonly (Readiness | null)[]): Readiness {
  const known = states.filter((state) => state !== null);
  const unconfirmedKeys = known.find((state) => state.unconfirmedKeys !== undefined)?.unconfirmedKeys;
  const details = unconfirmedKeys === undefined ? {} : { unconfirmedKeys };
  const [first, ...others] = known.filter((state) => state.status === 'ready');
  if (first === undefined || others.length + 1 < known.length) return { status: 'unavailable', ...details };
  const fewest = others.reduce((least, state) => (usedReplicas(state) < usedReplicas(least) ? state : least), first);
  return { ...fewest, ...details };
}

function usedReplicas({ replicas }: Extract<Readiness, { status: 'ready' }>): number {
  return replicas?.used ?? 0;
}
