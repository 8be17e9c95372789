/**
 * Runs a planned operation. It gives what graphql-js gives, errors and their order included: calls, promises and the ways
 * of errors are those of graphql-js' `execute`, one for one, so that a refusal is never lost and never moves. What is
 * left out is what graphql-js does again for each object: collecting fields, arguments, paths and `info` where nobody
 * looks at them.
 *
 * Batched fields are where it goes its own way. All parents that one turn reaches wait in a list and are resolved by one
 * call. Where such a field may be null, as all guarded ones may, nothing above it depends on it: its place in the
 * answer is filled in later, and no promise is made for it.
 */
import { setImmediate } from 'node:timers/promises';
import { type ExecutionResult, GraphQLError, type GraphQLResolveInfo, getArgumentValues, locatedError } from 'graphql';
import { nextTick, onNextTick } from '../base/ticks.ts';
import { AnswerMeter, bytesOfItem, committedError } from './answer-meter.ts';
import { tooManyItems } from './max-items.ts';
import {
  type FieldPlan,
  type Plan,
  rootFields,
  type Selections,
  subfields,
  type TypePlan,
  type Variables,
} from './plan.ts';

type Path = GraphQLResolveInfo['path'];
type Data = Record<string, unknown>;

export interface Execution {
  plan: Plan;
  context: unknown;
  /** Coerced. */
  variables: Variables;
  /** Counts the answer and stops the operation. Without one, nothing is limited. */
  meter?: AnswerMeter;
}

interface Run extends Execution {
  readonly meter: AnswerMeter;
  errors: GraphQLError[];
  /** Where something is null because of an error: what fails below it is reported no more. */
  readonly nulled: Set<Path | undefined>;
  readonly arguments: Map<FieldPlan, Variables>;
  /** Parents whose batched fields are resolved with the next turn. */
  waiting: Map<FieldPlan, Parent[]>;
  /** What goes on beside the answer's own promises. */
  underWay: Promise<unknown>[];
}

/** A parent of a batched field. */
interface Parent {
  readonly source: unknown;
  readonly path: Path | undefined;
  /** Where the value belongs. */
  readonly data: Data;
}

const unlimited = { maxAnswerObjects: Number.POSITIVE_INFINITY, maxAnswerBytes: Number.POSITIVE_INFINITY };

export function executePlan(execution: Execution): ExecutionResult | Promise<ExecutionResult> {
  const run: Run = {
    ...execution,
    meter: execution.meter ?? new AnswerMeter(unlimited),
    errors: [],
    nulled: new Set(),
    arguments: new Map(),
    waiting: new Map(),
    underWay: [],
  };
  const failed = (error: unknown) => {
    addError(run, error as GraphQLError, undefined);
    return completed(run, null);
  };
  try {
    const data = executeOperation(run);
    return data instanceof Promise ? data.then((given) => completed(run, given), failed) : completed(run, data);
  } catch (error) {
    return failed(error);
  }
}

function completed(run: Run, data: Data | null): ExecutionResult | Promise<ExecutionResult> {
  return run.underWay.length === 0 ? resultOf(run, data) : settledBatches(run).then(() => resultOf(run, data));
}

function resultOf({ errors, meter, plan }: Run, data: Data | null): ExecutionResult {
  const isMutation = plan.operation.operation === 'mutation';
  if (!isMutation && !meter.check() && meter.stopped !== null) return { errors: [meter.stopped], data: null };
  return errors.length === 0 ? { data } : { errors, data };
}

function executeOperation(run: Run): Data | null | Promise<Data | null> {
  const { schema, operation } = run.plan;
  const rootType = schema.getRootType(operation.operation);
  if (rootType == null) throw new Error(`The schema has no ${operation.operation}.`);
  const fields = rootFields(run.plan, rootType, run.variables);
  return operation.operation === 'mutation'
    ? executeSerially(run, fields)
    : executeFields(run, fields, undefined, undefined);
}

