import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { ChangeRows, maxIdsOfChange } from '../../src/changes/change-rows.ts';
import { attributeOf } from '../../src/changes/stored-field.ts';
import type { Row } from '../../src/database/change-recorder.ts';
import { account } from '../../src/domain/account/account.table.ts';
import { accountHolder } from '../../src/domain/account/account-holder.table.ts';
import { accountRouting } from '../../src/domain/account/account-routing.table.ts';
import { customerAccountLink } from '../../src/domain/account/customer-account-link.table.ts';
import { customerAddress } from '../../src/domain/address/address.table.ts';
import { bank } from '../../src/domain/bank/bank.table.ts';
import { crmEvent } from '../../src/domain/crm-event/crm-event.table.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { customerAttribute } from '../../src/domain/customer/customer-attribute.table.ts';
import { customerLink } from '../../src/domain/customer-link/customer-link.table.ts';
import { kycCheck } from '../../src/domain/kyc/kyc-check.table.ts';
import { kycGap } from '../../src/domain/kyc/kyc-gap.table.ts';
import { meeting } from '../../src/domain/meeting/meeting.table.ts';
import { userCustomerLink } from '../../src/domain/user-customer-link/user-customer-link.table.ts';

type Write = (rows: ChangeRows) => void;

const bankId = 'b';
const inserted =
  (table: SQLiteTable, ...rows: Row[]): Write =>
  (changes) =>
    changes.inserted(
      table,
      rows.map((row) => ({ bankId, ...row })),
    );
const deleted =
  (table: SQLiteTable, row: Row): Write =>
  (changes) =>
    changes.deleted(table, [{ bankId, ...row }]);
const updated =
  (table: SQLiteTable, before: Row, set: Row): Write =>
  (changes) =>
    changes.updated(table, before, { bankId, ...before, ...set }, Object.keys(set));

function rowsOf(...writes: Write[]) {
  const changes = new ChangeRows();
  for (const write of writes) write(changes);
  return changes.rows().map(({ at: _, accountIds = [], ...row }) => ({ ...row, accountIds }));
}

function row(fields: string[], ids: { customerIds?: string[]; userIds?: string[]; accountIds?: string[] }) {
  return { bankId, customerIds: [], userIds: [], accountIds: [], ...ids, fields };
}

const person = { id: 'person', bankId, legalName: 'Jane Doe', email: null, version: 1 };
const ownership = { id: 'l', customerId: 'company', linkedCustomerId: 'person', relationshipTo: 'BENEFICIAL_OWNER' };
const linkFields = ['CustomerLink.linkedCustomerId', 'CustomerLink.relationshipTo'];
const riskFields = (attribute: string) => [
  `CustomerAttribute[${attribute}].name`,
  `CustomerAttribute[${attribute}].value`,
];

