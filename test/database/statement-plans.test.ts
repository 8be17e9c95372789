/**
 * Calls every root field and every list of a customer, and explains each statement that the call sends: none must scan a
 * table, and none must sort the rows that it finds by an index.
 */
import { type GraphQLField, getNamedType, getNullableType, isListType, isObjectType } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isRole, type Role, roleScope, roles } from '../../src/base/roles.ts';
import { gatewaySchema } from '../../src/schema.ts';
import { wholeEnvironment } from '../support/api-cases.ts';
import { dialectUnderTest } from '../support/database-url.ts';
import { insertEveryEntity, type World } from '../support/every-entity.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { isPasswordCall, passwordCalls, passwordEnvironment } from '../support/password-calls.ts';
import { explain, type SentStatement } from '../support/query-plans.ts';
import { documentOfRoot, rootCallOf } from '../support/root-calls.ts';

type Field = GraphQLField<unknown, unknown>;
type Kind = 'query' | 'mutation';

const schema = await gatewaySchema();

function fieldsOf(typeName: string): Field[] {
  const type = schema.getType(typeName);
  return isObjectType(type) ? Object.values(type.getFields()) : [];
}

const rootFields = [
  ...fieldsOf('Query').map((field): [string, Kind, Field] => [field.name, 'query', field]),
  ...fieldsOf('Mutation').map((field): [string, Kind, Field] => [field.name, 'mutation', field]),
];

/** The lists of a customer, each with a selection of its items. */
const lists = fieldsOf('Customer').flatMap(({ name, type }): [string, string][] => {
  const named = getNamedType(type);
  if (!isObjectType(named)) return [];
  if (named.getFields().nodes !== undefined) return [[name, `${name}(first: 2) { nodes { __typename } }`]];
  return isListType(getNullableType(type)) ? [[name, `${name} { __typename }`]] : [];
});

/** The fields that scan a table, and why this takes little time. */
const scanning: Record<string, string> = {
  banks: 'It returns all banks.',
  createBank: 'It counts the banks, of which there are at most 5,000.',
};

/** The fields that sort the rows of one parent, and why they are few. */
const sorting: Record<string, string> = {
  banks: 'It returns all banks.',
  createBank: 'It locks the oldest bank, of which there are at most 5,000.',
  customers: 'At most one customer of the bank has the number.',
  firehoseCustomers: 'It sorts the customers that were updated in the period.',
  exportCustomerData: 'It reads all rows, at most 10,000 of each kind.',
};

let mailServer: MailServer;
let gateway: Gateway;
let world: World;
let sent: SentStatement[] = [];

beforeAll(async () => {
  mailServer = await startMailServer();
  gateway = await startGateway({
    environment: { ...wholeEnvironment, ...passwordEnvironment(mailServer) },
    onStatement: (statement, parameters) => sent.push({ statement, parameters }),
  });
});
beforeEach(async () => {
  world = await insertEveryEntity(gateway);
});
afterAll(async () => {
  await gateway.stop();
  await mailServer.close();
});

/** A user with every role at the bank of the world, and every system role. */
async function callerOf({ bankId }: World): Promise<string> {
  const everyRole = Object.keys(roles)
    .filter(isRole)
    .map((role): [Role, string | null] => [role, roleScope(role) === 'bank' ? bankId : null]);
  return (await gateway.createUser({ roles: everyRole })).token;
}

/** Inserts do not read the table. SQLite's plans of inserts contain the foreign keys of other tables. */
function canScan({ statement }: SentStatement): boolean {
  return /^(select|update|delete|with)\b/i.test(statement);
}

/** A scan of all rows of a table: SQLite's SCAN without an index, PostgreSQL's Seq Scan. */
const scan = dialectUnderTest === 'sqlite' ? /^SCAN (?!\S+ (VIRTUAL|USING)|\(|CONSTANT)/m : /Seq Scan on/;
/** A search of one table that sorts the rows. PostgreSQL sorts few rows rather than to read them in the order of an index. */
const sort = dialectUnderTest === 'sqlite' ? /^SEARCH \S+ USING .*\nUSE TEMP B-TREE FOR ORDER BY$/ : /^never$/;

/** The plan without the scans of subqueries, which SQLite names after `CO-ROUTINE`. */
function withoutSubqueries(plan: string): string {
  return [...plan.matchAll(/^CO-ROUTINE (\S+)$/gm)].reduce(
    (rest, [, name]) => rest.replaceAll(`\nSCAN ${name}\n`, '\n').replace(new RegExp(`\nSCAN ${name}$`), ''),
    plan,
  );
}

/** Runs an operation, and explains its statements. */
async function expectIndexes(name: string, token: string | null, document: string, variables: object): Promise<void> {
  sent = [];
  const { errors } = await gateway.query(token, document, variables);
  const statements = sent.filter(canScan);
  const plans = await explain(gateway.config.databaseUrl, statements);

  expect(errors).toEqual([]);
  expect(statements).not.toEqual([]);
  const plansOf = (pattern: RegExp) =>
    plans
      .map(withoutSubqueries)
      .flatMap((plan, index) => (pattern.test(plan) ? [`${statements[index]?.statement}\n${plan}`] : []));
  if (scanning[name] === undefined) {
    expect(
      plansOf(scan),
      'These statements scan a table. Add an index on the columns of their conditions to the table: a foreign key needs one, too.',
    ).toEqual([]);
  }
  if (sorting[name] === undefined) {
    expect(
      plansOf(sort),
      'These statements sort the rows of a parent. Add the columns of their order, and then the ID, to the index on the parent.',
    ).toEqual([]);
  }
}

describe('the statements of a root field use indexes', () => {
  test.each(rootFields)('%s', async (name, kind, field) => {
    if (isPasswordCall(name)) {
      const { token, document, variables } = await passwordCalls[name]({ gateway, mailServer });
      return expectIndexes(name, token, document, variables);
    }
    const call = rootCallOf(kind, field);
    if (call === undefined) throw new Error(`Add ${name} to furtherReads in test/support/root-calls.ts.`);
    const { anyOf = [] } = field.extensions.access as { anyOf?: Role[] };
    const token = anyOf.length === 0 ? world.linkedUser.token : await callerOf(world);
    const document = documentOfRoot(kind, field, call.selection);
    return expectIndexes(name, token, document, call.variables(world));
  });
});

describe('the statements of a list of a customer use indexes', () => {
  test.each(lists)('%s', async (name, selection) => {
    const { bankId, customerId } = world;
    const document = `query ($bankId: ID!, $customerId: ID!) {
      customer(bankId: $bankId, customerId: $customerId) { ${selection} } }`;
    await expectIndexes(name, await callerOf(world), document, { bankId, customerId });
  });
});

describe('the patterns', () => {
  test('find a statement that scans a table, and on SQLite one that sorts the rows of a parent', async () => {
    const plans = await explain(gateway.config.databaseUrl, [
      { statement: "select * from customer where title = 'Dr.'", parameters: [] },
      { statement: "select * from customer where customer_number = '1' order by title", parameters: [] },
    ]);
    expect(plans[0]).toMatch(scan);
    if (dialectUnderTest === 'sqlite') expect(plans[1]).toMatch(sort);
  });
});
