import type { ErrorKey } from '../base/errors.ts';
import { allChanges, type Changes } from '../changes/collected-changes.ts';
import type { Queries } from '../database/database.ts';
import {
  type AuditEvent,
  type AuditedCaller,
  auditEventOf,
  auditedError,
  isRefusal,
  isUnknownBank,
} from './audit-event.ts';
import { type AuditSubject, areAllOfCustomer, forEachSubject } from './audit-subject.ts';
import type { AuditTrail } from './audit-trail.ts';
import { addCustomersOfAccounts, type EventPlaces, placeEvents, type UnplacedEvent } from './event-placement.ts';

/** The maximum length of a recorded name, because clients can choose a name of any length. */
const maxNameLength = 100;

/** The fields and customers that the operation reached at one bank, or without a bank. */
interface BankAccess {
  /** The fields that the caller can access, whether they are returned or fail. */
  allowed: Set<string>;
  returned: Set<string>;
  refused: Set<string>;
  failed: Set<string>;
  /** The access grounds: roles, kinds of own data, and `authenticated`. */
  roles: Set<string>;
  errors: Set<string>;
  customerIds: Set<string>;
  /** The accounts that were not reached through a customer. Their customers are looked up. */
  accountIds: Set<string>;
  /** IDs that the client sent, without a customer found by them. */
  claimedCustomerIds: Set<string>;
  /** Whether only the client has named the bank, so that it might not exist. */
  isClaimed: boolean;
}

/** The mutation field that is being executed. */
interface Write {
  coordinate: string;
  bankId: string | null;
  customerId: string | null;
  roles: string[];
  subjectUserIds: Set<string>;
  /** The schema coordinates of selected payload fields whose objects have no access rule of their own. */
  payloadFields: readonly string[];
  /** The error with which the field fails although it commits something, such as an entitlement request. */
  refusal: ErrorKey | null;
  isWritten: boolean;
  /** The customers in the committed events. */
  customerIds: ReadonlySet<string>;
}

/** Collects the events of one operation. `finish` records them before the response is sent. */
export class OperationAudit {
  readonly #trail: AuditTrail;
  readonly #caller: AuditedCaller;
  readonly #places: EventPlaces;
  readonly #banks = new Map<string | null, BankAccess>();
  readonly #pending: UnplacedEvent[] = [];
  /** The roles that decide about parts of fields without a bank, by coordinate. */
  readonly #furtherRoles = new Map<string, Set<string>>();
  #write: Write | null = null;
  /** Resolves when the last transaction has ended, even if it failed. */
  #running: Promise<void> = Promise.resolve();
  #hasCommitted = false;
  #isFinished = false;
  #returnsUnrecorded = false;

  constructor(trail: AuditTrail, places: EventPlaces, caller: AuditedCaller) {
    this.#trail = trail;
    this.#places = places;
    this.#caller = { ...caller };
  }

  /** Sets the name and the document of the operation, once the document is parsed. */
  nameOperation({
    operationName,
    ...document
  }: Pick<AuditEvent, 'operationName' | 'operationHash' | 'documentId'>): void {
    this.#caller.operationName = operationName?.slice(0, maxNameLength) ?? null;
    Object.assign(this.#caller, document);
  }

  #accessAt(bankId: string | null): BankAccess {
    let access = this.#banks.get(bankId);
    if (access === undefined) {
      access = {
        allowed: new Set(),
        returned: new Set(),
        refused: new Set(),
        failed: new Set(),
        roles: new Set(),
        errors: new Set(),
        customerIds: new Set(),
        accountIds: new Set(),
        claimedCustomerIds: new Set(),
        isClaimed: true,
      };
      this.#banks.set(bankId, access);
    }
    return access;
  }

  /** Records that the caller can access the field. `ground` is a role, a kind of own data, or `authenticated`. */
  recordAllowed(coordinate: string, bankId: string | null, ground: string): void {
    const access = this.#accessAt(bankId);
    access.isClaimed = false;
    access.allowed.add(coordinate);
    access.roles.add(ground);
  }

