import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { globalIdDescription, pastTimeDescription, payloadObjectOfCustomer } from '../../graph/descriptions.ts';
import { globalId } from '../../graph/global-id.ts';
import { DateTime, HttpsUrl } from '../../graph/scalars.ts';
import type { KycMediaRow } from './kyc-media.table.ts';
import { toKycRecord } from './kyc-record.type.ts';
import { KycRetraction } from './kyc-retraction.type.ts';

@ObjectType({
  simpleResolvers: true,
  description: 'A media item of a customer: an image, a video, or a scan that can belong to a document or a check.',
})
export class KycMedia {
  @Field(() => ID, { description: globalIdDescription('media item') })
  id: string;

  @Field(() => ID, { description: 'The ID of the media item, unique for the customer.' })
  kycMediaId: string;

  @Field(() => ID, { description: 'The ID of the bank.' })
  bankId: string;

  @Field(() => ID, { description: 'The ID of the customer.' })
  customerId: string;

  @Field(() => String, { description: 'The type of the media item, such as `image`.' })
  type: string;

  @Field(() => HttpsUrl, { description: 'The URL of the media item. The gateway never fetches it.' })
  url: string;

  @Field(() => DateTime, { description: 'The time when the media item was made.' })
  date: Date;

  @Field(() => String, {
    nullable: true,
    description:
      'The SHA-256 hash of the file at the URL, as 64 lower-case hexadecimal digits, as the client stated it. It proves that the file was not altered. Null if the client stated none.',
  })
  sha256: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The media type of the file, such as `image/jpeg`, as the client stated it.',
  })
  contentType: string | null;

  @Field(() => Int, { nullable: true, description: 'The size of the file in bytes, as the client stated it.' })
  bytes: number | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The ID of the document to which the media item belongs. Null if there is none.',
  })
  relatesToKycDocumentId: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The ID of the check to which the media item belongs. Null if there is none.',
  })
  relatesToKycCheckId: string | null;

  @Field(() => DateTime, { description: 'The time when the media item was recorded in the gateway.' })
  recordedAt: Date;

  recordedByUserId: string | null;

  @Field(() => KycRetraction, {
    nullable: true,
    description: 'The retraction of the media item. Null if the media item is not retracted.',
  })
  retraction: KycRetraction | null;
}

export function toKycMedia(row: KycMediaRow): KycMedia {
  return toKycRecord({ ...row, id: globalId('KycMedia', row.customerId, row.id), kycMediaId: row.id });
}

@InputType({ description: 'A new media item.' })
export class AddKycMediaInput {
  @Field(() => ID, {
    nullable: true,
    description:
      'The ID of the media item, such as `73hyfgayt6ywerwerasd`, at most 254 characters of 0-9, a-z, A-Z, `-`, `.`, and `_`. It must be unique for the customer. Defaults to a generated ID.',
  })
  kycMediaId?: string | null;

  @Field(() => String, { description: 'The type of the media item, such as `image`, at most 50 characters.' })
  type: string;

  @Field(() => HttpsUrl, {
    description:
      'The URL of the media item, such as `https://media.example.com/passport.png`, at most 2,000 characters. The gateway never fetches it.',
  })
  url: string;

  @Field(() => DateTime, {
    description: `The time when the media item was made, such as \`2024-05-31T09:30:00Z\`. ${pastTimeDescription}`,
  })
  date: Date;

  @Field(() => String, {
    nullable: true,
    description:
      'The SHA-256 hash of the file at the URL, as 64 hexadecimal digits. State it, so that everybody can prove later that the file was not altered.',
  })
  sha256?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The media type of the file, such as `image/jpeg`, without parameters. Letter case is ignored.',
  })
  contentType?: string | null;

  @Field(() => Int, { nullable: true, description: 'The size of the file in bytes, at least 1.' })
  bytes?: number | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'The ID of the document to which the media item belongs. It must be a document of the same customer that is not retracted.',
  })
  relatesToKycDocumentId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'The ID of the check to which the media item belongs. It must be a check of the same customer that is not retracted.',
  })
  relatesToKycCheckId?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The result of adding a media item.' })
export class KycMediaPayload {
  bankId: string;
  customerId: string;

  @Field(() => KycMedia, { nullable: true, description: payloadObjectOfCustomer('media item') })
  kycMedia: KycMedia | null;
}
