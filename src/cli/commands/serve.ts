import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import type { Settings } from '../../config.ts';
import type { DatabaseOptions } from '../../database/database.ts';
import { integer } from '../parsers.ts';
import { configuration, withDatabase } from '../running.ts';

export function addServe(program: Command): void {
  program
    .command('serve')
    .description(
      'Serve the GraphQL API over HTTP until the process receives SIGTERM or SIGINT. Migrates the database first.',
    )
    .addOption(
      new Option('--workers <number>', 'number of processes that serve requests, from 1 to 256')
        .argParser(integer(1, 256))
        .default(availableParallelism(), 'one for each core'),
    )
    .action(async ({ workers }: { workers: number }) => {
      if (cluster.isPrimary) {
        const { keepWorkers } = await import('../../http/workers.ts');
        process.exitCode = await keepWorkers(workers);
      } else await serveAsWorker(workers);
    });
}

async function serveAsWorker(count: number): Promise<void> {
  const { endWorker, isFirstWorker, isReplacement, openParentProcess } = await import('../../http/worker.ts');
  try {
    const config = await configuration();
    const parent = openParentProcess(config);
    const { serve } = await import('../../http/serve.ts');
    await withDatabase(
      config,
      (database) => serve(config, database, { parent, fillsStoredCustomers: isFirstWorker() || isReplacement(count) }),
      {
        ...servingOptions(config),
        migrate: isFirstWorker() ? 'upgrade' : 'never',
        processes: count,
      },
    );
  } finally {
    endWorker();
  }
}

function servingOptions({ databaseReplicaUrls, replicaMaxLagSeconds, limits }: Settings): DatabaseOptions {
  return {
    isServing: true,
    statementTimeoutMilliseconds: limits.operationTimeoutMilliseconds,
    replicaUrls: databaseReplicaUrls,
    replicaMaxLagMilliseconds: replicaMaxLagSeconds * 1000,
  };
}

export function addDemo(program: Command): void {
  program
    .command('demo')
    .description(
      'Serve a temporary database with examples, 1,000 generated customers and a few users. The data is deleted at the end.',
    )
    .option('--keep <folder>', 'folder that keeps the database and its keys for the next start')
    .action(async ({ keep }: { keep?: string }) => {
      const { demo } = await import('../demo.ts');
      await demo(process.env, { keepIn: keep });
    });
}
