import { getOperationAST, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditEvent } from '../../src/audit/audit-event.ts';
import { listCostOf } from '../../src/execution/list-cost.ts';
import { gatewaySchema } from '../../src/schema.ts';
import { auditReader } from '../support/audit-events.ts';
import { type Gateway, type ResponseError, startGateway, type TestUser } from '../support/gateway.ts';
import {
  insertAccount,
  insertAccountHolder,
  insertCustomer,
  insertCustomerAccountLink,
  insertUserCustomerLink,
} from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';

interface Fields {
  /** The field that reads several objects, and its argument. */
  many: string;
  ids: string;
  /** The field that reads one of them, and its argument. */
  single: string;
  id: string;
  /** A selection of guarded fields, which the readers cannot see on every object. */
  selection: string;
}

const customers: Fields = {
  ...{ many: 'customersById', ids: 'customerIds', single: 'customer', id: 'customerId' },
  selection: 'id bankId customerNumber addresses { id }',
};
const accounts: Fields = {
  ...{ many: 'accountsById', ids: 'accountIds', single: 'account', id: 'accountId' },
  selection: 'id bankId accountId holders { userId }',
};

let gateway: Gateway;
let clerk: TestUser;
let holder: TestUser;
let stranger: TestUser;
const statements: string[] = [];
/** IDs that exist at the bank, only at another bank, and nowhere. Callers hold the first of `accounts` and are linked to its customer. */
const ids: Record<string, string[]> = {};

beforeAll(async () => {
  gateway = await startGateway({ onStatement: (statement) => statements.push(JSON.stringify(statement)) });
  const { database } = gateway;
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  clerk = await gateway.createUser({
    roles: [
      ['CanGetCustomer', bankId],
      ['CanGetCustomerOverview', bankId],
    ],
  });
  holder = await gateway.createUser();
  stranger = await gateway.createUser({ roles: [['CanGetCustomer', otherBankId]] });
  const ofBank = [await insertCustomer(database, { bankId }), await insertCustomer(database, { bankId })];
  const elsewhere = await insertCustomer(database, { bankId: otherBankId });
  ids.customersById = [...ofBank, elsewhere].map(({ id }) => id).concat('unknown');
  await insertAccount(database, { bankId, id: 'held' });
  await insertAccount(database, { bankId, id: 'other' });
  await insertAccount(database, { bankId: otherBankId, id: 'elsewhere' });
  await insertAccountHolder(database, { bankId, accountId: 'held', userId: holder.id });
  const [linked] = ofBank;
  const ofLinked = { bankId, customerId: linked?.id ?? '' };
  await insertUserCustomerLink(database, { ...ofLinked, userId: holder.id });
  await insertCustomerAccountLink(database, { ...ofLinked, accountId: 'held' });
  ids.accountsById = ['held', 'other', 'elsewhere', 'unknown'];
});

afterAll(() => gateway.stop());

type Data = Record<string, unknown>;

function readMany({ many, ids, selection }: Fields, caller: TestUser | null, list: unknown, bank = bankId) {
  const document = `query ($bankId: ID!, $ids: [ID!]!) { read: ${many}(bankId: $bankId, ${ids}: $ids) { ${selection} } }`;
  return gateway.query<Data>(caller?.token ?? null, document, { bankId: bank, ids: list });
}

function readSingle({ single, id, selection }: Fields, caller: TestUser | null, value: string) {
  const document = `query ($bankId: ID!, $id: ID!) { read: ${single}(bankId: $bankId, ${id}: $id) { ${selection} } }`;
  return gateway.query<Data>(caller?.token ?? null, document, { bankId, id: value });
}

/** The error without its place, and without what only the first of several equal refusals has. */
function withoutPlace({ extensions: { code, key } }: ResponseError) {
  return { code, key };
}

/** The parts of events that depend on the objects. */
function partsOf(events: readonly AuditEvent[]) {
  const sorted = (lists: (readonly string[])[]) => [...new Set(lists.flat())].sort();
  return {
    customerIds: sorted(events.map(({ customerIds }) => customerIds)),
    roles: sorted(events.map(({ roles }) => roles)),
    errors: sorted(events.map(({ errors }) => errors)),
  };
}

