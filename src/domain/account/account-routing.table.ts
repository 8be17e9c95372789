import { sql } from 'drizzle-orm';
import { columns } from '../../database/columns.ts';
import { compactColumn } from '../../database/compact-column.ts';
import { isUnderived } from '../../database/plain-text.ts';
import { childOfAccount } from './child-of-account.ts';

const { table, id, text, timestamp, primaryKey, unique, index } = columns;

/** A routing identifies one account of the bank. An account has at most one routing of each scheme. */
export const accountRouting = table(
  'account_routing',
  {
    bankId: id('bank_id').notNull(),
    accountId: id('account_id').notNull(),
    scheme: text('scheme').notNull(),
    address: text('address').notNull(),
    /** The canonical forms of the scheme and the address: see `derivedCanonicalForm`. Not unique, as those of customers. */
    canonicalRouting: text('canonical_routing'),
    createdAt: timestamp('created_at').notNull(),
  },
  (t) => [
    childOfAccount(t),
    primaryKey({ columns: [t.bankId, t.accountId, t.scheme] }),
    unique('account_routing_address_unique').on(t.bankId, t.scheme, t.address),
    index('account_routing_compact').on(compactColumn('address'), t.bankId),
    index('account_routing_canonical').on(t.canonicalRouting, t.bankId).where(sql`canonical_routing is not null`),
    index('account_routing_underived')
      .on(t.bankId, t.accountId, t.scheme)
      .where(isUnderived('canonical_routing', 'scheme', 'address')),
  ],
);

export type AccountRoutingRow = typeof accountRouting.$inferSelect;
