import cluster from 'node:cluster';
import { watchAbandonedChains } from '../audit/abandoned-chains.ts';
import { limitFailedAttempts } from '../audit/anonymous-event-limit.ts';
import { auditKeys } from '../audit/audit-key.ts';
import { openAuditTrail } from '../audit/audit-trail.ts';
import type { LoggedSeal } from '../audit/logged-seal.ts';
import { openTokens } from '../auth/tokens.ts';
import { createLogger, type Logger } from '../base/logger.ts';
import type { Config } from '../config.ts';
import type { Database } from '../database/database.ts';
import { DatabaseMismatch } from '../database/database-mismatch.ts';
import { exposedFiles } from '../database/exposed-files.ts';
import { moveAwaitingUsers } from '../domain/user/former-registrations.ts';
import { gatewaySchema } from '../schema.ts';
import { deleteExpiredRowsHourly } from './expired-rows.ts';
import { openFailureLog } from './failure-log.ts';
import { fillWhileServing } from './fill-stored-customers.ts';
import { createServer } from './server.ts';
import { stopSignal } from './stop-signal.ts';
import type { ParentProcess } from './worker.ts';
import { watchWriteAheadLog } from './write-ahead-log.ts';

export interface ServeOptions {
  /** Values for the variables of the playground's examples, by name. */
  exampleVariables?: Readonly<Record<string, unknown>>;
  /** The parent process, if this process is a worker. Otherwise, it listens itself, and stops at SIGTERM and SIGINT. */
  parent?: ParentProcess;
  /** Whether this process fills values of customers that an earlier version stored. */
  fillsStoredCustomers?: boolean;
  onListening?(url: string): void;
  /** Whether the database is temporary. Its seals are logged at level `info` only, because its audit trail is never verified. */
  isTemporary?: boolean;
}

/**
 * Logs the seals of the audit trail at every LOG_LEVEL except `silent`, because only the logged seals reveal that the end of
 * the trail was truncated.
 */
export function loggerOfSeals(logger: Logger): Logger {
  return logger.level === 'silent' ? logger : logger.child({}, { level: 'info' });
}

/**
 * Serves until a signal stops the process and the requests on its connections are answered. A second signal ends the process at
 * once. The database stays open.
 *
 * @throws DatabaseMismatch if the process could not use the database any more
 */
export async function serve(config: Config, database: Database, options: ServeOptions = {}): Promise<void> {
  const { parent } = options;
  const logger = createLogger(config.logLevel, { worker: parent && process.pid });
  const sealLogger = options.isTemporary ? logger : loggerOfSeals(logger);
  const failures = openFailureLog(logger);
  const onFailure = (error: unknown) => failures.log(error);
  database.replicas?.watch(({ name, isUsed, reason }) => {
    if (isUsed) logger.info({ replica: name }, 'replica included');
    else logger.warn({ replica: name, reason }, 'replica excluded');
  });
  if (cluster.isPrimary || cluster.worker?.id === 1) {
    for (const { file, mode } of exposedFiles(config.databaseUrl)) {
      logger.warn({ file, mode, remedy: `chmod 600 ${file}` }, 'database file is accessible to other accounts');
    }
  }
  const onSeal = (seal: LoggedSeal) => sealLogger.info(seal, 'audit seal');
  const auditTrail = limitFailedAttempts(
    await openAuditTrail({ database, secret: config.secret, onSeal, onSealFailure: onFailure }),
    onFailure,
  );
  if (config.mail !== null) await moveAwaitingUsers(database);
  const server = await createServer({
    config,
    database,
    schema: await gatewaySchema(config),
    logger,
    failures,
    tokens: await openTokens(config.signing, { logger, graceMilliseconds: config.keyGracePeriodSeconds * 1_000 }),
    auditTrail,
    exampleVariables: options.exampleVariables,
  });
  const stopped = parent?.stopped ?? stopSignal();
  const stopDeleting = deleteExpiredRowsHourly(database, config, onFailure);
  const keys = auditKeys(config.secret);
  const stopSealing = watchAbandonedChains({ database, keys, sealedBy: auditTrail.chain, onSeal }, onFailure);
  const stopWatching = watchWriteAheadLog(config.databaseUrl, logger);
  const url = await (parent?.listen(server) ?? server.listen());
  if (url !== null) {
    logger.info({ url }, 'listening');
    options.onListening?.(url);
  }
  const stopFilling = options.fillsStoredCustomers
    ? fillWhileServing(database, logger, onFailure)
    : async () => undefined;
  const end = await Promise.race([stopped, server.mismatch]);
  if (end instanceof DatabaseMismatch) {
    logger.fatal({ reason: end.message }, 'stopping');
    await parent?.stopAll();
  } else logger.info({ signal: end }, 'stopping');
  stopDeleting();
  stopWatching();
  await Promise.all([server.close(), stopSealing(), stopFilling()]);
  if (end instanceof DatabaseMismatch) await auditTrail.close().catch(onFailure);
  else await auditTrail.close();
  failures.close();
  logger.info('stopped');
  if (end instanceof DatabaseMismatch) throw end;
}
