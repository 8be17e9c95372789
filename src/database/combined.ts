import { Column, fillPlaceholders, is } from 'drizzle-orm';
import type pg from 'pg';
import type { Preparable } from './database.ts';
import { mapRows, type RowMapper, rowMapperOf, type Selected } from './map-rows.ts';
import type { Connection } from './replicas.ts';
import { eachTurn } from './turn.ts';

/**
 * How many sets of statements are kept as one statement each, on every connection of the server. An operation takes one
 * for each of its levels; statements of further sets are sent one by one.
 */
const mostCombinations = 100;

type Values = Record<string, unknown> | undefined;

/** What Drizzle has prepared. */
interface PreparedQuery {
  readonly queryString: string;
  readonly params: unknown[];
  execute(values?: object): Promise<unknown[]>;
}

interface Statement {
  readonly number: number;
  readonly query: PreparedQuery;
  /** Null where Drizzle has to make the rows. */
  readonly rows: RowMapper | null;
}

/** A statement that somebody waits for. */
interface Asked {
  readonly statement: Statement;
  readonly values: Values;
  resolve(rows: unknown[]): void;
  reject(error: unknown): void;
}

interface CombinedReadsParts {
  connection: Connection;
  /** Told each statement, with its parameters, whether it is sent alone or with others. */
  onStatement(statement: string, parameters: unknown[]): void;
  /** Told of each time that something is sent. */
  onRoundTrip(): void;
}

/** As a value within JSON: numbers of any length would be rounded. */
function jsonValueOf(field: Selected, name: string): string {
  return is(field, Column) && field.getSQLType().startsWith('numeric') ? `${name}::text` : name;
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
function groupsOf(asked: readonly Asked[]): Asked[][] {
  const groups: Asked[][] = [];
  let group: Asked[] = [];
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
export function combinedReads({ connection, onStatement, onRoundTrip }: CombinedReadsParts) {
  const combinations = new Map<string, Pick<pg.QueryConfig, 'name' | 'text'>>();
  let prepared = 0;

  function combinationOf(statements: readonly Statement[]): Pick<pg.QueryConfig, 'name' | 'text'> | null {
    if (statements.some(({ rows }) => rows === null)) return null;
    const key = statements.map(({ number }) => number).join();
    let found = combinations.get(key);
    if (found === undefined) {
      if (combinations.size === mostCombinations) return null;
      found = { name: `gateway_combined_${combinations.size + 1}`, text: combine(statements) };
      combinations.set(key, found);
    }
    return found;
  }

  function runAlone({ statement, values, resolve, reject }: Asked): void {
    onRoundTrip();
    statement.query.execute(values).then(resolve, reject);
  }

  async function run(group: readonly Asked[]): Promise<void> {
    const combination = group.length === 1 ? null : combinationOf(group.map(({ statement }) => statement));
    if (combination === null) {
      group.forEach(runAlone);
      return;
    }
    const parameters = group.map(({ statement, values }) => fillPlaceholders(statement.query.params, values ?? {}));
    let rows: [place: number, values: string][];
    try {
      onRoundTrip();
      const result = await connection.query({ ...combination, rowMode: 'array' }, parameters.flat());
      rows = result.rows as unknown as typeof rows;
    } catch {
      // Only those that fail by themselves are to fail.
      group.forEach(runAlone);
      return;
    }
    const given = group.map((): unknown[] => []);
    for (const [place, values] of rows) {
      given[place]?.push(group[place]?.statement.rows?.rowOf(JSON.parse(values)));
    }
    group.forEach(({ statement, resolve }, place) => {
      onStatement(statement.query.queryString, parameters[place] ?? []);
      resolve(given[place] ?? []);
    });
  }

  const ask = eachTurn<Asked>((asked) => {
    for (const group of groupsOf(asked)) run(group);
  });

  return function prepare<Row>(query: Preparable<Row>): (values?: Record<string, unknown>) => Promise<Row[]> {
    prepared += 1;
    // On PostgreSQL a prepared statement has a name, and gives its rows through `execute`.
    const { prepare } = query as unknown as { prepare(name: string): PreparedQuery };
    const made = prepare.call(query, `gateway_${prepared}`);
    const statement: Statement = { number: prepared, rows: rowMapperOf(made), query: mapRows(made) };
    return (values) =>
      new Promise((resolve, reject) => {
        ask({ statement, values, resolve: resolve as (rows: unknown[]) => void, reject });
      });
  };
}
