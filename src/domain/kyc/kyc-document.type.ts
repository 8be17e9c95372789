import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { DateTime, LocalDate } from '../../graph/scalars.ts';
import { KycRetraction } from './kyc-retraction.type.ts';

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

@ObjectType({ simpleResolvers: true, description: 'A document that was added, and its customer.' })
export class KycDocumentPayload {
  bankId: string;
  customerId: string;

  @Field(() => KycDocument, { nullable: true, description: 'The document as it is stored.' })
  kycDocument: KycDocument | null;
}
