import { Column, fillPlaceholders, is } from 'drizzle-orm';
import pg from 'pg';
import { batchPerTick } from './batch-per-tick.ts';
import type { Preparable, PrepareOptions } from './database.ts';
import { currentDeadline, withDeadline } from './deadline.ts';
import { isStopped } from './errors.ts';
import { type RowMapper, rowMapperOf, type Selected } from './map-rows.ts';
import type { StatementConnection } from './postgresql-connections.ts';
import { dropName, droppableName, unnamed } from './statement-names.ts';

/**
 * The maximum number of combinations, each of which is a prepared statement on every connection. An operation uses one for each of
 * its levels. The least recently used combination is evicted.
 */
const maxCombinations = 100;

/**
 * The maximum number of unrequested statements in a reused combination. Which statements a level requests depends on the data of a
 * customer. Running a few extra statements is cheaper than planning a new combination on every connection.
 */
const maxUnrequested = 8;

/** After a combination was slow, the milliseconds for which it is not used with unrequested statements, which might be why. */
const avoidanceMilliseconds = 10_000;

type Values = Record<string, unknown> | undefined;

/** A query that Drizzle has prepared. */
interface PreparedQuery {
  readonly queryString: string;
  readonly params: unknown[];
  /** Returns rows as lists of values. */
  readonly queryConfig: pg.QueryArrayConfig;
  execute(values?: object): Promise<unknown[]>;
}

interface Statement {
  readonly query: PreparedQuery;
  /** Parameters for which the statement returns no rows. Null if there are no such parameters. */
  readonly none: unknown[] | null;
  /** Null if Drizzle must map the rows. */
  readonly rows: RowMapper | null;
  /** Whether a combination that contains the statement is planned for the values of each call, too. */
  readonly isUnnamed: boolean;
}

/** Several statements that are sent as one. */
interface Combination {
  readonly name: string;
  readonly text: string;
  /** The statements, each with its index. */
  readonly places: ReadonlyMap<Statement, number>;
  lastUse: number;
  /** When it was last slow with unrequested statements, as `performance.now()`. */
  slowAt: number;
}

/** A requested statement that was not sent yet. */
interface PendingRead {
  readonly statement: Statement;
  readonly values: Values;
  /** The deadline of the operation, which identifies it. */
  readonly deadline: AbortSignal | undefined;
  resolve(rows: unknown[]): void;
  reject(error: unknown): void;
}

interface CombineStatementsParts {
  connection: StatementConnection;
  /** Called for each requested statement with its parameters, whether it is sent alone or combined. */
  onStatement(statement: string, parameters: unknown[]): void;
  /** Called for each round trip. */
  onRoundTrip(): void;
}

/** The expression of a value in JSON. Decimal numbers are texts, so that they are not rounded. Times are numbers, which are faster. */
function jsonValueOf(field: Selected, name: string): string {
  const type = is(field, Column) ? field.getSQLType() : '';
  if (type.startsWith('numeric')) return `${name}::text`;
  return type.startsWith('timestamp') ? `date_part('epoch', ${name})` : name;
}

/** The part of a combination for one statement: each row is the index of the statement, and its values as a JSON list. */
function partOf({ query, rows }: Statement, place: number, firstParameter: number): string {
  const selected = rows?.selected ?? [];
  const names = selected.map((_, index) => `c${index}`);
  const values = selected.map((field, index) => jsonValueOf(field, `r.c${index}`));
  const text = query.queryString.replace(/\$(\d+)/g, (_, number) => `$${Number(number) + firstParameter}`);
  return `select ${place}, json_build_array(${values.join(', ')})::text from (${text}) as r(${names.join(', ')})`;
}

function combine(statements: readonly Statement[]): string {
  let parameters = 0;
  const parts = statements.map((statement, place) => {
    const part = partOf(statement, place, parameters);
    parameters += statement.query.params.length;
    return part;
  });
  return parts.join(' union all ');
}

/**
 * Divides reads into groups, in their order. A group contains a statement at most once, and only reads of one operation, so that an
 * operation neither waits for what another one needs, such as a locked table, nor is stopped with it.
 */
function groupsOf(reads: readonly PendingRead[]): PendingRead[][] {
  if (reads.every(({ deadline }) => deadline === reads[0]?.deadline)) return groupsOfOperation(reads);
  return [...Map.groupBy(reads, ({ deadline }) => deadline).values()].flatMap(groupsOfOperation);
}

function groupsOfOperation(reads: readonly PendingRead[]): PendingRead[][] {
  const groups: PendingRead[][] = [];
  let group: PendingRead[] = [];
  const seen = new Set<Statement>();
  for (const read of reads) {
    if (group.length === 0 || seen.has(read.statement)) {
      group = [];
      groups.push(group);
      seen.clear();
    }
    seen.add(read.statement);
    group.push(read);
  }
  return groups;
}

/**
 * Returns a function that prepares reads. Reads that an operation requests in the same tick, such as the collections of a customer, are
 * sent as one combined statement, which costs only one round trip and one snapshot.
 */