/** Each field of a mutation waits for the one before it. */
function executeSerially(run: Run, selections: Selections): Data | Promise<Data> {
  const data = dataFor(selections);
  let done: Data | Promise<Data> = data;
  for (const field of selections.fields) {
    const next = () => {
      const refused = run.meter.beginField();
      if (refused !== null) {
        data[field.responseName] = failure(run, field, field.type, fieldPath(field, undefined), refused);
        return data;
      }
      const value = executeField(run, field, undefined, undefined);
      // It waits for all that is read of the one before.
      const put = (given: unknown) => {
        data[field.responseName] = given;
        return run.underWay.length === 0 ? ended() : settledBatches(run).then(ended);
      };
      return value instanceof Promise ? value.then(put) : put(value);
    };
    const ended = () => {
      const stopped = run.meter.endField();
      if (stopped !== null) {
        const path = fieldPath(field, undefined);
        // One error for the field in place of those of the fields in it.
        run.errors = run.errors.filter((error) => error.path?.[0] !== field.responseName);
        data[field.responseName] = failure(run, field, field.type, path, committedError(stopped));
      }
      return data;
    };
    done = done instanceof Promise ? done.then(next) : next();
  }
  return done;
}

/** A copy has room for all its fields; one that grows field by field is moved several times. */
function dataFor({ blank }: Selections): Data {
  return blank === null ? Object.create(null) : { ...blank };
}

/** Null if the operation is stopped. */
function executeFields(
  run: Run,
  selections: Selections,
  source: unknown,
  path: Path | undefined,
): Data | null | Promise<Data> {
  if (!run.meter.addObject(selections.bytes)) return null;
  const data = dataFor(selections);
  let pending: FieldPlan[] | null = null;
  try {
    for (const field of selections.fields) {
      if (field.batch !== null) {
        data[field.responseName] = null;
        join(run, field, { source, path, data });
        continue;
      }
      const value = executeField(run, field, source, path);
      data[field.responseName] = value;
      if (value instanceof Promise) {
        pending ??= [];
        pending.push(field);
      }
    }
  } catch (error) {
    if (pending === null) throw error;
    // Those that were begun may fail too.
    return settled(data, pending).finally(() => {
      throw error;
    });
  }
  return pending === null ? data : settled(data, pending);
}

async function settled(data: Data, pending: readonly FieldPlan[]): Promise<Data> {
  const values = await Promise.all(pending.map(({ responseName }) => data[responseName]));
  pending.forEach(({ responseName }, index) => {
    data[responseName] = values[index];
  });
  return data;
}

/** Has the field resolved with that of other parents, and its value put into `data`. */
function join(run: Run, field: FieldPlan, parent: Parent): void {
  const parents = run.waiting.get(field);
  if (parents !== undefined) {
    parents.push(parent);
    return;
  }
  if (run.waiting.size === 0) run.underWay.push(nextTick().then(() => resolveWaiting(run)));
  run.waiting.set(field, [parent]);
}

async function resolveWaiting(run: Run): Promise<void> {
  const { waiting } = run;
  run.waiting = new Map();
  if (run.meter.isStopped) return;
  await Promise.all([...waiting].map(([field, parents]) => resolveBatch(run, field, parents)));
}

async function resolveBatch(run: Run, field: FieldPlan, parents: readonly Parent[]): Promise<void> {
  const { batch } = field;
  if (batch === null) throw new Error(`${field.name} is not batched.`);
  let values: readonly unknown[];
  try {
    const sources = parents.map(({ source }) => source);
    const args = argumentsOf(run, field);
    const path = fieldPath(field, parents[0]?.path);
    const given = batch(sources, args, run.context, infoOf(run, field, path));
    prefetchBelow(run, field, sources, args, path);
    values = await given;
    if (values.length !== parents.length) throw new Error(`${field.name} gives ${values.length} values.`);
  } catch (error) {
    for (const { path } of parents) failure(run, field, field.type, fieldPath(field, path), error);
    return;
  }
  if (run.meter.isStopped) return;
  for (const [index, { path, data }] of parents.entries()) {
    if (run.meter.takesLong()) await setImmediate();
    completeInto(run, field, data, fieldPath(field, path), values[index]);
  }
}

/** Completes the value of a batched field of one parent, now or later, and puts it into `data`. */
function completeInto(run: Run, field: FieldPlan, data: Data, path: Path, given: unknown): void {
  if (given instanceof Error) {
    // Reported even if an object above it is null, because this refusal might stand for others elsewhere.
    const located = locatedError(given, field.nodes, keysOf(path));
    run.meter.addError(located);
    run.errors.push(located);
    return;
  }
  const value = completeItem(run, field, field.type, path, given);
  if (!(value instanceof Promise)) data[field.responseName] = value;
  else {
    const putLater = value.then((later) => {
      data[field.responseName] = later;
    });
    run.underWay.push(putLater);
  }
}

