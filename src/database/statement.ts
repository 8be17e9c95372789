/**
 * Statements whose SQL is built once, because building it takes longer than running it:
 *
 *   const findBank = statement((queries) => queries.select().from(bank).where(eq(bank.id, sql.placeholder('id'))));
 *   await findBank(database, { id });
 *   await findBank(transaction, { id });
 *
 * There are two forms. The SQL of a `statement` is always the same; the program has a fixed number of them, and all stay prepared. The
 * SQL of a `statementByShape` depends on a shape, such as which filters of a list are set. Clients choose among thousands of shapes, so
 * only the `maxShapes` that were used last stay prepared.
 */
import { LruCache } from '../base/lru-cache.ts';
import type { Database, Preparable, Queries } from './database.ts';
import { mapRows } from './map-rows.ts';
import { dropName, droppableName, statementName, unnamed } from './statement-names.ts';

/** The maximum number of shapes. A prepared statement takes about 60 KB, and as much on each connection to PostgreSQL. */
export const maxShapes = 500;

/** The values of the placeholders, by their names. */
export type Values = Record<string, unknown>;

/** A query builder, which sends its query when it is awaited. */
export type Query<Result> = PromiseLike<Result> & { prepare(): unknown };

/**
 * A database or a transaction. On a database, a statement can only read. It is sent together with the other reads of the same tick,
 * on SQLite as on PostgreSQL.
 */
type Target = Database | Queries;

/** Runs a statement with the values of its placeholders. */
export type Statement<Result> = (target: Target, values?: Values) => Promise<Result>;

/** Runs the statement of a shape with the values of its placeholders. */
export type StatementByShape<Shape, Result> = (target: Target, shape: Shape, values?: Values) => Promise<Result>;

interface StatementOptions {
  /** Values for which the statement returns no rows, so that it can be sent unrequested, along with others. */
  none?: Values;
}

type Run<Result> = (values?: Values) => Promise<Result>;

interface PreparedQuery<Result> {
  execute(values?: Values): PromiseLike<Result>;
}

function prepareOn<Result>(
  target: Target,
  build: (queries: Queries) => Query<Result>,
  options: StatementOptions & { name: string },
): Run<Result> {
  if ('read' in target) {
    const query = build(target.read) as unknown as Preparable<unknown>;
    return target.prepare(query, options) as unknown as Run<Result>;
  }
  const query = build(target) as unknown as { prepare(name: string): PreparedQuery<Result> };
  const prepared = mapRows(query.prepare(options.name));
  return async (values) => prepared.execute(values);
}

/** `name` is how PostgreSQL knows the prepared statement on each connection. */
function namedStatement<Result>(
  name: string,
  build: (queries: Queries) => Query<Result>,
  { none }: StatementOptions = {},
): Statement<Result> {
  // There are few targets: SQLite has one handle that writes, PostgreSQL has the transactions of each connection.
  const prepared = new WeakMap<Target, Run<Result>>();
  return (target, values) => {
    let run = prepared.get(target);
    if (run === undefined) {
      run = prepareOn(target, build, { name, none });
      prepared.set(target, run);
    }
    return run(values);
  };
}

/** A statement that is the same for every call. `build` is called once for each database and connection. */
export function statement<Result>(
  build: (queries: Queries) => Query<Result>,
  options?: StatementOptions,
): Statement<Result> {
  return namedStatement(statementName(), build, options);
}

interface CachedStatement {
  name: string;
  run: Statement<unknown>;
}

const cache = new LruCache<string, CachedStatement>(maxShapes, ({ name }) => dropName(name));
/** The number of `statementByShape`s. Each is a family, because two of them can have equal keys. */
let families = 0;

const numbersOfDatabases = new WeakMap<Database, number>();
let databases = 0;

/** Identifies a database of this process, such as the primary or a replica. */
function numberOf(database: Database): number {
  let number = numbersOfDatabases.get(database);
  if (number === undefined) {
    databases += 1;
    number = databases;
    numbersOfDatabases.set(database, number);
  }
  return number;
}

/**
 * Prepares a statement for its only database. Does not keep `build`, because the shape might contain values of the request that
 * created it. In transactions `build` is kept, for connections on which the statement is not prepared yet.
 */
function statementOn<Result>(
  database: Database,
  name: string,
  build: (queries: Queries) => Query<Result>,
): Statement<Result> {
  return ignoringTarget(prepareOn(database, build, { name }));
}

/** A statement that always runs where it was prepared. Its target is the same database, because the cache key contains the database. */
function ignoringTarget<Result>(run: Run<Result>): Statement<Result> {
  return (_target, values) => run(values);
}

/**
 * A statement that depends on a shape. `keyOf` must return different keys for shapes whose SQL differs. PostgreSQL plans a statement
 * that `isPlannedForValues` for the values of each call. Otherwise, it uses the same plan for all values after some calls.
 */
export function statementByShape<Shape, Result>(
  keyOf: (shape: Shape) => string,
  build: (queries: Queries, shape: Shape) => Query<Result>,
  isPlannedForValues: (shape: Shape) => boolean = () => false,
): StatementByShape<Shape, Result> {
  families += 1;
  const family = families;
  function create(target: Target, shape: Shape): CachedStatement {
    const name = isPlannedForValues(shape) ? unnamed : droppableName();
    const buildShape = (queries: Queries) => build(queries, shape);
    return { name, run: 'read' in target ? statementOn(target, name, buildShape) : namedStatement(name, buildShape) };
  }
  return (target, shape, values) => {
    const place = 'read' in target ? numberOf(target) : 'transaction';
    const key = `${family} ${place} ${keyOf(shape)}`;
    let cached = cache.get(key);
    if (cached === undefined) {
      cached = create(target, shape);
      cache.set(key, cached);
    }
    return cached.run(target, values) as Promise<Result>;
  };
}
