import { GatewayError } from '../base/errors.ts';

/** LOST stands for an event that could not be written, and whose operation failed for that. */
export type AuditKind = 'READ' | 'WRITE' | 'AUTHENTICATION' | 'COMMAND' | 'LOST';
export type AuditOutcome = 'SUCCEEDED' | 'PARTIAL' | 'REFUSED' | 'FAILED';

/** Who did or saw what of whom. It holds ids and names of fields, never a value of one. */
export interface AuditEvent {
  /** When, in ISO 8601. */
  at: string;
  kind: AuditKind;
  outcome: AuditOutcome;
  /** At which bank; null for what belongs to none. */
  bankId: string | null;
  /** Of whom. */
  customerIds: string[];
  /** Which users it is about, such as whose entitlement was granted. */
  subjectUserIds: string[];
  /** Who; null for who was not logged in, and on the command line. */
  userId: string | null;
  provider: string | null;
  /** What the client calls itself; on the command line the account of the operating system. */
  clientName: string | null;
  clientAddress: string | null;
  requestId: string | null;
  /** The name of the operation, or the command. */
  operationName: string | null;
  /** SHA-256 of the document, in hexadecimal. */
  operationHash: string | null;
  /** The schema coordinates of guarded fields, by what became of them. */
  fieldsReturned: string[];
  fieldsRefused: string[];
  fieldsFailed: string[];
  /** The roles that allowed what was returned, and the other grounds: orLinkedUser, orHolder, orSelf, authenticated. */
  roles: string[];
  /** What a write changed: `CustomerAddress.city`. */
  changes: string[];
  /** The codes of the errors that the client got; for a refused token also the reason, which the client does not get. */
  errors: string[];
  /** Why, in the client's words. */
  reason: string | null;
  /** The number of attempts that the event stands for: more than 1 only for failed attempts beyond a rate. */
  count: number;
}

/** What is the same for all events of one operation. */
export type AuditedCaller = Pick<
  AuditEvent,
  'userId' | 'provider' | 'clientName' | 'clientAddress' | 'requestId' | 'operationName' | 'operationHash' | 'reason'
>;

const nothing = {
  bankId: null,
  customerIds: [],
  subjectUserIds: [],
  userId: null,
  provider: null,
  clientName: null,
  clientAddress: null,
  requestId: null,
  operationName: null,
  operationHash: null,
  fieldsReturned: [],
  fieldsRefused: [],
  fieldsFailed: [],
  roles: [],
  changes: [],
  errors: [],
  reason: null,
  count: 1,
} satisfies Partial<AuditEvent>;

/** An event of this moment; what is left out is empty. */
export function auditEventOf(told: Pick<AuditEvent, 'kind' | 'outcome'> & Partial<AuditEvent>): AuditEvent {
  return { at: new Date().toISOString(), ...nothing, ...told };
}

/** An event as it is stored: JSON without what is empty. */
export function auditEventText(event: AuditEvent): string {
  const told = Object.entries(event).filter(
    ([name, value]) =>
      value !== null && !(Array.isArray(value) && value.length === 0) && !(name === 'count' && value === 1),
  );
  return JSON.stringify(Object.fromEntries(told));
}

export function parseAuditEvent(text: string): AuditEvent {
  return { ...nothing, ...(JSON.parse(text) as Pick<AuditEvent, 'at' | 'kind' | 'outcome'> & Partial<AuditEvent>) };
}

/** The code by which an event names an error: no message, which may quote what the client sent. */
export function auditedError(error: unknown): string {
  return error instanceof GatewayError ? error.key : 'OBP-50000';
}

/** Whether the error says that the caller may not, rather than that something went wrong. */
export function isRefusal(error: unknown): boolean {
  return error instanceof GatewayError && ['UNAUTHENTICATED', 'FORBIDDEN'].includes(String(error.extensions.code));
}

/** Whether the error says that there is no such bank: then its id is only what a client sent. */
export function isUnknownBank(error: unknown): boolean {
  return error instanceof GatewayError && ['OBP-30001', 'OBP-30111'].includes(error.key);
}
