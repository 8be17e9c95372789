/** `customers(filter: { search })`: one text over names and identifiers. */
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseRoutingAddress } from '../../src/base/identifiers.ts';
import type { Role } from '../../src/base/roles.ts';
import { insertRows } from '../../src/database/insert-rows.ts';
import { bank } from '../../src/domain/bank/bank.table.ts';
import { customerNameWord } from '../../src/domain/customer/customer-name-word.table.ts';
import { fillNameWords } from '../../src/domain/customer/name-words.ts';
import { maxScannedNames } from '../../src/domain/customer/named-customers.ts';
import { auditReader } from '../support/audit-events.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { importRecords } from '../support/import-records.ts';
import { readPages } from '../support/paging.ts';
import {
  insertAccount,
  insertAccountRouting,
  insertCustomer,
  insertCustomerAccountLink,
  insertCustomers,
  insertKycDocument,
} from '../support/rows.ts';

const bankId = 'gh.29.uk';
const namesBankId = 'names.bank';
const otherBankId = 'rs.31.de';
const identifierRoles: Role[] = ['CanGetCustomerOverview', 'CanGetKycDocumentsAtOneBank'];

let gateway: Gateway;
/** Can search everything. */
let officer: TestUser;
/** Can list customers. */
let clerk: TestUser;
let statements: string[] = [];
/** The customer with identifiers of all kinds. */
let eveId: string;

beforeAll(async () => {
  gateway = await startGateway({ onStatement: (statement) => statements.push(statement) });
  for (const id of [bankId, namesBankId, otherBankId]) await gateway.createBank(id);
  const list = [bankId, namesBankId, otherBankId].map((at) => ['CanGetCustomers', at] as const);
  const anyBank = [['CanGetCustomersAtAnyBank', null]] as const;
  clerk = await gateway.createUser({ roles: [...list, ...anyBank] });
  officer = await gateway.createUser({
    roles: [
      ...list,
      ...anyBank,
      ['CanGetAnyKycDocuments', null],
      ...identifierRoles.map((role) => [role, bankId] as const),
    ],
  });
  eveId = await insertEve();
});

afterAll(() => gateway.stop());

async function insertEve(): Promise<string> {
  const { database } = gateway;
  const { id: customerId } = await insertCustomer(database, {
    bankId,
    legalName: 'Eveline Trip-Man',
    customerNumber: 'AB-598 7953',
    email: 'Eve@xn--bcher-kva.example',
    mobilePhoneNumber: '+44 7911 123456',
  });
  const { id: accountId } = await insertAccount(database, { bankId });
  const iban = { scheme: 'IBAN', address: 'DE89 3704 0044 0532 0130 00' };
  await insertAccountRouting(database, { bankId, accountId, ...iban });
  await insertCustomerAccountLink(database, { bankId, customerId, accountId });
  await insertKycDocument(database, { bankId, customerId, number: 'C01X-0006H' });
  await insertKycDocument(database, { bankId, customerId, number: 'RETRACTED1', retractedAt: new Date() });
  return customerId;
}

interface Found {
  totalCount: number;
  edges: { matchedOn: string[] | null; node: { id: string; legalName: string } }[];
}

interface SearchOptions {
  at?: string | null;
  by?: TestUser;
  filter?: string;
  args?: string;
  headers?: Record<string, string>;
}

async function search(
  text: string,
  { at = bankId, by = officer, filter = '', args = '', headers }: SearchOptions = {},
) {
  const field = at === null ? 'customersAtAnyBank(' : `customers(bankId: "${at}", `;
  const { data, errors } = await gateway.query<{ found: Found | null }>(
    by.token,
    `query ($text: String) { found: ${field}${args} filter: { search: $text ${filter} }) {
      totalCount edges { matchedOn node { id legalName } } } }`,
    { text },
    headers,
  );
  const found = data?.found;
  return {
    errors,
    totalCount: found?.totalCount,
    names: found?.edges.map(({ node }) => node.legalName),
    matches: Object.fromEntries(found?.edges.map(({ node, matchedOn }) => [node.id, matchedOn]) ?? []),
  };
}

