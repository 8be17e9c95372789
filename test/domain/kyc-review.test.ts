import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setReviewInterval } from '../../src/domain/bank/bank-administration.ts';
import { refreshReviewDatesOfBank } from '../../src/domain/customer/review-dates.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { importRecords } from '../support/import-records.ts';
import { insertCustomer } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';
const lastOk = '2024-01-01T09:30:00.000Z';
const highRisk = { name: 'RISK_LEVEL', type: 'STRING', value: 'HIGH' };

let gateway: Gateway;
let officer: TestUser;

beforeAll(async () => {
  gateway = await startGateway();
  for (const id of [bankId, otherBankId]) await gateway.createBank(id);
  const roles = [
    ...['CanAddKycStatus', 'CanRetractKycStatus', 'CanGetKycStatusesAtOneBank', 'CanGetCustomer', 'CanCreateCustomer'],
    ...['CanSetKycReviewDate', 'CanCreateCustomerAttributeAtOneBank', 'CanUpdateCustomerAttributeAtOneBank'],
    'CanDeleteCustomerAttributeAtOneBank',
  ] as const;
  officer = await gateway.createUser({ roles: roles.map((role) => [role, bankId] as const) });
  await setReviewInterval(gateway.database, bankId, null, 1000);
  await setReviewInterval(gateway.database, bankId, { name: 'RISK_LEVEL', value: 'HIGH' }, 100);
});

afterAll(() => gateway.stop());

type Answer = Record<string, Record<string, Record<string, unknown>>>;

async function succeed(document: string, variables: object = {}): Promise<Answer> {
  const { data, errors } = await gateway.query(officer.token, document, { bankId, ...variables });
  expect(errors).toEqual([]);
  return data as Answer;
}

/** A customer who was found ok on 1 January 2024. */
async function newCustomer(attributes: object[] = []): Promise<string> {
  const input = {
    legalName: 'Eveline Tripman',
    mobilePhoneNumber: '+447972444876',
    kycStatus: true,
    lastOkDate: lastOk,
  };
  const { createCustomer } = await succeed(
    'mutation ($bankId: ID!, $input: CreateCustomerInput!) { createCustomer(bankId: $bankId, input: $input) { customer { id } } }',
    { input: { ...input, attributes } },
  );
  return String(createCustomer?.customer?.id);
}

async function dueOn(customerId: string): Promise<unknown> {
  const document =
    'query ($bankId: ID!, $customerId: ID!) { customer(bankId: $bankId, customerId: $customerId) { kycReviewDueOn } }';
  return (await succeed(document, { customerId })).customer?.kycReviewDueOn;
}

function setDate(customerId: string, date: string | null) {
  const document = `mutation ($bankId: ID!, $customerId: ID!, $date: LocalDate) {
    setKycReviewDate(bankId: $bankId, customerId: $customerId, date: $date) { customer { kycReviewDate kycReviewDueOn version } } }`;
  return succeed(document, { customerId, date });
}

describe('Customer.kycReviewDueOn', () => {
  test('follows the attribute with the shortest interval, through its creation, update, and deletion', async () => {
    const customerId = await newCustomer();
    const attribute = 'customerAttribute { id }';
    expect(await dueOn(customerId)).toBe('2026-09-27');
    const created = await succeed(
      `mutation ($bankId: ID!, $customerId: ID!, $input: CustomerAttributeInput!) {
        createCustomerAttribute(bankId: $bankId, customerId: $customerId, input: $input) { ${attribute} } }`,
      { customerId, input: highRisk },
    );
    const id = created.createCustomerAttribute?.customerAttribute?.id;
    expect(await dueOn(customerId)).toBe('2024-04-10');
    const update = `mutation ($bankId: ID!, $customerId: ID!, $id: ID!, $input: UpdateCustomerAttributeInput!) {
      updateCustomerAttribute(bankId: $bankId, customerId: $customerId, id: $id, input: $input) { ${attribute} } }`;
    await succeed(update, { customerId, id, input: { value: 'LOW' } });
    expect(await dueOn(customerId)).toBe('2026-09-27');
    await succeed(update, { customerId, id, input: { value: 'HIGH' } });
    expect(await dueOn(customerId)).toBe('2024-04-10');
    await succeed(
      `mutation ($bankId: ID!, $customerId: ID!, $id: ID!) {
        deleteCustomerAttribute(bankId: $bankId, customerId: $customerId, id: $id) { ${attribute} } }`,
      { customerId, id },
    );
    expect(await dueOn(customerId)).toBe('2026-09-27');
  });

  test('counts from the last ok, and is null for a customer who was never found ok', async () => {
    const customerId = await newCustomer([highRisk]);
    const add = `mutation ($bankId: ID!, $customerId: ID!, $input: AddKycStatusInput!) {
      addKycStatus(bankId: $bankId, customerId: $customerId, input: $input) { kycStatus { id } } }`;
    expect(await dueOn(customerId)).toBe('2024-04-10');
    const added = await succeed(add, { customerId, input: { ok: true, date: '2024-02-01T00:00:00Z' } });
    expect(await dueOn(customerId)).toBe('2024-05-11');
    await succeed(
      `mutation ($bankId: ID!, $customerId: ID!, $input: RetractKycStatusInput!) {
        retractKycStatus(bankId: $bankId, customerId: $customerId, input: $input) { kycStatus { id } } }`,
      { customerId, input: { id: added.addKycStatus?.kycStatus?.id, reason: 'A mistake' } },
    );
    expect(await dueOn(customerId)).toBe('2024-04-10');
    const { createCustomer } = await succeed(
      'mutation ($bankId: ID!, $input: CreateCustomerInput!) { createCustomer(bankId: $bankId, input: $input) { customer { id } } }',
      { input: { legalName: 'Eveline Tripman', mobilePhoneNumber: '+447972444876' } },
    );
    expect(await dueOn(String(createCustomer?.customer?.id))).toBeNull();
  });

  test.each([
    ['2024-03-01', '2024-03-01', 'earlier than the interval'],
    ['2030-01-01', '2026-09-27', 'later than the interval'],
    ['2024-01-01', '2026-09-27', 'not after the last ok'],
  ])('with the date %s of an officer is %s, because it is %s', async (date, due) => {
    const customerId = await newCustomer();

    const { setKycReviewDate } = await setDate(customerId, date);
    expect(setKycReviewDate?.customer).toEqual({ kycReviewDate: date, kycReviewDueOn: due, version: 1 });
    const removed = await setDate(customerId, null);
    expect(removed.setKycReviewDate?.customer).toEqual({
      kycReviewDate: null,
      kycReviewDueOn: '2026-09-27',
      version: 1,
    });
  });

  test('is derived by an import', async () => {
    const ids = { bank_id: bankId, customer_id: 'imported-customer' };
    const record = { ...ids, customer_number: 'imported-1', legal_name: 'Ada', mobile_phone_number: '+44 7400 123456' };
    const status = { ...ids, ok: true, date: lastOk };
    expect(await importRecords(gateway.database, { customers: [record], statuses: [status] })).toEqual([]);

    expect(await dueOn('imported-customer')).toBe('2026-09-27');
  });

  test('follows a changed interval of the bank', async () => {
    const { id } = await insertCustomer(gateway.database, { bankId: otherBankId, lastOkDate: new Date(lastOk) });
    const reader = await gateway.createUser({
      roles: [
        ['CanGetCustomer', otherBankId],
        ['CanGetKycStatusesAtOneBank', otherBankId],
      ],
    });
    const document = `{ customer(bankId: "${otherBankId}", customerId: "${id}") { kycReviewDueOn } }`;
    for (const [days, due] of [
      [10, '2024-01-11'],
      [20, '2024-01-21'],
      [null, null],
    ] as const) {
      await setReviewInterval(gateway.database, otherBankId, null, days);
      await refreshReviewDatesOfBank(gateway.database, otherBankId);
      const { data } = await gateway.query(reader.token, document);
      expect(data).toEqual({ customer: { kycReviewDueOn: due } });
    }
  });
});

