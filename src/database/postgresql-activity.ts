import type pg from 'pg';
import type { Sessions } from './postgresql-session.ts';

/** The milliseconds within which the server must describe its processes. */
const timeout = 2_000;

/** Describes what the server's processes do, over a connection of its own. */
export class ActivityMonitor {
  readonly #sessions: Sessions;
  #client: pg.Client | null = null;

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  /**
   * Returns those of the processes that run no statement. A client that waits for a result of such a process waits in vain: the
   * statement or the result was lost on the way. Null if the server does not respond.
   */
  async idleProcesses(ids: readonly number[]): Promise<Set<number> | null> {
    try {
      this.#client ??= await this.#sessions.open();
      const text = 'select pid, state from pg_stat_activity where pid = any($1)';
      const query = { text, query_timeout: timeout } as pg.QueryConfig;
      const { rows } = await this.#client.query<{ pid: number; state: string | null }>(query, [ids]);
      const states = new Map(rows.map(({ pid, state }) => [pid, state]));
      // A process that has ended is not listed.
      return new Set(ids.filter((id) => !states.has(id) || states.get(id)?.startsWith('idle') === true));
    } catch {
      this.#client?.connection.stream.destroy();
      this.#client = null;
      return null;
    }
  }

  close(): void {
    const client = this.#client;
    this.#client = null;
    client?.end().catch(() => undefined);
  }
}