describe('names', () => {
  const names = [
    'José Müller',
    'Jose Mueller',
    'Josef Weiß',
    'İbrahim Şahin',
    'Ibrahim Ibrahimovic',
    'Οδυσσεύς Παπαδόπουλος',
    "Sinéad O'Brien",
    'Jean-Pierre Dupont',
    'Łukasz Żółć',
    'محمد الرشيد',
    '王小明',
    'Soft\u00ADhyphen',
  ];

  beforeAll(() =>
    insertCustomers(
      gateway.database,
      names.map((legalName) => ({ bankId: namesBankId, legalName })),
    ),
  );

  test.each([
    ['jose', ['Jose Mueller', 'José Müller', 'Josef Weiß']],
    ['MUELLER', ['Jose Mueller', 'José Müller']],
    ['Müller José', ['Jose Mueller', 'José Müller']],
    ['mul jos', ['Jose Mueller', 'José Müller']],
    ['WEISS', ['Josef Weiß']],
    ['ibrahim', ['Ibrahim Ibrahimovic', 'İbrahim Şahin']],
    ['ΟΔΥΣ', ['Οδυσσεύς Παπαδόπουλος']],
    ['o brien', ["Sinéad O'Brien"]],
    ['obrien sinead', ["Sinéad O'Brien"]],
    ['o’brien', ["Sinéad O'Brien"]],
    ['jean pierre', ['Jean-Pierre Dupont']],
    ['Jean-Pierre', ['Jean-Pierre Dupont']],
    ['dupont jeanpierre', ['Jean-Pierre Dupont']],
    ['zolc', ['Łukasz Żółć']],
    ['مُحَمَّد', ['محمد الرشيد']],
    ['小明', ['王小明']],
    ['soft\u200Bhyphen', ['Soft\u00ADhyphen']],
    ['ose', []],
    ['jose muller weiss', []],
  ])('%j finds %j', async (text, expected) => {
    const { totalCount, names: found, errors } = await search(text, { at: namesBankId, by: clerk });

    expect(errors).toEqual([]);
    expect(found?.sort()).toEqual(expected.sort());
    expect(totalCount).toBe(expected.length);
  });

  test('precede longer ones if they contain the whole word, and are found only once', async () => {
    expect((await search('jose', { at: namesBankId })).names?.at(-1)).toBe('Josef Weiß');
    expect((await search('ibrahim', { at: null })).names?.length).toBe(2);
  });

  test('are searched in the words that an update stores', async () => {
    const { id } = await insertCustomer(gateway.database, { bankId: namesBankId, legalName: 'Before Marriage' });
    const registrar = await gateway.createUser({ roles: [['CanUpdateCustomerIdentity', namesBankId]] });
    const { errors } = await gateway.query(
      registrar.token,
      `mutation { updateCustomerIdentity(bankId: "${namesBankId}", customerId: "${id}", input: { legalName: "After Wédding" }) { customer { id } } }`,
    );

    expect(errors).toEqual([]);
    expect((await search('marriage', { at: namesBankId })).names).toEqual([]);
    expect((await search('wedding', { at: namesBankId })).matches).toEqual({ [id]: ['LEGAL_NAME'] });
  });

  test('are found as before, until they are folded, if an earlier version stored them', async () => {
    const { database } = gateway;
    const legalName = 'Xoë Unfolded Jones';
    const { id } = await insertCustomer(database, { bankId: namesBankId, legalName, nameWords: null });

    expect((await search('unfolded xoë', { at: namesBankId })).matches).toEqual({ [id]: ['LEGAL_NAME'] });
    expect((await search('unfolded', { at: null, args: 'sortBy: CREATED,' })).totalCount).toBe(1);
    expect((await search('xo', { at: namesBankId })).names).toEqual([legalName]);
    expect((await search('xoe unfolded', { at: namesBankId })).names).toEqual([]);

    await fillNameWords(database);
    expect((await search('xoe unfolded', { at: namesBankId })).matches).toEqual({ [id]: ['LEGAL_NAME'] });
  });
});

