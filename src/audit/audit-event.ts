import { GatewayError } from '../base/errors.ts';
import { namedFailure } from '../database/errors.ts';

/** `LOST` replaces an event that could not be written, also because its process was killed. Its operation failed. */
export type AuditKind = 'READ' | 'WRITE' | 'AUTHENTICATION' | 'COMMAND' | 'LOST';
export type AuditOutcome = 'SUCCEEDED' | 'PARTIAL' | 'REFUSED' | 'FAILED';

/** An access or a change: who, when, and which fields of which customers. It contains IDs and names of fields, never values. */
export interface AuditEvent {
  /** The time, in ISO 8601. */
  at: string;
  kind: AuditKind;
  outcome: AuditOutcome;
  /** The ID of the bank. Null for events outside any bank, such as logins. */
  bankId: string | null;
  /** The IDs of the customers that the event concerns. */
  customerIds: string[];
  /** The IDs of the users whom the event concerns, such as the user of a granted entitlement. */
  subjectUserIds: string[];
  /** The ID of the caller. Null for anonymous callers and on the command line. */
  userId: string | null;
  provider: string | null;
  /** The name that the client sent. On the command line, the account of the operating system. */
  clientName: string | null;
  clientAddress: string | null;
  requestId: string | null;
  /** The name of the operation, or the command. */
  operationName: string | null;
  /** The SHA-256 hash of the document, in hexadecimal. */
  operationHash: string | null;
  /** The ID of the trusted document. Null if the operation was sent as a text that no manifest contains. */
  documentId: string | null;
  /** The schema coordinates of guarded fields, by their outcome. */
  fieldsReturned: string[];
  fieldsRefused: string[];
  fieldsFailed: string[];
  /** The roles that allowed the access, and its other grounds: orLinkedUser, orHolder, orSelf, authenticated. */
  roles: string[];
  /** The changed fields, such as `CustomerAddress.city`. */
  changes: string[];
  /** The keys of the errors in the response. If a token was refused, also the reason, which the client does not get. */
  errors: string[];
  /** The text of the `X-Reason` header. */
  reason: string | null;
  /** The number of attempts. More than 1 only for failed attempts beyond the limit of events. */
  count: number;
  /** Only in events of `audit restored`. */
  restore?: RestoredState;
}

/** The end of the audit trail in a restored database. */
export interface RestoredState {
  /** The number of the first chain after the restore. */
  firstChain: number;
  /** The last seals of the chains that were not closed, and so can have lost later ones. The number is 0 if a chain had no seal. */
  openChains: [chain: number, seal: number, mac: string][];
}

/** The parts that all events of one operation share. */
export type AuditedCaller = Pick<
  AuditEvent,
  | 'userId'
  | 'provider'
  | 'clientName'
  | 'clientAddress'
  | 'requestId'
  | 'operationName'
  | 'operationHash'
  | 'documentId'
  | 'reason'
>;

const emptyEvent = {
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
  documentId: null,
  fieldsReturned: [],
  fieldsRefused: [],
  fieldsFailed: [],
  roles: [],
  changes: [],
  errors: [],
  reason: null,
  count: 1,
} satisfies Partial<AuditEvent>;

/** Creates an event of the current time. Omitted parts are empty. */
export function auditEventOf(parts: Pick<AuditEvent, 'kind' | 'outcome'> & Partial<AuditEvent>): AuditEvent {
  return { at: new Date().toISOString(), ...emptyEvent, ...parts };
}

/** The stored form of an event: JSON without empty parts. */
export function auditEventText(event: AuditEvent): string {
  const parts = Object.entries(event).filter(
    ([name, value]) =>
      value !== null && !(Array.isArray(value) && value.length === 0) && !(name === 'count' && value === 1),
  );
  return JSON.stringify(Object.fromEntries(parts));
}

export function parseAuditEvent(text: string): AuditEvent {
  return { ...emptyEvent, ...(JSON.parse(text) as Pick<AuditEvent, 'at' | 'kind' | 'outcome'> & Partial<AuditEvent>) };
}

/** The key of an error. The message is not recorded, because it can quote values. */
export function auditedError(failure: unknown): string {
  const error = namedFailure(failure);
  return error instanceof GatewayError ? error.key : 'OBP-50000';
}

/** Whether access was refused, as opposed to a failure of another kind. */
export function isRefusal(error: unknown): boolean {
  return error instanceof GatewayError && ['UNAUTHENTICATED', 'FORBIDDEN'].includes(String(error.extensions.code));
}

/** Whether the bank does not exist, so that its ID is only a text of the client. */
export function isUnknownBank(error: unknown): boolean {
  return error instanceof GatewayError && ['OBP-30001', 'OBP-30111'].includes(error.key);
}