describe('Bank.reviewIntervals', () => {
  const document = '{ banks { id reviewIntervals { attributeName attributeValue days } } }';

  test('returns the intervals of each bank where the caller reads KYC statuses', async () => {
    const { data, errors } = await gateway.query(officer.token, document);

    const forAll = { attributeName: null, attributeValue: null, days: 1000 };
    const reviewIntervals = [forAll, { attributeName: 'RISK_LEVEL', attributeValue: 'HIGH', days: 100 }];
    const others = [{ id: otherBankId, reviewIntervals: null }];
    expect(data).toEqual({ banks: [{ id: bankId, reviewIntervals }, ...others] });
    expect(errors.map(({ extensions }) => extensions.obpCode)).toEqual(['OBP-20006']);
  });

  test('has at most 100 intervals', async () => {
    const set = (value: string, days: number | null) =>
      setReviewInterval(gateway.database, otherBankId, { name: 'SCORE', value }, days);
    const values = Array.from({ length: 101 }, (_, index) => String(index));
    for (const value of values.slice(1)) await set(value, 10);

    await expect(set('0', 10)).rejects.toMatchObject({ extensions: { key: 'TOO_MANY_ITEMS' } });
    await set('1', 20);
    for (const value of values) await set(value, null);
  });
});

describe('customersDueForReview', () => {
  const list = `query ($bankId: ID!, $on: LocalDate, $first: Int, $after: String) {
    customersDueForReview(bankId: $bankId, on: $on, first: $first, after: $after) {
      nodes { dueOn customerId customer { id } } totalCount pageInfo { endCursor hasNextPage } } }`;
  interface List {
    customersDueForReview: {
      nodes: { dueOn: string; customerId: string; customer: { id: string } }[];
      totalCount: number;
      pageInfo: { endCursor: string | null; hasNextPage: boolean };
    };
  }

  test('returns the customers whose review is due, the earliest first', async () => {
    const [due, later] = [await newCustomer([highRisk]), await newCustomer()];
    await setDate(due, '2024-02-01');
    const nodes: List['customersDueForReview']['nodes'] = [];
    let total = 0;
    for (let after: string | null | undefined; after !== null; ) {
      const variables = { bankId, on: '2024-12-31', first: 1, after };
      const { data, errors } = await gateway.query<List>(officer.token, list, variables);
      expect(errors).toEqual([]);
      const page = data?.customersDueForReview;
      nodes.push(...(page?.nodes ?? []));
      total = page?.totalCount ?? 0;
      after = page?.pageInfo.hasNextPage === true ? page.pageInfo.endCursor : null;
    }

    expect(nodes[0]).toEqual({ dueOn: '2024-02-01', customerId: due, customer: { id: due } });
    expect(nodes.map(({ customerId }) => customerId)).not.toContain(later);
    expect(nodes.map((node) => node.dueOn)).toEqual(nodes.map((node) => node.dueOn).toSorted());
    expect(total).toBe(new Set(nodes.map(({ customerId }) => customerId)).size);
  });

  test('is refused without a role at the bank', async () => {
    const { token } = await gateway.createUser({ roles: [['CanGetKycStatusesAtOneBank', otherBankId]] });
    const { data, errors } = await gateway.query(token, list, { bankId });

    expect(data).toEqual({ customersDueForReview: null });
    expect(errors[0]?.extensions.obpCode).toBe('OBP-20006');
  });
});
