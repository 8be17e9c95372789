import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { change } from '../../src/changes/change.table.ts';
import { allChangesInOrder } from '../../src/changes/change-order.ts';
import { type ChangeCursor, cursorOfEnd, cursorValues } from '../../src/domain/change/change-cursor.ts';
import { encodeCursor } from '../../src/graph/cursor.ts';
import { type AuditReader, auditReader } from '../support/audit-events.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { codesOf, endCursorOf, nodesOf, readPages } from '../support/paging.ts';
import { insertCustomer } from '../support/rows.ts';

interface ReadChange {
  at: string;
  bankId: string;
  customerIds: string[];
  userIds: string[];
  fields: string[];
}

let gateway: Gateway;
let audit: AuditReader;
let bankId: string;
let reader: TestUser;
let officer: TestUser;
let customerId: string;

beforeAll(async () => {
  gateway = await startGateway({ environment: { GATEWAY_CHANGE_RETENTION: '2h' } });
  audit = auditReader(gateway.database);
  bankId = `bank-${randomUUID()}`;
  await gateway.createBank(bankId);
  reader = await gateway.createUser({
    roles: [
      ['CanGetChanges', bankId],
      ['CanGetCustomerAddress', bankId],
    ],
  });
  officer = await gateway.createUser({
    roles: [
      ['CanCreateCustomerAddress', bankId],
      ['CanDeleteCustomerAddress', bankId],
    ],
  });
  customerId = (await insertCustomer(gateway.database, { bankId })).id;
});
afterAll(() => gateway.stop());

