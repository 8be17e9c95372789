import { and, eq } from 'drizzle-orm';
import { inKeys } from '../../database/batch.ts';
import { compactColumn } from '../../database/compact-column.ts';
import { CustomerMatch } from '../customer/customer-search.type.ts';
import { addSearchedIdentifier, compactValues } from '../customer/searched-identifiers.ts';
import { accountRouting } from './account-routing.table.ts';
import { customerAccountLink } from './customer-account-link.table.ts';

const { bankId, accountId, customerId } = customerAccountLink;
const isOfAccount = and(eq(bankId, accountRouting.bankId), eq(accountId, accountRouting.accountId));

/** Lets a search find the customers who are linked to an account by its routing, such as its IBAN, in any notation. */
addSearchedIdentifier({
  name: 'account routing',
  match: CustomerMatch.ACCOUNT_ROUTING,
  // The roles that can read both the accounts of a customer and their routings.
  anyOf: ['CanGetCustomerOverview', 'CanGetCustomerOverviewFlat'],
  valuesOf: compactValues,
  select: (queries, isAtBank, limit) =>
    queries
      .select({ id: customerId })
      .from(accountRouting)
      .innerJoin(customerAccountLink, isOfAccount)
      .where(and(isAtBank(accountRouting.bankId), inKeys([compactColumn('address')], 'forms')))
      .limit(limit),
});
