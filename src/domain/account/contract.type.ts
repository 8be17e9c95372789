import { Field, ObjectType } from 'type-graphql';

@ObjectType({
  simpleResolvers: true,
  description:
    'A contract of an account: the account attributes with one contract code. Its details are as the bank writes them.',
})
export class Contract {
  @Field(() => String, { nullable: true, description: 'The code of the product that was agreed on.' })
  productCode: string | null;

  @Field(() => String, { description: 'The code of the contract.' })
  contractCode: string;

  @Field(() => String, { nullable: true, description: 'What the product is.' })
  productDescription: string | null;

  @Field(() => String, { nullable: true, description: 'The amount that was issued.' })
  issuanceAmount: string | null;

  @Field(() => String, { nullable: true, description: 'The rate of interest.' })
  interestRate: string | null;

  @Field(() => String, { nullable: true, description: 'How long the contract runs.' })
  term: string | null;

  @Field(() => String, { nullable: true, description: 'The form of payment.' })
  formOfPayment: string | null;

  @Field(() => String, { nullable: true, description: 'The amount of interest.' })
  interestAmount: string | null;

  @Field(() => String, { nullable: true, description: 'The code of the branch.' })
  branchCode: string | null;

  @Field(() => String, { nullable: true, description: 'The method of payment.' })
  paymentMethod: string | null;

  @Field(() => String, { nullable: true, description: 'The day on which the contract began.' })
  openingDate: string | null;

  @Field(() => String, { nullable: true, description: 'The day on which it matures.' })
  maturityDate: string | null;

  @Field(() => String, { nullable: true, description: 'The day on which it is renewed.' })
  renewalDate: string | null;

  @Field(() => String, { nullable: true, description: 'The day on which it was cancelled.' })
  cancellationDate: string | null;

  @Field(() => String, { nullable: true, description: 'The code of the status of the instrument.' })
  instrumentStatusCode: string | null;

  @Field(() => String, { nullable: true, description: 'What that status means.' })
  instrumentStatusDefinition: string | null;

  @Field(() => String, { nullable: true, description: 'Whether another contract took its place.' })
  isSubstituted: string | null;
}
