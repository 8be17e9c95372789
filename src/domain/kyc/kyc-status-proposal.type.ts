import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { DateTime } from '../../graph/scalars.ts';
import { KycStatus } from './kyc-status.type.ts';
import { KycStatusProposalState } from './kyc-status-proposal-state.ts';

registerEnumType(KycStatusProposalState, {
  name: 'KycStatusProposalState',
  description: 'What became of a KYC status that was proposed.',
  valuesConfig: {
    PROPOSED: { description: 'Nobody has decided yet.' },
    CONFIRMED: { description: 'Another officer confirmed it: it is in the timeline.' },
    REJECTED: { description: 'Another officer rejected it: it never counted.' },
  },
});

@ObjectType({
  simpleResolvers: true,
  description: 'A KYC status that one officer proposes, and that counts only when another confirms it.',
})
export class KycStatusProposal {
  @Field(() => ID, { description: 'The id of the proposal.' })
  id: string;

  @Field(() => ID, { description: 'The bank.' })
  bankId: string;

  @Field(() => ID, { description: 'The customer.' })
  customerId: string;

  @Field(() => Boolean, { description: 'Whether the bank was satisfied of who the customer is.' })
  ok: boolean;

  @Field(() => DateTime, { description: 'From when on.' })
  date: Date;

  @Field(() => KycStatusProposalState, { description: 'What became of it.' })
  state: KycStatusProposalState;

  @Field(() => ID, { description: 'The user who proposed it.' })
  proposedByUserId: string;

  @Field(() => ID, { nullable: true, description: 'The user who decided; never who proposed it.' })
  decidedByUserId: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was decided.' })
  decidedAt: Date | null;

  @Field(() => String, { nullable: true, description: 'Why it was rejected.' })
  decisionReason: string | null;

  @Field(() => DateTime, { description: 'When it was proposed.' })
  createdAt: Date;

  @Field(() => DateTime, { description: 'When it was last changed.' })
  updatedAt: Date;

  @Field(() => Int, { description: 'Grows by one when it is decided.' })
  version: number;
}

@ObjectType({ simpleResolvers: true, description: 'A KYC status that was proposed or decided, and its customer.' })
export class KycStatusProposalPayload {
  bankId: string;
  customerId: string;

  @Field(() => KycStatusProposal, { nullable: true, description: 'The proposal as it is now.' })
  kycStatusProposal: KycStatusProposal | null;

  @Field(() => KycStatus, { nullable: true, description: 'The status in the timeline, where it was confirmed.' })
  kycStatus: KycStatus | null;
}
