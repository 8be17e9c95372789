import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { codesOf } from '../support/paging.ts';
import { insertCustomer, insertUserAttribute, insertUserCustomerLink } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';

let gateway: Gateway;
let officer: TestUser;
let anna: TestUser;
let berta: TestUser;
let formerlyLinked: TestUser;
let customerId: string;
let sharedId: string;
let foreignCustomerId: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  const { database } = gateway;
  officer = await gateway.createUser({ roles: [['CanGetCorrelatedUsersInfo', bankId]] });
  anna = await gateway.createUser({ username: 'anna' });
  berta = await gateway.createUser({ username: 'berta' });
  formerlyLinked = await gateway.createUser({ username: 'clara' });
  customerId = (await insertCustomer(database, { bankId, legalName: 'Anna' })).id;
  sharedId = (await insertCustomer(database, { bankId, legalName: 'Anna and Berta' })).id;
  foreignCustomerId = (await insertCustomer(database, { bankId: otherBankId })).id;
  await insertUserCustomerLink(database, { bankId, customerId, userId: anna.id });
  await insertUserCustomerLink(database, { bankId, customerId: sharedId, userId: anna.id });
  await insertUserCustomerLink(database, { bankId, customerId: sharedId, userId: berta.id });
  await insertUserCustomerLink(database, { bankId, customerId: sharedId, userId: formerlyLinked.id, isActive: false });
  for (const { id, username } of [anna, berta]) await insertUserAttribute(database, { userId: id, value: username });
});

afterAll(() => gateway.stop());

describe('correlatedUsers', () => {
  function correlatedUsers(token: string | null, id = sharedId, bank = bankId) {
    return gateway.query(
      token,
      `{ correlatedUsers(bankId: "${bank}", customerId: "${id}") { users { username attributes { value } } } }`,
    );
  }

  test('is refused to an anonymous caller and to callers without the role at the bank, even a linked user', async () => {
    const elsewhere = await gateway.createUser({ roles: [['CanGetCorrelatedUsersInfo', otherBankId]] });

    expect(codesOf(await correlatedUsers(null))).toEqual(['OBP-20001']);
    expect(codesOf(await correlatedUsers((await gateway.createUser()).token))).toEqual(['OBP-20006']);
    expect(codesOf(await correlatedUsers(anna.token))).toEqual(['OBP-20006']);
    expect(codesOf(await correlatedUsers(elsewhere.token))).toEqual(['OBP-20006']);
  });

  test('fails for an unknown bank, an unknown customer, and a customer of another bank', async () => {
    expect(codesOf(await correlatedUsers(officer.token, sharedId, 'no-bank'))).toEqual(['OBP-30001']);
    expect(codesOf(await correlatedUsers(officer.token, 'no-customer'))).toEqual(['OBP-30046']);
    expect(codesOf(await correlatedUsers(officer.token, foreignCustomerId))).toEqual(['OBP-30046']);
  });

  test('returns the linked users and their attributes with the bank role or the system role', async () => {
    const auditor = await gateway.createUser({ roles: [['CanGetCorrelatedUsersInfoAtAnyBank', null]] });

    for (const { token } of [officer, auditor]) {
      const { data, errors } = await correlatedUsers(token);

      expect(errors).toEqual([]);
      expect(data?.correlatedUsers).toEqual({
        users: [
          { username: 'anna', attributes: [{ value: 'anna' }] },
          { username: 'berta', attributes: [{ value: 'berta' }] },
        ],
      });
    }
  });

  test('returns the customer, but not what belongs to it', async () => {
    const document = `{
      correlatedUsers(bankId: "${bankId}", customerId: "${sharedId}") { customer { legalName addresses { city } } }
    }`;
    const auditor = await gateway.createUser({ roles: [['CanGetCorrelatedUsersInfoAtAnyBank', null]] });

    for (const { token } of [officer, auditor]) {
      const answer = await gateway.query(token, document);

      expect(answer.data).toEqual({ correlatedUsers: { customer: { legalName: 'Anna and Berta', addresses: null } } });
      expect(codesOf(answer)).toEqual(['OBP-20006']);
    }
  });
});

describe('Customer.correlatedUsers', () => {
  test('is refused to a linked user', async () => {
    const answer = await gateway.query(anna.token, '{ myCustomers { correlatedUsers { id } } }');

    expect(answer.data).toEqual({ myCustomers: [{ correlatedUsers: null }, { correlatedUsers: null }] });
    expect(answer.errors.map(({ extensions }) => extensions.key)).toEqual(['OBP-20006', 'OBP-20006']);
  });

  test('returns the linked users of several customers', async () => {
    const reader = await gateway.createUser({
      roles: [
        ['CanGetCustomers', bankId],
        ['CanGetCorrelatedUsersInfo', bankId],
      ],
    });
    const { data, errors } = await gateway.query(
      reader.token,
      `{ customers(bankId: "${bankId}", sortBy: CREATED, sortDirection: ASC) { nodes { correlatedUsers { username attributes { value } } } } }`,
    );

    expect(errors).toEqual([]);
    const [annasFields, bertasFields] = [anna, berta].map(({ username }) => ({
      username,
      attributes: [{ value: username }],
    }));
    expect(data?.customers).toEqual({
      nodes: [{ correlatedUsers: [annasFields] }, { correlatedUsers: [annasFields, bertasFields] }],
    });
  });
});

describe('correlatedEntities', () => {
  const document = '{ correlatedEntities { customer { legalName } users { username attributes { value } } } }';

  test('is refused to an anonymous caller', async () => {
    expect(codesOf(await gateway.query(null, document))).toEqual(['OBP-20001']);
  });

  test('is empty for a caller without an active link', async () => {
    for (const { token } of [officer, formerlyLinked]) {
      expect((await gateway.query(token, document)).data).toEqual({ correlatedEntities: [] });
    }
  });

  test("returns the caller's customers, each with all linked users and their attributes", async () => {
    const { data, errors } = await gateway.query(anna.token, document);

    expect(errors).toEqual([]);
    const [annasFields, bertasFields] = [anna, berta].map(({ username }) => ({
      username,
      attributes: [{ value: username }],
    }));
    expect(data?.correlatedEntities).toEqual([
      { customer: { legalName: 'Anna' }, users: [annasFields] },
      { customer: { legalName: 'Anna and Berta' }, users: [annasFields, bertasFields] },
    ]);
  });

  test('takes as many statements for two customers as for one', async () => {
    await gateway.query(anna.token, document);
    const start = gateway.database.statistics.statements;
    await gateway.query(berta.token, document);
    const forOne = gateway.database.statistics.statements - start;
    await gateway.query(anna.token, document);

    expect(gateway.database.statistics.statements - start - forOne).toBe(forOne);
  });
});
