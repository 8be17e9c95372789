import { columns } from '../../database/columns.ts';

const { table, id, text, bigInteger, primaryKey } = columns;

/**
 * A row for each word of `customer.name_words`, which triggers of `customer` write: the word, followed by all words of the name. So a
 * range of the primary key has the names with a word of this beginning, and the other words are compared without reading the customer.
 */
export const customerNameWord = table(
  'customer_name_word',
  {
    bankId: id('bank_id').notNull(),
    words: text('words').notNull(),
    rowNumber: bigInteger('row_number').notNull(),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.words, t.rowNumber] })],
);
