import { columns } from '../../database/columns.ts';

const { table, id, timestamp, integer, index } = columns;

/** Counts the mails about registrations to one address: all, and those for registrations from one network. */
export const registrationMail = table(
  'registration_mail',
  {
    /** A keyed hash of the address, or of the address and the network. */
    id: id('id').primaryKey(),
    mails: integer('mails').notNull(),
    /** The time of the first mail. A day later, the count starts again. */
    firstAt: timestamp('first_at').notNull(),
  },
  (t) => [index('registration_mail_first').on(t.firstAt)],
);
