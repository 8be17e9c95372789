/**
 * The database is not, or no longer, the one that this process can use: a newer version has migrated it, or its files were replaced.
 * The process must end, and must not start again by itself. The message is for operators.
 */
export class DatabaseMismatch extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DatabaseMismatch';
  }
}
