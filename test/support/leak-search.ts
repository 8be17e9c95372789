/**
 * A gateway that logs everything, and the search for personal data in all that it writes.
 *
 *   const sent = plantedPerson();
 *   const search = await startLeakSearch(sent);
 *   await search.send(token, document, { input: { legalName: sent.legalName } });
 *   expect(await search.newLeaks()).toEqual([]);
 */
import { createServer, type Server } from 'node:net';
import { gt } from 'drizzle-orm';
import { auditEvent } from '../../src/audit/audit.table.ts';
import { type Role, roleScope } from '../../src/base/roles.ts';
import { idempotencyKey } from '../../src/domain/user/idempotency-key.table.ts';
import { type Variables, wholeEnvironment } from './api-cases.ts';
import { insertEveryEntity, type World } from './every-entity.ts';
import { insertFurtherBelongings } from './further-belongings.ts';
import { type Gateway, type GatewayResponse, startGateway, type TestUser } from './gateway.ts';
import { audience, type IdentityProvider, startIdentityProvider } from './identity-provider.ts';
import { leaksIn, type PlantedPerson, plantedPerson, textsIn } from './planted.ts';
import {
  insertCustomer,
  insertCustomerAddress,
  insertCustomerAttribute,
  insertKycDocument,
  insertSocialMediaHandle,
  insertTaxResidence,
} from './rows.ts';

export interface LeakSearch {
  gateway: Gateway;
  provider: IdentityProvider;
  world: World;
  /** Data that is stored at the bank but never sent, so errors must not contain it. */
  stored: PlantedPerson;
  /** The sent and returned values that the log must not contain, with the names of their fields. */
  handled: Map<string, string>;
  /** The errors of all responses. */
  errorTexts: string[];
  userWith(at: World, roles: readonly Role[]): Promise<TestUser>;
  /** Sends an operation. Adds its values to `handled`, and its errors to `errorTexts`. */
  send(
    token: string | null,
    document: string,
    variables?: Variables,
    headers?: Record<string, string>,
  ): Promise<GatewayResponse<Record<string, unknown>>>;
  /** Sends a body unchanged. Adds the text of the response to `errorTexts`. */
  post(body: string, headers?: Record<string, string>): Promise<{ status: number; responseText: string }>;
  logLines(): string[];
  auditTexts(): Promise<string[]>;
  /** Returns the leaks in the whole log, all errors, all audit events, and all idempotency keys. */
  allLeaks(): Promise<string[]>;
  /** Returns the leaks since the last call. */
  newLeaks(): Promise<string[]>;
  stop(): Promise<void>;
}

export const secretsOf = (person: PlantedPerson) => [...Object.values(person), ...person.token.split('.')];

export function isHandled(value: string): boolean {
  // Log lines contain times, and can contain short words by chance.
  return value.length >= 6 && !/^\d{4}-\d\d-\d\d/.test(value);
}

/** Fields whose values are words of the schema, which can occur anywhere. */
const fieldsWithWords = new Set(['category', 'kind', 'state', 'type', 'relationshipType', 'roleName']);

