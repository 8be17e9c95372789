import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { payloadObjectId } from '../../graph/descriptions.ts';

export enum KycEvidenceKind {
  CHECK = 'CHECK',
  DOCUMENT = 'DOCUMENT',
  MEDIA = 'MEDIA',
}

registerEnumType(KycEvidenceKind, {
  name: 'KycEvidenceKind',
  description: 'The kind of KYC evidence.',
  valuesConfig: {
    CHECK: { description: "A check by a member of the bank's staff." },
    DOCUMENT: { description: 'A document, such as a passport.' },
    MEDIA: { description: 'A media item: an image, a video, or a scan.' },
  },
});

@InputType({ description: 'A retraction of KYC evidence.' })
export class RetractKycEvidenceInput {
  @Field(() => KycEvidenceKind, { description: 'The kind of the evidence.' })
  kind: KycEvidenceKind;

  @Field(() => ID, {
    description: 'The ID of the evidence: `kycCheckId`, `kycDocumentId`, or `kycMediaId`.',
  })
  kycEvidenceId: string;

  @Field(() => String, {
    description: 'The reason for the retraction, such as `Belongs to another person`, at most 2,000 characters.',
  })
  reason: string;
}

@ObjectType({ simpleResolvers: true, description: 'The result of retracting KYC evidence.' })
export class KycEvidencePayload {
  bankId: string;
  customerId: string;

  kind: KycEvidenceKind;

  @Field(() => ID, { description: payloadObjectId('evidence') })
  kycEvidenceId: string;
}
