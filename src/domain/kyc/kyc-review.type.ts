import { Field, ID, ObjectType } from 'type-graphql';
import { connectionOf } from '../../graph/connection.ts';
import { LocalDate } from '../../graph/scalars.ts';
import type { Customer } from '../customer/customer.type.ts';

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

@ObjectType({ simpleResolvers: true, description: 'The result of setting the date of the next KYC review.' })
export class SetKycReviewDatePayload {
  bankId: string;

  @Field(() => ID, { description: 'The ID of the customer.' })
  customerId: string;

  /** Null if the mutation is retried after the customer was deleted. */
  reviewedCustomer: Customer | null;
}