function read(after: string | null = null, { at = bankId, first = 100, as = reader.token as string | null } = {}) {
  return gateway.query(
    as,
    `query ($bankId: ID!, $after: String, $first: Int) { changes(bankId: $bankId, after: $after, first: $first) {
      nodes { at bankId customerIds userIds fields } edges { cursor }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
    { bankId: at, after, first },
  );
}

interface Connection {
  edges: { cursor: string }[];
  pageInfo: { hasNextPage: boolean };
}

function connectionOf(data: Record<string, unknown> | null): Connection {
  return data?.changes as Connection;
}

async function endCursor(): Promise<string> {
  let after: string | null = null;
  for (;;) {
    const { data } = await read(after);
    after = endCursorOf(data?.changes);
    if (!connectionOf(data).pageInfo.hasNextPage) return after;
  }
}

async function createAddress(city = 'Berlin'): Promise<string> {
  const { data, errors } = await gateway.query<{ createCustomerAddress: { customerAddress: { id: string } } }>(
    officer.token,
    `mutation ($bankId: ID!, $customerId: ID!, $city: String!) {
      createCustomerAddress(bankId: $bankId, customerId: $customerId,
        input: { line1: "No 1 the Road", city: $city, postcode: "13359", countryCode: "DE" }) { customerAddress { id } } }`,
    { bankId, customerId, city },
  );
  if (data === null || errors.length > 0) throw new Error(JSON.stringify(errors));
  return data.createCustomerAddress.customerAddress.id;
}

describe('changes', () => {
  test('returns the IDs and the field names of each committed mutation, and no values', async () => {
    const after = await endCursor();
    await createAddress('Heidelberg');

    const { data, errors } = await read(after);

    expect(errors).toEqual([]);
    const [created, ...others] = nodesOf<ReadChange>(data?.changes);
    expect(others).toEqual([]);
    expect(created).toMatchObject({ bankId, customerIds: [customerId], userIds: [] });
    expect(created?.fields).toEqual(expect.arrayContaining(['CustomerAddress.city', 'CustomerAddress.postcode']));
    expect(JSON.stringify(data)).not.toContain('Heidelberg');
  });

  test('pages through the changes, oldest first, and then returns only later ones', async () => {
    const after = await endCursor();
    for (let number = 0; number < 5; number += 1) await createAddress();

    const pages = await readPages<ReadChange>(
      (cursor) => read(cursor ?? after, { first: 2 }),
      (data) => data.changes,
    );

    expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
    const times = pages.flat().map(({ at }) => at);
    expect(times).toEqual(times.toSorted());
    const { data } = await read(after);
    const { edges } = connectionOf(data);
    const fromThird = await read(edges[2]?.cursor);
    expect(nodesOf<ReadChange>(fromThird.data?.changes)).toEqual(pages.flat().slice(3));
  });

  test('has an end cursor for an empty page, from which no change is missed', async () => {
    const after = await endCursor();
    const empty = await read(after);
    expect(nodesOf(empty.data?.changes)).toEqual([]);

    await createAddress();

    const next = await read(endCursorOf(empty.data?.changes));
    expect(nodesOf(next.data?.changes)).toHaveLength(1);
  });

  test('does not contain changes at other banks', async () => {
    const otherBankId = `bank-${randomUUID()}`;
    await gateway.createBank(otherBankId);
    await createAddress();
    const other = await gateway.createUser({ roles: [['CanGetChanges', otherBankId]] });

    const { data, errors } = await read(null, { at: otherBankId, as: other.token });

    expect(errors).toEqual([]);
    expect(nodesOf(data?.changes)).toEqual([]);
    expect(codesOf(await read(null, { as: other.token }))).toEqual(['OBP-20006']);
    expect(codesOf(await read(null, { as: null }))).toEqual(['OBP-20001']);
    // A cursor belongs to its bank.
    expect((await read(await endCursor(), { at: otherBankId, as: other.token })).errors[0]?.extensions.key).toBe(
      'INVALID_CURSOR',
    );
  });

  test('is recorded in the audit trail with the customers of the page', async () => {
    const after = await endCursor();
    await createAddress();
    await audit.skipExisting();

    await read(after);

    expect(await audit.events()).toMatchObject([
      {
        kind: 'READ',
        outcome: 'SUCCEEDED',
        userId: reader.id,
        bankId,
        customerIds: [customerId],
        roles: ['CanGetChanges'],
      },
    ]);
  });
});

describe('a cursor of changes fails with RESUME_IMPOSSIBLE', () => {
  async function readWith(edit: (cursor: ChangeCursor) => void) {
    const cursor = cursorOfEnd(await allChangesInOrder.readEnd(gateway.database), Date.now());
    edit(cursor);
    const scope = { secret: gateway.config.secret, field: 'Query.changes', arguments: bankId };
    const { errors } = await read(encodeCursor(scope, cursorValues(cursor)));
    return errors.map(({ extensions }) => extensions.key);
  }

  function readAtAge(milliseconds: number) {
    return readWith((cursor) => {
      cursor.issuedAt -= milliseconds;
    });
  }

  test('if it is older than the retention period', async () => {
    expect(await readWith(() => undefined)).toEqual([]);
    expect(await readAtAge(7_100_000)).toEqual([]);
    expect(await readAtAge(7_300_000)).toEqual(['RESUME_IMPOSSIBLE']);
  });

  test('if the database has lost the change, or has another one in its place', async () => {
    const lost = await readWith(({ position }) => {
      position.number += 1;
    });
    const replaced = await readWith((cursor) => {
      cursor.changedAt += 1;
    });
    expect([lost, replaced]).toEqual([['RESUME_IMPOSSIBLE'], ['RESUME_IMPOSSIBLE']]);
  });

  test('but not if only a change was deleted that the client has read', async () => {
    const at = new Date(Date.now() - 100 * 3_600_000);
    const row = { at, bankId, customerIds: [], userIds: [], fields: [] };
    await gateway.database.transaction((transaction) => transaction.insert(change).values(row));
    const { newest } = await allChangesInOrder.readEnd(gateway.database);
    await gateway.database.transaction((transaction) => transaction.delete(change));
    await createAddress();

    const keys = await readWith((cursor) => {
      cursor.position.number = newest?.number ?? 0;
      cursor.changedAt = at.getTime();
    });

    expect(keys).toEqual([]);
  });
});
