import type { EventPlaces } from '../../audit/event-placement.ts';
import { inKeys, keyValues } from '../../database/batch.ts';
import type { Database } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { customerAccountLink } from '../account/customer-account-link.table.ts';
import { bank } from '../bank/bank.table.ts';
import { customer } from '../customer/customer.table.ts';

const customersById = statement((queries) =>
  queries
    .select({ id: customer.id, bankId: customer.bankId })
    .from(customer)
    .where(inKeys([customer.id])),
);

const banksById = statement((queries) =>
  queries
    .select({ id: bank.id })
    .from(bank)
    .where(inKeys([bank.id])),
);

const linksByAccount = statement((queries) =>
  queries
    .select({
      bankId: customerAccountLink.bankId,
      accountId: customerAccountLink.accountId,
      customerId: customerAccountLink.customerId,
    })
    .from(customerAccountLink)
    .where(inKeys([customerAccountLink.bankId, customerAccountLink.accountId])),
);

/** Finds the places of audit events in the tables of the domain. */
export function eventPlaces(database: Database): EventPlaces {
  return {
    async banksOfCustomers(customerIds) {
      const customers = await customersById(database, keyValues(customerIds));
      return new Map(customers.map(({ id, bankId }) => [id, bankId]));
    },
    async existingBanks(bankIds) {
      const banks = await banksById(database, keyValues(bankIds));
      return new Set(banks.map(({ id }) => id));
    },
    customersOfAccounts: (accounts) => linksByAccount(database, keyValues(accounts)),
  };
}
