import { fileURLToPath } from 'node:url';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import type { Dialect } from './dialect.ts';

export interface Migration {
  /** SHA-256 of the file: what the database remembers of it. */
  hash: string;
  statements: string[];
}

const migrations = new Map<Dialect, readonly Migration[]>();

/** The migrations of this program in their order, from `drizzle/<dialect>`. They are read once, as the program is. */
export function migrationsOf(dialect: Dialect): readonly Migration[] {
  const known = migrations.get(dialect) ?? readMigrations(dialect);
  migrations.set(dialect, known);
  return known;
}

function readMigrations(dialect: Dialect): Migration[] {
  const migrationsFolder = fileURLToPath(new URL(`../../drizzle/${dialect}`, import.meta.url));
  return readMigrationFiles({ migrationsFolder }).map(({ hash, sql }) => ({
    hash,
    statements: sql.map((statement) => statement.trim()).filter((statement) => statement !== ''),
  }));
}

/** The migrations that a database with these `applied` hashes still lacks. */
export function pendingMigrations(dialect: Dialect, applied: string[]): Migration[] {
  const done = new Set(applied);
  return migrationsOf(dialect).filter(({ hash }) => !done.has(hash));
}

/** A database that is newer than the program is as unusable as one that is older. */
export class MigrationsMissing extends Error {
  constructor(count: number, how?: string) {
    const command = how === undefined ? 'run the command migrate' : `run the command migrate ${how}`;
    super(`The database lacks ${count} migration${count === 1 ? '' : 's'} of this program: ${command}.`);
    this.name = 'MigrationsMissing';
  }
}
