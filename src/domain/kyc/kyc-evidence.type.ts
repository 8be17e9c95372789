import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { KycCheck } from './kyc-check.type.ts';
import { KycDocument } from './kyc-document.type.ts';
import { KycMedia } from './kyc-media.type.ts';

export enum KycEvidenceKind {
  CHECK = 'CHECK',
  DOCUMENT = 'DOCUMENT',
  MEDIA = 'MEDIA',
}

registerEnumType(KycEvidenceKind, {
  name: 'KycEvidenceKind',
  description: 'What evidence is.',
  valuesConfig: {
    CHECK: { description: 'A check that somebody at the bank made.' },
    DOCUMENT: { description: 'A document, such as a passport.' },
    MEDIA: { description: 'A picture, film or scan.' },
  },
});

@InputType({ description: 'Which evidence is retracted, and why.' })
export class RetractKycEvidenceInput {
  @Field(() => KycEvidenceKind, { description: 'What the evidence is.' })
  kind: KycEvidenceKind;

  @Field(() => ID, { description: 'The id of the check, document or media, unique for the customer.' })
  id: string;

  @Field(() => String, {
    description: 'Why it does not count any more, such as belongs to another person; at most 2000 characters.',
  })
  reason: string;
}

@ObjectType({ simpleResolvers: true, description: 'Evidence that was retracted, and its customer.' })
export class KycEvidencePayload {
  bankId: string;
  customerId: string;

  @Field(() => KycCheck, { nullable: true, description: 'The check, where it was one that was retracted.' })
  kycCheck: KycCheck | null;

  @Field(() => KycDocument, { nullable: true, description: 'The document, where it was one that was retracted.' })
  kycDocument: KycDocument | null;

  @Field(() => KycMedia, { nullable: true, description: 'The media, where it was one that was retracted.' })
  kycMedia: KycMedia | null;
}