/** Prefetches what the fields below need, together with the objects that the field returns, if their keys are known. */
function prefetchBelow(run: Run, field: FieldPlan, sources: readonly unknown[], args: Data, path: Path): void {
  const { keyOf, type } = field;
  if (keyOf === null || type.kind !== 'object' || run.meter.isStopped) return;
  try {
    const keys = sources.map((source) => keyOf(source, args, run.context)).filter((key) => key !== null);
    if (keys.length === 0) return;
    for (const below of subfields(run.plan, field, type.object, run.variables).fields) {
      const { prefetch } = below;
      prefetch?.(keys, argumentsOf(run, below), run.context, infoOf(run, below, fieldPath(below, path)));
    }
  } catch {
    // The executor reports the error when it reaches the field, if it does.
  }
}

/** Until nothing is under way any more: batches lead to batches. */
async function settledBatches(run: Run): Promise<void> {
  while (run.underWay.length > 0) {
    const { underWay } = run;
    run.underWay = [];
    await Promise.all(underWay);
  }
}

function executeField(run: Run, field: FieldPlan, source: unknown, parentPath: Path | undefined): unknown {
  if (field.typeName !== null) return field.typeName;
  const { type, resolve } = field;
  let path: Path | undefined;
  try {
    let result: unknown;
    if (resolve === null) {
      result = propertyOf(source, field.name);
      if (typeof result === 'function') {
        path = fieldPath(field, parentPath);
        result = result.call(source, {}, run.context, infoOf(run, field, path));
      }
      // What most fields are, without a path and what else nobody asks for.
      if (typeof result === 'string' && type.kind === 'leaf' && type.isText) {
        run.meter.bytes += result.length;
        return result;
      }
    } else {
      if (run.meter.isStopped) return null;
      path = fieldPath(field, parentPath);
      const args = argumentsOf(run, field);
      result = resolve(source, args, run.context, infoOf(run, field, path));
      if (field.keyOf !== null && isPromise(result)) prefetchBelowSoon(run, field, source, args, path);
    }
    if (type.kind === 'leaf' && !isPromise(result)) return complete(run, field, type, path, result);
    path ??= fieldPath(field, parentPath);
    return completePromised(run, field, type, path, result);
  } catch (error) {
    return failure(run, field, type, path ?? fieldPath(field, parentPath), error);
  }
}

/** Waits as long as the loader of the object that the resolver has requested, so that both are read together. */
function prefetchBelowSoon(run: Run, field: FieldPlan, source: unknown, args: Data, path: Path): void {
  onNextTick(() => prefetchBelow(run, field, [source], args, path));
}

function propertyOf(source: unknown, name: string): unknown {
  const hasProperties = (typeof source === 'object' && source !== null) || typeof source === 'function';
  return hasProperties ? (source as Data)[name] : undefined;
}

function fieldPath({ responseName, parentType }: FieldPlan, prev: Path | undefined): Path {
  return { prev, key: responseName, typename: parentType.name };
}

/** Coerced once for an operation, a copy for each call. */
function argumentsOf(run: Run, field: FieldPlan): Data {
  if (field.definition.args.length === 0) return {};
  let found = run.arguments.get(field);
  if (found === undefined) {
    found = getArgumentValues(field.definition, field.node, run.variables);
    run.arguments.set(field, found);
  }
  return { ...found };
}

function infoOf({ plan, variables }: Run, field: FieldPlan, path: Path): GraphQLResolveInfo {
  return {
    fieldName: field.name,
    fieldNodes: field.nodes,
    returnType: field.definition.type,
    parentType: field.parentType,
    path,
    schema: plan.schema,
    fragments: plan.fragments,
    rootValue: undefined,
    operation: plan.operation,
    variableValues: variables,
  };
}

