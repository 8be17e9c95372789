import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { parseId } from '../../base/values.ts';
import { RequiresRole } from '../../graph/access/rule.ts';
import { BankId, CustomerId } from '../../graph/arguments.ts';
import { callerIdOf } from '../../graph/caller.ts';
import type { Context } from '../../graph/context.ts';
import { longText, valid } from '../../graph/input.ts';
import { collectProblems } from '../../graph/input-collection.ts';
import { mutate } from '../../graph/mutation.ts';
import { loadCustomer } from '../customer/customer.loader.ts';
import { Customer } from '../customer/customer.type.ts';
import { lockCustomer } from '../customer/locked-customer.ts';
import { kycCheck } from './kyc-check.table.ts';
import { KycCheck } from './kyc-check.type.ts';
import { kycDocument } from './kyc-document.table.ts';
import { KycDocument } from './kyc-document.type.ts';
import { loadKycCheck, loadKycDocument, loadKycMedia } from './kyc-evidence.loader.ts';
import { KycEvidenceKind, KycEvidencePayload, RetractKycEvidenceInput } from './kyc-evidence.type.ts';
import { retractEvidence } from './kyc-evidence.writes.ts';
import { refreshKycGaps } from './kyc-gap.writes.ts';
import { kycMedia } from './kyc-media.table.ts';
import { KycMedia } from './kyc-media.type.ts';

const tableOf = {
  [KycEvidenceKind.CHECK]: kycCheck,
  [KycEvidenceKind.DOCUMENT]: kycDocument,
  [KycEvidenceKind.MEDIA]: kycMedia,
};

@Resolver(() => KycEvidencePayload)
export class KycEvidenceMutations {
  @FieldResolver(() => KycCheck, {
    nullable: true,
    description: 'The retracted check. Null if the evidence is not a check.',
  })
  @RequiresRole(['CanGetAnyKycChecks', 'CanGetKycChecksAtOneBank'])
  async kycCheck(@Root() payload: KycEvidencePayload, @Ctx() context: Context): Promise<KycCheck | null> {
    const { kind, customerId, kycEvidenceId } = payload;
    return kind === KycEvidenceKind.CHECK ? loadKycCheck(context, customerId, kycEvidenceId) : null;
  }

  @FieldResolver(() => KycDocument, {
    nullable: true,
    description: 'The retracted document. Null if the evidence is not a document.',
  })
  @RequiresRole(['CanGetAnyKycDocuments', 'CanGetKycDocumentsAtOneBank'])
  async kycDocument(@Root() payload: KycEvidencePayload, @Ctx() context: Context): Promise<KycDocument | null> {
    const { kind, customerId, kycEvidenceId } = payload;
    return kind === KycEvidenceKind.DOCUMENT ? loadKycDocument(context, customerId, kycEvidenceId) : null;
  }

  @FieldResolver(() => KycMedia, {
    nullable: true,
    description: 'The retracted media item. Null if the evidence is not a media item.',
  })
  @RequiresRole(['CanGetAnyKycMedia', 'CanGetKycMediaAtOneBank'])
  async kycMedia(@Root() payload: KycEvidencePayload, @Ctx() context: Context): Promise<KycMedia | null> {
    const { kind, customerId, kycEvidenceId } = payload;
    return kind === KycEvidenceKind.MEDIA ? loadKycMedia(context, customerId, kycEvidenceId) : null;
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the evidence.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() payload: KycEvidencePayload, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, payload.customerId);
  }

  @Mutation(() => KycEvidencePayload, {
    nullable: true,
    description:
      'Retracts a check, a document, or a media item of a customer. The evidence is kept, with the user, the time, and the reason of its retraction. Fails with `KYC_EVIDENCE_NOT_FOUND` if the customer has no such evidence, and with `KYC_EVIDENCE_RETRACTED` if the evidence is already retracted.',
  })
  @RequiresRole(['CanRetractKycEvidence'], { kycMaterial: true })
  retractKycEvidence(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => RetractKycEvidenceInput, { description: 'The retraction.' })
    input: RetractKycEvidenceInput,
    @Ctx() context: Context,
  ): Promise<KycEvidencePayload> {
    const { kind } = input;
    const { id, reason } = collectProblems(() => ({
      id: valid('input.kycEvidenceId', () => parseId(input.kycEvidenceId)),
      reason: longText('input.reason', input.reason, 2000),
    }));
    const userId = callerIdOf(context);
    return mutate(
      context,
      async (transaction) => {
        const customer = await lockCustomer(transaction, bankId, customerId);
        await retractEvidence(transaction, tableOf[kind], customer, id, { userId, reason });
        await refreshKycGaps(transaction, [customer.id]);
        return { id };
      },
      () => ({ bankId, customerId, kind, kycEvidenceId: id }),
    );
  }
}
