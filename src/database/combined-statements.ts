import { Column, fillPlaceholders, is } from 'drizzle-orm';
import pg from 'pg';
import { batchPerTick } from './batch-per-tick.ts';
import type { Preparable, PrepareOptions } from './database.ts';
import { type RowMapper, rowMapperOf, type Selected } from './map-rows.ts';
import { dropName, droppableName } from './statement-names.ts';

/**
 * How many sets of statements are kept as one statement each, on every connection of the server. An operation takes one
 * for each of its levels. The set that was not used for longest is dropped for another.
 */
const maxCombinations = 100;

/**
 * How many statements nobody asks for may be in a set: which there are on a level depends on what a customer has, and each set
 * that is new to a connection has to be planned there.
 */
const maxUnrequested = 8;

type Values = Record<string, unknown> | undefined;

/** What Drizzle has prepared. */
interface PreparedQuery {
  readonly queryString: string;
  readonly params: unknown[];
  /** Gives rows as lists of values. */
  readonly queryConfig: pg.QueryArrayConfig;
  execute(values?: object): Promise<unknown[]>;
}

interface Statement {
  readonly query: PreparedQuery;
  /** Parameters for which it gives no rows; null where there are none. */
  readonly none: unknown[] | null;
  /** Null where Drizzle has to make the rows. */
  readonly rows: RowMapper | null;
}

/** Statements that are sent as one. */
interface Combination {
  readonly name: string;
  readonly text: string;
  /** Each with its place among them. */
  readonly places: ReadonlyMap<Statement, number>;
  lastUse: number;
}

/** A statement that somebody waits for. */
interface PendingRead {
  readonly statement: Statement;
  readonly values: Values;
  resolve(rows: unknown[]): void;
  reject(error: unknown): void;
}

/** The part of a connection or a pool that runs a statement. */
export type StatementConnection = Pick<pg.Pool, 'query'>;

interface CombineStatementsParts {
  connection: StatementConnection;
  /** Told each statement, with its parameters, whether it is sent alone or with others. */
  onStatement(statement: string, parameters: unknown[]): void;
  /** Told of each time that something is sent. */
  onRoundTrip(): void;
}

/** As a value within JSON: numbers of any length would be rounded, and a moment's text takes longer to write and to read. */
function jsonValueOf(field: Selected, name: string): string {
  const type = is(field, Column) ? field.getSQLType() : '';
  if (type.startsWith('numeric')) return `${name}::text`;
  return type.startsWith('timestamp') ? `date_part('epoch', ${name})` : name;
}

/** One of several statements: each row is its place among them, and its values as a JSON list. */
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

/** Statements in their order, each at most once: a second one of the same kind begins the next group. */
function groupsOf(asked: readonly PendingRead[]): PendingRead[][] {
  const groups: PendingRead[][] = [];
  let group: PendingRead[] = [];
  const seen = new Set<Statement>();
  for (const one of asked) {
    if (group.length === 0 || seen.has(one.statement)) {
      group = [];
      groups.push(group);
      seen.clear();
    }
    seen.add(one.statement);
    group.push(one);
  }
  return groups;
}

/**
 * Prepares statements that are sent together where they are asked for in one turn, as the collections around a customer are:
 * as one statement, which costs a round trip, a snapshot and a message instead of one each.
 */
export function combineStatements({ connection, onStatement, onRoundTrip }: CombineStatementsParts) {
  /** The largest first: that is the one which most others are parts of. */
  const combinations: Combination[] = [];
  let uses = 0;

  function serves({ places }: Combination, asked: ReadonlySet<Statement>): boolean {
    const unasked = places.size - asked.size;
    if (unasked < 0 || unasked > maxUnrequested) return false;
    for (const statement of asked) if (!places.has(statement)) return false;
    if (unasked === 0) return true;
    return [...places.keys()].every((statement) => asked.has(statement) || statement.none !== null);
  }

  function combinationOf(statements: readonly Statement[]): Combination | null {
    if (statements.some(({ rows }) => rows === null)) return null;
    const asked = new Set(statements);
    const found = combinations.find((combination) => serves(combination, asked));
    uses += 1;
    if (found !== undefined) {
      found.lastUse = uses;
      return found;
    }
    if (combinations.length === maxCombinations) dropLeastUsed();
    const made: Combination = {
      name: droppableName(),
      text: combine(statements),
      places: new Map(statements.map((statement, place) => [statement, place])),
      lastUse: uses,
    };
    combinations.push(made);
    combinations.sort((one, other) => other.places.size - one.places.size);
    return made;
  }

  function dropLeastUsed(): void {
    const least = combinations.reduce((one, other) => (other.lastUse < one.lastUse ? other : one));
    combinations.splice(combinations.indexOf(least), 1);
    dropName(least.name);
  }

  async function rowsOf({ query, rows }: Statement, values: Values): Promise<unknown[]> {
    if (rows === null) return query.execute(values);
    const parameters = fillPlaceholders(query.params, values ?? {});
    onStatement(query.queryString, parameters);
    const result = await connection.query(query.queryConfig, parameters);
    return result.rows.map(rows.rowOf);
  }

  function runAlone({ statement, values, resolve, reject }: PendingRead): void {
    onRoundTrip();
    rowsOf(statement, values).then(resolve, reject);
  }

  async function run(group: readonly PendingRead[]): Promise<void> {
    const combination = group.length === 1 ? null : combinationOf(group.map(({ statement }) => statement));
    if (combination === null) {
      group.forEach(runAlone);
      return;
    }
    const { name, text, places } = combination;
    const asked = new Map(group.map((one) => [one.statement, one]));
    const statements = [...places.keys()];
    const parameters = statements.map((statement) => {
      const one = asked.get(statement);
      return one === undefined ? (statement.none ?? []) : fillPlaceholders(statement.query.params, one.values ?? {});
    });
    let rows: [place: number, values: string][];
    try {
      onRoundTrip();
      const result = await connection.query({ name, text, rowMode: 'array' }, parameters.flat());
      rows = result.rows as unknown as typeof rows;
    } catch (error) {
      // Only those that fail by themselves are to fail; without a connection all do.
      if (!(error instanceof pg.DatabaseError)) throw error;
      group.forEach(runAlone);
      return;
    }
    const given = statements.map((): unknown[] => []);
    for (const [place, values] of rows) given[place]?.push(statements[place]?.rows?.rowOf(JSON.parse(values)));
    for (const { statement, resolve } of group) {
      const place = places.get(statement) ?? -1;
      onStatement(statement.query.queryString, parameters[place] ?? []);
      resolve(given[place] ?? []);
    }
  }

  const ask = batchPerTick<PendingRead>((asked) => {
    for (const group of groupsOf(asked)) {
      run(group).catch((error: unknown) => {
        for (const { reject } of group) reject(error);
      });
    }
  });

  return function prepare<Row>(
    query: Preparable<Row>,
    { name, none }: PrepareOptions,
  ): (values?: Record<string, unknown>) => Promise<Row[]> {
    // On PostgreSQL a prepared statement has a name, and gives its rows through `execute`.
    const { prepare } = query as unknown as { prepare(name: string): PreparedQuery };
    const made = prepare.call(query, name);
    const statement: Statement = {
      query: made,
      rows: rowMapperOf(made),
      none: none === undefined ? null : fillPlaceholders(made.params, none),
    };
    return (values) =>
      new Promise((resolve, reject) => {
        ask({ statement, values, resolve: resolve as (rows: unknown[]) => void, reject });
      });
  };
}
