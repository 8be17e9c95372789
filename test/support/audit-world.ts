/**
 * An audit trail with several chains, and a tamperer who bypasses the triggers like an owner of the database. The
 * trails are real, but the test controls the timer of the seals and so the events that a seal covers.
 */
import { randomUUID } from 'node:crypto';
import Sqlite from 'better-sqlite3';
import pg from 'pg';
import { vi } from 'vitest';
import { auditEventOf } from '../../src/audit/audit-event.ts';
import type { AuditFinding } from '../../src/audit/audit-finding.ts';
import { type AuditTrail, openAuditTrail } from '../../src/audit/audit-trail.ts';
import type { LoggedSeal } from '../../src/audit/logged-seal.ts';
import {
  type AuditVerification,
  type AuditVerificationParts,
  type UnsealedEvents,
  verifyAuditTrail,
} from '../../src/audit/verify.ts';
import { InstallationSecret } from '../../src/base/installation-secret.ts';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { sqlitePath } from '../../src/database/sqlite-path.ts';
import { createMigratedDatabaseUrl, dialectUnderTest } from './database-url.ts';

export const auditSecretText = 'a secret of the tests, for the audit trail';
export const auditSecret = new InstallationSecret(auditSecretText);

const tables = ['audit_chain', 'audit_event', 'audit_event_customer', 'audit_seal', 'audit_checkpoint'];

/** An attacker with all rights on the database, but without the secret. */
export interface Tamperer {
  /** Runs a statement with `?` for each value. */
  execute(statement: string, ...values: unknown[]): Promise<Record<string, unknown>[]>;
  /** Saves the current audit trail. */
  save(): Promise<void>;
  /** Restores the saved audit trail. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

async function sqliteTamperer(url: string): Promise<Tamperer> {
  const handle = new Sqlite(sqlitePath(url));
  handle.pragma('foreign_keys = OFF');
  handle.pragma('synchronous = OFF');
  const triggers = handle.prepare("select name from sqlite_master where type = 'trigger' and name like 'audit_%'");
  for (const name of triggers.pluck().all()) handle.exec(`drop trigger "${name}"`);
  return {
    async execute(statement, ...values) {
      const prepared = handle.prepare(statement);
      if (prepared.reader) return prepared.all(...values) as Record<string, unknown>[];
      prepared.run(...values);
      return [];
    },
    async save() {
      for (const name of tables)
        handle.exec(`drop table if exists saved_${name}; create table saved_${name} as select * from ${name}`);
    },
    async restore() {
      const statements = tables.map((name) => `delete from ${name}; insert into ${name} select * from saved_${name};`);
      handle.exec(`begin; ${statements.join(' ')} commit`);
    },
    async close() {
      handle.close();
    },
  };
}

async function postgresqlTamperer(url: string): Promise<Tamperer> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  // `all` includes the triggers of foreign keys.
  for (const name of tables) await client.query(`alter table ${name} disable trigger all`);
  return {
    async execute(statement, ...values) {
      let count = 0;
      const { rows } = await client.query(
        statement.replace(/\?/g, () => `$${++count}`),
        values,
      );
      return rows;
    },
    async save() {
      for (const name of tables) {
        await client.query(`drop table if exists saved_${name}; create table saved_${name} as select * from ${name}`);
      }
    },
    async restore() {
      const statements = tables.map((name) => `delete from ${name}; insert into ${name} select * from saved_${name};`);
      await client.query(`begin; ${statements.join(' ')} commit`);
    },
    close: () => client.end(),
  };
}

export function openTamperer(url: string): Promise<Tamperer> {
  return dialectUnderTest === 'sqlite' ? sqliteTamperer(url) : postgresqlTamperer(url);
}

export interface Chain extends AuditTrail {
  number: number;
  /** Records events about ten customers at two banks. */
  recordEvents(count: number): Promise<void>;
  /** Seals the events recorded so far. */
  seal(): Promise<void>;
}

export interface TrailVerification {
  counts: AuditVerification;
  findings: AuditFinding[];
  unsealed: UnsealedEvents[];
}

type VerificationOptions = Pick<AuditVerificationParts, 'onLaterSeal' | 'onRestore'> & {
  secret?: InstallationSecret;
  log?: string[];
};

export interface AuditWorld {
  url: string;
  database: Database;
  tamperer: Tamperer;
  /** The log lines of all processes. */
  log: string[];
  begin(): Promise<Chain>;
  verify(options?: VerificationOptions): Promise<TrailVerification>;
  end(): Promise<void>;
}

export function logLine(seal: LoggedSeal): string {
  return JSON.stringify({ level: 30, time: Date.now(), ...seal, msg: 'audit seal' });
}

export async function verifyTrail(
  database: Database,
  { secret = auditSecret, log, onLaterSeal, onRestore }: VerificationOptions = {},
): Promise<TrailVerification> {
  const findings: AuditFinding[] = [];
  const unsealed: UnsealedEvents[] = [];
  async function* lines() {
    yield* log ?? [];
  }
  const counts = await verifyAuditTrail({
    database,
    secret,
    logLines: log === undefined ? undefined : lines(),
    onFinding: (finding) => findings.push(finding),
    onUnsealed: (chain) => unsealed.push(chain),
    onLaterSeal,
    onRestore,
  });
  return { counts, findings, unsealed };
}

export async function createAuditWorld(): Promise<AuditWorld> {
  const { url, drop } = await createMigratedDatabaseUrl();
  const database = await openDatabase(url);
  const tamperer = await openTamperer(url);
  const log: string[] = [];
  const chains: Chain[] = [];
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });

  return {
    url,
    database,
    tamperer,
    log,
    async begin() {
      let whenSealed = () => {};
      const trail = await openAuditTrail({
        database,
        secret: auditSecret,
        onSeal(seal) {
          log.push(logLine(seal));
          whenSealed();
        },
      });
      const [row] = await tamperer.execute('select max(number) as number from audit_chain');
      const chain: Chain = {
        ...trail,
        number: Number(row?.number),
        async recordEvents(count) {
          const events = Array.from({ length: count }, (_, index) =>
            auditEventOf({
              kind: 'READ',
              outcome: 'SUCCEEDED',
              bankId: `bank-${index % 2}`,
              userId: index % 3 === 0 ? null : randomUUID(),
              customerIds: index % 5 === 0 ? [] : [`customer-${index % 10}`, `customer-${(index + 3) % 10}`],
              fieldsReturned: ['Query.customer'],
            }),
          );
          await trail.record(events);
        },
        async seal() {
          const sealed = new Promise<void>((resolve) => {
            whenSealed = resolve;
          });
          vi.advanceTimersByTime(1000);
          await sealed;
        },
      };
      chains.push(chain);
      return chain;
    },
    verify: (options) => verifyTrail(database, options),
    async end() {
      vi.useRealTimers();
      await tamperer.close();
      await database.close();
      await drop();
    },
  };
}
