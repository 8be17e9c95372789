/**
 * Executes a planned operation. The response equals that of graphql-js, including the errors and their order. Calls, promises, and the
 * propagation of errors follow graphql-js' `execute` one to one, so that a refusal is never lost or moved. This executor omits what
 * graphql-js repeats for each object: collecting fields and arguments, and creating paths and `info` that are not used.
 *
 * Batched fields are the exception. All parents of a tick are collected and resolved with one call. If such a field is nullable, as all
 * guarded fields are, its parent does not depend on it. The value is put into the response later, without a promise for each parent.
 */
import { setImmediate } from 'node:timers/promises';
import {
  defaultTypeResolver,
  type ExecutionResult,
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLResolveInfo,
  getArgumentValues,
} from 'graphql';
import { committedError } from '../base/errors.ts';
import { nextTick, onNextTick } from '../base/ticks.ts';
import { objectTypeOf } from './abstract-types.ts';
import { AnswerMeter, bytesOfItem } from './answer-meter.ts';
import { LocatedErrors } from './located-errors.ts';
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
import { isIterable, isPromise, propertyOf } from './results.ts';

type Path = GraphQLResolveInfo['path'];
type Data = Record<string, unknown>;

export interface Execution {
  plan: Plan;
  context: unknown;
  /** The coerced variables. */
  variables: Variables;
  /** Counts the response and stops the operation. Without a meter, nothing is limited. */
  meter?: AnswerMeter;
  /** The event of a subscription, which its root field resolves. */
  root?: unknown;
}

interface Run extends Execution {
  readonly meter: AnswerMeter;
  errors: GraphQLError[];
  /** The paths that are null because of an error. Errors below them are not reported. */
  readonly nulled: Set<Path | undefined>;
  readonly located: LocatedErrors;
  readonly arguments: Map<FieldPlan, Variables>;
  /** The parents whose batched fields are resolved on the next tick. */
  waiting: Map<FieldPlan, Parent[]>;
  /** Work that no promise in the response waits for. */
  pending: Promise<unknown>[];
}

/** A parent of a batched field. */
interface Parent {
  readonly source: unknown;
  readonly path: Path | undefined;
  /** The object of the response into which the value is put. */
  readonly data: Data;
}

const unlimited = { maxAnswerObjects: Number.POSITIVE_INFINITY, maxAnswerBytes: Number.POSITIVE_INFINITY };

export function executePlan(execution: Execution): ExecutionResult | Promise<ExecutionResult> {
  const run: Run = {
    ...execution,
    meter: execution.meter ?? new AnswerMeter(unlimited),
    errors: [],
    nulled: new Set(),
    located: new LocatedErrors(),
    arguments: new Map(),
    waiting: new Map(),
    pending: [],
  };
  const failed = (error: unknown) => {
    addError(run, error as GraphQLError, undefined);
    return completed(run, null);
  };
  try {
    const data = executeOperation(run);
    return data instanceof Promise ? data.then((later) => completed(run, later), failed) : completed(run, data);
  } catch (error) {
    return failed(error);
  }
}

function completed(run: Run, data: Data | null): ExecutionResult | Promise<ExecutionResult> {
  return run.pending.length === 0 ? resultOf(run, data) : settledBatches(run).then(() => resultOf(run, data));
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
    : executeFields(run, fields, run.root, undefined);
}

/** Executes the fields of a mutation one after the other. */
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
      // The next field must also wait for the batched fields below this one.
      const put = (completedValue: unknown) => {
        data[field.responseName] = completedValue;
        return run.pending.length === 0 ? ended() : settledBatches(run).then(ended);
      };
      return value instanceof Promise ? value.then(put) : put(value);
    };
    const ended = () => {
      const stopped = run.meter.endField();
      if (stopped !== null) {
        const path = fieldPath(field, undefined);
        // One error replaces those of the fields below.
        run.errors = run.errors.filter((error) => error.path?.[0] !== field.responseName);
        data[field.responseName] = failure(run, field, field.type, path, committedError(stopped));
      }
      return data;
    };
    done = done instanceof Promise ? done.then(next) : next();
  }
  return done;
}

/** Copies the blank object, which is faster than adding fields to an empty object one by one. */
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
        addToBatch(run, field, { source, path, data });
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
    // The other fields were started, so their failures must be handled.
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

