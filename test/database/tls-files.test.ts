/** The driver reads the TLS files that a URL of PostgreSQL names for each new connection. SQLite has no such files. */
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databaseOutage, namedConnectionFailure } from '../../src/database/errors.ts';
import { dialectUnderTest } from '../support/database-url.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { runProgram } from '../support/program.ts';

test('a file that cannot be read is a failure of the database, but a socket that does not exist is another one', () => {
  const failure = (syscall: string) => Object.assign(new Error('ENOENT'), { code: 'ENOENT', syscall });
  expect(databaseOutage(namedConnectionFailure(failure('open')))).toMatchObject({ kind: 'TLS_FILE' });
  const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED', syscall: 'connect' });
  expect(namedConnectionFailure(refused)).toBe(refused);
});

if (dialectUnderTest === 'postgresql') {
  describe('a gateway whose TLS file is lost', () => {
    let gateway: Gateway;
    let folder: string;
    let file: string;
    let url: string;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'tls-files-'));
      file = join(folder, 'ca.pem');
      await writeFile(file, '');
      gateway = await startGateway({
        checkIntervalMilliseconds: 50,
        async prepareDatabase(database) {
          const withFile = new URL(database);
          // The server of the tests has no TLS, but the driver reads the file.
          withFile.searchParams.set('sslmode', 'disable');
          withFile.searchParams.set('sslrootcert', file);
          url = withFile.href;
          return url;
        },
      });
    });

    afterAll(async () => {
      await gateway.stop();
      await rm(folder, { recursive: true });
    });

    const query = async () => {
      const { status, errors } = await gateway.query(null, '{ banks { id } }');
      return [status, errors[0]?.extensions.key];
    };

    test('is not ready, logs that once, and answers SERVICE_UNAVAILABLE until the file is back', async () => {
      expect(await query()).toEqual([200, undefined]);
      await rename(file, `${file}.away`);
      const database = decodeURIComponent(new URL(url).pathname.slice(1));
      const client = new pg.Client({ connectionString: url.replace(/\?.*/, '') });
      await client.connect();
      await client.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()',
        [database],
      );
      await client.end();

      await expect.poll(query, { timeout: 20_000 }).toEqual([503, 'SERVICE_UNAVAILABLE']);
      const ready = async () => (await fetch(`${gateway.url}/health/ready`)).status;
      await expect.poll(ready, { timeout: 20_000 }).toBe(503);
      const { exitCode, errors } = await runProgram(['user', 'list'], {
        environment: { DATABASE_URL: url, GATEWAY_SECRET: 'x'.repeat(32) },
      });
      expect([exitCode, errors]).toEqual([1, expect.stringContaining(`${file} does not exist.`)]);

      await rename(`${file}.away`, file);
      await expect.poll(ready, { timeout: 20_000 }).toBe(200);
      expect(await query()).toEqual([200, undefined]);
      const begun = gateway.logged.filter(({ msg }) => msg === 'database unavailable');
      expect(begun).toHaveLength(1);
      // A statement that ran when the connections were ended has the database's code.
      expect(JSON.stringify(begun)).toMatch(/ENOENT|57P01/);
      expect(gateway.logged.filter(({ msg }) => msg === 'unexpected error')).toEqual([]);
    });
  });
}
