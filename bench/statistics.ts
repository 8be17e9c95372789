/** Returns the value below which a share of the values lies. The values must be sorted ascending. */
export function quantile(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) return Number.NaN;
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The summary of a figure over all rounds. */
export interface Figure {
  median: number;
  /** How far a round can lie from the median by chance, as a share of the median. */
  noise: number;
}

/**
 * Summarises the rounds. The noise is three times the median distance of the rounds from their median. If rounds differ
 * only by chance, about 95 % of them lie within it, and a single disturbed round does not widen it.
 */
export function figureOf(rounds: readonly number[]): Figure {
  const middle = median(rounds);
  const distance = median(rounds.map((round) => Math.abs(round - middle)));
  return { median: middle, noise: middle === 0 ? 0 : (3 * distance) / Math.abs(middle) };
}
