import { derivedCanonicalForm } from '../../base/identifiers.ts';
import { closedAtOf, crmEventRules } from '../../domain/crm-event/crm-event.rules.ts';
import { crmEvent as crmEventTable } from '../../domain/crm-event/crm-event.table.ts';
import { meeting as meetingTable } from '../../domain/meeting/meeting.table.ts';
import { meetingInvitee as meetingInviteeTable } from '../../domain/meeting/meeting-invitee.table.ts';
import { messageRules } from '../../domain/message/message.rules.ts';
import { customerMessage as customerMessageTable } from '../../domain/message/message.table.ts';
import { defaultMaxItems } from '../../execution/max-items.ts';
import { defineEntity, type Enclosing, type Place, type Reading } from '../entity.ts';
import {
  customerNumber,
  dateTime,
  emailAddress,
  id,
  longText,
  optional,
  readFields,
  required,
  text,
  timeByClock,
} from '../fields.ts';
import type { JsonObject } from '../json.ts';
import { idAt, items, openRecord, partsReading, requiredBankOf, stageRow } from '../record-reader.ts';
import type { Row } from '../row.ts';

export const meeting = defineEntity({
  name: 'meeting',
  plural: 'meetings',
  table: meetingTable,
  key: ['id'],
  userColumns: ['staffUserId', 'customerUserId'],
  record: { sections: ['meetings'], marks: [['meeting_id'], ['provider_id', 'purpose_id']], read: readMeeting },
  fields: [
    required('meeting_id', 'id', id),
    required('provider_id', 'providerId', text(64)),
    required('purpose_id', 'purposeId', text(64)),
    required('when', 'when', dateTime, { otherName: 'date' }),
    optional('keys.session_id', 'sessionId', text(255)),
    optional('creator.name', 'creatorName', text(255)),
    optional('creator.mobile_phone', 'creatorMobilePhone', text(50)),
    optional('creator.email_address', 'creatorEmailAddress', emailAddress),
    optional('present.staff_user_id', 'staffUserId', id),
    optional('present.customer_user_id', 'customerUserId', id),
  ],
  otherFields: ['bank_id', 'customer_id', 'invitees'],
});

export const meetingInvitee = defineEntity({
  name: 'meetingInvitee',
  plural: 'meeting invitees',
  table: meetingInviteeTable,
  key: ['meetingId', 'position'],
  readBy: ['meetingId'],
  fields: [
    required('contact_details.name', 'name', text(255)),
    optional('contact_details.mobile_phone', 'mobilePhone', text(50)),
    optional('contact_details.email_address', 'emailAddress', emailAddress),
    optional('status', 'status', text(255)),
  ],
  lists: [{ columns: ['meetingId'], field: 'meeting_id', parent: 'a meeting', max: defaultMaxItems }],
});

export const customerMessage = defineEntity({
  name: 'customerMessage',
  plural: 'messages',
  table: customerMessageTable,
  key: ['id'],
  parent: 'customer',
  record: { sections: ['messages'], marks: [['from_department'], ['from_person']] },
  fields: [
    required('id', 'id', id),
    required('date', 'date', timeByClock),
    optional('transport', 'transport', text(64)),
    required('message', 'message', longText(1024)),
    required('from_department', 'fromDepartment', text(64)),
    required('from_person', 'fromPerson', text(64)),
  ],
  rules: messageRules,
});

/** An event names its customer by the number, which the bank might not have yet. */
export const crmEvent = defineEntity({
  name: 'crmEvent',
  plural: 'CRM events',
  table: crmEventTable,
  key: ['id'],
  parent: 'bank',
  record: { sections: ['crm_events'], marks: [['actual_date'], ['scheduled_date'], ['category', 'channel']] },
  fields: [
    required('id', 'id', id),
    optional('customer_name', 'customerName', text(255), { otherName: 'customer.name' }),
    optional('customer_number', 'customerNumber', customerNumber, { otherName: 'customer.number', keepsStored: true }),
    required('category', 'category', text(255)),
    optional('detail', 'detail', longText(2000)),
    optional('channel', 'channel', text(255)),
    optional('scheduled_date', 'scheduledDate', dateTime),
    optional('actual_date', 'actualDate', timeByClock),
    optional('result', 'result', longText(2000)),
  ],
  rules: crmEventRules,
  derive: ({ customerNumber: number, closedAt, ...event }) => ({
    canonicalNumber: number === null ? null : derivedCanonicalForm(number),
    closedAt: closedAt ?? closedAtOf(event),
  }),
});

/** Reads a meeting with its invitees. OBP's own meetings contain no customer, so `--customer` names the customer, if any. */
function readMeeting(record: JsonObject, place: Place, enclosing: Enclosing, reading: Reading): void {
  const reader = openRecord(meeting, record, place, enclosing, reading);
  const bankId = requiredBankOf(reader);
  const customerId = idAt(reader, 'customer_id') ?? reading.options.customerId ?? null;
  const row: Row = { bankId, ...readFields(meeting.fields, record, reader) };
  if (customerId !== null) row.customerId = customerId;
  stageRow(reader, row, { customerId });
  const parts = partsReading(reader);
  let position = 0;
  for (const [item, itemPlace] of items(reader, 'invitees')) {
    const invitee = openRecord(meetingInvitee, item, itemPlace, enclosing, parts);
    stageRow(invitee, { meetingId: String(row.id), position, ...readFields(meetingInvitee.fields, item, invitee) });
    position += 1;
  }
}
