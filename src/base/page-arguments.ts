import { type GatewayError, gatewayError } from './errors.ts';
import { valueRule } from './value-rules.ts';

/** The largest values of the arguments that are page sizes. */
export const maxPageSizes = { first: 100, limit: 500 } as const;

export type PageArgument = keyof typeof maxPageSizes | 'offset';

export function isPageArgument(name: string): name is PageArgument {
  return name === 'offset' || Object.hasOwn(maxPageSizes, name);
}

/** OBP-10025 for a page size that is out of range, and OBP-10024 for a negative offset. Null if the value is valid. */
export function pageArgumentError(field: PageArgument, value: number): GatewayError | null {
  if (field === 'offset') return value < 0 ? gatewayError('OBP-10024', { field }) : null;
  const limit = maxPageSizes[field];
  if (value >= 1 && value <= limit) return null;
  return gatewayError('OBP-10025', { field, rule: valueRule('FROM_TO', { minimum: 1, limit }) });
}
