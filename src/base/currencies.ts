import { codesByDigits } from './iso-4217.ts';

/**
 * The number of digits after the decimal point of each currency. Null if there is no fixed number, as for gold (XAU). OBP accepts
 * XBT (bitcoin), which ISO 4217 does not contain.
 */
export const currencyDigits: ReadonlyMap<string, number | null> = new Map<string, number | null>([
  ...Object.entries(codesByDigits).flatMap(([digits, codes]) =>
    codes
      .trim()
      .split(/\s+/)
      .map((code): [string, number | null] => [code, digits === 'none' ? null : Number(digits)]),
  ),
  ['XBT', 8],
]);
