import { columns } from '../../database/columns.ts';
import { bank } from '../bank/bank.table.ts';
import type { AttributeType } from './attribute-type.ts';

const { table, id, text, timestamp, integer, boolean, json, unique } = columns;

export const attributeDefinition = table(
  'attribute_definition',
  {
    id: id('id').primaryKey(),
    bankId: id('bank_id')
      .notNull()
      .references(() => bank.id),
    name: text('name').notNull(),
    category: text('category').notNull(),
    type: text('type').$type<AttributeType>().notNull(),
    description: text('description'),
    alias: text('alias'),
    canBeSeenOnViews: json<string[]>('can_be_seen_on_views').notNull(),
    isActive: boolean('is_active').notNull(),
    createdAt: timestamp('created_at').notNull(),
    updatedAt: timestamp('updated_at').notNull(),
    version: integer('version').notNull().default(1),
  },
  (t) => [unique('attribute_definition_name_unique').on(t.bankId, t.category, t.name)],
);

export type AttributeDefinitionRow = typeof attributeDefinition.$inferSelect;
