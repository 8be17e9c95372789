import { and, eq, or, type SQL, sql } from 'drizzle-orm';
import { compactColumn } from '../../database/compact-column.ts';
import type { Values } from '../../database/statement.ts';
import { isWrittenPhone } from './customer.table.ts';
import { writtenPhoneForms } from './customer-search.rules.ts';

const names = ['writtenPhone0', 'writtenPhone1', 'writtenPhone2'];

/** The condition that the phone number is not international, and was imported with these digits. */
export function hasWrittenPhone(): SQL {
  // A condition for each form, because SQLite would not use the index for a list of them.
  const forms = names.map((name) =>
    and(isWrittenPhone, eq(compactColumn('mobile_phone_number'), sql.placeholder(name))),
  );
  return sql`(${or(...forms)})`;
}

/** The values of the placeholders. Null if the text is not a phone number. */
export function writtenPhoneValues(text: string): Values | null {
  const forms = writtenPhoneForms(text);
  const [first] = forms;
  return first === undefined ? null : Object.fromEntries(names.map((name, index) => [name, forms[index] ?? first]));
}
