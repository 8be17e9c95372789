import pg from 'pg';

/** The milliseconds within which the server must confirm the request. */
const timeout = 2_000;

/** The parts of a client and of a connection that the types of `pg` do not contain. */
interface CancellableClient {
  host: string;
  port: number;
  ssl: pg.ClientConfig['ssl'];
  sslNegotiation: pg.ClientConfig['sslnegotiation'];
  processID: number;
  secretKey: number;
}
interface CancellingConnection {
  connect(port: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processId: number, secretKey: number): void;
}

/**
 * Asks the server to cancel the statement that runs on the connection of `client`, over a connection of its own. The request can
 * arrive so late that it cancels the next statement, so the client must not be used any more.
 */
export function cancelStatement(client: pg.ClientBase): void {
  const { host, port, ssl, sslNegotiation, processID, secretKey } = client as unknown as CancellableClient;
  const options = { ssl, sslNegotiation } as pg.ConnectionConfig;
  const connection = new pg.Connection(options) as pg.Connection & CancellingConnection;
  const cancel = () => connection.cancel(processID, secretKey);
  const end = () => connection.stream.destroy();
  const timer = setTimeout(end, timeout).unref();
  connection.once('connect', () => (ssl && sslNegotiation !== 'direct' ? connection.requestSsl() : cancel()));
  connection.once('sslconnect', cancel);
  // The statement ends at its time limit if it cannot be cancelled.
  connection.on('error', end);
  // The server closes the connection when it has received the request.
  connection.once('end', () => clearTimeout(timer));
  if (host?.startsWith('/')) connection.connect(`${host}/.s.PGSQL.${port}`);
  else connection.connect(port, host);
}
