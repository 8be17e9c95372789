import { columns } from '../../database/columns.ts';
import type { AttributeType } from '../attribute/attribute-type.ts';
import { user } from './user.table.ts';

const { table, id, text, timestamp, integer, index } = columns;

export const userAttribute = table(
  'user_attribute',
  {
    id: id('id').primaryKey(),
    userId: id('user_id')
      .notNull()
      .references(() => user.id),
    name: text('name').notNull(),
    type: text('type').$type<AttributeType>().notNull(),
    value: text('value').notNull(),
    insertDate: timestamp('insert_date').notNull(),
    updatedAt: timestamp('updated_at').notNull(),
    version: integer('version').notNull().default(1),
  },
  (t) => [index('user_attribute_user').on(t.userId, t.insertDate, t.id)],
);

export type UserAttributeRow = typeof userAttribute.$inferSelect;
