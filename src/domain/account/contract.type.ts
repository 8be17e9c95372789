import { Field, ObjectType } from 'type-graphql';

@ObjectType({
  simpleResolvers: true,
  description:
    'A contract of an account, composed of the account attributes with its contract code. The values are in the format of the bank. A value is null if the account has no such attribute.',
})
export class Contract {
  @Field(() => String, { nullable: true, description: 'The code of the product, such as `1234BW`.' })
  productCode: string | null;

  @Field(() => String, { description: 'The code of the contract, such as `LOAN-1`.' })
  contractCode: string;

  @Field(() => String, { nullable: true, description: 'The description of the product.' })
  productDescription: string | null;

  @Field(() => String, { nullable: true, description: 'The issued amount.' })
  issuanceAmount: string | null;

  @Field(() => String, { nullable: true, description: 'The interest rate, such as `3.5`.' })
  interestRate: string | null;

  @Field(() => String, { nullable: true, description: 'The term of the contract, such as `24 months`.' })
  term: string | null;

  @Field(() => String, { nullable: true, description: 'The form of payment.' })
  formOfPayment: string | null;

  @Field(() => String, { nullable: true, description: 'The amount of interest.' })
  interestAmount: string | null;

  @Field(() => String, { nullable: true, description: 'The code of the branch.' })
  branchCode: string | null;

  @Field(() => String, { nullable: true, description: 'The method of payment, such as `cash`.' })
  paymentMethod: string | null;

  @Field(() => String, { nullable: true, description: 'The date on which the contract started.' })
  openingDate: string | null;

  @Field(() => String, { nullable: true, description: 'The date on which the contract matures.' })
  maturityDate: string | null;

  @Field(() => String, { nullable: true, description: 'The date on which the contract is renewed.' })
  renewalDate: string | null;

  @Field(() => String, { nullable: true, description: 'The date on which the contract was cancelled.' })
  cancellationDate: string | null;

  @Field(() => String, { nullable: true, description: 'The code of the status of the instrument.' })
  instrumentStatusCode: string | null;

  @Field(() => String, { nullable: true, description: 'The meaning of the status of the instrument.' })
  instrumentStatusDefinition: string | null;

  @Field(() => String, { nullable: true, description: 'Whether another contract replaced this contract.' })
  isSubstituted: string | null;
}