describe('identifiers', () => {
  test.each([
    ['AB-598 7953', 'CUSTOMER_NUMBER'],
    ['ab5987953', 'CUSTOMER_NUMBER'],
    ['ＡＢ５９８７９５３', 'CUSTOMER_NUMBER'],
    ['eve@BÜCHER.example', 'EMAIL'],
    ['ＥＶＥ@xn--bcher-kva.example', 'EMAIL'],
    ['+447911123456', 'MOBILE_PHONE_NUMBER'],
    ['0044 (0)7911 123-456', 'MOBILE_PHONE_NUMBER'],
    ['+４４ ７９１１ １２３４５６', 'MOBILE_PHONE_NUMBER'],
    ['DE89370400440532013000', 'ACCOUNT_ROUTING'],
    ['de89 3704 0044 0532 0130 00', 'ACCOUNT_ROUTING'],
    ['c01x0006h', 'KYC_DOCUMENT_NUMBER'],
    ['C01X 0006H', 'KYC_DOCUMENT_NUMBER'],
    ['trip-man', 'LEGAL_NAME'],
  ])('%j matches on %s', async (text, match) => {
    const { matches, totalCount, errors } = await search(text);

    expect(errors).toEqual([]);
    expect(matches).toEqual({ [eveId]: [match] });
    expect(totalCount).toBe(1);
    expect((await search(text, { args: 'sortBy: CREATED,' })).matches).toEqual({ [eveId]: [match] });
    const isElsewhere = match === 'ACCOUNT_ROUTING' ? {} : { [eveId]: [match] };
    expect((await search(text, { at: null })).matches).toEqual(isElsewhere);
    expect((await search(text, { at: otherBankId })).totalCount).toBe(0);
  });

  test.each(['AB-598 795', 'eve@example.com', '+447911123457', 'DE8937040044053201300', 'RETRACTED1'])(
    'are not found by another text: %j',
    async (text) => {
      expect((await search(text)).totalCount).toBe(0);
    },
  );

  test('come before names, and pages follow this order', async () => {
    const number = '70081';
    const [numbered] = await insertCustomers(gateway.database, [{ bankId, customerNumber: number, legalName: 'Zed' }]);
    await insertCustomers(
      gateway.database,
      ['B', 'A'].map((name) => ({ bankId, legalName: `Studio ${number} ${name}` })),
    );

    const pages = await readPages<{ legalName: string }>(
      (after) =>
        gateway.query(
          clerk.token,
          `query ($after: String) { customers(bankId: "${bankId}", first: 1, after: $after, filter: { search: "${number}" }) {
            nodes { legalName } pageInfo { hasNextPage endCursor } } }`,
          { after },
        ),
      ({ customers }) => customers,
    );
    expect(pages.flat().map(({ legalName }) => legalName)).toEqual(['Zed', `Studio ${number} A`, `Studio ${number} B`]);
    expect((await search(number)).matches[numbered?.id ?? '']).toEqual(['CUSTOMER_NUMBER']);
    expect((await search(number, { filter: 'legalNameStartsWith: "studio"' })).totalCount).toBe(2);
    expect((await search(number, { args: 'sortBy: CREATED, sortDirection: ASC,' })).names).toEqual([
      'Zed',
      `Studio ${number} B`,
      `Studio ${number} A`,
    ]);
  });

  /** Texts that people and programs write for the same identifier. */
  const forms: [name: string, form: (text: string) => string][] = [
    ['lower case', (text) => text.toLowerCase()],
    ['spaces', (text) => text.replace(/(....)/g, '$1 ')],
    ['no-break spaces', (text) => text.replace(/(....)/g, '$1\u00A0')],
    [
      'full-width characters',
      (text) => text.replace(/\w/g, (each) => String.fromCharCode(each.charCodeAt(0) + 0xfee0)),
    ],
    ['Arabic-Indic digits', (text) => text.replace(/\d/g, (digit) => String.fromCharCode(0x660 + Number(digit)))],
    ['Bengali digits', (text) => text.replace(/\d/g, (digit) => String.fromCharCode(0x9e6 + Number(digit)))],
    ['dots', (text) => text.replace(/(...)/g, '$1.')],
    ['en dashes', (text) => text.replace(/(...)/g, '$1\u2013')],
    ['soft hyphens', (text) => text.replace(/(...)/g, '$1\u00AD')],
    ['zero-width characters', (text) => text.replace(/(...)/g, '$1\u200B')],
  ];

  test.each(forms)('are found in any form, whatever form was typed or imported: %s', async (name, form) => {
    const at = 'forms.bank';
    const index = String(forms.findIndex(([each]) => each === name));
    if (index === '0') await gateway.createBank(at);
    const roles = [...identifierRoles, 'CanGetCustomers'] as const;
    const by = await gateway.createUser({ roles: roles.map((role) => [role, at] as const) });
    const customerId = `customer-of-form-${index}`;
    const texts = {
      CUSTOMER_NUMBER: `Q7${index}5511`,
      MOBILE_PHONE_NUMBER: `0797244487${index}`,
      ACCOUNT_ROUTING: `DE8937040044053201300${index}`,
      KYC_DOCUMENT_NUMBER: `C01X0006H${index}`,
    };
    // An import refuses other identifiers with invisible characters.
    const stored = name === 'soft hyphens' || name === 'zero-width characters' ? (text: string) => text : form;
    const ofCustomer = { bank_id: at, customer_id: customerId };
    const problems = await importRecords(gateway.database, [
      {
        ...ofCustomer,
        customer_number: stored(texts.CUSTOMER_NUMBER),
        legal_name: 'Ada',
        mobile_phone_number: form(texts.MOBILE_PHONE_NUMBER),
      },
      {
        ...ofCustomer,
        id: `document-${index}`,
        type: 'passport',
        issue_place: 'Bonn',
        number: stored(texts.KYC_DOCUMENT_NUMBER),
      },
    ]);
    expect(problems).toEqual([]);
    const { id: accountId } = await insertAccount(gateway.database, { bankId: at });
    const address = parseRoutingAddress('IBAN', stored(texts.ACCOUNT_ROUTING));
    await insertAccountRouting(gateway.database, { bankId: at, accountId, scheme: 'IBAN', address });
    await insertCustomerAccountLink(gateway.database, { bankId: at, customerId, accountId });

    for (const [match, text] of Object.entries(texts)) {
      for (const typed of [text, ...forms.map(([, other]) => other(text))]) {
        expect((await search(typed, { at, by })).matches, typed).toEqual({ [customerId]: [match] });
      }
    }
  });

  test('are found as they were written by an import', async () => {
    const written = { bankId, customerNumber: 'x/17', mobilePhoneNumber: '(07972) 444 876' };
    const { id } = await insertCustomer(gateway.database, written);

    for (const text of ['07972444876', '07972 444-876', '(０７９７２) 444876']) {
      expect((await search(text)).matches).toEqual({ [id]: ['MOBILE_PHONE_NUMBER'] });
      const { data } = await gateway.query<{ customers: { nodes: { id: string }[] } }>(
        clerk.token,
        `query ($text: String) { customers(bankId: "${bankId}", filter: { mobilePhoneNumber: $text }) { nodes { id } } }`,
        { text },
      );
      expect(data?.customers.nodes).toEqual([{ id }]);
    }
  });
});

