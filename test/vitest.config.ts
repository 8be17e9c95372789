import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const support = (file: string) => fileURLToPath(new URL(`support/${file}`, import.meta.url));
const installClients = fileURLToPath(new URL('../scripts/install-clients.ts', import.meta.url));

/** Files that are tested once, on SQLite, because they would prove the same on PostgreSQL. */
const withoutDatabase = [
  // The driver of SQLite.
  'test/database/sqlite-*.test.ts',
  // The files of the project, and code that sends no statement.
  'test/check.test.ts',
  'test/readme.test.ts',
  'test/base/**',
  'test/cli/**',
  'test/changes/{change-rows,collected-history}.test.ts',
  'test/domain/shown-field.test.ts',
  'test/auth/{mailer,password}.test.ts',
  'test/execution/{compiled,validation}.test.ts',
  'test/import/{read-json,text-bounds}.test.ts',
  'test/unwritable-output.test.ts',
  // The server around the operations. The only statements are those that find the caller.
  'test/http/{connections,health-port,load-control,refusals,unwritable-log}.test.ts',
  'test/http/live/{event-stream,slow-readers,unread-limit}.test.ts',
  'test/unconfirmed-keys.test.ts',
  // Clients, whose responses other tests compare on both databases.
  'test/clients/{caches,errors,trusted-documents}.test.ts',
  'test/http/playground.test.ts',
  // On SQLite, the measured thread executes the statements too, so nothing costs more on PostgreSQL.
  'test/graph/text-cost.test.ts',
];

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
          exclude: withoutDatabase,
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
    // By default, a state must be reached within a second, which a busy machine might take.
    expect: { poll: { timeout: 30_000 } },
    hookTimeout: 60_000,
  },
});
