import type { EventPlaces } from '../../audit/event-placement.ts';
import { inKeys, keyValues, oncePerDatabase } from '../../database/batch.ts';
import { customerAccountLink } from '../account/customer-account-link.table.ts';
import { bank } from '../bank/bank.table.ts';
import { customer } from '../customer/customer.table.ts';

/** Finds the places of audit events in the tables of the domain. */
export const eventPlaces = oncePerDatabase((database): EventPlaces => {
  const customersById = database.prepare(
    database.read
      .select({ id: customer.id, bankId: customer.bankId })
      .from(customer)
      .where(inKeys([customer.id])),
  );
  const banksById = database.prepare(
    database.read
      .select({ id: bank.id })
      .from(bank)
      .where(inKeys([bank.id])),
  );
  const linksByAccount = database.prepare(
    database.read
      .select({
        bankId: customerAccountLink.bankId,
        accountId: customerAccountLink.accountId,
        customerId: customerAccountLink.customerId,
      })
      .from(customerAccountLink)
      .where(inKeys([customerAccountLink.bankId, customerAccountLink.accountId])),
  );
  return {
    async banksOfCustomers(customerIds) {
      const customers = await customersById(keyValues(customerIds));
      return new Map(customers.map(({ id, bankId }) => [id, bankId]));
    },
    async existingBanks(bankIds) {
      const banks = await banksById(keyValues(bankIds));
      return new Set(banks.map(({ id }) => id));
    },
    customersOfAccounts: (accounts) => linksByAccount(keyValues(accounts)),
  };
});
