/** Checks that the program does not print personal data. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Variables, wholeEnvironment } from './support/api-cases.ts';
import { createDatabaseUrl } from './support/database-url.ts';
import { testEnvironment } from './support/gateway.ts';
import { secretsOf } from './support/leak-search.ts';
import { leaksIn, plantedPerson } from './support/planted.ts';
import { buildProgram, runProgram, startProgram } from './support/program.ts';

const sent = plantedPerson();

describe('the program', () => {
  let folder: string;
  let database: Awaited<ReturnType<typeof createDatabaseUrl>>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'privacy-'));
    database = await createDatabaseUrl();
    await buildProgram();
  }, 120_000);
  afterAll(async () => {
    await database.drop();
    await rm(folder, { recursive: true });
  });

  test('does not print personal data while it serves, seals, and stops', async () => {
    const environment = { ...testEnvironment(database.url), ...wholeEnvironment, LOG_LEVEL: 'trace' };
    const { program, match, lines, ended } = await startProgram(['serve'], /"url":"([^"]+)"/, { environment });
    const errors = program.stderr === null ? '' : text(program.stderr);
    const { username, password, email, firstName, lastName } = sent;
    const call = (query: string, variables: Variables = {}, headers: Record<string, string> = {}) =>
      fetch(`${match[1]}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-reason': encodeURIComponent(sent.reason), ...headers },
        body: JSON.stringify({ query, variables }),
      });

    await call('mutation ($input: CreateUserInput!) { createUser(input: $input) { token } }', {
      input: { username, password, email, firstName, lastName },
    });
    const login =
      'mutation ($username: String!, $password: String!) { login(username: $username, password: $password) { token } }';
    const loggedIn = (await (await call(login, { username, password })).json()) as {
      data?: { login?: { token?: string } };
    };
    const token = loggedIn.data?.login?.token ?? '';
    expect(token).not.toBe('');
    await call(login, { username, password: email });
    await call('{ me { id email } }', {}, { authorization: `Bearer ${token}` });
    await call('{ me { id } }', {}, { authorization: `Bearer ${sent.token}` });
    await call(`{ user(userId: "${email}" { id } }`);
    await fetch(`${match[1]}/health/ready?${email}`);
    await sleep(1_500);
    program.kill('SIGTERM');
    expect(await ended).toBe(0);

    expect(lines.some((line) => line.includes('audit seal'))).toBe(true);
    const output = [...lines, await errors];
    expect(leaksIn(output, [...secretsOf(sent), token, ...token.split('.').slice(1)])).toEqual([]);
  });

  test('reports the position of records that cannot be imported, but not their content', async () => {
    const file = join(folder, 'customers.json');
    const bank_id = 'gh.29.uk';
    const customer = {
      bank_id,
      customer_id: randomUUID(),
      customer_number: sent.customerNumber,
      legal_name: sent.legalName,
      mobile_phone_number: 'no phone',
      email: sent.phone,
      date_of_birth: sent.city,
      face_image: { url: sent.email, date: sent.reason },
    };
    await writeFile(
      file,
      JSON.stringify({
        customers: [customer, { ...customer, email: sent.email }, { [sent.username]: sent.documentNumber }],
      }),
    );
    const truncated = join(folder, 'truncated.json');
    await writeFile(truncated, `{"customers": [{"legal_name": "${sent.legalName}", ${sent.email}`);
    const environment = testEnvironment(database.url);

    const { exitCode, output, errors, seals } = await runProgram(['import', file, truncated], { environment });

    expect(exitCode).toBe(1);
    expect(output + errors).toMatch(/customers\.json, line 1, column \d+, customers\[0\]: /);
    expect(seals).toHaveLength(1);
    expect(leaksIn([output, errors, ...seals], secretsOf(sent))).toEqual([]);
  });
});
