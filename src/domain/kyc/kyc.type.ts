import { Field, ID, ObjectType } from 'type-graphql';
import { DateTime, HttpsUrl, LocalDate } from '../../scalars.ts';

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