/** Starts a mail server that rejects each email with a message that contains the recipient. */
async function startRefusingMailServer(): Promise<Server> {
  const server = createServer((socket) => {
    socket.write('220 mail.example.org ESMTP\r\n');
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      const line = String(chunk).trim();
      const reply = /^RCPT/i.test(line) ? `550 5.1.1 ${line.slice(8)} is unknown here` : '250 ok';
      socket.write(`${reply}\r\n`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}

async function insertStored({ database }: Gateway, bankId: string, stored: PlantedPerson): Promise<void> {
  const { legalName, phone, email, customerNumber } = stored;
  const { id: customerId } = await insertCustomer(database, {
    bankId,
    legalName,
    mobilePhoneNumber: phone,
    email,
    customerNumber,
  });
  const child = { bankId, customerId };
  await insertCustomerAddress(database, { ...child, line1: stored.line1, city: stored.city });
  await insertCustomerAttribute(database, { ...child, name: 'NOTE', value: stored.attributeValue });
  await insertKycDocument(database, { ...child, number: stored.documentNumber });
  await insertTaxResidence(database, { ...child, taxNumber: stored.taxNumber });
  await insertSocialMediaHandle(database, { ...child, handle: stored.handle });
  await insertFurtherBelongings(database, child, { isWhole: true, text: stored.message });
}

/** Starts a gateway with stored personal data. `sent` is the personal data that the tests send. */
export async function startLeakSearch(sent: PlantedPerson): Promise<LeakSearch> {
  const stored = plantedPerson();
  const handled = new Map<string, string>();
  const errorTexts: string[] = [];
  const provider = await startIdentityProvider();
  const mailServer = await startRefusingMailServer();
  const gateway = await startGateway({
    environment: {
      ...wholeEnvironment,
      LOG_LEVEL: 'trace',
      GATEWAY_OPERATION_TIMEOUT: '2s',
      GATEWAY_SMTP_URL: `smtp://127.0.0.1:${portOf(mailServer)}`,
      GATEWAY_MAIL_FROM: 'no-reply@bank.example',
      GATEWAY_PUBLIC_URL: 'https://gateway.example/',
      GATEWAY_NEW_USERS_PER_HOUR: '1000',
      GATEWAY_OIDC_ISSUERS: `${provider.issuer}|${audience}`,
      GATEWAY_OIDC_ENTITLEMENTS: `${provider.issuer}|obp_roles`,
    },
  });
  const world = await insertEveryEntity(gateway);
  await insertStored(gateway, world.bankId, stored);

  const logLines = () => gateway.logged.map((line) => JSON.stringify(line));

  async function auditTexts(after = 0): Promise<string[]> {
    const rows = await gateway.database.read.select().from(auditEvent).where(gt(auditEvent.sequence, after));
    return rows.map((row) => JSON.stringify(row));
  }

  /** Returns the leaks in the log lines, errors, and audit events after the first ones of each. */
  async function leaksSince(since: { lines: number; errors: number; events: number }): Promise<string[]> {
    const log = logLines().slice(since.lines);
    const personal = [...handled].filter(([, field]) => !fieldsWithWords.has(field));
    const { reason, ...sentWithoutReason } = sent;
    // The audit trail contains the reason, and the IDs of banks, customers, and users.
    const personalWithoutIds = personal.filter(([, field]) => !/id$/i.test(field)).map(([value]) => value);
    const idempotencyKeys = (await gateway.database.read.select().from(idempotencyKey)).map((row) =>
      JSON.stringify(row),
    );
    return [
      ...leaksIn(log, [...secretsOf(stored), ...secretsOf(sent), ...personal.map(([value]) => value)]),
      ...leaksIn(errorTexts.slice(since.errors), secretsOf(stored)),
      ...leaksIn(
        [...(await auditTexts(since.events)), ...idempotencyKeys],
        [...secretsOf(stored), ...Object.values(sentWithoutReason), ...personalWithoutIds],
      ),
      ...leaksIn(idempotencyKeys, [reason]),
    ];
  }

  const searched = { lines: 0, errors: 0, events: 0 };

  return {
    gateway,
    provider,
    world,
    stored,
    handled,
    errorTexts,
    userWith: (at, roles) =>
      gateway.createUser({ roles: roles.map((role) => [role, roleScope(role) === 'system' ? null : at.bankId]) }),
    async send(token, document, variables = {}, headers = {}) {
      const response = await gateway.query(token, document, variables, headers);
      for (const { field, text } of textsIn([variables, response.data, token])) {
        if (isHandled(text)) handled.set(text, field);
      }
      errorTexts.push(JSON.stringify(response.errors));
      return response;
    },
    async post(body, headers = {}) {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      });
      const responseText = await response.text();
      errorTexts.push(responseText);
      return { status: response.status, responseText };
    },
    logLines,
    auditTexts,
    allLeaks: () => leaksSince({ lines: 0, errors: 0, events: 0 }),
    async newLeaks() {
      const leaks = await leaksSince(searched);
      searched.lines = gateway.logged.length;
      searched.errors = errorTexts.length;
      searched.events += (await auditTexts(searched.events)).length;
      return leaks;
    },
    async stop() {
      await gateway.stop();
      mailServer.close();
      await provider.stop();
    },
  };
}
