import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { RequiresRole } from '../../auth/requires-role.ts';
import type { Context } from '../../context.ts';
import { manyBy } from '../../database/batch.ts';
import { customerAt, loadCustomer } from '../customer/customer.loader.ts';
import { Customer } from '../customer/customer.type.ts';
import { KycDocument, KycMedia } from './kyc.type.ts';
import { kycDocument } from './kyc-document.table.ts';
import { kycMedia } from './kyc-media.table.ts';

const documentsByCustomer = manyBy(kycDocument, ['customerId'], { orderBy: ['createdAt', 'id'], descending: true });
const mediaByDocument = manyBy(kycMedia, ['customerId', 'relatesToKycDocumentId'], {
  orderBy: ['date', 'id'],
  descending: true,
});

@Resolver(() => Customer)
export class CustomerKycDocumentsResolver {
  @FieldResolver(() => [KycDocument], { nullable: true, description: 'The documents of a customer, the newest first.' })
  @RequiresRole(['CanGetAnyKycDocuments', 'CanGetKycDocumentsAtOneBank'])
  kycDocuments(@Root() customer: Customer, @Ctx() context: Context): Promise<KycDocument[]> {
    return context.loader(documentsByCustomer).load(customer.id);
  }
}

@Resolver(() => KycDocument)
export class KycDocumentResolver {
  @Query(() => [KycDocument], { nullable: true, description: 'The documents of a customer, the newest first.' })
  @RequiresRole(['CanGetAnyKycDocuments', 'CanGetKycDocumentsAtOneBank'])
  async kycDocuments(
    @Arg('bankId', () => ID, { nullable: true, description: 'The bank; needed by who holds the role there only.' })
    bankId: string | null,
    @Arg('customerId', () => ID, { description: 'The id of the customer.' }) customerId: string,
    @Ctx() context: Context,
  ): Promise<KycDocument[]> {
    const customer = await customerAt(context, bankId ?? null, customerId);
    return context.loader(documentsByCustomer).load(customer.id);
  }

  @FieldResolver(() => String, { nullable: true, description: 'The number of the customer.' })
  @RequiresRole(['CanGetAnyKycDocuments', 'CanGetKycDocumentsAtOneBank'])
  async customerNumber(@Root() document: KycDocument, @Ctx() context: Context): Promise<string | null> {
    return (await loadCustomer(context, document.customerId))?.customerNumber ?? null;
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() document: KycDocument, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, document.customerId);
  }

  @FieldResolver(() => [KycMedia], {
    nullable: true,
    description: 'The media that show the document, the newest first.',
  })
  @RequiresRole(['CanGetAnyKycMedia', 'CanGetKycMediaAtOneBank'])
  media(@Root() document: KycDocument, @Ctx() context: Context): Promise<KycMedia[]> {
    return context.loader(mediaByDocument).load([document.customerId, document.id]);
  }
}
