import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { DateTime, HttpsUrl, LocalDate } from '../../graph/scalars.ts';

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

@ObjectType({ simpleResolvers: true, description: 'A check of who a customer is, that somebody at the bank made.' })
export class KycCheck {
  @Field(() => ID, { description: 'The id of the check, unique for the customer.' })
  id: string;

  @Field(() => ID, { description: 'The bank.' })
  bankId: string;

  @Field(() => ID, { description: 'The customer who was checked.' })
  customerId: string;

  @Field(() => DateTime, { description: 'When the check was made.' })
  date: Date;

  @Field(() => String, { description: 'How it was made, such as online or in the branch.' })
  how: string;

  @Field(() => ID, { nullable: true, description: 'The id of who made it, as the bank knows its staff.' })
  staffUserId: string | null;

  @Field(() => String, { nullable: true, description: 'The name of who made it.' })
  staffName: string | null;

  @Field(() => Boolean, { description: 'Whether the check came out well.' })
  satisfied: boolean;

  @Field(() => String, { nullable: true, description: 'What was found.' })
  comments: string | null;

  @Field(() => DateTime, { description: 'When the check was stored here.' })
  createdAt: Date;

  @Field(() => KycRetraction, { nullable: true, description: 'That the check was retracted; null while it counts.' })
  retraction: KycRetraction | null;
}

@ObjectType({ simpleResolvers: true, description: 'A document that shows who a customer is.' })
export class KycDocument {
  @Field(() => ID, { description: 'The id of the document, unique for the customer.' })
  id: string;

  @Field(() => ID, { description: 'The bank.' })
  bankId: string;

  @Field(() => ID, { description: 'The customer whose document this is.' })
  customerId: string;

  @Field(() => String, { description: 'What it is, such as passport.' })
  type: string;

  @Field(() => String, { description: 'The number of the document.' })
  number: string;

  @Field(() => LocalDate, { nullable: true, description: 'The day of issue.' })
  issueDate: string | null;

  @Field(() => String, { nullable: true, description: 'Where it was issued.' })
  issuePlace: string | null;

  @Field(() => LocalDate, { nullable: true, description: 'The last day on which it is valid.' })
  expiryDate: string | null;

  @Field(() => DateTime, { description: 'When the document was stored here.' })
  createdAt: Date;

  @Field(() => KycRetraction, { nullable: true, description: 'That the document was retracted; null while it counts.' })
  retraction: KycRetraction | null;
}

@ObjectType({ simpleResolvers: true, description: 'A picture, film or scan that belongs to a check or a document.' })
export class KycMedia {
  @Field(() => ID, { description: 'The id of the media, unique for the customer.' })
  id: string;

  @Field(() => ID, { description: 'The bank.' })
  bankId: string;

  @Field(() => ID, { description: 'The customer whom it shows.' })
  customerId: string;

  @Field(() => String, { description: 'What it is, such as image.' })
  type: string;

  @Field(() => HttpsUrl, { description: 'Where it is. The gateway never fetches it.' })
  url: string;

  @Field(() => DateTime, { description: 'When it was made.' })
  date: Date;

  @Field(() => ID, { nullable: true, description: 'The document that it shows.' })
  relatesToKycDocumentId: string | null;

  @Field(() => ID, { nullable: true, description: 'The check that it belongs to.' })
  relatesToKycCheckId: string | null;

  @Field(() => DateTime, { description: 'When the media was stored here.' })
  createdAt: Date;

  @Field(() => KycRetraction, { nullable: true, description: 'That the media was retracted; null while it counts.' })
  retraction: KycRetraction | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'Whether the bank was satisfied of who a customer is, at one moment of a timeline that only grows.',
})
export class KycStatus {
  @Field(() => ID, { description: 'The id of the status.' })
  id: string;

  @Field(() => ID, { description: 'The bank.' })
  bankId: string;

  @Field(() => ID, { description: 'The customer.' })
  customerId: string;

  @Field(() => Boolean, { description: 'Whether the bank was satisfied.' })
  ok: boolean;

  @Field(() => DateTime, { description: 'From when on.' })
  date: Date;

  @Field(() => DateTime, { description: 'When the status was stored here.' })
  createdAt: Date;
}

@InputType({ description: 'A check of who a customer is, to be added.' })
export class AddKycCheckInput {
  @Field(() => ID, {
    nullable: true,
    description:
      'The id of the check, unique for the customer: fewer than 255 letters, digits, hyphens, dots and underscores, such as 98FDB6. Made when left out.',
  })
  id?: string | null;

