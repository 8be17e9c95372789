import type { ErrorKey } from '../base/errors.ts';
import type { Queries } from '../database/database.ts';
import {
  type AuditEvent,
  type AuditedCaller,
  auditEventOf,
  auditedError,
  isRefusal,
  isUnknownBank,
} from './audit-event.ts';
import { eachTouched, isAllOf, type Touched } from './audit-subject.ts';
import type { AuditTrail } from './audit-trail.ts';
import { type Changes, collectChanges } from './changes.ts';
import { addCustomersOfAccounts, type EventPlaces, placeEvents, type UnplacedEvent } from './event-placement.ts';

/** A client may give its operation a name of any length. */
const longestName = 100;

interface AtBank {
  /** Fields that the caller may see, whatever becomes of them. */
  allowed: Set<string>;
  returned: Set<string>;
  refused: Set<string>;
  failed: Set<string>;
  roles: Set<string>;
  errors: Set<string>;
  customerIds: Set<string>;
  /** Accounts that were reached by themselves: their customers are looked up. */
  accountIds: Set<string>;
  /** Ids that the client sent, and that nothing was found by. */
  claimedCustomerIds: Set<string>;
  /** Nothing but what the client sent says so far that there is such a bank. */
  isClaimed: boolean;
}

interface Write {
  coordinate: string;
  bankId: string | null;
  customerId: string | null;
  roles: string[];
  subjectUserIds: Set<string>;
  /** The schema coordinates of selected payload fields whose objects no rule of their own guards. */
  payloadFields: readonly string[];
  /** Why the mutation field fails although it commits something else, such as a request. */
  refusal: ErrorKey | null;
  isWritten: boolean;
  /** The customers that the committed events name. */
  customerIds: ReadonlySet<string>;
}

/** Collects what one operation saw, tried and did; `finish` writes it before the answer leaves. */
export class OperationAudit {
  readonly #trail: AuditTrail;
  readonly #caller: AuditedCaller;
  readonly #places: EventPlaces;
  readonly #banks = new Map<string | null, AtBank>();
  readonly #unwritten: UnplacedEvent[] = [];
  #write: Write | null = null;
  /** Ends with the last transaction, however that ends. */
  #running: Promise<void> = Promise.resolve();
  #hasCommitted = false;
  #isFinished = false;

  constructor(trail: AuditTrail, places: EventPlaces, caller: AuditedCaller) {
    this.#trail = trail;
    this.#places = places;
    this.#caller = { ...caller };
  }

  /** Known only when the document was parsed. */
  nameOperation(operationName: string | null, operationHash: string): void {
    this.#caller.operationName = operationName?.slice(0, longestName) ?? null;
    this.#caller.operationHash = operationHash;
  }

  #at(bankId: string | null): AtBank {
    let at = this.#banks.get(bankId);
    if (at === undefined) {
      at = {
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
      this.#banks.set(bankId, at);
    }
    return at;
  }

  /** The field is resolved because of `ground`: a role, or what else lets the caller in. */
  allow(coordinate: string, bankId: string | null, ground: string): void {
    const at = this.#at(bankId);
    at.isClaimed = false;
    at.allowed.add(coordinate);
    at.roles.add(ground);
  }

  /** What the field gave, and whose that is. */
  give(coordinate: string, parent: Touched, ground: string, value: unknown): void {
    const { bankId = null, customerId } = parent;
    const at = this.#at(bankId);
    let isElsewhere = false;
    // Without a bank it is not said yet whose customer that is.
    if (typeof customerId === 'string') (bankId === null ? at.claimedCustomerIds : at.customerIds).add(customerId);
    if (isAllOf(parent, value)) {
      at.returned.add(coordinate);
      return;
    }
    eachTouched(value, (touched) => {
      const there = touched.bankId == null || touched.bankId === bankId ? at : this.#at(touched.bankId);
      if (typeof touched.customerId === 'string') there.customerIds.add(touched.customerId);
      // Through a customer, that one is named.
      else if (typeof touched.accountId === 'string' && typeof customerId !== 'string') {
        there.accountIds.add(touched.accountId);
      }
      if (there === at) return;
      isElsewhere = true;
      there.isClaimed = false;
      there.returned.add(coordinate);
      there.roles.add(ground);
    });
    // What was asked for without a bank, and found at one, was seen there.
    if (bankId === null && isElsewhere) {
      at.allowed.delete(coordinate);
      if (typeof customerId === 'string') at.claimedCustomerIds.delete(customerId);
    } else at.returned.add(coordinate);
  }

