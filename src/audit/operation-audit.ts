import { inKeys, keyValues, oncePerDatabase } from '../database/batch.ts';
import type { Database, Queries } from '../database/database.ts';
import { bank } from '../domain/bank/bank.table.ts';
import { customer } from '../domain/customer/customer.table.ts';
import {
  type AuditEvent,
  type AuditedCaller,
  auditEventOf,
  auditedError,
  isRefusal,
  isUnknownBank,
} from './audit-event.ts';
import type { AuditTrail } from './audit-trail.ts';
import { type Changes, collectChanges } from './changes.ts';
import { eachTouched, type Touched } from './touched.ts';

/** A client may give its operation a name of any length. */
const longestName = 100;

interface AtBank {
  tried: Set<string>;
  returned: Set<string>;
  refused: Set<string>;
  roles: Set<string>;
  errors: Set<string>;
  customerIds: Set<string>;
  /** Ids that the client sent, and that nothing was found by. */
  claimedCustomerIds: Set<string>;
  /** Nothing but what the client sent says so far that there is such a bank. */
  isClaimed: boolean;
}

interface Unwritten {
  event: AuditEvent;
  claimedCustomerIds: Iterable<string>;
  isBankClaimed: boolean;
}

interface Write {
  coordinate: string;
  bankId: string | null;
  customerId: string | null;
  roles: string[];
  subjectUserIds: Set<string>;
  isWritten: boolean;
}

const bankOfCustomers = oncePerDatabase((database) =>
  database.prepare(
    database.read
      .select({ id: customer.id, bankId: customer.bankId })
      .from(customer)
      .where(inKeys([customer.id])),
  ),
);

const banksById = oncePerDatabase((database) =>
  database.prepare(
    database.read
      .select({ id: bank.id })
      .from(bank)
      .where(inKeys([bank.id])),
  ),
);

/** Which bank each of these customers has; of a text that is no customer's id, nothing. */
async function banksOfCustomers(database: Database, unwritten: readonly Unwritten[]): Promise<Map<string, string>> {
  const claimed = [...new Set(unwritten.flatMap(({ claimedCustomerIds }) => [...claimedCustomerIds]))];
  const found = claimed.length === 0 ? [] : await bankOfCustomers(database)(keyValues(claimed));
  return new Map(found.map(({ id, bankId }) => [id, bankId]));
}

async function knownBanks(database: Database, unwritten: readonly Unwritten[]): Promise<Set<string>> {
  const claimed = unwritten.flatMap(({ event, isBankClaimed }) => (isBankClaimed ? (event.bankId ?? []) : []));
  const found = claimed.length === 0 ? [] : await banksById(database)(keyValues([...new Set(claimed)]));
  return new Set(found.map(({ id }) => id));
}

/**
 * The events with the customers whom the client named in vain, each at the bank of its customers: an auditor of that bank
 * reads who tried to see them, no id of another bank's, and no text that a client made up.
 */
async function placed(database: Database, unwritten: readonly Unwritten[]): Promise<AuditEvent[]> {
  const bankIds = await banksOfCustomers(database, unwritten);
  const banks = await knownBanks(database, unwritten);
  return unwritten.flatMap(({ event, claimedCustomerIds, isBankClaimed }) => {
    const bankId = isBankClaimed && event.bankId !== null && !banks.has(event.bankId) ? null : event.bankId;
    const known = [...claimedCustomerIds].filter(
      (id) => bankIds.has(id) && (event.bankId ?? bankIds.get(id)) === bankIds.get(id),
    );
    if (known.length === 0) return { ...event, bankId };
    return [...Map.groupBy(known, (id) => bankIds.get(id) ?? null)].map(([bankId, ids]) => ({
      ...event,
      bankId,
      customerIds: [...new Set([...event.customerIds, ...ids])],
    }));
  });
}

/** Collects what one operation saw, tried and did; `finish` writes it before the answer leaves. */
export class OperationAudit {
  readonly #trail: AuditTrail;
  readonly #caller: AuditedCaller;
  readonly #database: Database;
  readonly #banks = new Map<string | null, AtBank>();
  readonly #unwritten: Unwritten[] = [];
  #write: Write | null = null;

  constructor(trail: AuditTrail, database: Database, caller: AuditedCaller) {
    this.#trail = trail;
    this.#database = database;
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
        tried: new Set(),
        returned: new Set(),
        refused: new Set(),
        roles: new Set(),
        errors: new Set(),
        customerIds: new Set(),
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
    at.tried.add(coordinate);
    at.roles.add(ground);
  }

  /** What the field gave, and whose that is. */
  give(coordinate: string, { bankId = null, customerId }: Touched, ground: string, value: unknown): void {
    const at = this.#at(bankId);
    let isElsewhere = false;
    // Without a bank it is not said yet whose customer that is.
    if (typeof customerId === 'string') (bankId === null ? at.claimedCustomerIds : at.customerIds).add(customerId);
    eachTouched(value, (touched) => {
      const there = touched.bankId == null || touched.bankId === bankId ? at : this.#at(touched.bankId);
      if (typeof touched.customerId === 'string') there.customerIds.add(touched.customerId);
      if (there === at) return;
      isElsewhere = true;
      there.isClaimed = false;
      there.returned.add(coordinate);
      there.roles.add(ground);
    });
    // What was asked for without a bank, and found at one, was seen there.
    if (bankId === null && isElsewhere) {
      at.tried.delete(coordinate);
      if (typeof customerId === 'string') at.claimedCustomerIds.delete(customerId);
    } else at.returned.add(coordinate);
  }

