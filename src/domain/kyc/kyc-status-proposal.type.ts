import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionOf } from '../../graph/connection.ts';
import { payloadObjectOfCustomer } from '../../graph/descriptions.ts';
import { DateTime } from '../../graph/scalars.ts';
import { KycStatus } from './kyc-status.type.ts';
import { KycStatusProposalState } from './kyc-status-proposal-state.ts';

registerEnumType(KycStatusProposalState, {
  name: 'KycStatusProposalState',
  description: 'The state of a proposed KYC status.',
  valuesConfig: {
    PROPOSED: { description: 'The proposal awaits a decision.' },
    CONFIRMED: { description: 'A second officer confirmed the proposal, and the status is in the timeline.' },
    REJECTED: { description: 'A second officer rejected the proposal, and the status never took effect.' },
  },
});

@ObjectType({
  simpleResolvers: true,
  description: 'A KYC status that an officer proposed, and that takes effect only if a second officer confirms it.',
})
export class KycStatusProposal {
  @Field(() => ID, { description: 'The ID of the proposal.' })
  id: string;

  @Field(() => ID, { description: 'The ID of the bank.' })
  bankId: string;

  @Field(() => ID, { description: 'The ID of the customer.' })
  customerId: string;

  @Field(() => Boolean, {
    description: 'Whether the proposed status is ok: the bank has verified the identity of the customer.',
  })
  ok: boolean;

  @Field(() => DateTime, { description: 'The time from which the status applies.' })
  date: Date;

  @Field(() => String, {
    nullable: true,
    description: 'The reason for the status, as the proposer stated it. Null if the proposer stated none.',
  })
  reason: string | null;

  @Field(() => KycStatusProposalState, { description: 'The state of the proposal.' })
  state: KycStatusProposalState;

  @Field(() => ID, { description: 'The ID of the user who proposed the status.' })
  proposedByUserId: string;

  @Field(() => ID, {
    nullable: true,
    description:
      'The ID of the user who confirmed or rejected the proposal, which is never the user who proposed it. Null until then.',
  })
  decidedByUserId: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'The time when the proposal was confirmed or rejected. Null until then.',
  })
  decidedAt: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'The reason for the rejection. Null if the proposal was not rejected.',
  })
  decisionReason: string | null;

  @Field(() => DateTime, { description: 'The time when the proposal was first stored in the gateway.' })
  createdAt: Date;

  @Field(() => DateTime, { description: 'The time when the proposal was last changed.' })
  updatedAt: Date;

  @Field(() => Int, { description: 'The version of the object, incremented by every update.' })
  version: number;
}

export const KycStatusProposalConnection = connectionOf(
  'KycStatusProposalConnection',
  'KycStatusProposalEdge',
  () => KycStatusProposal,
);

@ObjectType({
  simpleResolvers: true,
  description: 'The result of proposing, confirming, or rejecting a KYC status.',
})
export class KycStatusProposalPayload {
  bankId: string;
  customerId: string;

  @Field(() => KycStatusProposal, { nullable: true, description: payloadObjectOfCustomer('proposal') })
  kycStatusProposal: KycStatusProposal | null;

  @Field(() => KycStatus, {
    nullable: true,
    description: 'The status in the timeline. Null if the mutation did not confirm the proposal.',
  })
  kycStatus: KycStatus | null;
}
