import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { isRole, type Role as RoleName } from '../../base/roles.ts';
import { connectionOf } from '../../graph/connection.ts';
import { payloadObjectId } from '../../graph/descriptions.ts';
import { Role } from '../../graph/role-enum.ts';
import { DateTime } from '../../graph/scalars.ts';
import type { EntitlementRow } from './entitlement.table.ts';

@ObjectType({
  simpleResolvers: true,
  description: 'A role that is granted to a user: a bank role at one bank, or a system role without a bank.',
})
export class Entitlement {
  @Field(() => ID, { description: 'The ID of the entitlement.' })
  id: string;

  @Field(() => ID, { description: 'The ID of the user who holds the role.' })
  userId: string;

  @Field(() => Role, { description: 'The role.' })
  roleName: RoleName;

  @Field(() => ID, { nullable: true, description: 'The ID of the bank. Null for a system role.' })
  bankId: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'The time when the entitlement expires. Null if it does not expire.',
  })
  expiresAt: Date | null;
}

type EntitlementValues = Pick<EntitlementRow, 'id' | 'userId' | 'roleName' | 'bankId' | 'expiresAt'>;

/** @throws Error if this version does not know the role */
export function toEntitlement({ id, userId, roleName, bankId, expiresAt }: EntitlementValues): Entitlement {
  if (!isRole(roleName)) throw new Error(`The role ${roleName} is not known.`);
  return { id, userId, roleName, bankId, expiresAt };
}

/** Omits expired entitlements and roles that this version does not know, because neither allows anything. */
export function toEntitlements(rows: readonly EntitlementValues[]): Entitlement[] {
  const now = new Date();
  const isEffective = ({ roleName, expiresAt }: EntitlementValues) =>
    isRole(roleName) && (expiresAt === null || expiresAt > now);
  return rows.filter(isEffective).map(toEntitlement);
}

export const EntitlementConnection = connectionOf('EntitlementConnection', 'EntitlementEdge', () => Entitlement);

@InputType({ description: 'A new entitlement.' })
export class GrantEntitlementInput {
  @Field(() => Role, { description: 'The role.' })
  roleName: RoleName;

  @Field(() => ID, {
    nullable: true,
    description: 'The ID of the bank. Required for a bank role. Must be omitted for a system role.',
  })
  bankId?: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'The time when the entitlement expires, such as `2034-05-31T09:30:00Z`. It must be in the future. If it is omitted, the entitlement does not expire.',
  })
  expiresAt?: Date | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The reason for the grant, such as `Joined the KYC team`, at most 2,000 characters. If the grant requires an approval, the second granter can read it. Defaults to the `X-Reason` header.',
  })
  reason?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The result of granting or revoking an entitlement.' })
export class EntitlementPayload {
  @Field(() => Entitlement, {
    nullable: true,
    description:
      'The new entitlement. Null if a grant is retried with the same idempotency key after the entitlement was revoked or has expired.',
  })
  entitlement: Entitlement | null;
}

@ObjectType({ simpleResolvers: true, description: 'The result of revoking an entitlement.' })
export class RevokeEntitlementPayload {
  bankId: string | null;

  @Field(() => ID, { description: payloadObjectId('entitlement') })
  entitlementId: string;

  /** The field `entitlement` requires the role with which it is read. Null if this version does not know its role. */
  entitlement: Entitlement | null;
}
