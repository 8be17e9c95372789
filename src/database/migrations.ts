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
  const own = new Set(migrationsOf(dialect).map(({ hash }) => hash));
  const unknown = applied.filter((hash) => !own.has(hash)).length;
  if (unknown > 0) throw new DatabaseMismatch('NEWER_VERSION', newerDatabase(unknown));
  const done = new Set(applied);
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
