import { Field, ID, ObjectType } from 'type-graphql';
import { connectionOf } from '../../graph/connection.ts';
import { LocalDate } from '../../graph/scalars.ts';

@ObjectType({ simpleResolvers: true, description: 'A customer whose KYC review is due.' })
export class CustomerReview {
  @Field(() => ID, { description: 'The ID of the bank.' })
  bankId: string;

  @Field(() => ID, { description: 'The ID of the customer.' })
  customerId: string;

  @Field(() => LocalDate, { description: 'The date since when the review is due.' })
  dueOn: string;
}

export const CustomerReviewConnection = connectionOf(
  'CustomerReviewConnection',
  'CustomerReviewEdge',
  () => CustomerReview,
);
