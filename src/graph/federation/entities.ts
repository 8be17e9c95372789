import { type GraphQLField, type GraphQLSchema } from 'graphql';
import { holdsAnywhere } from '../../auth/authenticated-user.ts';
import { GatewayError, gatewayError } from '../../base/errors.ts';
import { type AccessFacts, checkAccess } from '../access/check.ts';
import type { AccessRule, GuardedParent, OwnAccess, RoleRule } from '../access/rule.ts';
import type { Context } from '../context.ts';
import type { Entity, EntityType, EntityTypes } from './entity-types.ts';

/** A reference to an object in another subgraph. */
export interface Representation {
  __typename: string;
  id: string;
}

/** A found object with the name of its type. */
type Found = Entity & { __typename: string };

/** An object, or the error of a representation. */
type Resolved = Found | GatewayError;

/** The entity type with the access rule of its root field. */
interface JudgedType extends EntityType {
  typeName: string;
  rule: RoleRule | null;
}

async function isOwn(
  rule: RoleRule,
  context: Context,
  parent: GuardedParent,
  { ownAccess }: AccessFacts,
): Promise<boolean> {
  if (context.ownUserIds.size === 0) return false;
  const kinds: readonly (keyof OwnAccess)[] = ['orSelf', 'orLinkedUser', 'orHolder'];
  for (const kind of kinds) if (rule[kind] === true && (await ownAccess[kind](context, parent))) return true;
  return false;
}

/** The error for a caller who holds the role nowhere, so that nothing has to be read. */
function refusalOf(rule: RoleRule, { user }: Context): GatewayError {
  return user === null ? gatewayError('OBP-20001') : gatewayError('OBP-20006', { missingRoles: [...rule.anyOf] });
}

/**
 * REASON_REQUIRED if the customer's bank requires a reason for KYC evidence that does not exist, as the root field does:
 * otherwise, callers could find out without a reason which evidence exists. Null if no reason is missing.
 */
async function missingReason(
  { rule, parentOf }: JudgedType,
  id: string,
  context: Context,
  facts: AccessFacts,
): Promise<GatewayError | null> {
  const customerId = parentOf(id)?.customerId ?? null;
  if (rule?.kycMaterial !== true || context.request.reason !== null || customerId === null) return null;
  const bankId = await facts.banks.ofCustomer(context, customerId);
  const ground = await checkAccess(rule, context, { bankId, customerId }, facts);
  return ground instanceof GatewayError && ground.key === 'REASON_REQUIRED' ? ground : null;
}

/**
 * Resolves objects by their IDs as the root field of their type would. A caller without the role at any bank is refused
 * before anything is read. Otherwise, an object at a bank where the caller lacks the role gets the error of an unknown ID,
 * because the bank is known only after the object is read.
 */
async function resolveType(
  type: JudgedType,
  ids: readonly string[],
  context: Context,
  facts: AccessFacts,
): Promise<Map<string, Resolved>> {
  const { rule, typeName } = type;
  const { audit } = context;
  const coordinate = `_Entity.${typeName}`;
  const resolved = new Map<string, Resolved>();
  // One error for all representations that fail for the same reason: a new one for each would cost its stack trace.
  let refused: GatewayError | undefined;
  let missing: GatewayError | undefined;

  function notFound(id: string): GatewayError {
    if (typeof type.notFound === 'function') return type.notFound(id);
    missing ??= gatewayError(type.notFound);
    return missing;
  }

  function fail(id: string, error: GatewayError): void {
    if (rule !== null) {
      const customerId = type.parentOf(id)?.customerId ?? null;
      audit.recordRefusedRoot(coordinate, { bankId: null, customerId }, error);
    }
    resolved.set(id, error);
  }

  const isAdmitted = rule === null || holdsAnywhere(context.user, rule.anyOf);
  const readable: string[] = [];
  for (const id of ids) {
    const parent = type.parentOf(id);
    if (!isAdmitted && (parent === null || !(await isOwn(rule, context, parent, facts)))) {
      refused ??= refusalOf(rule, context);
      fail(id, refused);
    } else if (parent === null) fail(id, notFound(id));
    else readable.push(id);
  }
  if (readable.length === 0) return resolved;

  const entities = await type.load(context, readable);
  await Promise.all(
    readable.map(async (id, index) => {
      const entity = entities[index] ?? null;
      if (entity === null) return fail(id, (await missingReason(type, id, context, facts)) ?? notFound(id));
      const found = { ...entity, __typename: typeName };
      if (rule === null) return resolved.set(id, found);
      const ground = await checkAccess(rule, context, entity, facts);
      if (ground instanceof GatewayError) {
        return fail(id, ground.key === 'REASON_REQUIRED' ? ground : notFound(id));
      }
      audit.recordAllowed(coordinate, entity.bankId ?? null, ground);
      audit.recordReturned(coordinate, { bankId: entity.bankId ?? null }, ground, entity);
      return resolved.set(id, found);
    }),
  );
  return resolved;
}

/** Creates the resolver of `_entities`. @throws Error if a root field has a rule that cannot be applied to single objects */
export function entityResolver(schema: GraphQLSchema, types: EntityTypes, facts: AccessFacts) {
  const fields = schema.getQueryType()?.getFields() ?? {};
  const judged = new Map(
    Object.entries(types).map(([typeName, type]): [string, JudgedType] => {
      const field: GraphQLField<unknown, Context> | undefined = fields[type.rootField];
      const rule = field?.extensions.access as AccessRule | undefined;
      if (rule === undefined || rule.kind === 'authenticated') {
        throw new Error(`Query.${type.rootField} has no access rule for objects of the type ${typeName}.`);
      }
      return [typeName, { ...type, typeName, rule: rule.kind === 'public' ? null : rule }];
    }),
  );

  return async (representations: readonly Representation[], context: Context): Promise<(Found | GatewayError)[]> => {
    const idsByType = Map.groupBy(representations, ({ __typename }) => __typename);
    const resolvedByType = new Map(
      await Promise.all(
        [...idsByType].map(async ([typeName, ofType]) => {
          const type = judged.get(typeName);
          const ids = [...new Set(ofType.map(({ id }) => id))];
          return [typeName, type && (await resolveType(type, ids, context, facts))] as const;
        }),
      ),
    );
    return representations.map(({ __typename, id }) => {
      const resolved = resolvedByType.get(__typename)?.get(id);
      if (resolved === undefined) throw new Error('A representation was not resolved.');
      return resolved;
    });
  };
}
