import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { comparedMutations } from './compared-mutations.ts';
import { startPostgresqlServer } from './postgresql-server.ts';
import { readBankId, readerRoles, writeBankId } from './workloads.ts';

export const databases = ['sqlite', 'postgresql'] as const;
export type DatabaseName = (typeof databases)[number];

export const root = join(import.meta.dirname, '..');

/** The arguments of Node.js that start the gateway, as in `npm run gateway`. */
export const gatewayCommand = ['--max-semi-space-size=32', join(root, 'dist/main.js')];

/** A database with the data of the benchmark, and a user with all roles that the workloads require. */
export interface Installation {
  /** The environment variables of every server. */
  environment: Readonly<Record<string, string>>;
  token: string;
  /** The processes of the database server. Their CPU time is added to that of the measured server. */
  databasePids: readonly number[];
  /** Runs a command of the gateway on the database, and returns its output. */
  run(...args: string[]): Promise<string>;
  /** Writes pending data to disk, so that no server pays for the writes of another one. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Creates an installation in a folder with the gateway's own commands. `main` is the entry point of the build to use, and
 * `readBankRoles` are the roles of the user at the bank of the reads.
 */
export async function install(
  database: DatabaseName,
  folder: string,
  customers: number,
  main = join(root, 'dist/main.js'),
  readBankRoles: Iterable<string> = readerRoles(),
): Promise<Installation> {
  const server = database === 'postgresql' ? await startPostgresqlServer(folder, customers) : null;
  try {
    const keyFile = join(folder, `signing-key-of-${database}.jwk`);
    const environment = {
      DATABASE_URL: server?.url ?? `file:${join(folder, 'gateway.db')}`,
      NODE_ENV: 'production',
      GATEWAY_SECRET: 'a secret for the benchmark, which protects nothing',
      GATEWAY_SIGNING_KEY_FILE: keyFile,
      ...(await withoutLimits(main)),
    };
    const run = (...args: string[]) => runCommand(main, args, environment);
    await runCommand(main, ['keys', 'create', keyFile], {});
    await run('generate', '--customers', String(customers));
    const userFile = join(folder, `user-of-${database}.json`);
    await writeFile(userFile, JSON.stringify(userRecord(readBankRoles)));
    await run('import', userFile, '--with-passwords', '--with-entitlements');
    const token = (await run('token', username, '--expires', '12h')).trim();
    return {
      environment,
      token,
      databasePids: server === null ? [] : [server.pid],
      run,
      async settle() {
        if (server !== null) await execute(server.url, ['vacuum (analyze)', 'checkpoint']);
      },
      async stop() {
        await server?.stop();
      },
    };
  } catch (error) {
    await server?.stop();
    throw error;
  }
}

const username = 'bench.clerk';

function mutatingRoles(): Set<string> {
  return new Set(Object.values(comparedMutations).flatMap(({ roles }) => roles));
}

/** The record of the user in the OBP format, with every role that the benchmark requires. */
function userRecord(readBankRoles: Iterable<string>) {
  const roles = [
    ...Array.from(readBankRoles, (role) => ({ role_name: role, bank_id: readBankId })),
    ...['CanGetCustomers', ...mutatingRoles()].map((role) => ({ role_name: role, bank_id: writeBankId })),
    { role_name: 'CanGetCustomersAtAnyBank', bank_id: '' },
  ];
  return {
    users: [
      {
        username,
        email: `${username}@example.com`,
        password: 'A password of the benchmark, 1!',
        entitlements: { list: roles },
      },
    ],
  };
}

/**
 * Raises the rate limit so far that no request is refused, while costs are still counted, and lets requests wait. Older builds
 * fail with an unknown variable, so they do not get it.
 */
async function withoutLimits(main: string): Promise<Record<string, string>> {
  const config = await readFile(join(dirname(main), 'config.js'), 'utf8');
  const variables = { GATEWAY_COST_PER_MINUTE: '1000000000', GATEWAY_REFUSE_WHEN_OVERLOADED: 'off' };
  return Object.fromEntries(Object.entries(variables).filter(([name]) => config.includes(name)));
}

async function runCommand(main: string, args: string[], environment: Record<string, string>): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [main, ...args], {
    env: { PATH: process.env.PATH, ...environment },
  });
  return stdout;
}

async function execute(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