describe.each([customers, accounts])('$many', (fields) => {
  const { many, single } = fields;

  test.each([
    ['a caller with the role', () => clerk],
    ['a caller with own data only', () => holder],
    ['a caller with a role at another bank', () => stranger],
  ])('finds and refuses each ID as %s does one by one, and records the same', async (_who, caller) => {
    const audit = auditReader(gateway.database);
    const list = ids[many] ?? [];
    await audit.skipExisting();
    const alone = [];
    for (const id of list) alone.push(await readSingle(fields, caller(), id));
    const eventsOfSingles = await audit.events();
    await audit.skipExisting();

    const { data, errors } = await readMany(fields, caller(), list);

    expect(data?.read).toEqual(alone.map((answer) => answer.data?.read));
    alone.forEach((answer, index) => {
      const ofPlace = errors.filter(({ path }) => path?.[1] === index && path.length === 2);
      const own = answer.errors.filter(({ path }) => path?.length === 1);
      expect(ofPlace.map(withoutPlace)).toEqual(own.map(withoutPlace));
    });
    const events = await audit.events();
    expect(events.map((event) => event.bankId)).toEqual([bankId]);
    expect(partsOf(events)).toEqual(partsOf(eventsOfSingles));
    const renamed = (names: readonly string[]) => names.map((name) => name.replace(`Query.${single}`, `Query.${many}`));
    for (const kind of ['fieldsReturned', 'fieldsRefused', 'fieldsFailed'] as const) {
      const expected = new Set(eventsOfSingles.flatMap((event) => renamed(event[kind])));
      // A field that fails for one ID and is returned for another is named in both lists.
      expect(new Set(events.flatMap((event) => event[kind])), kind).toEqual(expected);
    }
  });

  test('returns an object at each of its places, with as many statements as for one', async () => {
    const [first = '', second = ''] = ids[many] ?? [];
    await readMany(fields, clerk, [first, 'unknown']);
    statements.length = 0;
    await readMany(fields, clerk, [first, 'unknown']);
    const ofOne = statements.length;
    statements.length = 0;
    const list = [second, first, second, 'unknown', first, 'unknown'];
    const { data, errors } = await readMany(fields, clerk, list);

    expect(statements.length).toBe(ofOne);
    const places = data?.read as ({ id: string } | null)[];
    expect(places.map((place) => place?.id)).toEqual(
      [1, 0, 1, null, 0, null].map((place) => (place === null ? undefined : places[place === 0 ? 1 : 0]?.id)),
    );
    expect(errors.filter(({ path }) => path?.length === 2).map(({ path }) => path)).toEqual([
      ['read', 3],
      ['read', 5],
    ]);
  });

  test('fails as a whole without a caller, at an unknown bank, and for more than 100 IDs, before it reads an object', async () => {
    const list = ids[many] ?? [];
    const anonymous = await readMany(fields, null, list);
    const elsewhere = await readMany(fields, clerk, list, 'no-bank');
    statements.length = 0;
    const tooMany = await readMany(fields, clerk, Array(101).fill('unknown'));
    const read = statements.filter((statement) => statement.includes(`from \\"${single}\\"`));

    for (const { data } of [anonymous, elsewhere, tooMany]) expect(data).toEqual({ read: null });
    expect([anonymous, elsewhere, tooMany].map(({ errors }) => errors.map((e) => [e.path, e.extensions.key]))).toEqual([
      [[['read'], 'OBP-20001']],
      [[['read'], 'OBP-30001']],
      [[['read'], 'TOO_MANY_ITEMS']],
    ]);
    expect(read).toEqual([]);
  });

  test('repeats the error of many unknown IDs only with its path', async () => {
    const list = Array.from({ length: 100 }, (_, index) => `unknown-${index}`);

    const { errors } = await readMany(fields, clerk, list);

    expect(errors.map(({ path }) => path)).toEqual(list.map((_, index) => ['read', index]));
    for (const { extensions } of errors.slice(1)) expect(Object.keys(extensions)).toEqual(['code', 'key']);
  });

  test('returns an empty list for no IDs', async () => {
    expect((await readMany(fields, clerk, [])).data).toEqual({ read: [] });
    expect((await readMany(fields, null, [])).errors[0]?.extensions.key).toBe('OBP-20001');
  });

  test('costs as much as its IDs', async () => {
    const schema = await gatewaySchema();
    const cost = (list: string, variables: Record<string, unknown> = {}) => {
      const document = parse(
        `query ($ids: [ID!]! = ["1", "2"]) { ${many}(bankId: "b", ${fields.ids}: ${list}) { id bank { id } } }`,
      );
      const operation = getOperationAST(document);
      return operation === null || operation === undefined ? 0 : listCostOf(schema, document, operation, variables);
    };

    expect(cost('["1", "2", "3"]')).toBe(6);
    expect(cost('"1"')).toBe(2);
    expect(cost('[]')).toBe(0);
    expect(cost('$ids')).toBe(4);
    expect(cost('$ids', { ids: Array(100).fill('1') })).toBe(200);
    expect(cost('$ids', { ids: '1' })).toBe(2);
    expect(cost('[$ids]')).toBe(2);
  });
});