describe('the filters and look-ups of one identifier', () => {
  test.each([
    ['customerNumber', 'ab5987953'],
    ['customerNumber', 'AB 598 7953'],
    ['email', 'EVE@bücher.example'],
    ['email', 'ｅｖｅ＠ｂüｃｈｅｒ．example'],
    ['mobilePhoneNumber', '0044 7911 123456'],
  ])('%s finds %j', async (name, text) => {
    const { data, errors } = await gateway.query<{ customers: { nodes: { id: string }[] } }>(
      clerk.token,
      `query ($text: String) { customers(bankId: "${bankId}", filter: { ${name}: $text }) { nodes { id } } }`,
      { text },
    );

    expect(errors).toEqual([]);
    expect(data?.customers.nodes).toEqual([{ id: eveId }]);
  });

  test('customerByNumber finds a number in another notation, unless two customers match', async () => {
    const reader = await gateway.createUser({ roles: [['CanGetCustomer', bankId]] });
    const find = async (number: string) => {
      const { data } = await gateway.query<{ customerByNumber: { id: string } | null }>(
        reader.token,
        `query ($number: String!) { customerByNumber(bankId: "${bankId}", customerNumber: $number) { id } }`,
        { number },
      );
      return data?.customerByNumber?.id ?? null;
    };
    const [first] = await insertCustomers(gateway.database, [{ bankId, customerNumber: 'k-1' }]);

    expect(await find('K 1')).toBe(first?.id);
    const [second] = await insertCustomers(gateway.database, [{ bankId, customerNumber: 'K/1' }]);
    expect(await find('K 1')).toBeNull();
    expect(await find('K/1')).toBe(second?.id);
    expect((await search('K 1')).totalCount).toBe(2);
  });
});