export function combineStatements({ connection, onStatement, onRoundTrip }: CombineStatementsParts) {
  /** Sorted by size, largest first, because a large combination contains most of the smaller ones. */
  const combinations: Combination[] = [];
  let uses = 0;

  /** Whether the combination contains all requested statements, and can run the others without rows. */
  function serves({ places, slowAt }: Combination, requested: ReadonlySet<Statement>, now: number): boolean {
    const unrequested = places.size - requested.size;
    if (unrequested < 0 || unrequested > maxUnrequested) return false;
    if (unrequested > 0 && now - slowAt < avoidanceMilliseconds) return false;
    for (const statement of requested) if (!places.has(statement)) return false;
    if (unrequested === 0) return true;
    return [...places.keys()].every((statement) => requested.has(statement) || statement.none !== null);
  }

  /** Null if the statements cannot be combined. */
  function combinationOf(statements: readonly Statement[]): Combination | null {
    if (statements.some(({ rows }) => rows === null)) return null;
    const requested = new Set(statements);
    const now = performance.now();
    const reused = combinations.find((combination) => serves(combination, requested, now));
    uses += 1;
    if (reused !== undefined) {
      reused.lastUse = uses;
      return reused;
    }
    if (combinations.length === maxCombinations) evictLeastRecentlyUsed();
    const combination: Combination = {
      name: statements.some(({ isUnnamed }) => isUnnamed) ? unnamed : droppableName(),
      text: combine(statements),
      places: new Map(statements.map((statement, place) => [statement, place])),
      lastUse: uses,
      slowAt: Number.NEGATIVE_INFINITY,
    };
    combinations.push(combination);
    combinations.sort((one, other) => other.places.size - one.places.size);
    return combination;
  }

  function evictLeastRecentlyUsed(): void {
    const evicted = combinations.reduce((one, other) => (other.lastUse < one.lastUse ? other : one));
    combinations.splice(combinations.indexOf(evicted), 1);
    dropName(evicted.name);
  }

  async function rowsOf({ query, rows }: Statement, values: Values, deadline?: AbortSignal): Promise<unknown[]> {
    // Drizzle sends it with the deadline of the current operation.
    if (rows === null) return withDeadline(deadline, () => query.execute(values));
    const parameters = fillPlaceholders(query.params, values ?? {});
    onStatement(query.queryString, parameters);
    const result = await connection.query(query.queryConfig, parameters, deadline);
    return result.rows.map(rows.rowOf);
  }

  function runAlone({ statement, values, deadline, resolve, reject }: PendingRead): void {
    onRoundTrip();
    rowsOf(statement, values, deadline).then(resolve, reject);
  }

  async function run(group: readonly PendingRead[]): Promise<void> {
    const combination = group.length === 1 ? null : combinationOf(group.map(({ statement }) => statement));
    if (combination === null) {
      group.forEach(runAlone);
      return;
    }
    const { name, text, places } = combination;
    const reads = new Map(group.map((read) => [read.statement, read]));
    const statements = [...places.keys()];
    const parameters = statements.map((statement) => {
      const read = reads.get(statement);
      return read === undefined ? (statement.none ?? []) : fillPlaceholders(statement.query.params, read.values ?? {});
    });
    let rows: [place: number, values: string][];
    const hasUnrequested = places.size > group.length;
    try {
      onRoundTrip();
      const query = { name, text, rowMode: 'array' } as const;
      const result = await connection.query(query, parameters.flat(), group[0]?.deadline, hasUnrequested);
      rows = result.rows as unknown as typeof rows;
    } catch (error) {
      if (hasUnrequested && isStopped(error)) {
        combination.slowAt = performance.now();
        return run(group);
      }
      // Each read is retried alone, so that only the failing one fails. Without a connection, and if they took too long, all of them fail.
      if (!(error instanceof pg.DatabaseError) || isStopped(error)) throw error;
      group.forEach(runAlone);
      return;
    }
    const results = statements.map((): unknown[] => []);
    for (const [place, values] of rows) results[place]?.push(statements[place]?.rows?.rowOf(JSON.parse(values)));
    for (const { statement, resolve } of group) {
      const place = places.get(statement) ?? -1;
      onStatement(statement.query.queryString, parameters[place] ?? []);
      resolve(results[place] ?? []);
    }
  }

  const send = batchPerTick<PendingRead>((reads) => {
    for (const group of groupsOf(reads)) {
      run(group).catch((error: unknown) => {
        for (const { reject } of group) reject(error);
      });
    }
  });

  return function prepare<Row>(
    query: Preparable<Row>,
    { name, none }: PrepareOptions,
  ): (values?: Record<string, unknown>) => Promise<Row[]> {
    // On PostgreSQL, `prepare` takes a name, and `execute` returns the rows.
    const { prepare } = query as unknown as { prepare(name: string): PreparedQuery };
    const prepared = prepare.call(query, name);
    const statement: Statement = {
      query: prepared,
      rows: rowMapperOf(prepared),
      isUnnamed: name === unnamed,
      none: none === undefined ? null : fillPlaceholders(prepared.params, none),
    };
    return (values) =>
      new Promise((resolve, reject) => {
        const deadline = currentDeadline();
        send({ statement, values, deadline, resolve: resolve as (rows: unknown[]) => void, reject });
      });
  };
}
