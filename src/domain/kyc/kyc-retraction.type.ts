import { Field, ID, ObjectType } from 'type-graphql';
import { DateTime } from '../../graph/scalars.ts';

@ObjectType({
  simpleResolvers: true,
  description: 'That evidence does not count any more: it is kept, and shown with who retracted it and why.',
})
export class KycRetraction {
  @Field(() => DateTime, { description: 'When it was retracted.' })
  date: Date;

  @Field(() => ID, { nullable: true, description: 'The user who retracted it.' })
  userId: string | null;

  @Field(() => String, { nullable: true, description: 'Why it was retracted.' })
  reason: string | null;
}

interface RetractionColumns {
  retractedAt: Date | null;
  retractedByUserId: string | null;
  retractionReason: string | null;
}

/** The object of a row: with its retraction, which is null while the evidence is valid. */
export function withRetraction<Row extends RetractionColumns>(row: Row): Row & { retraction: KycRetraction | null } {
  const { retractedAt, retractedByUserId, retractionReason } = row;
  const retraction =
    retractedAt === null ? null : { date: retractedAt, userId: retractedByUserId, reason: retractionReason };
  return { ...row, retraction };
}
