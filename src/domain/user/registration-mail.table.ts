import { columns } from '../../database/columns.ts';

const { table, id, timestamp, integer, index } = columns;

/**
 * Counts the mails about registrations to one address: all, and those for registrations from one network. It also has the counts of
 * password resets (`password-reset-limits.ts`).
 */
export const registrationMail = table(
  'registration_mail',
  {
    /** A keyed hash of what is counted, such as the address and the network. */
    id: id('id').primaryKey(),
    mails: integer('mails').notNull(),
    /** The time of the first mail. At most a day later, the count starts again. */
    firstAt: timestamp('first_at').notNull(),
  },
  (t) => [index('registration_mail_first').on(t.firstAt)],
);
