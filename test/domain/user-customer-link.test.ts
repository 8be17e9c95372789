import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditReader } from '../support/audit-events.ts';
import { statementsOfAuditTrail } from '../support/database-url.ts';
import { type Gateway, type ResponseError, startGateway, type TestUser } from '../support/gateway.ts';
import { codesOf } from '../support/paging.ts';
import { insertCustomer, insertCustomerAddress, insertUserCustomerLink } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';

let gateway: Gateway;
let officer: TestUser;
let linked: TestUser;
let formerlyLinked: TestUser;
let customerId: string;
let foreignCustomerId: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  const { database } = gateway;
  customerId = (await insertCustomer(database, { bankId, legalName: 'Anna' })).id;
  foreignCustomerId = (await insertCustomer(database, { bankId: otherBankId, legalName: 'Berta' })).id;
  await insertCustomerAddress(database, { bankId, customerId, city: 'Berlin' });
  officer = await gateway.createUser({
    roles: [
      ['CanGetUserCustomerLink', bankId],
      ['CanGetCorrelatedUsersInfo', bankId],
      ['CanGetCustomer', bankId],
    ],
  });
  linked = await gateway.createUser();
  formerlyLinked = await gateway.createUser();
  await insertUserCustomerLink(database, { bankId, customerId, userId: linked.id });
  await insertUserCustomerLink(database, {
    bankId: otherBankId,
    customerId: foreignCustomerId,
    userId: linked.id,
  });
  await insertUserCustomerLink(database, { bankId, customerId, userId: formerlyLinked.id, isActive: false });
});

afterAll(() => gateway.stop());

function linksByCustomer(token: string | null, id = customerId, bank = bankId) {
  const fields = 'bankId customerId userId isActive dateInserted version user { id } customer { id }';
  return gateway.query(token, `{ userCustomerLinksByCustomer(bankId: "${bank}", customerId: "${id}") { ${fields} } }`);
}

function linksByUser(token: string | null, userId: string, bank = bankId) {
  return gateway.query(
    token,
    `{ userCustomerLinksByUser(bankId: "${bank}", userId: "${userId}") { bankId customerId userId } }`,
  );
}

describe('userCustomerLinksByCustomer', () => {
  test('is refused to an anonymous caller and to callers without the role at the bank, even a linked user', async () => {
    const elsewhere = await gateway.createUser({ roles: [['CanGetUserCustomerLink', otherBankId]] });

    expect(codesOf(await linksByCustomer(null))).toEqual(['OBP-20001']);
    expect(codesOf(await linksByCustomer((await gateway.createUser()).token))).toEqual(['OBP-20006']);
    expect(codesOf(await linksByCustomer(linked.token))).toEqual(['OBP-20006']);
    expect(codesOf(await linksByCustomer(elsewhere.token))).toEqual(['OBP-20006']);
  });

  test('fails for an unknown bank, an unknown customer, and a customer of another bank', async () => {
    expect(codesOf(await linksByCustomer(officer.token, customerId, 'no-bank'))).toEqual(['OBP-30001']);
    expect(codesOf(await linksByCustomer(officer.token, 'no-customer'))).toEqual(['OBP-30046']);
    expect(codesOf(await linksByCustomer(officer.token, foreignCustomerId))).toEqual(['OBP-30046']);
  });

  test('returns active and inactive links, oldest first, each with its user and its customer', async () => {
    const { data, errors } = await linksByCustomer(officer.token);

    expect(errors).toEqual([]);
    const common = { bankId, customerId, version: 1, dateInserted: expect.any(String), customer: { id: customerId } };
    expect(data?.userCustomerLinksByCustomer).toEqual([
      { ...common, userId: linked.id, isActive: true, user: { id: linked.id } },
      { ...common, userId: formerlyLinked.id, isActive: false, user: { id: formerlyLinked.id } },
    ]);
  });

  test('refuses the users and the customers to a caller who can only read links', async () => {
    const reader = await gateway.createUser({ roles: [['CanGetUserCustomerLink', bankId]] });

    const answer = await linksByCustomer(reader.token);

    expect(answer.data?.userCustomerLinksByCustomer).toMatchObject([
      { userId: linked.id, user: null, customer: null },
      { userId: formerlyLinked.id, user: null, customer: null },
    ]);
    const fields = [0, 1].flatMap((index) => ['user', 'customer'].map((field) => [index, field].join('.')));
    expect(answer.errors.map(({ path }) => path?.slice(1).join('.')).sort()).toEqual(fields.sort());
  });

  test('returns the users with the system role', async () => {
    const auditor = await gateway.createUser({
      roles: [
        ['CanGetUserCustomerLink', bankId],
        ['CanGetCorrelatedUsersInfoAtAnyBank', null],
      ],
    });

    const { data } = await linksByCustomer(auditor.token);

    expect(data?.userCustomerLinksByCustomer).toMatchObject([
      { user: { id: linked.id } },
      { user: { id: formerlyLinked.id } },
    ]);
  });
});

