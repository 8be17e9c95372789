import { Field, ID, Int, ObjectType } from 'type-graphql';

@ObjectType({
  simpleResolvers: true,
  description: 'The exact numbers of customers of a bank in each KYC state, and of proposals that await a decision.',
})
export class KycCounts {
  @Field(() => ID, { description: 'The ID of the bank.' })
  bankId: string;

  @Field(() => Int, { description: 'The number of customers in the state `NEVER_ASSESSED`.' })
  neverAssessed: number;

  @Field(() => Int, { description: 'The number of customers in the state `OK`.' })
  ok: number;

  @Field(() => Int, { description: 'The number of customers in the state `NOT_OK`.' })
  notOk: number;

  @Field(() => Int, { description: 'The number of proposed KYC statuses that await a decision.' })
  openKycStatusProposals: number;
}
