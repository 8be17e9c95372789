import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { RequiresRole } from '../../auth/requires-role.ts';
import type { Context } from '../../context.ts';
import { manyBy, oneBy } from '../../database/batch.ts';
import { customerAt, loadCustomer } from '../customer/customer.loader.ts';
import { Customer } from '../customer/customer.type.ts';
import { KycCheck, KycDocument, KycMedia } from './kyc.type.ts';
import { kycCheck } from './kyc-check.table.ts';
import { kycDocument } from './kyc-document.table.ts';
import { kycMedia } from './kyc-media.table.ts';

const mediaByCustomer = manyBy(kycMedia, ['customerId'], { orderBy: ['date', 'id'], descending: true });
const documentById = oneBy(kycDocument, 'customerId', 'id');
const checkById = oneBy(kycCheck, 'customerId', 'id');

@Resolver(() => Customer)
export class CustomerKycMediaResolver {
  @FieldResolver(() => [KycMedia], { nullable: true, description: 'The media of a customer, the newest first.' })
  @RequiresRole(['CanGetAnyKycMedia', 'CanGetKycMediaAtOneBank'])
  kycMedia(@Root() customer: Customer, @Ctx() context: Context): Promise<KycMedia[]> {
    return context.loader(mediaByCustomer).load(customer.id);
  }
}

@Resolver(() => KycMedia)
export class KycMediaResolver {
  @Query(() => [KycMedia], { nullable: true, description: 'The media of a customer, the newest first.' })
  @RequiresRole(['CanGetAnyKycMedia', 'CanGetKycMediaAtOneBank'])
  async kycMedia(
    @Arg('bankId', () => ID, { nullable: true, description: 'The bank; needed by who holds the role there only.' })
    bankId: string | null,
    @Arg('customerId', () => ID, { description: 'The id of the customer.' }) customerId: string,
    @Ctx() context: Context,
  ): Promise<KycMedia[]> {
    const customer = await customerAt(context, bankId ?? null, customerId);
    return context.loader(mediaByCustomer).load(customer.id);
  }

  @FieldResolver(() => String, { nullable: true, description: 'The number of the customer.' })
  @RequiresRole(['CanGetAnyKycMedia', 'CanGetKycMediaAtOneBank'])
  async customerNumber(@Root() media: KycMedia, @Ctx() context: Context): Promise<string | null> {
    return (await loadCustomer(context, media.customerId))?.customerNumber ?? null;
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() media: KycMedia, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, media.customerId);
  }

  @FieldResolver(() => KycDocument, { nullable: true, description: 'The document that it shows.' })
  @RequiresRole(['CanGetAnyKycDocuments', 'CanGetKycDocumentsAtOneBank'])
  async document(@Root() media: KycMedia, @Ctx() context: Context): Promise<KycDocument | null> {
    const { customerId, relatesToKycDocumentId } = media;
    if (relatesToKycDocumentId === null) return null;
    return context.loader(documentById).load([customerId, relatesToKycDocumentId]);
  }

  @FieldResolver(() => KycCheck, { nullable: true, description: 'The check that it belongs to.' })
  @RequiresRole(['CanGetAnyKycChecks', 'CanGetKycChecksAtOneBank'])
  async check(@Root() media: KycMedia, @Ctx() context: Context): Promise<KycCheck | null> {
    const { customerId, relatesToKycCheckId } = media;
    if (relatesToKycCheckId === null) return null;
    return context.loader(checkById).load([customerId, relatesToKycCheckId]);
  }
}
