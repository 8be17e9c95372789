import { Field, ID, ObjectType } from 'type-graphql';
import { connectionOf } from '../../graph/connection.ts';
import { DateTime, LocalDate } from '../../graph/scalars.ts';

@ObjectType({
  simpleResolvers: true,
  description: 'A customer whose retention period has passed, so that `deleteCustomerCascade` can delete the customer.',
})
export class CustomerPastRetention {
  @Field(() => ID, { description: 'The ID of the bank.' })
  bankId: string;

  @Field(() => ID, { description: 'The ID of the customer.' })
  customerId: string;

  @Field(() => LocalDate, {
    nullable: true,
    description: 'The day on which the relationship with the customer ended. Null if the customer is not closed.',
  })
  closedOn: string | null;

  @Field(() => DateTime, { description: 'The time when the retention period ended.' })
  retainedUntil: Date;

  /** The value by which the list is sorted. */
  sortTime: Date;
}

export const CustomersPastRetentionConnection = connectionOf(
  'CustomersPastRetentionConnection',
  'CustomerPastRetentionEdge',
  () => CustomerPastRetention,
  // Which candidates are past retention follows from all of their KYC material.
  { hasTotal: false },
);
