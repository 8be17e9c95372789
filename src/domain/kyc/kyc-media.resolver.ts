import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Batched, BatchedByKey } from '../../execution/batched.ts';
import { Authenticated, RequiresRole } from '../../graph/access/rule.ts';
import { BankId, BankIdOrNull, CustomerId } from '../../graph/arguments.ts';
import { callerIdOf } from '../../graph/caller.ts';
import type { Context } from '../../graph/context.ts';
import type { WrittenChild } from '../../graph/mutation.ts';
import { mutateChild } from '../customer/child-mutation.ts';
import { customerAt, loadCustomer, loadCustomers } from '../customer/customer.loader.ts';
import { Customer, type CustomerKey } from '../customer/customer.type.ts';
import { userSummaries } from '../user/user.loader.ts';
import { UserSummary } from '../user/user-summary.type.ts';
import { KycCheck } from './kyc-check.type.ts';
import { KycDocument } from './kyc-document.type.ts';
import { loadKycMedia, mediaOf, namedChecks, namedDocuments } from './kyc-evidence.loader.ts';
import { newKycMedia } from './kyc-evidence.rules.ts';
import { AddKycMediaInput, KycMedia, KycMediaPayload } from './kyc-media.type.ts';
import { addKycMedia } from './kyc-media.writes.ts';

async function readPayload(context: Context, { id, bankId, customerId }: WrittenChild): Promise<KycMediaPayload> {
  return { bankId, customerId, kycMedia: await loadKycMedia(context, customerId, id) };
}

@Resolver(() => Customer)
export class CustomerKycMediaResolver {
  @FieldResolver(() => [KycMedia], {
    nullable: true,
    description: 'The media items of the customer, sorted by `date`, newest first.',
  })
  @RequiresRole(['CanGetAnyKycMedia', 'CanGetKycMediaAtOneBank'], { kycMaterial: true })
  @BatchedByKey<CustomerKey>()
  kycMedia(@Root() customers: CustomerKey[], @Ctx() context: Context): Promise<KycMedia[][]> {
    return mediaOf(context, customers);
  }
}

@Resolver(() => KycMedia)
export class KycMediaResolver {
  @Query(() => [KycMedia], {
    nullable: true,
    description: 'The media items of a customer, sorted by `date`, newest first.',
  })
  @RequiresRole(['CanGetAnyKycMedia', 'CanGetKycMediaAtOneBank'], { kycMaterial: true })
  async kycMedia(
    @BankIdOrNull() bankId: string | null,
    @CustomerId() customerId: string,
    @Ctx() context: Context,
  ): Promise<KycMedia[]> {
    const customer = await customerAt(context, bankId ?? null, customerId);
    const [media = []] = await mediaOf(context, [customer]);
    return media;
  }

  @FieldResolver(() => String, { nullable: true, description: 'The customer number of the customer.' })
  @RequiresRole(['CanGetAnyKycMedia', 'CanGetKycMediaAtOneBank', 'CanAddKycMedia'])
  @Batched()
  async customerNumber(@Root() media: KycMedia[], @Ctx() context: Context): Promise<(string | null)[]> {
    return (await loadCustomers(context, media)).map((customer) => customer?.customerNumber ?? null);
  }

  @FieldResolver(() => UserSummary, {
    nullable: true,
    description: 'The user who recorded the media item. Null if it was imported, or recorded before this was stored.',
  })
  @Authenticated()
  @Batched()
  recordedBy(@Root() media: KycMedia[], @Ctx() context: Context): Promise<(UserSummary | null)[]> {
    return userSummaries(
      context,
      media.map(({ recordedByUserId }) => recordedByUserId),
    );
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the media item.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  @Batched()
  customer(@Root() media: KycMedia[], @Ctx() context: Context): Promise<(Customer | null)[]> {
    return loadCustomers(context, media);
  }

  @FieldResolver(() => KycDocument, {
    nullable: true,
    description: 'The document to which the media item belongs. Null if there is none.',
  })
  @RequiresRole(['CanGetAnyKycDocuments', 'CanGetKycDocumentsAtOneBank'], { kycMaterial: true })
  @Batched()
  document(@Root() media: KycMedia[], @Ctx() context: Context): Promise<(KycDocument | null)[]> {
    const named = media.map(({ customerId, relatesToKycDocumentId: id }) => ({ customerId, id }));
    return namedDocuments(context, named);
  }

  @FieldResolver(() => KycCheck, {
    nullable: true,
    description: 'The check to which the media item belongs. Null if there is none.',
  })
  @RequiresRole(['CanGetAnyKycChecks', 'CanGetKycChecksAtOneBank'], { kycMaterial: true })
  @Batched()
  check(@Root() media: KycMedia[], @Ctx() context: Context): Promise<(KycCheck | null)[]> {
    const named = media.map(({ customerId, relatesToKycCheckId: id }) => ({ customerId, id }));
    return namedChecks(context, named);
  }
}

@Resolver(() => KycMediaPayload)
export class KycMediaMutations {
  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the media item.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() payload: KycMediaPayload, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, payload.customerId);
  }

  @Mutation(() => KycMediaPayload, {
    nullable: true,
    description:
      'Adds a media item to a customer. A customer can have at most 500 media items. Media items are never overwritten: if the ID exists with the same values, the existing media item is returned; with other values, the mutation fails with `KYC_EVIDENCE_EXISTS`.',
  })
  @RequiresRole(['CanAddKycMedia'], { kycMaterial: true })
  addKycMedia(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => AddKycMediaInput, { description: 'The new media item.' }) input: AddKycMediaInput,
    @Ctx() context: Context,
  ): Promise<KycMediaPayload> {
    const recordedByUserId = callerIdOf(context);
    const evidence = { recordedByUserId, ...newKycMedia(input) };
    return mutateChild(context, { bankId, customerId }, readPayload, (transaction, customer) =>
      addKycMedia(transaction, customer, evidence),
    );
  }
}
