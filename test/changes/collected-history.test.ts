import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { CollectedHistory, noAuthor } from '../../src/changes/collected-history.ts';
import type { Row } from '../../src/database/change-recorder.ts';
import { customerAddress } from '../../src/domain/address/address.table.ts';
import { bank } from '../../src/domain/bank/bank.table.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { kycCheck } from '../../src/domain/kyc/kyc-check.table.ts';

const written = new Date('2026-03-01T12:00:00.123Z');
const author = { userId: 'anna', requestId: 'request-1' };
const eveline = { id: 'c', bankId: 'b', legalName: 'Jane Doe', title: null, version: 1, updatedAt: written };
const place = { bankId: 'b', customerId: 'c' };
const address = {
  ...{ id: 'a', ...place, line1: 'No 1', line2: null, line3: null, city: 'Berlin', county: null, state: null },
  ...{ postcode: null, countryCode: 'DE', tags: ['home'], status: null, insertDate: new Date(0), version: 1 },
  updatedAt: written,
};

function changed(table: SQLiteTable, before: Row, set: Row): (history: CollectedHistory) => void {
  return (history) => history.updated(table, before, { ...before, ...set }, Object.keys(set));
}

const inserted = (table: SQLiteTable, row: Row) => (history: CollectedHistory) => history.inserted(table, [row]);
const deleted = (table: SQLiteTable, row: Row) => (history: CollectedHistory) => history.deleted(table, [row]);

function entries(...writes: ((history: CollectedHistory) => void)[]) {
  const history = new CollectedHistory();
  for (const write of writes) write(history);
  return history.rows(author);
}

const renaming = { legalName: 'Jane Roe', legalNameSearch: 'jane roe', version: 2, updatedAt: written };
const renamed = changed(customer, eveline, renaming);
const ofCustomer = { ...place, object: 'CUSTOMER', objectId: 'c', changedAt: written };
const ofAddress = { ...place, object: 'ADDRESS', objectId: 'a' };
const byAuthor = { changedByUserId: 'anna', requestId: 'request-1' };
const stored = { line1: 'No 1', city: 'Berlin', countryCode: 'DE', tags: ['home'], insertDate: new Date(0) };
const unset = { line2: null, line3: null, county: null, state: null, postcode: null, status: null };

describe('the history of customers', () => {
  test.each<[string, ReturnType<typeof entries>, object[]]>([
    [
      'contains the former and the new values of changed columns, without derived ones',
      entries(renamed),
      [{ ...ofCustomer, ...byAuthor, before: { legalName: 'Jane Doe' }, after: { legalName: 'Jane Roe' } }],
    ],
    [
      'contains one entry for several changes of an object',
      entries(
        renamed,
        changed(customer, { ...eveline, legalName: 'Jane Roe' }, { legalName: 'Jane Poe', title: 'Dr' }),
      ),
      [
        {
          ...{ ...ofCustomer, ...byAuthor },
          before: { legalName: 'Jane Doe', title: null },
          after: { legalName: 'Jane Poe', title: 'Dr' },
        },
      ],
    ],
    [
      'omits a change that was reverted',
      entries(renamed, changed(customer, { ...eveline, legalName: 'Jane Roe' }, { legalName: 'Jane Doe' })),
      [],
    ],
    ['omits a write of equal values', entries(changed(customer, eveline, { legalName: 'Jane Doe', version: 2 })), []],
    [
      'contains the values of a new object',
      entries(inserted(customerAddress, address)),
      [{ ...ofAddress, before: null, after: stored }],
    ],
    [
      'contains a new object with its last values',
      entries(inserted(customerAddress, address), changed(customerAddress, address, { city: 'Bonn' })),
      [{ ...ofAddress, before: null, after: { ...stored, city: 'Bonn' } }],
    ],
    [
      'contains all values of a deleted object',
      entries(deleted(customerAddress, address)),
      [{ ...ofAddress, before: { ...stored, ...unset }, after: null }],
    ],
    [
      'contains the first values of an object that was changed and deleted',
      entries(
        changed(customerAddress, address, { city: 'Bonn' }),
        deleted(customerAddress, { ...address, city: 'Bonn' }),
      ),
      [{ ...ofAddress, before: { ...stored, ...unset }, after: null }],
    ],
    [
      'omits an object that was created and deleted',
      entries(inserted(customerAddress, address), deleted(customerAddress, address)),
      [],
    ],
    [
      'omits a deleted customer, whose rows were not read',
      entries(renamed, deleted(customerAddress, { id: 'a', ...place }), deleted(customer, { ...eveline })),
      [],
    ],
    [
      'omits objects of other kinds',
      entries(inserted(bank, { id: 'b' }), inserted(kycCheck, { id: 'k', ...place })),
      [],
    ],
  ])('%s', (_title, actual, expected) => {
    expect(actual).toMatchObject(expected);
    expect(actual).toHaveLength(expected.length);
    expect(actual.map(({ before, after }) => ({ before, after }))).toEqual(
      expected
        .map((entry) => ({ before: expect.anything(), after: expect.anything(), ...entry }))
        .map(({ before, after }) => ({ before, after })),
    );
  });

  test('refuses a change of a column that the write has not read', () => {
    const { title: _unread, ...read } = eveline;

    expect(() => entries(changed(customer, read, { title: 'Dr' }))).toThrow('customer.title must be read');
  });

  test('has a time of its own for a change that leaves the time of the last change of the row', () => {
    const [entry] = entries(changed(customer, { ...eveline, kycReviewDate: null }, { kycReviewDate: '2030-01-01' }));

    expect(entry?.changedAt.getTime()).toBeGreaterThan(written.getTime());
  });

  test('begins after the initial rows of a customer', () => {
    const history = new CollectedHistory();

    const rows = [address, { ...address, id: 'later', customerId: 'former' }];
    history.inserted(customerAddress, rows, (customerId) => customerId === address.customerId);

    expect(history.rows(noAuthor)).toMatchObject([{ objectId: 'later', changedByUserId: null, requestId: null }]);
  });
});
