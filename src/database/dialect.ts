export type Dialect = 'sqlite' | 'postgresql';

/** The database if DATABASE_URL is not set. */
export const defaultDatabaseUrl = 'file:data/gateway.db';

/** `postgres://…` and `postgresql://…` are PostgreSQL; `file:…` or a path is SQLite. */
export function dialectOf(databaseUrl: string): Dialect {
  return /^postgres(ql)?:\/\//i.test(databaseUrl) ? 'postgresql' : 'sqlite';
}

/**
 * The dialect of this process. It is read from the environment here and nowhere else, because tables are built for it when their
 * modules are loaded.
 */
export const dialect: Dialect = dialectOf(process.env.DATABASE_URL || defaultDatabaseUrl);
