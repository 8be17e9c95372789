import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { isRole, type Role as RoleName } from '../../base/roles.ts';
import { connectionOf } from '../../graph/connection.ts';
import { Role } from '../../graph/role-enum.ts';
import { DateTime } from '../../graph/scalars.ts';
import { Entitlement } from './entitlement.type.ts';
import type { EntitlementRequestRow } from './entitlement-request.table.ts';
import { EntitlementRequestState } from './entitlement-request-state.ts';

registerEnumType(EntitlementRequestState, {
  name: 'EntitlementRequestState',
  description: 'What became of a request for a role.',
  valuesConfig: {
    REQUESTED: { description: 'The request awaits a decision.' },
    APPROVED: { description: 'The role was granted.' },
    REJECTED: { description: 'The role was not granted.' },
  },
});

@ObjectType({
  simpleResolvers: true,
  description: 'A role that a user requested or a granter proposed, and the decision on it.',
})
export class EntitlementRequest {
  @Field(() => ID, { description: 'The id of the request.' })
  id: string;

  @Field(() => ID, { description: 'The ID of the user who will hold the role.' })
  userId: string;

  @Field(() => Role, { nullable: true, description: 'The role; null for one that there is no more.' })
  roleName: RoleName | null;

  @Field(() => ID, { nullable: true, description: 'The bank that the role is to count at; null for a system role.' })
  bankId: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'The ID of the granter who proposed the role, or was the first to approve the request of the user. Another, independent granter must approve it too. Null if there is none.',
  })
  proposedByUserId: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'The time when the proposed role will expire. Null if it will not expire or no granter has proposed it.',
  })
  expiresAt: Date | null;

  @Field(() => String, { description: 'The reason why the role is needed.' })
  reason: string;

  @Field(() => EntitlementRequestState, { description: 'What became of it.' })
  state: EntitlementRequestState;

  @Field(() => ID, {
    nullable: true,
    description: 'The ID of the user who decided. Never the user who will hold the role.',
  })
  decidedByUserId: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was decided.' })
  decidedAt: Date | null;

  @Field(() => String, { nullable: true, description: 'Why it was rejected.' })
  decisionReason: string | null;

  @Field(() => DateTime, { description: 'When the role was asked for.' })
  createdAt: Date;

  @Field(() => DateTime, { description: 'When the request was last changed.' })
  updatedAt: Date;

  @Field(() => Int, { description: 'The version of the object, incremented by every update.' })
  version: number;
}

export function toEntitlementRequest({ isProposedByClaim: _, ...row }: EntitlementRequestRow): EntitlementRequest {
  return { ...row, roleName: isRole(row.roleName) ? row.roleName : null };
}

export const EntitlementRequestConnection = connectionOf(
  'EntitlementRequestConnection',
  'EntitlementRequestEdge',
  () => EntitlementRequest,
);

@InputType({ description: 'A role that the caller asks for.' })
export class RequestEntitlementInput {
  @Field(() => Role, { description: 'The role.' })
  roleName: RoleName;

  @Field(() => ID, { nullable: true, description: 'The bank, for a bank role; a system role takes none.' })
  bankId?: string | null;

  @Field(() => String, { description: 'Why it is needed, such as joined the KYC team; at most 2000 characters.' })
  reason: string;
}

@ObjectType({ simpleResolvers: true, description: 'A request that was made or decided.' })
export class EntitlementRequestPayload {
  @Field(() => EntitlementRequest, { nullable: true, description: 'The request as it is now.' })
  entitlementRequest: EntitlementRequest | null;

  @Field(() => Entitlement, {
    nullable: true,
    description:
      'The entitlement that was granted. Null if the request was rejected or a second granter must approve it.',
  })
  entitlement: Entitlement | null;
}
