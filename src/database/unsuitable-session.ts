/** The server, the database, or what is between it and the gateway cannot be used. The message states how to mend it. */
export class UnsuitableSession extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnsuitableSession';
  }
}
