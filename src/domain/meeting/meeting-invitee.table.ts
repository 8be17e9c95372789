import { columns } from '../../database/columns.ts';
import { user } from '../user/user.table.ts';
import { meeting } from './meeting.table.ts';

const { table, id, text, integer, primaryKey, index } = columns;

/** The invitees of a meeting, sorted by position. An invitee without `userId` is not known as a user. */
export const meetingInvitee = table(
  'meeting_invitee',
  {
    meetingId: id('meeting_id')
      .notNull()
      .references(() => meeting.id),
    position: integer('position').notNull(),
    name: text('name').notNull(),
    mobilePhone: text('mobile_phone'),
    emailAddress: text('email_address'),
    userId: id('user_id').references(() => user.id),
    status: text('status'),
  },
  (t) => [
    primaryKey({ columns: [t.meetingId, t.position] }),
    index('meeting_invitee_user').on(t.userId),
    index('meeting_invitee_email').on(t.emailAddress),
  ],
);

export type MeetingInviteeRow = typeof meetingInvitee.$inferSelect;
