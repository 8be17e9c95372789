import { eq, sql } from 'drizzle-orm';
import { manyBy } from '../../database/batch.ts';
import { holdsFurtherRole } from '../../graph/access/further-role.ts';
import type { Context } from '../../graph/context.ts';
import { userById } from '../user/user.loader.ts';
import { activeLinksOfCaller } from '../user-customer-link/linked-user.ts';
import { userCustomerLink } from '../user-customer-link/user-customer-link.table.ts';
import { type MeetingRow, meeting } from './meeting.table.ts';
import { meetingInvitee } from './meeting-invitee.table.ts';

export const inviteesByMeeting = manyBy(meetingInvitee, ['meetingId'], { orderBy: ['position'] });

/** Whether the caller can read all meetings of the bank. */
export function mayReadMeetings(context: Context, bankId: string): boolean {
  return holdsFurtherRole(context, 'Query.meetings', ['CanGetMeetings'], bankId);
}

/** The caller's email address if it is validated. Otherwise, it could belong to another person. */
async function validatedEmail(context: Context): Promise<string | null> {
  if (context.user === null) return null;
  const row = await context.loader(userById).load(context.user.id);
  return row === null || row.emailValidatedAt === null ? null : row.email;
}

/** Whether the caller takes part on behalf of the customer, which requires an active link to the customer. */
export async function isCustomerUser(context: Context, { customerUserId, customerId }: MeetingRow): Promise<boolean> {
  if (context.user === null || customerUserId !== context.user.id) return false;
  return customerId === null || (await activeLinksOfCaller(context)).has(customerId);
}

/** Whether the caller is the creator, the staff user, the customer user or an invitee. The same condition as `ownMeetings`. */
export async function isParticipant(context: Context, row: MeetingRow): Promise<boolean> {
  const userId = context.user?.id;
  if (userId === undefined) return false;
  if (row.staffUserId === userId || (await isCustomerUser(context, row))) return true;
  if (row.creatorUserId === userId && row.customerUserId !== userId) return true;
  const [invitees, email] = await Promise.all([
    context.loader(inviteesByMeeting).load(row.id),
    validatedEmail(context),
  ]);
  return invitees.some((invitee) => invitee.userId === userId || (email !== null && invitee.emailAddress === email));
}

const [userId, bankId, email] = [sql.placeholder('userId'), sql.placeholder('bankId'), sql.placeholder('email')];

/** Selects the meetings of the bank in which the caller takes part. The same condition as `isParticipant`. */
export const ownMeetings = sql`${meeting.id} in (
  select ${meeting.id} from ${meeting} where ${meeting.creatorUserId} = ${userId} and ${meeting.bankId} = ${bankId}
    and ${meeting.customerUserId} is distinct from ${userId}
  union select ${meeting.id} from ${meeting} where ${meeting.staffUserId} = ${userId} and ${meeting.bankId} = ${bankId}
  union select ${meeting.id} from ${meeting} where ${meeting.customerUserId} = ${userId} and ${meeting.bankId} = ${bankId}
    and (${meeting.customerId} is null or ${meeting.customerId} in (
      select ${userCustomerLink.customerId} from ${userCustomerLink}
      where ${userCustomerLink.userId} = ${userId} and ${eq(userCustomerLink.isActive, true)}))
  union select ${meetingInvitee.meetingId} from ${meetingInvitee} where ${meetingInvitee.userId} = ${userId}
  union select ${meetingInvitee.meetingId} from ${meetingInvitee} where ${meetingInvitee.emailAddress} = ${email}
)`;

/** The values of the placeholders in `ownMeetings`. */
export async function ownMeetingsValues(context: Context, bankId: string): Promise<Record<string, unknown>> {
  return { bankId, userId: context.user?.id, email: await validatedEmail(context) };
}
