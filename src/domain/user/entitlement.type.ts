import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { isRole, type Role as RoleName } from '../../base/roles.ts';
import { Role } from '../../graph/role-enum.ts';
import { DateTime } from '../../graph/scalars.ts';
import type { EntitlementRow } from './entitlement.table.ts';

@ObjectType({ simpleResolvers: true, description: 'A role that a user holds: at one bank, or without a bank.' })
export class Entitlement {
  @Field(() => ID, { description: 'The id of the entitlement.' })
  id: string;

  @Field(() => ID, { description: 'The user who holds the role.' })
  userId: string;

  @Field(() => Role, { description: 'The role.' })
  roleName: RoleName;

  @Field(() => ID, { nullable: true, description: 'The bank that the role counts at; null for a system role.' })
  bankId: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When the role ceases to count; null when it never does.' })
  expiresAt: Date | null;
}

type EntitlementValues = Pick<EntitlementRow, 'id' | 'userId' | 'roleName' | 'bankId' | 'expiresAt'>;

/** Roles that this version does not know, and those that have expired, count nowhere and are left out. */
export function toEntitlements(rows: readonly EntitlementValues[]): Entitlement[] {
  const now = new Date();
  return rows.flatMap(({ id, userId, roleName, bankId, expiresAt }) =>
    isRole(roleName) && (expiresAt === null || expiresAt > now) ? [{ id, userId, roleName, bankId, expiresAt }] : [],
  );
}

@InputType({ description: 'A role for a user.' })
export class GrantEntitlementInput {
  @Field(() => Role, { description: 'The role.' })
  roleName: RoleName;

  @Field(() => ID, { nullable: true, description: 'The bank, for a bank role; a system role takes none.' })
  bankId?: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When the role ceases to count, such as 2034-05-31T09:30:00Z; never when it is left out.',
  })
  expiresAt?: Date | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The reason for the grant, such as joined the KYC team, for the second granter if the grant requires an approval. At most 2,000 characters. Defaults to the `X-Reason` header.',
  })
  reason?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'A role that was granted or revoked.' })
export class EntitlementPayload {
  @Field(() => Entitlement, {
    nullable: true,
    description: 'The entitlement as it is now; one that was revoked as it was.',
  })
  entitlement: Entitlement | null;
}
