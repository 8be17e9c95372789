import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { DateTime, HttpsUrl } from '../../graph/scalars.ts';
import { KycRetraction } from './kyc-retraction.type.ts';

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

@ObjectType({ simpleResolvers: true, description: 'A media that was added, and its customer.' })
export class KycMediaPayload {
  bankId: string;
  customerId: string;

  @Field(() => KycMedia, { nullable: true, description: 'The media as it is stored.' })
  kycMedia: KycMedia | null;
}
