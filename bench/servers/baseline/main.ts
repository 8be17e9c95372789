/**
 * The baseline for reads: a server written by hand for exactly three responses, with `node:http` and prepared
 * statements. It checks the same token and roles as the gateway, records the same audit event before it responds, and
 * returns the same JSON.
 */
import { hash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { gatewayModule } from '../gateway-modules.ts';
import { openAuditTrail } from './audit.ts';
import { type Caller, HttpError, openCallers, requireRoles } from './caller.ts';
import { customerStatements, prepareRelatedReads } from './customer-statements.ts';
import { limitOfCustomer, overviewsOf } from './customers.ts';
import { isoTime } from './database.ts';
import { fieldsOfOverview, rolesOfOverview } from './overview-access.ts';
import { openPostgresql } from './postgresql.ts';
import { openSqlite } from './sqlite.ts';

const { DATABASE_URL = '', GATEWAY_SECRET = '', GATEWAY_SIGNING_KEY_FILE = '', PORT } = process.env;

const database = DATABASE_URL.startsWith('postgres')
  ? openPostgresql(DATABASE_URL)
  : openSqlite(DATABASE_URL.replace(/^file:/, ''));
const callerOf = openCallers(database, GATEWAY_SIGNING_KEY_FILE);
const audit = await openAuditTrail(database, GATEWAY_SECRET);
const customers = customerStatements(database);
const readRelatedOfOne = prepareRelatedReads(database, 'one');
const readRelatedOfMany = prepareRelatedReads(database, 'many');
const { decodeCursor, encodeCursor } = await gatewayModule('graph/cursor');
const { InstallationSecret } = await gatewayModule('base/installation-secret');
const secret = new InstallationSecret(GATEWAY_SECRET);
const cursors = { encodeCursor, secret };

type Body = Record<string, unknown>;
type Handler = (caller: Caller, body: Body) => Promise<object>;

const handlers: Record<string, Handler> = {
  async '/me'(caller) {
    await audit.record({
      ...identityOf(caller),
      fieldsReturned: ['Query.me'],
      roles: ['authenticated'],
    });
    return { data: { me: { id: caller.id } } };
  },

  async '/overview'(caller, body) {
    const bankId = textOf(body, 'bankId');
    const customerId = textOf(body, 'customerId');
    requireRoles(caller, bankId, rolesOfOverview);
    const rows = await customers.byId(bankId, customerId);
    const [customer] = overviewsOf(rows, await readRelatedOfOne(customerId, limitOfCustomer), cursors);
    if (customer === undefined) throw new HttpError(404);
    await audit.record({
      operationName: 'CustomerOverview',
      ...identityOf(caller),
      bankId,
      customerIds: [customerId],
      fieldsReturned: ['Query.customer', ...fieldsOfOverview],
      roles: rolesOfOverview,
    });
    return { data: { customer } };
  },

  async '/page'(caller, body) {
    const bankId = textOf(body, 'bankId');
    const first = Number(body.first);
    requireRoles(caller, bankId, [...rolesOfOverview, 'CanGetCustomers']);
    const scope = { secret, field: 'Query.customers', arguments: ['CREATED', true, { bankId }] };
    const [createdAt, id] = body.after === null ? [] : decodeCursor(scope, textOf(body, 'after'));
    const rows = await (createdAt instanceof Date
      ? customers.nextPage(bankId, database.timeValue(createdAt), id, first + 1)
      : customers.firstPage(bankId, first + 1));
    const page = rows.slice(0, first);
    const ids = page.map((row) => row.id);
    const nodes = overviewsOf(page, await readRelatedOfMany(database.list(ids), limitOfCustomer), cursors);
    const last = page.at(-1);
    const endCursor = last === undefined ? null : encodeCursor(scope, [new Date(isoTime(last.createdAt)), last.id]);
    await audit.record({
      operationName: 'OverviewOfPage',
      ...identityOf(caller),
      bankId,
      customerIds: ids,
      fieldsReturned: ['Query.customers', ...fieldsOfOverview],
      roles: ['CanGetCustomers', ...rolesOfOverview],
    });
    return { data: { customers: { nodes, pageInfo: { hasNextPage: rows.length > first, endCursor } } } };
  },
};

/** A value of the length of a document's hash. */
const operationHash = hash('sha256', 'baseline');

function identityOf({ id, provider }: Caller) {
  return { userId: id, provider, requestId: randomUUID(), operationHash };
}

function textOf(body: Body, name: string): string {
  const value = body[name];
  if (typeof value !== 'string') throw new HttpError(400);
  return value;
}

async function handle(request: IncomingMessage): Promise<object> {
  const handler = handlers[request.url ?? ''];
  if (handler === undefined) throw new HttpError(404);
  const body: Body = JSON.parse(await text(request));
  return handler(await callerOf(request.headers.authorization), body);
}

createServer(async (request, response) => {
  let status = 200;
  let body: object;
  try {
    body = await handle(request);
  } catch (error) {
    status = error instanceof HttpError ? error.status : 500;
    body = { errors: [{ message: String(error) }] };
  }
  const json = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(json),
    'cache-control': 'no-store',
  });
  response.end(json);
}).listen(Number(PORT), '127.0.0.1');
