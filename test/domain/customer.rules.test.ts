import { expect, test } from 'vitest';
import { derivedColumns, kycStateOf, neverOk, normaliseForSearch } from '../../src/domain/customer/customer.rules.ts';
import { attributeSearchValue } from '../../src/domain/customer/customer-attribute.rules.ts';
import { KycState } from '../../src/domain/customer/kyc-state.ts';

test.each([
  ['Eveline  Tripman', 'eveline tripman'],
  [' Mu\u0308ller\t-\nLüdenscheidt ', 'müller - lüdenscheidt'],
  ['ＭＡＥＶＥ', 'maeve'],
  ['Straße', 'straße'],
  ['İnci', 'i̇nci'],
])('normaliseForSearch changes %j to %j, even if it is applied twice', (written, search) => {
  expect(normaliseForSearch(written)).toBe(search);
  expect(normaliseForSearch(search)).toBe(search);
});

test('derivedColumns returns the derived columns of a customer', () => {
  const lastOkDate = new Date('2023-03-13T11:39:33Z');
  expect(
    derivedColumns({
      legalName: 'Eveline Tripman',
      mobilePhoneNumber: '+44 07972 444 876',
      email: 'FelixSmith@Example.com',
      kycStatus: true,
      lastOkDate,
    }),
  ).toEqual({
    legalNameSearch: 'eveline tripman',
    nameWords: 'eveline tripman',
    mobilePhoneNumberE164: '+447972444876',
    emailSearch: 'felixsmith@example.com',
    lastOkDateOrder: lastOkDate,
    kycState: KycState.OK,
  });
});

test('derivedColumns accepts null values and a phone number that is not international', () => {
  const values = {
    legalName: 'A',
    mobilePhoneNumber: '07972 444 876',
    email: null,
    kycStatus: false,
    lastOkDate: null,
  };
  expect(derivedColumns(values)).toEqual({
    ...{
      legalNameSearch: 'a',
      nameWords: 'a',
      mobilePhoneNumberE164: null,
      emailSearch: null,
      lastOkDateOrder: neverOk,
    },
    kycState: KycState.NEVER_ASSESSED,
  });
});

test.each([
  [true, null, undefined, KycState.OK],
  [true, neverOk, KycState.NOT_OK, KycState.OK],
  [false, neverOk, undefined, KycState.NOT_OK],
  [false, null, undefined, KycState.NEVER_ASSESSED],
  [false, null, KycState.NOT_OK, KycState.NOT_OK],
  [false, null, KycState.OK, KycState.NOT_OK],
])(
  'kycStateOf for the status %s, the date %s, and the former state %s is %s',
  (kycStatus, lastOkDate, former, state) => {
    expect(kycStateOf({ kycStatus, lastOkDate, kycState: former })).toBe(state);
  },
);

test('attributeSearchValue returns the first 100 characters and splits none of them', () => {
  expect(attributeSearchValue('a'.repeat(100))).toBe('a'.repeat(100));
  expect(attributeSearchValue(`${'a'.repeat(100)}b`)).toBe('a'.repeat(100));
  expect(attributeSearchValue('\u{10330}'.repeat(101))).toBe('\u{10330}'.repeat(100));
});
