import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { payloadObjectId } from '../../graph/descriptions.ts';
import { DateTime, LocalDate } from '../../graph/scalars.ts';
import type { CustomerRow } from './customer.table.ts';

@ObjectType({
  simpleResolvers: true,
  description: 'The end of the relationship with a customer: its date, its reason, and who recorded it.',
})
export class CustomerClosing {
  @Field(() => LocalDate, { description: 'The day on which the relationship ended.' })
  date: string;

  @Field(() => String, { nullable: true, description: 'The reason. Null if an import did not state one.' })
  reason: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'The time when the closing was recorded. Null if it was imported.',
  })
  recordedAt: Date | null;

  /** The field `recordedBy` loads this user. */
  recordedByUserId: string | null;
}

/** Null if the customer is not closed. */
export function toCustomerClosing({
  closedOn: date,
  closingReason: reason,
  closedAt: recordedAt,
  closedByUserId: recordedByUserId,
}: Pick<CustomerRow, 'closedOn' | 'closingReason' | 'closedAt' | 'closedByUserId'>): CustomerClosing | null {
  return date === null ? null : { date, reason, recordedAt, recordedByUserId };
}

@InputType({ description: 'The end of the relationship with a customer.' })
export class CloseCustomerInput {
  @Field(() => LocalDate, {
    description: 'The day on which the relationship ended, such as `2026-11-30`. It must not be in the future.',
  })
  date: string;

  @Field(() => String, {
    description: 'The reason, such as `Closed at the request of the customer`, at most 2,000 characters.',
  })
  reason: string;
}

@ObjectType({ simpleResolvers: true, description: 'The result of closing or reopening a customer.' })
export class CustomerClosingPayload {
  bankId: string;

  @Field(() => ID, { description: payloadObjectId('customer') })
  customerId: string;

  @Field(() => CustomerClosing, {
    nullable: true,
    description: 'The closing after the mutation. Null if the customer is not closed, or was deleted since.',
  })
  closing: CustomerClosing | null;
}
