import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const support = (file: string) => fileURLToPath(new URL(`support/${file}`, import.meta.url));
const installClients = fileURLToPath(new URL('../scripts/install-clients.ts', import.meta.url));

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  resolve: {
    // Vite would take graphql's index.mjs for our files while dependencies, loaded by Node, get index.js: two copies of
    // graphql, each refusing the other's schema. Only the bare name: deep imports name their file themselves.
    alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }],
  },
  test: {
    reporters: ['default', support('closing-line.ts')],
    // The same files on both databases. Tables are built for one dialect per process, so each is a project of its own.
    projects: [
      {
        extends: true,
        test: {
          name: 'sqlite',
          // SQLite has no replicas.
          exclude: ['test/http/live-failover.test.ts'],
          globalSetup: [installClients, support('temporary-folder.ts')],
        },
      },
      {
        extends: true,
        test: {
          name: 'postgresql',
          // These test the driver of SQLite, or what does not depend on the database.
          exclude: [
            'test/database/sqlite-*.test.ts',
            'test/base/name-folding.test.ts',
            'test/check.test.ts',
            'test/http/connections.test.ts',
            'test/import/read-json.test.ts',
            'test/unwritable-output.test.ts',
            'test/http/unwritable-log.test.ts',
          ],
          globalSetup: [installClients, support('temporary-folder.ts'), support('postgresql-server.ts')],
        },
      },
    ],
    include: ['test/**/*.test.ts'],
    exclude: ['test/faults/**', '**/node_modules/**'],
    setupFiles: [support('environment.ts')],
    pool: 'forks',
    // The files of a worker share the modules of src, which take longer to load than most files take to run. Each file still
    // has servers and databases of its own.
    isolate: false,
    // The tests wait for databases and timers as much as they compute: with as many workers as cores a quarter of these is idle.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