  @Field(() => DateTime, { description: 'When the check was made, such as 2024-05-31T09:30:00Z.' })
  date: Date;

  @Field(() => String, { description: 'How it was made, such as online or in the branch; at most 32 characters.' })
  how: string;

  @Field(() => ID, {
    description: 'The id of who made it, as the bank knows its staff, such as 67876; at most 64 characters.',
  })
  staffUserId: string;

  @Field(() => String, { description: 'The name of who made it, at most 64 characters.' })
  staffName: string;

  @Field(() => Boolean, { description: 'Whether the check came out well.' })
  satisfied: boolean;

  @Field(() => String, { nullable: true, description: 'What was found, at most 2000 characters.' })
  comments?: string | null;
}

@InputType({ description: 'A document that shows who a customer is, to be added.' })
export class AddKycDocumentInput {
  @Field(() => ID, {
    nullable: true,
    description:
      'The id of the document, unique for the customer: fewer than 255 letters, digits, hyphens, dots and underscores, such as wuwjfuha234678. Made when left out.',
  })
  id?: string | null;

  @Field(() => String, { description: 'What it is, such as passport; at most 50 characters.' })
  type: string;

  @Field(() => String, { description: 'The number of the document, such as 83436; at most 50 characters.' })
  number: string;

  @Field(() => LocalDate, { description: 'The day of issue, such as 2018-03-09.' })
  issueDate: string;

  @Field(() => String, { description: 'Where it was issued, such as Berlin; at most 512 characters.' })
  issuePlace: string;

  @Field(() => LocalDate, {
    description: 'The last day on which it is valid, such as 2028-03-08; not before the day of issue.',
  })
  expiryDate: string;
}

@InputType({ description: 'A picture, film or scan that belongs to a check or a document, to be added.' })
export class AddKycMediaInput {
  @Field(() => ID, {
    nullable: true,
    description:
      'The id of the media, unique for the customer: fewer than 255 letters, digits, hyphens, dots and underscores, such as 73hyfgayt6ywerwerasd. Made when left out.',
  })
  id?: string | null;

  @Field(() => String, { description: 'What it is, such as image; at most 50 characters.' })
  type: string;

  @Field(() => HttpsUrl, {
    description: 'Where it is, such as https://media.example.com/passport.png; at most 255 characters.',
  })
  url: string;

  @Field(() => DateTime, { description: 'When it was made, such as 2024-05-31T09:30:00Z.' })
  date: Date;

  @Field(() => ID, {
    nullable: true,
    description: 'The id of the document that it shows: one of the same customer that is not retracted.',
  })
  relatesToKycDocumentId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The id of the check that it belongs to: one of the same customer that is not retracted.',
  })
  relatesToKycCheckId?: string | null;
}

@InputType({ description: 'A KYC status, to be added to the timeline of a customer.' })
export class AddKycStatusInput {
  @Field(() => Boolean, { description: 'Whether the bank was satisfied of who the customer is.' })
  ok: boolean;

  @Field(() => DateTime, { description: 'From when on, such as 2024-05-31T09:30:00Z.' })
  date: Date;
}

@ObjectType({ simpleResolvers: true, description: 'A check that was added, and its customer.' })
export class KycCheckPayload {
  bankId: string;
  customerId: string;

  @Field(() => KycCheck, { nullable: true, description: 'The check as it is stored.' })
  kycCheck: KycCheck | null;
}

@ObjectType({ simpleResolvers: true, description: 'A document that was added, and its customer.' })
export class KycDocumentPayload {
  bankId: string;
  customerId: string;

  @Field(() => KycDocument, { nullable: true, description: 'The document as it is stored.' })
  kycDocument: KycDocument | null;
}

@ObjectType({ simpleResolvers: true, description: 'A media that was added, and its customer.' })
export class KycMediaPayload {
  bankId: string;
  customerId: string;

  @Field(() => KycMedia, { nullable: true, description: 'The media as it is stored.' })
  kycMedia: KycMedia | null;
}

@ObjectType({ simpleResolvers: true, description: 'A KYC status that was added, and its customer.' })
export class KycStatusPayload {
  bankId: string;
  customerId: string;

  @Field(() => KycStatus, { nullable: true, description: 'The status in the timeline.' })
  kycStatus: KycStatus | null;
}

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