/** Adds a parent to those for which the field is resolved on the next tick. */
function addToBatch(run: Run, field: FieldPlan, parent: Parent): void {
  const parents = run.waiting.get(field);
  if (parents !== undefined) {
    parents.push(parent);
    return;
  }
  if (run.waiting.size === 0) run.pending.push(nextTick().then(() => resolveWaiting(run)));
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
    const promise = batch(sources, args, run.context, infoOf(run, field, path));
    prefetchBelow(run, field, sources, args, path);
    values = await promise;
    if (values.length !== parents.length) throw new Error(`${field.name} must return a value for each parent.`);
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

/** Completes the value of a batched field for one parent, and puts it into `data`, at once or later. */
function completeInto(run: Run, field: FieldPlan, data: Data, path: Path, result: unknown): void {
  if (result instanceof Error) {
    addError(run, run.located.at(field, path, result), path);
    return;
  }
  const value = completeItem(run, field, field.type, path, result);
  if (!(value instanceof Promise)) data[field.responseName] = value;
  else {
    const putLater = value.then((later) => {
      data[field.responseName] = later;
    });
    run.pending.push(putLater);
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

/** Resolves when nothing is pending. Batches can add further batches. */
async function settledBatches(run: Run): Promise<void> {
  while (run.pending.length > 0) {
    const { pending } = run;
    run.pending = [];
    await Promise.all(pending);
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
      // Most fields are texts, which need no path and no arguments.
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

function fieldPath({ responseName, parentType }: FieldPlan, prev: Path | undefined): Path {
  return { prev, key: responseName, typename: parentType.name };
}

/** Coerces arguments once for an operation, and returns a copy for each call. */
function argumentsOf(run: Run, field: FieldPlan): Data {
  if (field.definition.args.length === 0) return {};
  let args = run.arguments.get(field);
  if (args === undefined) {
    args = getArgumentValues(field.definition, field.node, run.variables);
    run.arguments.set(field, args);
  }
  return { ...args };
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

/** Completes the result of a resolver or a property for the response. Only leaves have no path. */
function complete(run: Run, field: FieldPlan, type: TypePlan, path: Path | undefined, result: unknown): unknown {
  if (result instanceof Error) throw result;
  if (result == null) {
    if (!type.isNonNull) return null;
    throw new Error(`Cannot return null for non-nullable field ${field.parentType.name}.${field.name}.`);
  }
  if (type.kind === 'leaf') {
    const serialized: unknown = type.leaf.serialize(result);
    if (serialized == null) throw new Error(`${type.leaf.name} must serialize the value of ${field.name}.`);
    if (typeof serialized === 'string') run.meter.bytes += serialized.length;
    return serialized;
  }
  if (type.kind === 'list') return completeList(run, field, type.item, path, result);
  if (type.kind === 'abstract') return completeAbstract(run, field, type.abstract, path, result);
  return executeFields(run, subfields(run.plan, field, type.object, run.variables), result, path);
}

function completeAbstract(
  run: Run,
  field: FieldPlan,
  type: GraphQLAbstractType,
  path: Path | undefined,
  result: unknown,
): unknown {
  const info = infoOf(run, field, path ?? fieldPath(field, undefined));
  const execute = (name: unknown) =>
    executeFields(run, subfields(run.plan, field, objectTypeOf(type, field, info, name), run.variables), result, path);
  const name = (type.resolveType ?? defaultTypeResolver)(result, run.context, info, type);
  return isPromise(name) ? name.then(execute) : execute(name);
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
  // A copy has the right size from the start, whereas an array that grows has room for 17 items.
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
    // The other items were started, and an unhandled rejection would end the process. graphql-js does not handle it.
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

/** Completes a result that might be a promise, or might contain promises. An error is then handled later. */
function completePromised(run: Run, field: FieldPlan, type: TypePlan, path: Path, result: unknown): unknown {
  const completed = isPromise(result)
    ? completeLater(run, field, type, path, result)
    : complete(run, field, type, path, result);
  return completed instanceof Promise ? failingLater(run, field, type, path, completed) : completed;
}

// Separate functions, because a function that contains closures allocates a context on each call, even if they are not created.
function completeLater(run: Run, field: FieldPlan, type: TypePlan, path: Path, result: Promise<unknown>) {
  return Promise.resolve(result.then((resolved) => complete(run, field, type, path, resolved)));
}

function failingLater(run: Run, field: FieldPlan, type: TypePlan, path: Path, completed: Promise<unknown>) {
  return completed.then(undefined, (error: unknown) => failure(run, field, type, path, error));
}

function assertItemCount({ definition, maxItems }: FieldPlan, count: number): void {
  if (count > maxItems) throw tooManyItems(definition, maxItems);
}

/** Reports the error of a nullable field, which is then null. The error of a non-null field is thrown, so its parent handles it. */
function failure(run: Run, field: FieldPlan, type: TypePlan, path: Path, error: unknown): null {
  const failed = run.located.at(field, path, error);
  if (type.isNonNull) throw failed;
  addError(run, failed, path);
  return null;
}

function addError({ errors, nulled, meter }: Run, error: GraphQLError, path: Path | undefined): void {
  if (nulled.has(undefined)) return;
  for (let place = path; place !== undefined; place = place.prev) if (nulled.has(place)) return;
  nulled.add(path);
  meter.addError(error);
  errors.push(error);
}
