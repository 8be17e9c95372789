import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { getTableName } from 'drizzle-orm';
import { getTableConfig as getPostgresqlTable, type PgTable } from 'drizzle-orm/pg-core';
import { getTableConfig as getSqliteTable, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/database/open-database.ts';
import { entities } from '../../src/import/entities.ts';
import type { Entity } from '../../src/import/entity.ts';
import { importFiles } from '../../src/import/import.ts';
import { recordKindsOf } from '../../src/import/record-kind.ts';
import { renderProblem } from '../../src/import/report.ts';
import { createMigratedDatabaseUrl, dialectUnderTest } from '../support/database-url.ts';
import { allTables } from '../support/stored.ts';

/** Tables without records in OBP. The gateway creates their rows itself. */
const notImported = [
  'audit_chain',
  'audit_checkpoint',
  'audit_event',
  'audit_event_customer',
  'audit_seal',
  'change',
  'cost_consumption',
  'customer_history',
  'customer_name_word',
  'empowerment',
  'entitlement_request',
  'history_start',
  'idempotency_key',
  'kyc_count',
  'kyc_gap',
  'kyc_status_proposal',
  'legal_hold',
  'login_attempt',
  'login_network',
  'password_reset',
  'pending_fill',
  'readiness_check',
  'registration',
  'registration_mail',
  'review_interval',
  'revoked_token',
  'user_write',
];

const list: readonly Entity[] = entities;

/** The names of the tables to which the foreign keys of a table refer. */
function referencedTables(table: SQLiteTable): string[] {
  const { foreignKeys } =
    dialectUnderTest === 'sqlite' ? getSqliteTable(table) : getPostgresqlTable(table as unknown as PgTable);
  return foreignKeys.map((key) => getTableName(key.reference().foreignTable));
}

describe('entities', () => {
  test.each(allTables.map((table) => getTableName(table)).sort())(
    'contains table %s, unless it is not imported',
    (name) => {
      const isImported = list.some(({ table }) => getTableName(table) === name);
      expect(isImported, `add ${name} to src/import/entities.ts, or to the tables that are not imported`).toBe(
        !notImported.includes(name),
      );
    },
  );

  test.each(list.map(({ name, table }) => [name, table] as const))(
    'contains %s after the entities to which it refers',
    (name, table) => {
      const names = list.map((entity) => getTableName(entity.table));
      const position = names.indexOf(getTableName(table));
      for (const referenced of referencedTables(table)) {
        // No record contains such a reference, so it is null in imported rows.
        if (notImported.includes(referenced)) continue;
        expect(names.slice(0, position + 1), `${name} refers to ${referenced}`).toContain(referenced);
      }
    },
  );
});

describe('the marks of an entity', () => {
  const recognised = list
    .filter(({ record }) => record !== undefined)
    .map((entity) => [entity.plural, entity] as const);

  test.each(recognised)('belong to no other format than %s', (plural, { fields, parent, record }) => {
    const ids = parent === 'customer' ? ['bank_id', 'customer_id', 'customer_number'] : ['bank_id'];
    const names = fields.flatMap(({ name, otherName = name }) => [name, otherName]);
    const marks = record?.marks.flat() ?? [];
    const whole = Object.fromEntries([...ids, ...names, ...marks].map((name) => [name.split('.')[0], 'value']));

    const kinds = recordKindsOf(whole, null).map(({ name }) => name);
    expect(kinds, 'choose marks in src/import/obp/ that no other format has').toEqual([plural]);
  });
});

describe('the examples', () => {
  test('contain a record of every entity', async () => {
    const folder = new URL('../../src/import/examples/', import.meta.url);
    const files = (await readdir(folder)).sort().map((file) => fileURLToPath(new URL(file, folder)));
    const { url, drop } = await createMigratedDatabaseUrl();
    const database = await openDatabase(url);
    const problems: string[] = [];
    const report = await importFiles(
      database,
      files,
      { withEntitlements: true },
      { onProblem: (problem) => problems.push(renderProblem(problem)) },
    );
    await database.close();
    await drop();
    expect(problems).toEqual([]);
    const missing = list.filter(
      ({ name }) => ![...report.entities].some(([key, { written }]) => key === name && written > 0),
    );
    expect(missing.map(({ name }) => name)).toEqual([]);
  });
});
