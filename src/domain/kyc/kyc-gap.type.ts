import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { connectionOf } from '../../graph/connection.ts';
import { DateTime } from '../../graph/scalars.ts';

export enum KycGapKind {
  NO_SATISFIED_CHECK = 'NO_SATISFIED_CHECK',
  NO_VALID_DOCUMENT = 'NO_VALID_DOCUMENT',
  EVIDENCE_RETRACTED = 'EVIDENCE_RETRACTED',
  MEDIA_MISSING = 'MEDIA_MISSING',
}

registerEnumType(KycGapKind, {
  name: 'KycGapKind',
  description: 'The kind of a gap in the KYC evidence of a customer. Retracted evidence does not close a gap.',
  valuesConfig: {
    NO_SATISFIED_CHECK: { description: 'The customer has no satisfied check.' },
    NO_VALID_DOCUMENT: {
      description: 'The customer has no document, or the `expiryDate` of every document has passed.',
    },
    EVIDENCE_RETRACTED: { description: 'A check, a document, or a media item was retracted after `lastOkDate`.' },
    MEDIA_MISSING: { description: 'The document with the latest `expiryDate` has no media item.' },
  },
});

@ObjectType({
  simpleResolvers: true,
  description:
    'A gap in the KYC evidence of a customer. It follows from the evidence, and changes neither the customer nor the KYC status.',
})
export class KycGap {
  @Field(() => KycGapKind, { description: 'The kind of the gap.' })
  kind: KycGapKind;

  @Field(() => DateTime, {
    description: 'The time since when the customer has had the gap: at the earliest, when the customer was stored.',
  })
  since: Date;
}

@ObjectType({ simpleResolvers: true, description: 'A customer with a gap in the KYC evidence.' })
export class CustomerKycGap extends KycGap {
  @Field(() => ID, { description: 'The ID of the bank.' })
  bankId: string;

  @Field(() => ID, { description: 'The ID of the customer.' })
  customerId: string;
}

export const CustomerKycGapConnection = connectionOf(
  'CustomerKycGapConnection',
  'CustomerKycGapEdge',
  () => CustomerKycGap,
);
