import { type GraphQLFieldResolver, type GraphQLSchema, GraphQLString } from 'graphql';
import { Extensions } from 'type-graphql';
import type { GatewayError } from '../base/errors.ts';
import type { Queries } from '../database/database.ts';
import { type Call, type Context, missingMutate, type WriteOnce, type Written } from './context.ts';
import { refusedInput } from './input.ts';
import { assertValidArguments, findFurtherProblems } from './input-collection.ts';

/** The `Written` of a customer's child. */
export interface WrittenChild extends Written {
  id: string;
  bankId: string;
  customerId: string;
}

export function writtenChild({
  id,
  bankId,
  customerId,
}: {
  id: string;
  bankId: string;
  customerId: string;
}): WrittenChild {
  return { id, bankId, customerId };
}

/**
 * Runs the write of a mutation field in a transaction of its own, then returns the payload that `read` makes after the commit.
 * If the call has an idempotency key that was used before, nothing is written and the payload is read again.
 */
export async function mutate<What extends Written, Payload>(
  context: Context,
  write: (transaction: Queries) => Promise<What>,
  read: (written: What) => Payload | Promise<Payload>,
): Promise<Payload> {
  const { call } = context;
  if (call === null) throw new Error('Only mutation fields that are not @Unkeyed() can call mutate.');
  assertValidArguments();
  call.isMutated = true;
  const key = keyOf(context, call);
  const written = await context.write((transaction) =>
    key === null ? write(transaction) : call.writeOnce(context, transaction, { ...call, key }, write),
  );
  return read(written);
}

/** The key of a call, from the argument or else from the header. */
function keyOf({ request }: Context, { idempotencyKey }: Pick<Call, 'idempotencyKey'>): string | null {
  return idempotencyKey ?? request.idempotencyKey;
}

function errorOfKey(context: Context, call: Call): GatewayError | null {
  const { request } = context;
  const key = keyOf(context, call);
  if (key === null) return null;
  if (request.idempotencyKey !== null && request.idempotencyKey !== key) {
    return refusedInput('idempotencyKey', 'SAME_AS_HEADER', { header: 'Idempotency-Key' });
  }
  if (!/^[\x21-\x7E]{1,255}$/.test(key)) {
    return refusedInput('idempotencyKey', 'IDEMPOTENCY_KEY', { minimum: 1, limit: 255 });
  }
  return null;
}

/** Marks a mutation without an idempotency key: its result cannot be stored, or a retry has no effect anyway. */
export function Unkeyed(): MethodDecorator {
  return Extensions({ isUnkeyed: true });
}

type Resolver = GraphQLFieldResolver<unknown, Context, Record<string, unknown>>;

/** Puts the call into the context. The fields of a mutation run one after the other, so there is only one at a time. */
function withCall(field: string, resolve: Resolver, writeOnce: WriteOnce): Resolver {
  return async (root, args, context, info) => {
    const { idempotencyKey, ...others } = args as { idempotencyKey?: string | null };
    const call: Call = {
      field,
      arguments: others,
      idempotencyKey: idempotencyKey ?? null,
      writeOnce,
      isMutated: false,
    };
    context.call = call;
    try {
      const error = errorOfKey(context, call);
      if (error !== null) return await findFurtherProblems(error, args, () => resolve(root, args, context, info));
      const payload: unknown = await resolve(root, args, context, info);
      if (!call.isMutated) throw missingMutate(call);
      return payload;
    } finally {
      context.call = null;
    }
  };
}

/** Adds the argument `idempotencyKey` to every mutation field that is not `@Unkeyed()`. */
export function addIdempotencyKeys(schema: GraphQLSchema, writeOnce: WriteOnce): void {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    if (field.extensions.isUnkeyed === true || field.resolve === undefined) continue;
    field.args = [
      ...field.args,
      {
        name: 'idempotencyKey',
        description:
          'A key that identifies the call, from 1 to 255 visible ASCII characters. A call that is retried with the same key and arguments within 24 hours has no further effect and returns the same object.',
        type: GraphQLString,
        defaultValue: undefined,
        deprecationReason: undefined,
        extensions: {},
        astNode: undefined,
      },
    ];
    field.resolve = withCall(field.name, field.resolve, writeOnce);
  }
}