describe('userCustomerLinksByUser', () => {
  test('is refused to an anonymous caller and to callers without the role at the bank, even the user', async () => {
    const elsewhere = await gateway.createUser({ roles: [['CanGetUserCustomerLink', otherBankId]] });

    expect(codesOf(await linksByUser(null, linked.id))).toEqual(['OBP-20001']);
    expect(codesOf(await linksByUser((await gateway.createUser()).token, linked.id))).toEqual(['OBP-20006']);
    expect(codesOf(await linksByUser(linked.token, linked.id))).toEqual(['OBP-20006']);
    expect(codesOf(await linksByUser(elsewhere.token, linked.id))).toEqual(['OBP-20006']);
  });

  test('fails for an unknown bank and for an unknown user', async () => {
    expect(codesOf(await linksByUser(officer.token, linked.id, 'no-bank'))).toEqual(['OBP-30001']);
    expect(codesOf(await linksByUser(officer.token, 'no-user'))).toEqual(['OBP-20057']);
  });

  test('returns only the links to customers of the bank', async () => {
    const { data } = await linksByUser(officer.token, linked.id);

    expect(data?.userCustomerLinksByUser).toEqual([{ bankId, customerId, userId: linked.id }]);
  });
});

describe('Customer.userLinks', () => {
  test('is refused to a linked user', async () => {
    const answer = await gateway.query(linked.token, '{ myCustomers { id userLinks { userId } } }');

    expect(answer.data?.myCustomers).toEqual([
      { id: customerId, userLinks: null },
      { id: foreignCustomerId, userLinks: null },
    ]);
    expect(answer.errors.map(({ extensions }) => extensions.bankId)).toEqual([bankId, otherBankId]);
  });

  test('takes as many statements for several customers as for one', async () => {
    const second = await insertCustomer(gateway.database, { bankId });
    const user = await gateway.createUser();
    await insertUserCustomerLink(gateway.database, { bankId, customerId: second.id, userId: user.id });
    const reader = await gateway.createUser({
      roles: [
        ['CanGetCustomers', bankId],
        ['CanGetUserCustomerLink', bankId],
        ['CanGetCorrelatedUsersInfo', bankId],
      ],
    });
    const readLinks = (first: number) =>
      gateway.query(
        reader.token,
        `{ customers(bankId: "${bankId}", first: ${first}, sortBy: CREATED, sortDirection: ASC) { nodes { userLinks { user { id } } } } }`,
      );
    await readLinks(1);

    const start = gateway.database.statistics.statements;
    await readLinks(1);
    const forOne = gateway.database.statistics.statements - start;
    const { data } = await readLinks(2);
    const forTwo = gateway.database.statistics.statements - start - forOne;

    expect(data?.customers).toEqual({
      nodes: [
        { userLinks: [{ user: { id: linked.id } }, { user: { id: formerlyLinked.id } }] },
        { userLinks: [{ user: { id: user.id } }] },
      ],
    });
    expect(forTwo).toBe(forOne);
  });
});

describe('myCustomers and myCustomer', () => {
  const myCustomer = (token: string | null, id: string) =>
    gateway.query(token, `{ myCustomer(customerId: "${id}") { id legalName } }`);

  test('are refused to an anonymous caller', async () => {
    expect(codesOf(await gateway.query(null, '{ myCustomers { id } }'))).toEqual(['OBP-20001']);
    expect(codesOf(await myCustomer(null, customerId))).toEqual(['OBP-20001']);
  });

  test('return no customer without an active link, whatever roles the caller holds', async () => {
    for (const { token } of [officer, formerlyLinked]) {
      expect((await gateway.query(token, '{ myCustomers { id } }')).data).toEqual({ myCustomers: [] });
      expect(codesOf(await myCustomer(token, customerId))).toEqual(['OBP-30046']);
    }
    expect(codesOf(await myCustomer(linked.token, 'no-customer'))).toEqual(['OBP-30046']);
  });

  test('return the customers of the linked user at all banks or at one', async () => {
    const { data } = await gateway.query(
      linked.token,
      `{ all: myCustomers { legalName } one: myCustomers(bankId: "${otherBankId}") { legalName } }`,
    );

    expect(data).toEqual({ all: [{ legalName: 'Anna' }, { legalName: 'Berta' }], one: [{ legalName: 'Berta' }] });
    expect((await myCustomer(linked.token, customerId)).data).toEqual({
      myCustomer: { id: customerId, legalName: 'Anna' },
    });
  });

  test('fail with OBP-30001 for an unknown bank', async () => {
    expect(codesOf(await gateway.query(linked.token, '{ myCustomers(bankId: "no-bank") { id } }'))).toEqual([
      'OBP-30001',
    ]);
  });
});

