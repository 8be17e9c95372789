import { fileURLToPath } from 'node:url';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { DatabaseMismatch } from './database-mismatch.ts';
import type { Dialect } from './dialect.ts';

/** Which databases a process migrates: any, only an empty one, or none. */
export type MigrationMode = 'upgrade' | 'create' | 'never';

export interface Migration {
  /** The SHA-256 of the file, by which the database records the migration. */
  hash: string;
  statements: string[];
}

/**
 * The hashes of migrations whose files were changed after databases had been migrated with them, and the current hashes. The former
 * files have the same tables, and derived values of all customers, which takes minutes for a million of them (`fillCustomers`).
 */
const formerHashes: ReadonlyMap<string, string> = new Map([
  // sqlite/0032_kyc_gaps.sql
  [
    'c913256f83587edcdb961b3142b77c644f619da20edc4f093981719a06c99c83',
    '768da581ab2c4701592e7d4a93e00ccf930920fc5d6860c36545b48953b2cf36',
  ],
  // sqlite/0038_kyc_state.sql
  [
    'b1a1c60e1c397e6e824a8df91c0404fa1ff5baaa48339b0b50314f44072116e2',
    '61b2aa0f3007b9798d30fe1ea2febb42ad657ef71752885b27e41c8fb5d0fb80',
  ],
  // postgresql/0032_kyc_gaps.sql
  [
    '5e2f26774a683a79e3481e5c1ae57f74d163179c280900e485db856cf51f73e5',
    'd8f1ec9ac60ea771b58f5b67b4ffbc0ad282a1bc3efa2d21b8aaa85ed3bf7590',
  ],
  // postgresql/0038_kyc_state.sql
  [
    '2fc93c31ff3d4d96e71f4a5f74037b3f68de2bd839f5971b33f8aed2df54bee6',
    'fefee8d8ca47d3f7abe55c44af08f6a272e0b0e632f40ca2ff5e71abb3265db9',
  ],
]);

const migrations = new Map<Dialect, readonly Migration[]>();

/** Reads the migrations of this program in their order, from `drizzle/<dialect>`. Each dialect is read only once. */
export function migrationsOf(dialect: Dialect): readonly Migration[] {
  const cached = migrations.get(dialect) ?? readMigrations(dialect);
  migrations.set(dialect, cached);
  return cached;
}

function readMigrations(dialect: Dialect): Migration[] {
  const migrationsFolder = fileURLToPath(new URL(`../../drizzle/${dialect}`, import.meta.url));
  return readMigrationFiles({ migrationsFolder }).map(({ hash, sql }) => ({
    hash,
    statements: sql.map((statement) => statement.trim()).filter((statement) => statement !== ''),
  }));
}

/**
 * The migrations whose hashes are not in `applied`.
 * @throws DatabaseMismatch if another one was applied, because a newer version might store what this one does not know.
 */
export function pendingMigrations(dialect: Dialect, applied: readonly string[]): Migration[] {
  const current = applied.map((hash) => formerHashes.get(hash) ?? hash);
  const own = new Set(migrationsOf(dialect).map(({ hash }) => hash));
  const unknown = current.filter((hash) => !own.has(hash)).length;
  if (unknown > 0) throw new DatabaseMismatch('NEWER_VERSION', newerDatabase(unknown));
  const done = new Set(current);
  return migrationsOf(dialect).filter(({ hash }) => !done.has(hash));
}

function newerDatabase(unknown: number): string {
  const migrations = unknown === 1 ? '1 migration' : `${unknown} migrations`;
  return `The database has ${migrations} of a newer version, which this version does not know. Run the newer version.`;
}

/**
 * The migrations that must be applied now.
 * @throws MigrationsMissing if the mode does not allow to apply them; DatabaseMismatch
 */
export function migrationsToApply(dialect: Dialect, applied: readonly string[], mode: MigrationMode): Migration[] {
  if (mode === 'upgrade' || (mode === 'create' && applied.length === 0)) return pendingMigrations(dialect, applied);
  checkMigrations(dialect, applied);
  return [];
}

/** @throws MigrationsMissing if migrations of this program are not applied; DatabaseMismatch */
export function checkMigrations(dialect: Dialect, applied: readonly string[]): void {
  const pending = pendingMigrations(dialect, applied).length;
  if (pending > 0) throw new MigrationsMissing(pending);
}

/** The database lacks migrations. `how` completes the sentence "Run the command migrate …". */
export class MigrationsMissing extends Error {
  constructor(count: number, how?: string) {
    const command = ['Run the command migrate', how].filter((part) => part !== undefined).join(' ');
    super(`The database lacks ${count} migration${count === 1 ? '' : 's'} of this program. ${command}.`);
    this.name = 'MigrationsMissing';
  }
}
