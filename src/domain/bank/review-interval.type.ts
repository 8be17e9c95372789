import { Field, Int, ObjectType } from 'type-graphql';
import type { ReviewIntervalRow } from './review-interval.table.ts';

@ObjectType({
  simpleResolvers: true,
  description:
    'After how many days the bank reviews the KYC evidence of a customer again. If several intervals apply to a customer, the shortest counts.',
})
export class ReviewInterval {
  @Field(() => String, {
    nullable: true,
    description:
      'The name of the customer attribute, such as `RISK_LEVEL`. Null if the interval applies to all customers.',
  })
  attributeName: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The value of the attribute to which the interval applies, such as `HIGH`. Null if it applies to all customers.',
  })
  attributeValue: string | null;

  @Field(() => Int, { description: 'The number of days after `lastOkDate`.' })
  days: number;
}

export function toReviewInterval({ attributeName, attributeValue, days }: ReviewIntervalRow): ReviewInterval {
  const isForAll = attributeName === '';
  return { attributeName: isForAll ? null : attributeName, attributeValue: isForAll ? null : attributeValue, days };
}
