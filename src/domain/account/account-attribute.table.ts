import { columns } from '../../database/columns.ts';
import type { AttributeType } from '../attribute/attribute-type.ts';
import { childOfAccount } from './child-of-account.ts';

const { table, id, text, timestamp, integer, index } = columns;

/** Attributes with the same contract code are the details of one contract (a product instance of OBP). */
export const accountAttribute = table(
  'account_attribute',
  {
    id: id('id').primaryKey(),
    bankId: id('bank_id').notNull(),
    accountId: id('account_id').notNull(),
    productCode: text('product_code'),
    contractCode: text('contract_code'),
    name: text('name').notNull(),
    type: text('type').$type<AttributeType>().notNull(),
    value: text('value').notNull(),
    createdAt: timestamp('created_at').notNull(),
    updatedAt: timestamp('updated_at').notNull(),
    version: integer('version').notNull().default(1),
  },
  (t) => [childOfAccount(t), index('account_attribute_account').on(t.bankId, t.accountId, t.createdAt, t.id)],
);

export type AccountAttributeRow = typeof accountAttribute.$inferSelect;
