export type Dialect = 'sqlite' | 'postgresql';

/** The database when DATABASE_URL is not set: one file beside the program. */
export const defaultDatabaseUrl = 'file:data/gateway.db';

/** `postgres://…` and `postgresql://…` are PostgreSQL; `file:…` or a path is SQLite. */
export function dialectOf(databaseUrl: string): Dialect {
  return /^postgres(ql)?:\/\//i.test(databaseUrl) ? 'postgresql' : 'sqlite';
}

/**
 * The dialect of this process. Tables are built for it when their modules are first loaded, so it is read from the
 * environment here, once, and nowhere else is "which database is this?" asked of the environment.
 */
export const dialect: Dialect = dialectOf(process.env.DATABASE_URL || defaultDatabaseUrl);
