import { connectionName } from './connection-url.ts';

/** The variables that name a database which a command opens. */
export type DatabaseVariable = 'DATABASE_URL' | 'DATABASE_OWNER_URL';

/** A database that cannot be opened, by the variable that names it. The cause is the failure itself. */
export class DatabaseUnavailable extends Error {
  constructor(variable: DatabaseVariable, url: string, cause: unknown) {
    super(`The database of ${variable} (${connectionName(url)}) cannot be opened`, { cause });
    this.name = 'DatabaseUnavailable';
  }
}
