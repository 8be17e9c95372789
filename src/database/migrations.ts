import { fileURLToPath } from 'node:url';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import type { Dialect } from './dialect.ts';

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

/** The migrations whose hashes are not in `applied`. */
export function pendingMigrations(dialect: Dialect, applied: string[]): Migration[] {
  const done = new Set(applied);
  return migrationsOf(dialect).filter(({ hash }) => !done.has(hash));
}

/** The database lacks migrations. `how` completes the sentence "Run the command migrate …". */
export class MigrationsMissing extends Error {
  constructor(count: number, how?: string) {
    const command = ['Run the command migrate', how].filter((part) => part !== undefined).join(' ');
    super(`The database lacks ${count} migration${count === 1 ? '' : 's'} of this program. ${command}.`);
    this.name = 'MigrationsMissing';
  }
}