  /** A field of an object that the caller has: where it is and whose is known. */
  refuse(coordinate: string, { bankId = null, customerId }: Touched, error: unknown): void {
    const at = this.#at(bankId);
    at.isClaimed = false;
    (isRefusal(error) ? at.refused : at.tried).add(coordinate);
    at.errors.add(auditedError(error));
    if (typeof customerId === 'string') at.customerIds.add(customerId);
  }

  /** A root field, which looks where its arguments say. */
  refuseRoot(coordinate: string, { bankId = null, customerId }: Touched, error: unknown): void {
    const at = this.#at(isUnknownBank(error) ? null : bankId);
    (isRefusal(error) ? at.refused : at.tried).add(coordinate);
    at.errors.add(auditedError(error));
    if (typeof customerId === 'string') at.claimedCustomerIds.add(customerId);
  }

  /** A mutation field begins; they follow one another. */
  beginWrite(coordinate: string, { bankId = null, customerId = null }: Touched): void {
    this.#write = { coordinate, bankId, customerId, roles: [], subjectUserIds: new Set(), isWritten: false };
  }

  allowWrite(ground: string): void {
    this.#write?.roles.push(ground);
  }

  /** Which user the mutation field is about, where no row that it changes tells. */
  concernUser(userId: string): void {
    this.#write?.subjectUserIds.add(userId);
  }

  /** `work` in a transaction, with the event of the mutation field that runs. */
  write<Result>(work: (transaction: Queries) => Promise<Result>): Promise<Result> {
    const write = this.#write;
    return this.#trail
      .write(async (transaction) => {
        const changes = collectChanges(transaction);
        const result = await work(transaction);
        return { result, event: write === null || write.isWritten ? null : this.#success(write, changes) };
      })
      .then((result) => {
        if (write !== null) write.isWritten = true;
        return result;
      });
  }

  #success(write: Write, { fields, bankIds, customerIds, userIds }: Changes): AuditEvent {
    if (write.customerId !== null) customerIds.add(write.customerId);
    const [onlyBankId] = bankIds.size === 1 ? bankIds : [];
    return auditEventOf({
      ...this.#caller,
      kind: kindOf(write),
      outcome: 'SUCCEEDED',
      bankId: write.bankId ?? onlyBankId ?? null,
      customerIds: [...customerIds],
      subjectUserIds: [...write.subjectUserIds.union(userIds)],
      fieldsReturned: [write.coordinate],
      roles: write.roles,
      changes: [...fields],
    });
  }

  /** The mutation field has ended; where nothing was committed with its event, that is written with the answer. */
  endWrite(error?: unknown): void {
    const write = this.#write;
    this.#write = null;
    if (write === null || write.isWritten) return;
    const refused = isRefusal(error);
    const fields = [write.coordinate];
    const event = auditEventOf({
      ...this.#caller,
      kind: kindOf(write),
      outcome: error === undefined ? 'SUCCEEDED' : refused ? 'REFUSED' : 'FAILED',
      bankId: isUnknownBank(error) ? null : write.bankId,
      subjectUserIds: [...write.subjectUserIds],
      ...(error === undefined
        ? { fieldsReturned: fields }
        : { ...(refused ? { fieldsRefused: fields } : { fieldsFailed: fields }), errors: [auditedError(error)] }),
      roles: write.roles,
    });
    const claimedCustomerIds = write.customerId === null ? [] : [write.customerId];
    this.#unwritten.push({ event, claimedCustomerIds, isBankClaimed: true });
  }

  /** Writes what is not written yet. `failure` is why the answer holds none of what was read. */
  async finish(failure?: unknown): Promise<void> {
    if (failure !== undefined) this.endWrite(failure);
    const unwritten = this.#unwritten.splice(0);
    for (const [bankId, at] of this.#banks) {
      const event = this.#readEvent(bankId, at, failure);
      const { claimedCustomerIds, isClaimed } = at;
      if (event !== null) unwritten.push({ event, claimedCustomerIds, isBankClaimed: isClaimed });
    }
    this.#banks.clear();
    if (unwritten.length > 0) await this.#trail.record(await placed(this.#database, unwritten));
  }

  #readEvent(bankId: string | null, at: AtBank, failure: unknown): AuditEvent | null {
    if (failure !== undefined) at.errors.add(auditedError(failure));
    const returned = failure === undefined ? [...at.returned] : [];
    const refused = [...at.refused].filter((coordinate) => !at.returned.has(coordinate));
    const failed = [...at.tried.union(at.returned)].filter(
      (coordinate) => !returned.includes(coordinate) && !at.refused.has(coordinate),
    );
    if (returned.length + refused.length + failed.length === 0) return null;
    const isWhole = refused.length + failed.length === 0;
    return auditEventOf({
      ...this.#caller,
      kind: 'READ',
      outcome: isWhole ? 'SUCCEEDED' : returned.length > 0 ? 'PARTIAL' : refused.length > 0 ? 'REFUSED' : 'FAILED',
      bankId,
      customerIds: [...at.customerIds],
      fieldsReturned: returned,
      fieldsRefused: refused,
      fieldsFailed: failed,
      roles: [...at.roles],
      errors: [...at.errors],
    });
  }
}

function kindOf({ coordinate }: Write): 'AUTHENTICATION' | 'WRITE' {
  return coordinate === 'Mutation.login' ? 'AUTHENTICATION' : 'WRITE';
}
