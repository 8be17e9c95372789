import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { RequiresRole } from '../../auth/requires-role.ts';
import type { Context } from '../../context.ts';
import { manyBy } from '../../database/batch.ts';
import { idempotencyKeyDescription, mutate, type WrittenChild, writtenChild } from '../../execution/mutate.ts';
import { customerAt, loadCustomer } from '../customer/customer.loader.ts';
import { Customer } from '../customer/customer.type.ts';
import { findCustomer } from '../customer/found-customer.ts';
import { loadKycCheck, loadKycDocument, loadKycMedia } from './kyc.loader.ts';
import { kycMediaValues, optionalId } from './kyc.rules.ts';
import { AddKycMediaInput, KycCheck, KycDocument, KycMedia, KycMediaPayload } from './kyc.type.ts';
import { withRetraction } from './kyc-evidence.ts';
import { addKycMedia } from './kyc-media.addition.ts';
import { kycMedia } from './kyc-media.table.ts';

const mediaByCustomer = manyBy(kycMedia, ['customerId'], { orderBy: ['date', 'id'], descending: true });

async function mediaOf(context: Context, customerId: string): Promise<KycMedia[]> {
  return (await context.loader(mediaByCustomer).load(customerId)).map(withRetraction);
}

async function readPayload(context: Context, { id, bankId, customerId }: WrittenChild): Promise<KycMediaPayload> {
  return { bankId, customerId, kycMedia: await loadKycMedia(context, customerId, id) };
}

@Resolver(() => Customer)
export class CustomerKycMediaResolver {
  @FieldResolver(() => [KycMedia], { nullable: true, description: 'The media of a customer, the newest first.' })
  @RequiresRole(['CanGetAnyKycMedia', 'CanGetKycMediaAtOneBank'], { kycMaterial: true })
  kycMedia(@Root() customer: Customer, @Ctx() context: Context): Promise<KycMedia[]> {
    return mediaOf(context, customer.id);
  }
}

@Resolver(() => KycMedia)
export class KycMediaResolver {
  @Query(() => [KycMedia], { nullable: true, description: 'The media of a customer, the newest first.' })
  @RequiresRole(['CanGetAnyKycMedia', 'CanGetKycMediaAtOneBank'], { kycMaterial: true })
  async kycMedia(
    @Arg('bankId', () => ID, { nullable: true, description: 'The bank; needed by who holds the role there only.' })
    bankId: string | null,
    @Arg('customerId', () => ID, { description: 'The id of the customer.' }) customerId: string,
    @Ctx() context: Context,
  ): Promise<KycMedia[]> {
    const customer = await customerAt(context, bankId ?? null, customerId);
    return mediaOf(context, customer.id);
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
  @RequiresRole(['CanGetAnyKycDocuments', 'CanGetKycDocumentsAtOneBank'], { kycMaterial: true })
  async document(@Root() media: KycMedia, @Ctx() context: Context): Promise<KycDocument | null> {
    const { customerId, relatesToKycDocumentId } = media;
    if (relatesToKycDocumentId === null) return null;
    return loadKycDocument(context, customerId, relatesToKycDocumentId);
  }

  @FieldResolver(() => KycCheck, { nullable: true, description: 'The check that it belongs to.' })
  @RequiresRole(['CanGetAnyKycChecks', 'CanGetKycChecksAtOneBank'], { kycMaterial: true })
  async check(@Root() media: KycMedia, @Ctx() context: Context): Promise<KycCheck | null> {
    const { customerId, relatesToKycCheckId } = media;
    if (relatesToKycCheckId === null) return null;
    return loadKycCheck(context, customerId, relatesToKycCheckId);
  }
}

@Resolver(() => KycMediaPayload)
export class KycMediaMutations {
  @FieldResolver(() => Customer, { nullable: true, description: 'The customer whom it shows.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() payload: KycMediaPayload, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, payload.customerId);
  }

  @Mutation(() => KycMediaPayload, {
    nullable: true,
    description:
      'Adds a media to a customer. Nothing is overwritten: adding the same once more changes nothing, and other values under an id that exists are a conflict.',
  })
  @RequiresRole(['CanAddKycMedia'], { kycMaterial: true })
  addKycMedia(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Arg('customerId', () => ID, { description: 'The id of the customer.' }) customerId: string,
    @Arg('input', () => AddKycMediaInput, { description: 'The new media.' }) input: AddKycMediaInput,
    @Arg('idempotencyKey', () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<KycMediaPayload> {
    const id = optionalId('input.id', input.id);
    const values = kycMediaValues(input);
    return mutate(
      context,
      { field: 'addKycMedia', arguments: [bankId, customerId, input], idempotencyKey },
      async (transaction) => {
        const customer = await findCustomer(transaction, bankId, customerId);
        return writtenChild(await addKycMedia(transaction, customer, id, values));
      },
      (written) => readPayload(context, written),
    );
  }
}
