import { connectionName } from './connection-url.ts';

/** The environment variables that contain the URL of a database. */
export type DatabaseVariable = 'DATABASE_URL' | 'DATABASE_OWNER_URL';

/** A database that cannot be opened. `cause` is the error of the driver. */
export class DatabaseUnavailable extends Error {
  constructor(variable: DatabaseVariable, url: string, cause: unknown) {
    super(`The database of ${variable} (${connectionName(url)}) cannot be opened`, { cause });
    this.name = 'DatabaseUnavailable';
  }
}
