import { gatewayError } from '../../base/errors.ts';
import { longText, requireRules } from '../../graph/input.ts';
import { collectProblems } from '../../graph/input-collection.ts';
import { customerRules } from './customer.rules.ts';
import type { CustomerRow } from './customer.table.ts';
import type { CloseCustomerInput } from './customer-closing.type.ts';

/** The columns that the input of a closing sets. */
export function closingValues({ date: closedOn, reason }: CloseCustomerInput) {
  return collectProblems(() => {
    requireRules<CustomerRow>(customerRules, { closedOn }, () => 'input.date');
    return { closedOn, closingReason: longText('input.reason', reason, 2000) };
  });
}

/**
 * Data of a closed customer can be corrected, retracted and deleted, but not extended.
 * @throws CUSTOMER_CLOSED
 */
export function refuseClosed({ closedOn }: Pick<CustomerRow, 'closedOn'>): void {
  if (closedOn !== null) throw gatewayError('CUSTOMER_CLOSED');
}