/** What a resolver or a property gave, as it stands in the answer. The path is there for all but leaves. */
function complete(run: Run, field: FieldPlan, type: TypePlan, path: Path | undefined, result: unknown): unknown {
  if (result instanceof Error) throw result;
  if (result == null) {
    if (!type.isNonNull) return null;
    throw new Error(`Cannot return null for non-nullable field ${field.parentType.name}.${field.name}.`);
  }
  if (type.kind === 'leaf') {
    const serialized: unknown = type.leaf.serialize(result);
    if (serialized == null) throw new Error(`${type.leaf.name} serializes a value of ${field.name} to nothing.`);
    if (typeof serialized === 'string') run.meter.bytes += serialized.length;
    return serialized;
  }
  if (type.kind === 'list') return completeList(run, field, type.item, path, result);
  return executeFields(run, subfields(run.plan, field, type.object, run.variables), result, path);
}

function completeList(run: Run, field: FieldPlan, type: TypePlan, path: Path | undefined, result: unknown): unknown {
  if (!isIterable(result)) {
    const { parentType, name } = field;
    throw new GraphQLError(`Expected Iterable, but did not find one for field "${parentType.name}.${name}".`);
  }
  if (Array.isArray(result)) {
    assertItemCount(field, result.length);
    if (!run.meter.admitsItems(result.length)) return null;
    run.meter.bytes += bytesOfItem * result.length;
  }
  // Of its size from the beginning: one that grows has room for 17, and most are short.
  const items: unknown[] = Array.isArray(result) ? [...result] : [];
  let key = 0;
  let hasPromise = false;
  try {
    for (const item of result) {
      const completed = completeItem(run, field, type, { prev: path, key, typename: undefined }, item);
      if (completed instanceof Promise) hasPromise = true;
      items[key] = completed;
      key += 1;
    }
  } catch (error) {
    // Those that were begun may fail too: graphql-js would leave them to end the process.
    if (hasPromise) Promise.all(items).catch(() => undefined);
    throw error;
  }
  return hasPromise ? Promise.all(items) : items;
}

function completeItem(run: Run, field: FieldPlan, type: TypePlan, path: Path, item: unknown): unknown {
  try {
    return completePromised(run, field, type, path, item);
  } catch (error) {
    return failure(run, field, type, path, error);
  }
}

/** Where it has to wait, for the value or for what is in it, it fails later. */
function completePromised(run: Run, field: FieldPlan, type: TypePlan, path: Path, result: unknown): unknown {
  const completed = isPromise(result)
    ? completeLater(run, field, type, path, result)
    : complete(run, field, type, path, result);
  return completed instanceof Promise ? failingLater(run, field, type, path, completed) : completed;
}

// Functions of their own: what makes a function within it pays for that with each call, whether it comes to that or not.
function completeLater(run: Run, field: FieldPlan, type: TypePlan, path: Path, result: Promise<unknown>) {
  return Promise.resolve(result.then((resolved) => complete(run, field, type, path, resolved)));
}

function failingLater(run: Run, field: FieldPlan, type: TypePlan, path: Path, completed: Promise<unknown>) {
  return completed.then(undefined, (error: unknown) => failure(run, field, type, path, error));
}

function assertItemCount({ definition, maxItems }: FieldPlan, count: number): void {
  if (count > maxItems) throw tooManyItems(definition, maxItems);
}

/** What may not be null passes its error on to what it is a part of; anything else is null, and that is reported. */
function failure(run: Run, field: FieldPlan, type: TypePlan, path: Path, error: unknown): null {
  const located = locatedError(error, field.nodes, keysOf(path));
  if (type.isNonNull) throw located;
  addError(run, located, path);
  return null;
}

function addError({ errors, nulled, meter }: Run, error: GraphQLError, path: Path | undefined): void {
  if (nulled.has(undefined)) return;
  for (let place = path; place !== undefined; place = place.prev) if (nulled.has(place)) return;
  nulled.add(path);
  meter.addError(error);
  errors.push(error);
}

function keysOf(path: Path): (string | number)[] {
  const keys: (string | number)[] = [];
  for (let place: Path | undefined = path; place !== undefined; place = place.prev) keys.push(place.key);
  return keys.reverse();
}

/** Of what others give. What is made here is a `Promise`, which is found out faster. */
function isPromise(value: unknown): value is Promise<unknown> {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return false;
  return typeof (value as { then?: unknown }).then === 'function';
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}
