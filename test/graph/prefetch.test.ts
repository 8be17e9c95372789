/** Tests for which callers and customers the collections of a customer are prefetched. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Role } from '../../src/base/roles.ts';
import { auditReader } from '../support/audit-events.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertUserCustomerLink } from '../support/rows.ts';
import { insertWholeCustomer, type WholeCustomer } from '../support/whole-customer.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'rs.31.de';
const collections: Role[] = ['CanGetCustomerAddress', 'CanGetKycChecksAtOneBank'];
const around = 'addresses { id } kycChecks { id }';

let gateway: Gateway;
let ours: WholeCustomer;
let theirs: WholeCustomer;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  ours = await insertWholeCustomer(gateway.database, { bankId });
  theirs = await insertWholeCustomer(gateway.database, { bankId: otherBankId });
});

afterAll(() => gateway.stop());

function clerkWith(...roles: Role[]): Promise<TestUser> {
  return gateway.createUser({ roles: roles.map((role) => [role, bankId]) });
}

async function ask({ token }: TestUser, selection: string, customerId = ours.customerId) {
  const { statistics } = gateway.database;
  const before = statistics.statements;
  const answer = await gateway.query<{ customer: Record<string, unknown> | null }>(
    token,
    `{ customer(bankId: "${bankId}", customerId: "${customerId}") { ${selection} } }`,
  );
  return { ...answer, statements: statistics.statements - before };
}

test('collections are not read for a caller who can access only the collections, but not the customer', async () => {
  const clerk = await clerkWith(...collections);
  const { statements } = await ask(clerk, 'id');

  const { data, errors, statements: withCollections } = await ask(clerk, `id ${around}`);

  expect(data).toEqual({ customer: null });
  expect(errors).toMatchObject([{ path: ['customer'], extensions: { missingRoles: ['CanGetCustomer'] } }]);
  expect(withCollections).toBe(statements);
});

test('collections are not read for a caller who can access the customer, but not the collections', async () => {
  const clerk = await clerkWith('CanGetCustomer');
  const { statements } = await ask(clerk, 'id');

  const { data, errors, statements: withCollections } = await ask(clerk, `id ${around}`);

  expect(data?.customer).toEqual({ id: ours.customerId, addresses: null, kycChecks: null });
  expect(errors.map(({ path }) => path?.at(-1)).sort()).toEqual(['addresses', 'kycChecks']);
  // Whether the caller is linked to the customer is looked up once.
  expect(withCollections).toBe(statements + 1);
});

test('each collection is read once for a caller who can access all of them', async () => {
  const clerk = await clerkWith('CanGetCustomer', ...collections);
  const { statements } = await ask(clerk, 'id');

  const { data, errors, statements: withCollections } = await ask(clerk, `id ${around}`);

  expect(errors).toEqual([]);
  expect(data?.customer).toMatchObject({ addresses: [{}], kycChecks: [{}] });
  expect(withCollections).toBe(statements + 2);
});

test('a linked user can access their own collections', async () => {
  const linked = await clerkWith('CanGetCustomer', 'CanGetKycChecksAtOneBank');
  await insertUserCustomerLink(gateway.database, { bankId, customerId: ours.customerId, userId: linked.id });

  const { data, errors } = await ask(linked, around);

  expect(errors).toEqual([]);
  expect(data?.customer).toMatchObject({ addresses: [{}], kycChecks: [{}] });
});

test.each([
  ['a customer of another bank', () => theirs.customerId],
  ['an unknown customer', () => randomUUID()],
])('no collection of %s is returned or recorded as returned', async (_, customerIdOf) => {
  const clerk = await clerkWith('CanGetCustomer', ...collections);
  const audit = auditReader(gateway.database);
  await audit.skipExisting();

  const { data, errors } = await ask(clerk, `id ${around}`, customerIdOf());

  expect(data).toEqual({ customer: null });
  expect(errors).toMatchObject([{ path: ['customer'], extensions: { obpCode: 'OBP-30046' } }]);
  const [event, ...more] = await audit.events();
  expect(more).toEqual([]);
  expect(JSON.stringify(event)).not.toMatch(/addresses|kycChecks/);
});

test('a collection with two aliases is returned under both', async () => {
  const clerk = await clerkWith('CanGetCustomer', 'CanGetCustomerMessages');

  const { data, errors } = await ask(clerk, 'one: messages(first: 1) { nodes { id } } two: messages { nodes { id } }');

  expect(errors).toEqual([]);
  expect(data?.customer).toMatchObject({ one: { nodes: [{}] }, two: { nodes: [{}, {}] } });
});

test('an invalid argument fails its collection, as without prefetch', async () => {
  const clerk = await clerkWith('CanGetCustomer', 'CanGetCustomerMessages', ...collections);

  const { data, errors } = await ask(clerk, `${around} messages(after: "no cursor") { nodes { id } }`);

  expect(data?.customer).toMatchObject({ addresses: [{}], kycChecks: [{}], messages: null });
  expect(errors).toMatchObject([{ path: ['customer', 'messages'], extensions: { code: 'BAD_USER_INPUT' } }]);
});

test('the accounts of links contain their prefetched fields', async () => {
  const clerk = await clerkWith('CanGetCustomer', 'CanGetCustomerAccountLinks', 'CanGetCustomerOverview');

  const { data, errors } = await ask(
    clerk,
    'accountLinks { account { accountId routings { address } attributes { id } } }',
  );

  expect(errors).toEqual([]);
  const account = {
    accountId: ours.accountId,
    routings: [{ address: expect.any(String) }],
    attributes: expect.arrayContaining([{ id: expect.any(String) }]),
  };
  expect(data?.customer).toEqual({ accountLinks: [{ account }] });
});