describe('customer', () => {
  const selection =
    '{ id legalName addresses { city } accountLinks { id } kycChecks { id } crmEvents { nodes { id } } userLinks { id } }';
  const customerOf = (token: string | null, id: string, bank = bankId) =>
    gateway.query(token, `{ it: customer(bankId: "${bank}", customerId: "${id}") ${selection} }`);

  test('answers a linked user as myCustomer does', async () => {
    const audit = auditReader(gateway.database);
    await audit.skipExisting();
    const { data, errors } = await customerOf(linked.token, customerId);
    const mine = await gateway.query(linked.token, `{ it: myCustomer(customerId: "${customerId}") ${selection} }`);
    const [event, eventOfMine] = await audit.events();

    expect(data).toEqual(mine.data);
    expect(data).toMatchObject({ it: { legalName: 'Anna', addresses: [{ city: 'Berlin' }], kycChecks: null } });
    const withoutPlaces = (all: ResponseError[]) => all.map(({ path, extensions }) => ({ path, extensions }));
    expect(withoutPlaces(errors)).toEqual(withoutPlaces(mine.errors));
    const { customerIds, fieldsRefused } = eventOfMine ?? {};
    expect(event).toMatchObject({ outcome: 'PARTIAL', bankId, userId: linked.id, customerIds, fieldsRefused });
    expect(event?.fieldsReturned).toEqual(['Query.customer', 'Customer.addresses', 'Customer.accountLinks']);
    expect(event?.roles).toEqual(['orLinkedUser']);
  });

  test('is refused without the role and an active link, in the same way whether or not the customer exists', async () => {
    const stranger = await gateway.createUser();
    for (const { token } of [stranger, formerlyLinked, linked]) {
      const unknown = await customerOf(token, 'no-customer');
      const existing = token === linked.token ? foreignCustomerId : customerId;
      const known = await customerOf(token, existing);

      expect(known.errors).toEqual(unknown.errors);
      expect(known.data).toEqual({ it: null });
      expect(known.errors).toMatchObject([
        { extensions: { obpCode: 'OBP-20006', missingRoles: ['CanGetCustomer'], bankId } },
      ]);
    }
    expect(codesOf(await customerOf(null, customerId))).toEqual(['OBP-20001']);
  });

  test('is refused to a linked user at another bank than that of the customer', async () => {
    expect(codesOf(await customerOf(linked.token, customerId, otherBankId))).toEqual(['OBP-20006']);
    expect(codesOf(await customerOf(linked.token, customerId, 'no-bank'))).toEqual(['OBP-30001']);
    expect((await customerOf(linked.token, foreignCustomerId, otherBankId)).data).toMatchObject({
      it: { legalName: 'Berta' },
    });
  });
});

describe('access as a linked user', () => {
  test('is refused if the link is inactive, however the customer is reached', async () => {
    const reader = await gateway.createUser({ roles: [['CanGetCustomer', bankId]] });
    await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: reader.id, isActive: false });
    const document = `{ customer(bankId: "${bankId}", customerId: "${customerId}") { addresses { city } } }`;

    const answer = await gateway.query(reader.token, document);

    expect(answer.data).toEqual({ customer: { addresses: null } });
    expect(codesOf(answer)).toEqual(['OBP-20006']);
  });

  test('is allowed even if the customer is reached through a role', async () => {
    const reader = await gateway.createUser({ roles: [['CanGetCustomers', bankId]] });
    await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: reader.id });
    const document = `{ customers(bankId: "${bankId}", sortBy: CREATED, sortDirection: ASC) { nodes { addresses { city } } } }`;

    const { data, errors } = await gateway.query(reader.token, document);

    expect(data).toEqual({ customers: { nodes: [{ addresses: [{ city: 'Berlin' }] }, { addresses: null }] } });
    expect(errors).toHaveLength(1);
  });

  test('takes one statement for the links in the whole operation', async () => {
    const document = '{ myCustomers { addresses { city } taxResidences { id } socialMediaHandles { id } } }';
    await gateway.query(linked.token, document);
    const start = gateway.database.statistics.statements;

    const { errors } = await gateway.query(linked.token, document);

    expect(errors).toEqual([]);
    // The caller, the links, the customers, one for each of the three collections of both customers, and the audit trail.
    expect(gateway.database.statistics.statements - start).toBe(6 + statementsOfAuditTrail);
  });
});
