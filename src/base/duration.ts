const secondsOfUnit: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Parses a duration such as `90s`, `15m`, `1h` or `7d`. Returns null for any other text. */
export function durationInSeconds(text: string): number | null {
  const [, amount, unit = ''] = /^(\d{1,7})([smhd])$/.exec(text) ?? [];
  return amount === undefined ? null : Number(amount) * (secondsOfUnit[unit] ?? 1);
}
