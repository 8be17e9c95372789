/** Cost budgets that several processes share through one database. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type BudgetKind, type CallerBudget, CostBudgets } from '../../src/auth/cost-budget.ts';
import { costConsumption } from '../../src/auth/cost-consumption.table.ts';
import { CostExchange, deleteFullBudgets } from '../../src/auth/cost-exchange.ts';
import { InstallationSecret } from '../../src/base/installation-secret.ts';
import type { Database } from '../../src/database/database.ts';
import { openMigratedDatabase } from '../support/migrated-database.ts';

const limits = { costPerMinute: 6_000, anonymousCostPerMinute: 600 };

let database: Database;
let drop: () => Promise<void>;
let statements: string[];
let failures: unknown[];
let exchanges: CostExchange[];

beforeEach(async () => {
  statements = [];
  failures = [];
  exchanges = [];
  const onStatement = (statement: string) => statements.push(statement);
  ({ database, drop } = await openMigratedDatabase({ onStatement }));
});

afterEach(async () => {
  for (const exchange of exchanges) await exchange.stop();
  await drop();
});

/** The budgets and the exchange of one process. */
function startProcess(shared: Database = database) {
  const budgets = new CostBudgets(limits);
  const secret = new InstallationSecret('a secret of the tests, at least 32 characters');
  const onFailure = (error: unknown) => failures.push(error);
  const exchange = new CostExchange({ database: shared, secret, budgets, onFailure });
  exchanges.push(exchange);
  return { budgets, exchange };
}

function storedRows() {
  return database.read.select().from(costConsumption);
}

function isAdmitted(budget: CallerBudget): boolean {
  try {
    budget.check();
    return true;
  } catch {
    return false;
  }
}

test('charges of one process apply to the others', async () => {
  const one = startProcess();
  const other = startProcess();
  one.budgets.ofUser('a user').charge(5_000);
  other.budgets.ofUser('a user').charge(5_000);
  other.budgets.ofUser('another user').charge(2_000);

  await one.exchange.exchange();
  await other.exchange.exchange();

  expect(isAdmitted(one.budgets.ofUser('a user'))).toBe(true);
  expect(isAdmitted(other.budgets.ofUser('a user'))).toBe(false);
  expect(isAdmitted(other.budgets.ofUser('another user'))).toBe(true);

  one.budgets.ofUser('a user').charge(60);
  await one.exchange.exchange();
  expect(isAdmitted(one.budgets.ofUser('a user'))).toBe(false);
});

test('charges during an exchange are added to its result', async () => {
  const { budgets, exchange } = startProcess();
  budgets.ofUser('a user').charge(1_000);

  const running = exchange.exchange();
  budgets.ofUser('a user').charge(2_000);
  await running;

  expect(budgets.ofUser('a user').remaining).toBeLessThan(4_000);
  await exchange.exchange();
  expect(budgets.ofUser('a user').remaining).toBeLessThan(4_000);
  expect(budgets.ofUser('a user').remaining).toBeGreaterThan(2_900);
});

test('concurrent charges of many processes are all counted, without a deadlock', async () => {
  const processes = Array.from({ length: 8 }, () => startProcess());
  for (let round = 0; round < 5; round += 1) {
    for (const { budgets } of processes) {
      for (let user = 0; user < 20; user += 1) budgets.ofUser(`user ${user}`).charge(1_000);
    }
    await Promise.all(processes.map(({ exchange }) => exchange.exchange()));
  }

  expect(failures).toEqual([]);
  const now = Date.now();
  for (const { fullAt } of await storedRows()) {
    // 40,000 points take 400 seconds, of which some have passed.
    expect(fullAt - now).toBeGreaterThan(300_000);
    expect(fullAt - now).toBeLessThanOrEqual(400_000);
  }
});

test('nothing is written for less than 1 % of a budget, and nothing twice', async () => {
  const { budgets, exchange } = startProcess();
  statements.length = 0;

  budgets.ofUser('a user').charge(59);
  await exchange.exchange();
  expect(statements).toEqual([]);

  budgets.ofUser('a user').charge(1);
  await exchange.exchange();
  await exchange.exchange();
  expect(statements.filter((statement) => statement.startsWith('insert'))).toHaveLength(1);
});

test.each<[BudgetKind, (budgets: CostBudgets) => CallerBudget]>([
  ['user', (budgets) => budgets.ofUser('192.0.2.7')],
  ['anonymous', (budgets) => budgets.ofAnonymous('192.0.2.7')],
  ['unidentified', (budgets) => budgets.ofUnidentified('192.0.2.7')],
])('the %s budget has a row of its own, which reveals neither a user nor an address', async (_kind, budgetOf) => {
  const { budgets, exchange } = startProcess();
  for (const ofKind of [budgets.ofUser('192.0.2.7'), budgets.ofAnonymous('192.0.2.7')]) ofKind.charge(100);
  budgetOf(budgets).charge(100);

  await exchange.exchange();

  const ids = (await storedRows()).map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBeGreaterThanOrEqual(2);
  expect(ids.join()).not.toContain('192.0.2');
});

test('the budgets of networks do not wait for those of many users', async () => {
  const { budgets, exchange } = startProcess();
  for (let number = 0; number < 501; number += 1) budgets.ofUser(`user ${number}`).charge(100);
  budgets.ofAnonymous('192.0.2.7').charge(100);

  await exchange.exchange();

  expect(await storedRows()).toHaveLength(501);
});

test('deleteFullBudgets deletes rows of full budgets only', async () => {
  const { budgets, exchange } = startProcess();
  budgets.ofUser('a user').charge(3_000);
  await exchange.exchange();
  await database.transaction(async (transaction) => {
    await transaction.insert(costConsumption).values({ id: 'full', fullAt: Date.now() - 1_000 });
  });

  await database.transaction(deleteFullBudgets);

  const rows = await storedRows();
  expect(rows).toHaveLength(1);
  expect(rows[0]?.id).not.toBe('full');
});

test('each process counts for itself while the database is unavailable, and shares its charges later', async () => {
  let isUnavailable = true;
  const broken: Database = {
    ...database,
    transaction: (...parameters) =>
      isUnavailable ? Promise.reject(new Error('The database is unavailable.')) : database.transaction(...parameters),
  };
  const one = startProcess(broken);
  const other = startProcess();
  one.budgets.ofUser('a user').charge(4_000);

  await one.exchange.exchange();
  await one.exchange.exchange();

  expect(failures).toHaveLength(1);
  expect(isAdmitted(one.budgets.ofUser('a user'))).toBe(true);
  one.budgets.ofUser('a user').charge(6_000);
  expect(isAdmitted(one.budgets.ofUser('a user'))).toBe(false);

  isUnavailable = false;
  await one.exchange.exchange();
  other.budgets.ofUser('a user').charge(60);
  await other.exchange.exchange();
  expect(isAdmitted(other.budgets.ofUser('a user'))).toBe(false);
  expect(failures).toHaveLength(1);
});

test('a process that starts again continues with the shared budgets', async () => {
  const before = startProcess();
  // A single request takes at most a tenth of the budget of a network.
  for (let count = 0; count < 10; count += 1) before.budgets.ofAnonymous('192.0.2.7').charge(900);
  await before.exchange.stop();

  const after = startProcess();
  after.budgets.ofAnonymous('192.0.2.7').charge(10);
  await after.exchange.exchange();

  expect(isAdmitted(after.budgets.ofAnonymous('192.0.2.7'))).toBe(false);
});