  /** A field of an object that the caller has: where it is and whose is known. */
  refuse(coordinate: string, { bankId = null, customerId }: Touched, error: unknown): void {
    const at = this.#at(bankId);
    at.isClaimed = false;
    (isRefusal(error) ? at.refused : at.failed).add(coordinate);
    at.errors.add(auditedError(error));
    if (typeof customerId === 'string') at.customerIds.add(customerId);
  }

  /** A root field, which looks where its arguments say. */
  refuseRoot(coordinate: string, { bankId = null, customerId }: Touched, error: unknown): void {
    const at = this.#at(isUnknownBank(error) ? null : bankId);
    (isRefusal(error) ? at.refused : at.failed).add(coordinate);
    at.errors.add(auditedError(error));
    if (typeof customerId === 'string') at.claimedCustomerIds.add(customerId);
  }

  /** A mutation field begins; they follow one another. `payloadFields` are recorded as read, together with the write. */
  beginWrite(
    coordinate: string,
    { bankId = null, customerId = null }: Touched,
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

  /** The mutation field will fail with this error, but what it wrote is committed, with an event that contains both. */
  refuseWrite(key: ErrorKey): void {
    if (this.#write !== null) this.#write.refusal = key;
  }

  allowWrite(ground: string): void {
    this.#write?.roles.push(ground);
  }

  /** Which user the mutation field is about, where no row that it changes tells. */
  concernUser(userId: string): void {
    this.#write?.subjectUserIds.add(userId);
  }

  /** `work` in a transaction, with the event of the mutation field that runs; of a call that is repeated, nothing. */
  write<Result>(work: (transaction: Queries) => Promise<Result>): Promise<Result> {
    const write = this.#write;
    let isNoted = false;
    const running = this.#trail
      .write(async (transaction) => {
        const changes = collectChanges(transaction);
        const result = await work(transaction);
        isNoted = Object.values(changes).some((names) => names.size > 0);
        const event = write === null || write.isWritten || !isNoted ? null : this.#writeEvents(write, changes);
        const caller = this.#caller.userId === null ? [] : [this.#caller.userId];
        return { result, event, userIds: [...caller, ...changes.userIds] };
      })
      .then((result) => {
        this.#hasCommitted ||= isNoted;
        if (write !== null) write.isWritten ||= isNoted;
        return result;
      });
    this.#running = running.then(
      () => undefined,
      () => undefined,
    );
    return running;
  }

  /** Whether the operation has committed anything, once no transaction runs any more. */
  async hasCommitted(): Promise<boolean> {
    await this.#running;
    return this.#hasCommitted;
  }

  /** Whether the mutation field that runs has committed. */
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

  /** The event of a mutation field and, if it succeeds and its payload has objects, one of reading these. */
  #eventsOf(write: Write, details: Pick<AuditEvent, 'outcome'> & Partial<AuditEvent>): AuditEvent[] {
    const shared = { ...this.#caller, subjectUserIds: [...write.subjectUserIds], roles: write.roles, ...details };
    const event = auditEventOf({ ...shared, kind: kindOf(write) });
    if (details.outcome !== 'SUCCEEDED' || write.payloadFields.length === 0) return [event];
    return [event, auditEventOf({ ...shared, kind: 'READ', fieldsReturned: [...write.payloadFields], changes: [] })];
  }

  /** The mutation field has given `payload`. Where nothing was committed with its event, that is written with the answer. */
  endWrite(payload: unknown): void {
    if (this.#write?.isWritten === true) this.#readUnnamed(this.#write, payload);
    const write = this.#takeWrite();
    if (write === null) return;
    const at = { bankId: write.bankId, customerIds: new Set<string>() };
    eachTouched(payload, ({ bankId, customerId }) => {
      at.bankId ??= bankId ?? null;
      if (typeof customerId === 'string') at.customerIds.add(customerId);
    });
    this.#writeLater(write, {
      outcome: 'SUCCEEDED',
      bankId: at.bankId,
      customerIds: [...at.customerIds],
      fieldsReturned: [write.coordinate],
    });
  }