describe('a caller without a role for an identifier', () => {
  const iban = 'DE89370400440532013000';
  const document = 'C01X0006H';

  test.each([
    ['an IBAN', iban, 'account_routing'],
    ['the number of a KYC document', document, 'kyc_document'],
  ])('learns nothing about %s, because it is not read', async (_what, text, table) => {
    await search(text);
    expect(statements.some((statement) => statement.includes(table))).toBe(true);
    statements = [];

    for (const at of [bankId, null]) {
      expect(await search(text, { by: clerk, at })).toMatchObject({ errors: [], totalCount: 0, matches: {} });
      const sorted = await search(text, { by: clerk, at, args: 'sortBy: CREATED,' });
      expect(sorted).toMatchObject({ errors: [], totalCount: 0, matches: {} });
    }
    expect(statements.filter((statement) => statement.includes(table))).toEqual([]);
  });

  test('does not learn that an identifier of a customer found by name matches', async () => {
    const { id: customerId } = await insertCustomer(gateway.database, { bankId, legalName: 'Passport P123456' });
    await insertKycDocument(gateway.database, { bankId, customerId, number: 'P123456' });

    expect((await search('P123456')).matches).toEqual({ [customerId]: ['KYC_DOCUMENT_NUMBER', 'LEGAL_NAME'] });
    expect((await search('P123456', { by: clerk })).matches).toEqual({ [customerId]: ['LEGAL_NAME'] });
  });

  test('searches no KYC documents without the reason that a bank requires', async () => {
    const secretive = 'secretive.bank';
    await gateway.createBank(secretive);
    await gateway.database.transaction((transaction) =>
      transaction.update(bank).set({ kycReasonRequired: true }).where(eq(bank.id, secretive)),
    );
    const { id: customerId } = await insertCustomer(gateway.database, { bankId: secretive });
    await insertKycDocument(gateway.database, { bankId: secretive, customerId, number: 'SECRET-1' });
    const roles = [
      ['CanGetCustomers', secretive],
      ['CanGetAnyKycDocuments', null],
      ['CanGetCustomersAtAnyBank', null],
    ] as const;
    const by = await gateway.createUser({ roles });

    for (const at of [secretive, null]) {
      expect((await search('secret 1', { by, at })).totalCount).toBe(0);
      const headers = { 'x-reason': 'Enquiry of the customer' };
      const audit = auditReader(gateway.database);
      await audit.skipExisting();
      expect((await search('secret 1', { by, at, headers })).matches).toEqual({
        [customerId]: ['KYC_DOCUMENT_NUMBER'],
      });
      const ofBank = (await audit.events()).filter((event) => event.bankId === secretive);
      expect(ofBank.map(({ roles }) => roles)).toEqual([expect.arrayContaining(['CanGetAnyKycDocuments'])]);
    }
  });
});

describe('a searched text', () => {
  test.each([
    ['', 'MIN_CHARACTERS'],
    ['  a ', 'MIN_CHARACTERS'],
    ['-?!', 'MIN_CHARACTERS'],
    ['ab'.repeat(51), 'MAX_CHARACTERS'],
    ['ab '.repeat(11), 'MAX_WORDS'],
  ])('is refused by name: %j', async (text, rule) => {
    const { errors } = await search(text);

    expect(errors.map(({ extensions }) => extensions)).toMatchObject([
      { obpCode: 'OBP-10001', field: 'filter.search', rule },
    ]);
  });

  test('without a search, matchedOn is null', async () => {
    const { data } = await gateway.query<{ customers: Found }>(
      clerk.token,
      `{ customers(bankId: "${bankId}", first: 1) { edges { matchedOn } } }`,
    );
    expect(data?.customers.edges).toEqual([{ matchedOn: null }]);
  });

  test('is refused by name if it compares too many names, unless the page is full before', async () => {
    const wideBankId = 'wide.bank';
    await gateway.createBank(wideBankId);
    const by = await gateway.createUser({ roles: [['CanGetCustomers', wideBankId]] });
    const names = Array.from({ length: 60 }, (_, index) => ({ bankId: wideBankId, legalName: `Zbaa Zbab ${index}` }));
    await insertCustomers(gateway.database, names);
    const words = Array.from({ length: maxScannedNames }, (_, index) => ({
      bankId: wideBankId,
      words: `zbz${index} zbz${index}`,
      rowNumber: 1_000_000 + index,
    }));
    await gateway.database.transaction((transaction) => insertRows(transaction, customerNameWord, words));

    const { data, errors } = await gateway.query<{ customers: { nodes: object[] } }>(
      by.token,
      `{ customers(bankId: "${wideBankId}", filter: { search: "zb zb" }) { nodes { id } } }`,
    );
    expect(errors).toEqual([]);
    expect(data?.customers.nodes).toHaveLength(50);
    const { errors: refusals } = await search('zb zb', { at: wideBankId, by });
    expect(refusals[0]?.extensions).toMatchObject({ key: 'SEARCH_TOO_BROAD', field: 'filter.search' });
  });
});
