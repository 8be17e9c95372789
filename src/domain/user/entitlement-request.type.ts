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
  description: 'The state of an entitlement request.',
  valuesConfig: {
    REQUESTED: { description: 'The request awaits a decision.' },
    APPROVED: { description: 'The request was approved, and the role was granted.' },
    REJECTED: { description: 'The request was rejected.' },
  },
});

@ObjectType({
  simpleResolvers: true,
  description: 'A request to grant a role, filed by the user or proposed by a granter, with the decision on it.',
})
export class EntitlementRequest {
  @Field(() => ID, { description: 'The ID of the request.' })
  id: string;

  @Field(() => ID, { description: 'The ID of the user who will hold the role.' })
  userId: string;

  @Field(() => Role, { nullable: true, description: 'The role. Null if the role no longer exists.' })
  roleName: RoleName | null;

  @Field(() => ID, { nullable: true, description: 'The ID of the bank. Null for a system role.' })
  bankId: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'The ID of the granter who proposed the role, or who was the first to approve the request of the user. A second, independent granter must approve it too. Null if no granter has proposed it.',
  })
  proposedByUserId: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'The time when the entitlement expires. Null if it does not expire, or if no granter has proposed it.',
  })
  expiresAt: Date | null;

  @Field(() => String, { description: 'The reason why the role is needed.' })
  reason: string;

  @Field(() => EntitlementRequestState, { description: 'The state of the request.' })
  state: EntitlementRequestState;

  @Field(() => ID, {
    nullable: true,
    description:
      'The ID of the user who approved or rejected the request, which is never the user who will hold the role. Null until then.',
  })
  decidedByUserId: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'The time when the request was approved or rejected. Null until then.',
  })
  decidedAt: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'The reason for the rejection. Null if the request was not rejected.',
  })
  decisionReason: string | null;

  @Field(() => DateTime, { description: 'The time when the request was first stored in the gateway.' })
  createdAt: Date;

  @Field(() => DateTime, { description: 'The time when the request was last changed.' })
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

@InputType({ description: 'A new entitlement request.' })
export class RequestEntitlementInput {
  @Field(() => Role, { description: 'The role.' })
  roleName: RoleName;

  @Field(() => ID, {
    nullable: true,
    description: 'The ID of the bank. Required for a bank role. Must be omitted for a system role.',
  })
  bankId?: string | null;

  @Field(() => String, {
    description: 'The reason why the role is needed, such as `Joined the KYC team`, at most 2,000 characters.',
  })
  reason: string;
}

@ObjectType({
  simpleResolvers: true,
  description: 'The result of filing, approving, or rejecting an entitlement request.',
})
export class EntitlementRequestPayload {
  @Field(() => EntitlementRequest, { nullable: true, description: 'The request after the mutation.' })
  entitlementRequest: EntitlementRequest | null;

  @Field(() => Entitlement, {
    nullable: true,
    description:
      'The entitlement that the approval granted. Null if a second granter must approve the request, and for mutations that do not approve it.',
  })
  entitlement: Entitlement | null;
}