describe('the rows of changes', () => {
  test.each<[string, Write[], object[]]>([
    [
      'are one for all changes of a customer',
      [
        updated(customer, person, { email: 'jane@example.org', version: 2 }),
        inserted(customerAddress, { id: 'a', customerId: 'person', city: 'Berlin', line2: null }),
      ],
      [row(['Customer.email', 'CustomerAddress.city'], { customerIds: ['person'] })],
    ],
    [
      'keep the customers of one transaction apart',
      [
        updated(customer, person, { email: 'jane@example.org' }),
        inserted(kycCheck, { id: 'k', customerId: 'company', satisfied: true }),
      ],
      [row(['Customer.email'], { customerIds: ['person'] }), row(['KycCheck.satisfied'], { customerIds: ['company'] })],
    ],
    [
      'name the linked customer only for the link',
      [
        inserted(customer, { id: 'company', legalName: 'Acme' }),
        inserted(customerLink, ownership),
        inserted(kycCheck, { id: 'k', customerId: 'company', satisfied: true }),
      ],
      [
        row(['Customer.legalName', ...linkFields, 'KycCheck.satisfied'], { customerIds: ['company'] }),
        row(linkFields, { customerIds: ['person'] }),
      ],
    ],
    [
      'name the linked customers of a deleted one only for their links',
      [
        deleted(customerLink, { id: 'm', customerId: 'company', linkedCustomerId: 'director' }),
        deleted(customerLink, ownership),
        deleted(kycCheck, { id: 'k', customerId: 'company' }),
        deleted(customer, { id: 'company' }),
      ],
      [
        row(['Customer', 'CustomerLink', 'KycCheck'], { customerIds: ['company'] }),
        row(['CustomerLink'], { customerIds: ['director'] }),
        row(['CustomerLink'], { customerIds: ['person'] }),
      ],
    ],
    [
      'keep accounts apart from customers and from each other',
      [
        inserted(account, { id: 'x', label: 'Salary' }),
        inserted(accountRouting, { accountId: 'y', scheme: 'IBAN' }),
        inserted(customerAccountLink, { id: 'l', customerId: 'person', accountId: 'x', relationshipType: 'Owner' }),
      ],
      [
        row(['Account.label'], { accountIds: ['x'] }),
        row(['AccountRouting.accountId', 'AccountRouting.scheme'], { accountIds: ['y'] }),
        row(['CustomerAccountLink.accountId', 'CustomerAccountLink.relationshipType'], { customerIds: ['person'] }),
      ],
    ],
    [
      'name users only with what concerns them',
      [
        updated(customer, person, { email: 'jane@example.org' }),
        inserted(userCustomerLink, { id: 'l', customerId: 'person', userId: 'anna', isActive: true }),
        inserted(accountHolder, { accountId: 'x', userId: 'ben' }),
        updated(meeting, { id: 'm', customerId: 'person', staffUserId: 'carl' }, { staffUserId: 'dora' }),
      ],
      [
        row(['Customer.email'], { customerIds: ['person'] }),
        row(['UserCustomerLink.isActive', 'UserCustomerLink.userId'], { customerIds: ['person'], userIds: ['anna'] }),
        row(['AccountHolder.accountId', 'AccountHolder.userId'], { accountIds: ['x'], userIds: ['ben'] }),
        row(['Meeting.staffUserId'], { customerIds: ['person'], userIds: ['carl', 'dora'] }),
      ],
    ],
    [
      'keep what belongs to no customer apart',
      [
        inserted(crmEvent, { id: 'e', customerId: null, category: 'Call' }),
        updated(bank, { id: bankId, shortName: 'B' }, { shortName: 'C' }),
        updated(customer, person, { title: 'Dr' }),
      ],
      [row(['Bank.shortName', 'CrmEvent.category'], {}), row(['Customer.title'], { customerIds: ['person'] })],
    ],
    [
      'tell attributes apart without their names, and name both for a renamed one',
      [
        inserted(
          customerAttribute,
          { id: 'a', customerId: 'person', name: 'RISK', value: 'high' },
          { id: 'b', customerId: 'person', name: 'PEP', value: 'yes' },
        ),
        updated(customerAttribute, { customerId: 'company', name: 'RISK', value: 'high' }, { name: 'RATING' }),
        deleted(customerAttribute, { id: 'c', customerId: 'other' }),
      ],
      [
        row([...riskFields(attributeOf('RISK')), ...riskFields(attributeOf('PEP'))].sort(), {
          customerIds: ['person'],
        }),
        row(['RISK', 'RATING'].map((name) => `CustomerAttribute[${attributeOf(name)}].name`).sort(), {
          customerIds: ['company'],
        }),
        row(['CustomerAttribute'], { customerIds: ['other'] }),
      ],
    ],
    [
      'exclude updates that change nothing, derived rows, and bookkeeping',
      [
        updated(customer, person, { email: null, version: 2, legalNameSearch: 'jane' }),
        inserted(kycGap, { customerId: 'person', gap: 'NO_VALID_DOCUMENT' }),
      ],
      [],
    ],
  ])('%s', (_title, writes, rows) => {
    expect(rowsOf(...writes)).toEqual(rows);
  });

  test('are few for an import, and name all fields of its new objects', () => {
    const imported = Array.from({ length: 3 * maxIdsOfChange - 1 }, (_, index) => ({
      id: `a${index}`,
      customerId: `c${index}`,
      city: 'Berlin',
      line2: index % 2 === 0 ? null : 'Flat 2',
    }));

    const rows = rowsOf(inserted(customerAddress, ...imported));

    expect(rows.map(({ customerIds }) => customerIds.length)).toEqual([
      maxIdsOfChange,
      maxIdsOfChange,
      maxIdsOfChange - 1,
    ]);
    expect(new Set(rows.map(({ fields }) => fields.join())).size).toBe(1);
    expect(rows[0]?.fields).toEqual(expect.arrayContaining(['CustomerAddress.city', 'CustomerAddress.line2']));
  });
});
