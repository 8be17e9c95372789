import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Batched, BatchedByKey } from '../../execution/batched.ts';
import { Authenticated, RequiresRole } from '../../graph/access/rule.ts';
import { BankId, BankIdOrNull, CustomerId } from '../../graph/arguments.ts';
import { callerIdOf } from '../../graph/caller.ts';
import { PageArguments } from '../../graph/connection.ts';
import type { Context } from '../../graph/context.ts';
import type { WrittenChild } from '../../graph/mutation.ts';
import { LocalDate } from '../../graph/scalars.ts';
import { mutateChild } from '../customer/child-mutation.ts';
import { customerAt, loadCustomer, loadCustomers } from '../customer/customer.loader.ts';
import { Customer, type CustomerKey } from '../customer/customer.type.ts';
import { userSummaries } from '../user/user.loader.ts';
import { UserSummary } from '../user/user-summary.type.ts';
import { expiringDocumentPage } from './kyc-document.list.ts';
import { kycDocument } from './kyc-document.table.ts';
import { AddKycDocumentInput, KycDocument, KycDocumentConnection, KycDocumentPayload } from './kyc-document.type.ts';
import { documentsOf, loadKycDocument, mediaOfDocuments } from './kyc-evidence.loader.ts';
import { newKycDocument } from './kyc-evidence.rules.ts';
import { addEvidence } from './kyc-evidence.writes.ts';
import { KycMedia } from './kyc-media.type.ts';
import './searched-document.ts';

async function readPayload(context: Context, { id, bankId, customerId }: WrittenChild): Promise<KycDocumentPayload> {
  return { bankId, customerId, kycDocument: await loadKycDocument(context, customerId, id) };
}

@Resolver(() => Customer)
export class CustomerKycDocumentsResolver {
  @FieldResolver(() => [KycDocument], {
    nullable: true,
    description: 'The KYC documents of the customer, sorted by `recordedAt`, newest first.',
  })
  @RequiresRole(['CanGetAnyKycDocuments', 'CanGetKycDocumentsAtOneBank'], { kycMaterial: true })
  @BatchedByKey<CustomerKey>()
  kycDocuments(@Root() customers: CustomerKey[], @Ctx() context: Context): Promise<KycDocument[][]> {
    return documentsOf(context, customers);
  }
}

@Resolver(() => KycDocument)
export class KycDocumentResolver {
  @Query(() => [KycDocument], {
    nullable: true,
    description: 'The KYC documents of a customer, sorted by `recordedAt`, newest first.',
  })
  @RequiresRole(['CanGetAnyKycDocuments', 'CanGetKycDocumentsAtOneBank'], { kycMaterial: true })
  async kycDocuments(
    @BankIdOrNull() bankId: string | null,
    @CustomerId() customerId: string,
    @Ctx() context: Context,
  ): Promise<KycDocument[]> {
    const customer = await customerAt(context, bankId ?? null, customerId);
    const [documents = []] = await documentsOf(context, [customer]);
    return documents;
  }

  @Query(() => KycDocumentConnection, {
    nullable: true,
    description:
      'The KYC documents of the bank that expire before a date, sorted by `expiryDate`, earliest first. Retracted documents, documents without an `expiryDate`, and documents of closed customers are omitted.',
  })
  @RequiresRole(['CanGetAnyKycDocuments', 'CanGetKycDocumentsAtOneBank'], { kycMaterial: true })
  expiringKycDocuments(
    @BankId() bankId: string,
    @Arg('before', () => LocalDate, {
      description: 'The date, such as `2028-01-01`. Documents with an earlier `expiryDate` are returned.',
    })
    before: string,
    @Arg('includeExpired', () => Boolean, {
      nullable: true,
      defaultValue: false,
      description: 'Whether to return also documents whose `expiryDate` has passed in UTC. Defaults to `false`.',
    })
    includeExpired: boolean | null,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
  ) {
    return expiringDocumentPage(context, { bankId, before, includeExpired: includeExpired ?? false }, page);
  }

  @FieldResolver(() => String, { nullable: true, description: 'The customer number of the customer.' })
  @RequiresRole(['CanGetAnyKycDocuments', 'CanGetKycDocumentsAtOneBank', 'CanAddKycDocument'])
  @Batched()
  async customerNumber(@Root() documents: KycDocument[], @Ctx() context: Context): Promise<(string | null)[]> {
    return (await loadCustomers(context, documents)).map((customer) => customer?.customerNumber ?? null);
  }

  @FieldResolver(() => UserSummary, {
    nullable: true,
    description: 'The user who recorded the document. Null if it was imported, or recorded before this was stored.',
  })
  @Authenticated()
  @Batched()
  recordedBy(@Root() documents: KycDocument[], @Ctx() context: Context): Promise<(UserSummary | null)[]> {
    return userSummaries(
      context,
      documents.map(({ recordedByUserId }) => recordedByUserId),
    );
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the document.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  @Batched()
  customer(@Root() documents: KycDocument[], @Ctx() context: Context): Promise<(Customer | null)[]> {
    return loadCustomers(context, documents);
  }

  @FieldResolver(() => [KycMedia], {
    nullable: true,
    description: 'The media items that belong to the document, sorted by `date`, newest first.',
  })
  @RequiresRole(['CanGetAnyKycMedia', 'CanGetKycMediaAtOneBank'], { kycMaterial: true })
  @Batched()
  media(@Root() documents: KycDocument[], @Ctx() context: Context): Promise<KycMedia[][]> {
    return mediaOfDocuments(context, documents);
  }
}

@Resolver(() => KycDocumentPayload)
export class KycDocumentMutations {
  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the document.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() payload: KycDocumentPayload, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, payload.customerId);
  }

  @Mutation(() => KycDocumentPayload, {
    nullable: true,
    description:
      'Adds a KYC document to a customer. A customer can have at most 500 documents. Documents are never overwritten: if the ID exists with the same values, the existing document is returned; with other values, the mutation fails with `KYC_EVIDENCE_EXISTS`.',
  })
  @RequiresRole(['CanAddKycDocument'], { kycMaterial: true })
  addKycDocument(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => AddKycDocumentInput, { description: 'The new document.' }) input: AddKycDocumentInput,
    @Ctx() context: Context,
  ): Promise<KycDocumentPayload> {
    const recordedByUserId = callerIdOf(context);
    const evidence = { recordedByUserId, ...newKycDocument(input) };
    return mutateChild(context, { bankId, customerId }, readPayload, async (transaction, customer) => {
      const { row } = await addEvidence(transaction, kycDocument, customer, evidence);
      return row;
    });
  }
}
