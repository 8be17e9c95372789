import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { connectionOf } from '../../graph/connection.ts';
import { globalIdDescription, payloadObjectOfCustomer } from '../../graph/descriptions.ts';
import { globalId } from '../../graph/global-id.ts';
import { DateTime, LocalDate } from '../../graph/scalars.ts';
import type { KycDocumentRow } from './kyc-document.table.ts';
import { toKycRecord } from './kyc-record.type.ts';
import { KycRetraction } from './kyc-retraction.type.ts';

@ObjectType({
  simpleResolvers: true,
  description: 'A document that proves the identity of a customer, such as a passport.',
})
export class KycDocument {
  @Field(() => ID, { description: globalIdDescription('document') })
  id: string;

  @Field(() => ID, { description: 'The ID of the document, unique for the customer.' })
  kycDocumentId: string;

  @Field(() => ID, { description: 'The ID of the bank.' })
  bankId: string;

  @Field(() => ID, { description: 'The ID of the customer.' })
  customerId: string;

  @Field(() => String, { description: 'The type of the document, such as `passport`.' })
  type: string;

  @Field(() => String, { description: 'The number of the document, such as `83436`.' })
  number: string;

  @Field(() => LocalDate, { nullable: true, description: 'The date of issue.' })
  issueDate: string | null;

  @Field(() => String, { nullable: true, description: 'The place of issue, such as `Berlin`.' })
  issuePlace: string | null;

  @Field(() => LocalDate, { nullable: true, description: 'The last date on which the document is valid.' })
  expiryDate: string | null;

  @Field(() => DateTime, { description: 'The time when the document was recorded in the gateway.' })
  recordedAt: Date;

  recordedByUserId: string | null;

  @Field(() => KycRetraction, {
    nullable: true,
    description: 'The retraction of the document. Null if the document is not retracted.',
  })
  retraction: KycRetraction | null;
}

export const KycDocumentConnection = connectionOf('KycDocumentConnection', 'KycDocumentEdge', () => KycDocument);

export function toKycDocument(row: KycDocumentRow): KycDocument {
  return toKycRecord({ ...row, id: globalId('KycDocument', row.customerId, row.id), kycDocumentId: row.id });
}

@InputType({ description: 'A new KYC document.' })
export class AddKycDocumentInput {
  @Field(() => ID, {
    nullable: true,
    description:
      'The ID of the document, such as `wuwjfuha234678`, at most 254 characters of 0-9, a-z, A-Z, `-`, `.`, and `_`. It must be unique for the customer. Defaults to a generated ID.',
  })
  kycDocumentId?: string | null;

  @Field(() => String, { description: 'The type of the document, such as `passport`, at most 50 characters.' })
  type: string;

  @Field(() => String, { description: 'The number of the document, such as `83436`, at most 50 characters.' })
  number: string;

  @Field(() => LocalDate, { description: 'The date of issue, such as `2018-03-09`. It must not be in the future.' })
  issueDate: string;

  @Field(() => String, { description: 'The place of issue, such as `Berlin`, at most 512 characters.' })
  issuePlace: string;

  @Field(() => LocalDate, {
    description:
      'The last date on which the document is valid, such as `2028-03-08`. It must not be before `issueDate`.',
  })
  expiryDate: string;
}

@ObjectType({ simpleResolvers: true, description: 'The result of adding a KYC document.' })
export class KycDocumentPayload {
  bankId: string;
  customerId: string;

  @Field(() => KycDocument, { nullable: true, description: payloadObjectOfCustomer('document') })
  kycDocument: KycDocument | null;
}