  /**
   * Records a role that decides about a part of a field, in addition to its access rule. Without a bank, it is recorded at the banks of
   * the objects that the field returns.
   */
  recordFurtherRole(coordinate: string, bankId: string | null, role: string): void {
    if (this.#write !== null) {
      if (!this.#write.roles.includes(role)) this.#write.roles.push(role);
    } else if (bankId !== null) this.#accessAt(bankId).roles.add(role);
    else {
      const roles = this.#furtherRoles.get(coordinate) ?? new Set();
      this.#furtherRoles.set(coordinate, roles.add(role));
    }
  }

  /** Records that the value of a field is shown in the value of another one. */
  recordShown(coordinate: string, parent: AuditSubject, ground: string): void {
    this.recordAllowed(coordinate, parent.bankId ?? null, ground);
    this.recordReturned(coordinate, parent, ground, null);
  }

  /** Records the value of the field, with the customers in it. */
  recordReturned(coordinate: string, parent: AuditSubject, ground: string, value: unknown): void {
    const { bankId = null, customerId } = parent;
    const here = this.#accessAt(bankId);
    const roles = [ground, ...(this.#furtherRoles.get(coordinate) ?? [])];
    for (const role of roles.slice(1)) here.roles.add(role);
    let isElsewhere = false;
    // Without a bank, the customer's bank is not known yet.
    if (typeof customerId === 'string') (bankId === null ? here.claimedCustomerIds : here.customerIds).add(customerId);
    if (areAllOfCustomer(parent, value)) {
      here.returned.add(coordinate);
      return;
    }
    forEachSubject(value, (subject) => {
      const there = subject.bankId == null || subject.bankId === bankId ? here : this.#accessAt(subject.bankId);
      for (const id of subject.auditedCustomerIds ?? []) there.customerIds.add(id);
      if (typeof subject.customerId === 'string') there.customerIds.add(subject.customerId);
      // If the account was reached through a customer, that customer is recorded.
      else if (typeof subject.accountId === 'string' && typeof customerId !== 'string') {
        there.accountIds.add(subject.accountId);
      }
      if (there === here) return;
      isElsewhere = true;
      there.isClaimed = false;
      there.returned.add(coordinate);
      for (const role of roles) there.roles.add(role);
    });
    // A value that was requested without a bank and found at a bank is recorded at that bank only.
    if (bankId === null && isElsewhere) {
      here.allowed.delete(coordinate);
      if (typeof customerId === 'string') here.claimedCustomerIds.delete(customerId);
    } else here.returned.add(coordinate);
  }

  /** Records the error of a field, a refusal or a failure. Its parent exists, so its bank and customer exist too. */
  recordRefused(coordinate: string, { bankId = null, customerId }: AuditSubject, error: unknown): void {
    const access = this.#accessAt(bankId);
    access.isClaimed = false;
    (isRefusal(error) ? access.refused : access.failed).add(coordinate);
    access.errors.add(auditedError(error));
    if (typeof customerId === 'string') access.customerIds.add(customerId);
  }

  /** Records the error of a root field, a refusal or a failure. Its bank and customer come from the arguments. */
  recordRefusedRoot(coordinate: string, { bankId = null, customerId }: AuditSubject, error: unknown): void {
    const access = this.#accessAt(isUnknownBank(error) ? null : bankId);
    (isRefusal(error) ? access.refused : access.failed).add(coordinate);
    access.errors.add(auditedError(error));
    if (typeof customerId === 'string') access.claimedCustomerIds.add(customerId);
  }

  /** Begins a mutation field, after the previous one has ended. `payloadFields` are recorded as read, together with the write. */
  beginWrite(
    coordinate: string,
    { bankId = null, customerId = null }: AuditSubject,
    payloadFields: readonly string[] = [],
  ): void {
    this.#write = {
      coordinate,
      bankId,
      customerId,
      roles: [],
      subjectUserIds: new Set(),
      payloadFields,
      refusal: null,
      isWritten: false,
      customerIds: new Set(),
    };
  }

  /** Records that the mutation field fails with this error although it commits. The event contains the error and the changes. */
  recordRefusedWrite(key: ErrorKey): void {
    if (this.#write !== null) this.#write.refusal = key;
  }

  recordAllowedWrite(ground: string): void {
    this.#write?.roles.push(ground);
  }

  /** Adds a user whom the mutation field concerns, if no changed row refers to the user. */
  addSubjectUser(userId: string): void {
    this.#write?.subjectUserIds.add(userId);
  }

  /** Runs `work` in a transaction, with the event of the mutation field in it. A retried call that changes nothing has no event. */
  write<Result>(work: (transaction: Queries) => Promise<Result>): Promise<Result> {
    const write = this.#write;
    let hasChanges = false;
    const running = this.#trail
      .write(async (transaction, collected) => {
        // A former attempt, which was rolled back, might have recorded one.
        if (write !== null && !write.isWritten) write.refusal = null;
        const result = await work(transaction);
        const changes = allChanges(collected);
        hasChanges = Object.values(changes).some((names) => names.size > 0);
        const event = write === null || write.isWritten || !hasChanges ? null : this.#writeEvents(write, changes);
        const { userId, requestId } = this.#caller;
        const userIds = [...(userId === null ? [] : [userId]), ...changes.userIds];
        return { result, event, userIds, author: { userId, requestId } };
      })
      .then((result) => {
        this.#hasCommitted ||= hasChanges;
        if (write !== null) write.isWritten ||= hasChanges;
        return result;
      });
    this.#running = running.then(
      () => undefined,
      () => undefined,
    );
    return running;
  }

  /** Whether the operation has committed anything. Waits for the running transaction. */
  async hasCommitted(): Promise<boolean> {
    await this.#running;
    return this.#hasCommitted;
  }

  /** Whether the response contains something that could not be recorded. */
  get returnsUnrecorded(): boolean {
    return this.#returnsUnrecorded;
  }

  /** Whether the current mutation field has committed. */
  get isWritten(): boolean {
    return this.#write?.isWritten === true;
  }

  #writeEvents(write: Write, { fields, bankIds, customerIds, userIds }: Changes): AuditEvent[] {
    if (write.customerId !== null) customerIds.add(write.customerId);
    write.customerIds = customerIds;
    const [onlyBankId] = bankIds.size === 1 ? bankIds : [];
    const place = {
      bankId: write.bankId ?? onlyBankId ?? null,
      customerIds: [...customerIds],
      subjectUserIds: [...write.subjectUserIds.union(userIds)],
    };
    const changes = [...fields];
    if (write.refusal === null) {
      return this.#eventsOf(write, {
        ...place,
        outcome: 'SUCCEEDED',
        fieldsReturned: [write.coordinate],
        changes,
      });
    }
    const errors = [write.refusal];
    return this.#eventsOf(write, { ...place, outcome: 'REFUSED', fieldsRefused: [write.coordinate], errors, changes });
  }

  /** The event of a mutation field and, if it succeeds and its payload has objects, the event of reading them. */
  #eventsOf(write: Write, details: Pick<AuditEvent, 'outcome'> & Partial<AuditEvent>): AuditEvent[] {
    const shared = { ...this.#caller, subjectUserIds: [...write.subjectUserIds], roles: write.roles, ...details };
    const event = auditEventOf({ ...shared, kind: kindOf(write) });
    if (details.outcome !== 'SUCCEEDED' || write.payloadFields.length === 0) return [event];
    return [event, auditEventOf({ ...shared, kind: 'READ', fieldsReturned: [...write.payloadFields], changes: [] })];
  }

  /** Ends the mutation field with its payload. If no event was committed with it, `finish` records one. */
  endWrite(payload: unknown): void {
    if (this.#write?.isWritten === true) this.#recordUnnamed(this.#write, payload);
    const write = this.#takeWrite();
    if (write === null) return;
    const place = { bankId: write.bankId, customerIds: new Set<string>() };
    forEachSubject(payload, ({ bankId, customerId }) => {
      place.bankId ??= bankId ?? null;
      if (typeof customerId === 'string') place.customerIds.add(customerId);
    });
    this.#addPending(write, {
      outcome: 'SUCCEEDED',
      bankId: place.bankId,
      customerIds: [...place.customerIds],
      fieldsReturned: [write.coordinate],
    });
  }

  /** Records the customers in the payload that the committed events do not contain, because their rows did not change. */
  #recordUnnamed({ payloadFields, customerIds, roles }: Write, payload: unknown): void {
    if (payloadFields.length === 0) return;
    forEachSubject(payload, ({ bankId = null, customerId }) => {
      if (typeof customerId !== 'string' || customerIds.has(customerId)) return;
      const access = this.#accessAt(bankId);
      access.isClaimed = false;
      access.customerIds.add(customerId);
      for (const coordinate of payloadFields) access.returned.add(coordinate);
      for (const role of roles) access.roles.add(role);
    });
  }

  /** Ends the mutation field with an error. If it had committed, the event of the commit remains. */
  failWrite(error: unknown): void {
    const write = this.#takeWrite();
    if (write === null) return;
    const fields = [write.coordinate];
    this.#addPending(write, {
      ...(isRefusal(error)
        ? { outcome: 'REFUSED', fieldsRefused: fields }
        : { outcome: 'FAILED', fieldsFailed: fields }),
      bankId: isUnknownBank(error) ? null : write.bankId,
      errors: [auditedError(error)],
    });
  }

  #takeWrite(): Write | null {
    const write = this.#write;
    this.#write = null;
    return write === null || write.isWritten ? null : write;
  }

  #addPending(write: Write, details: Pick<AuditEvent, 'outcome'> & Partial<AuditEvent>): void {
    const claimedCustomerIds = write.customerId === null ? [] : [write.customerId];
    for (const event of this.#eventsOf(write, details)) {
      this.#pending.push({ event, claimedCustomerIds, isBankClaimed: true });
    }
    // After an abort, the operation continues with its next field. It commits nothing, and the response is already sent.
    if (this.#isFinished) this.finish().catch(() => undefined);
  }

  /** Records the remaining events. `failure` is the reason why the response contains no data. */
  async finish(failure?: unknown): Promise<void> {
    this.#isFinished = true;
    if (failure !== undefined) {
      // The event depends on whether the transaction commits.
      await this.#running;
      this.failWrite(failure);
    }
    const pending = this.#pending.splice(0);
    const banks = [...this.#banks];
    this.#banks.clear();
    this.#returnsUnrecorded =
      pending.some(({ event }) => event.fieldsReturned.length > 0) ||
      banks.some(([, { returned }]) => returned.size > 0);
    await addCustomersOfAccounts(this.#places, banks);
    for (const [bankId, access] of banks) {
      const event = this.#readEvent(bankId, access, failure);
      const { claimedCustomerIds, isClaimed } = access;
      if (event !== null) pending.push({ event, claimedCustomerIds, isBankClaimed: isClaimed });
    }
    if (pending.length > 0) await this.#trail.record(await placeEvents(this.#places, pending));
    this.#returnsUnrecorded = false;
  }

  #readEvent(bankId: string | null, access: BankAccess, failure: unknown): AuditEvent | null {
    if (failure !== undefined) access.errors.add(auditedError(failure));
    const returned = failure === undefined ? access.returned : new Set<string>();
    const ended = returned.union(access.refused);
    const failed = access.failed.union(access.allowed.union(access.returned).difference(ended));
    if (returned.size + access.refused.size + failed.size === 0) return null;
    const isWhole = access.refused.size + failed.size === 0;
    return auditEventOf({
      ...this.#caller,
      kind: 'READ',
      outcome: isWhole ? 'SUCCEEDED' : returned.size > 0 ? 'PARTIAL' : access.refused.size > 0 ? 'REFUSED' : 'FAILED',
      bankId,
      customerIds: [...access.customerIds],
      fieldsReturned: [...returned],
      fieldsRefused: [...access.refused],
      fieldsFailed: [...failed],
      roles: [...access.roles],
      errors: [...access.errors],
    });
  }
}

function kindOf({ coordinate }: Write): 'AUTHENTICATION' | 'WRITE' {
  return coordinate === 'Mutation.login' || coordinate === 'Mutation.renewToken' ? 'AUTHENTICATION' : 'WRITE';
}