  /** Customers in the payload whom the committed events do not name, because their rows were not changed, are read too. */
  #readUnnamed({ payloadFields, customerIds, roles }: Write, payload: unknown): void {
    if (payloadFields.length === 0) return;
    eachTouched(payload, ({ bankId = null, customerId }) => {
      if (typeof customerId !== 'string' || customerIds.has(customerId)) return;
      const at = this.#at(bankId);
      at.isClaimed = false;
      at.customerIds.add(customerId);
      for (const coordinate of payloadFields) at.returned.add(coordinate);
      for (const role of roles) at.roles.add(role);
    });
  }

  /** The mutation field has failed; where it failed after its commit, the event of that stands. */
  failWrite(error: unknown): void {
    const write = this.#takeWrite();
    if (write === null) return;
    const fields = [write.coordinate];
    this.#writeLater(write, {
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

  #writeLater(write: Write, details: Pick<AuditEvent, 'outcome'> & Partial<AuditEvent>): void {
    const claimedCustomerIds = write.customerId === null ? [] : [write.customerId];
    for (const event of this.#eventsOf(write, details)) {
      this.#unwritten.push({ event, claimedCustomerIds, isBankClaimed: true });
    }
    // An operation that was given up goes on to its next field: nothing is committed by it, and nobody waits for it.
    if (this.#isFinished) this.finish().catch(() => undefined);
  }

  /** Writes what is not written yet. `failure` is why the answer holds none of what was read. */
  async finish(failure?: unknown): Promise<void> {
    this.#isFinished = true;
    if (failure !== undefined) {
      // Whether it is committed decides what is true of it.
      await this.#running;
      this.failWrite(failure);
    }
    const unwritten = this.#unwritten.splice(0);
    const banks = [...this.#banks];
    this.#banks.clear();
    await addCustomersOfAccounts(this.#places, banks);
    for (const [bankId, at] of banks) {
      const event = this.#readEvent(bankId, at, failure);
      const { claimedCustomerIds, isClaimed } = at;
      if (event !== null) unwritten.push({ event, claimedCustomerIds, isBankClaimed: isClaimed });
    }
    if (unwritten.length > 0) await this.#trail.record(await placeEvents(this.#places, unwritten));
  }

  #readEvent(bankId: string | null, at: AtBank, failure: unknown): AuditEvent | null {
    if (failure !== undefined) at.errors.add(auditedError(failure));
    const returned = failure === undefined ? at.returned : new Set<string>();
    const ended = returned.union(at.refused);
    const failed = at.failed.union(at.allowed.union(at.returned).difference(ended));
    if (returned.size + at.refused.size + failed.size === 0) return null;
    const isWhole = at.refused.size + failed.size === 0;
    return auditEventOf({
      ...this.#caller,
      kind: 'READ',
      outcome: isWhole ? 'SUCCEEDED' : returned.size > 0 ? 'PARTIAL' : at.refused.size > 0 ? 'REFUSED' : 'FAILED',
      bankId,
      customerIds: [...at.customerIds],
      fieldsReturned: [...returned],
      fieldsRefused: [...at.refused],
      fieldsFailed: [...failed],
      roles: [...at.roles],
      errors: [...at.errors],
    });
  }
}

function kindOf({ coordinate }: Write): 'AUTHENTICATION' | 'WRITE' {
  return coordinate === 'Mutation.login' ? 'AUTHENTICATION' : 'WRITE';
}
