import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Role } from '../../base/roles.ts';
import { Batched } from '../../execution/batched.ts';
import { MaxItems } from '../../execution/max-items.ts';
import { holdsFurtherRole } from '../../graph/access/further-role.ts';
import { RequiresRole } from '../../graph/access/rule.ts';
import type { Context } from '../../graph/context.ts';
import { bankRules } from '../bank/bank.loader.ts';
import { loadCustomers } from '../customer/customer.loader.ts';
import { Customer, type CustomerKey, CustomerPayload } from '../customer/customer.type.ts';
import { duplicatesWithDocuments, duplicatesWithoutDocuments, maxDuplicates } from './possible-duplicate.loader.ts';
import { PossibleDuplicate } from './possible-duplicate.type.ts';

const documentRoles: Role[] = ['CanGetAnyKycDocuments', 'CanGetKycDocumentsAtOneBank'];

const description = `The customers of the bank who might be the same person or organisation, at most ${maxDuplicates}, those with the most matches first. Numbers of KYC documents are only compared for callers who can read the documents: with \`CanGetAnyKycDocuments\` or \`CanGetKycDocumentsAtOneBank\` and, if the bank requires a reason, with the \`X-Reason\` header.`;

/** Whether the caller can read the KYC documents of the bank, which the result would otherwise reveal. */
async function canReadDocuments(context: Context, bankId: string): Promise<boolean> {
  if (context.request.reason === null && (await bankRules.wantsReason(context, bankId))) return false;
  return holdsFurtherRole(context, 'Customer.possibleDuplicates', documentRoles, bankId);
}

async function possibleDuplicates(context: Context, customers: readonly CustomerKey[]): Promise<PossibleDuplicate[][]> {
  return Promise.all(
    customers.map(async ({ id, bankId }) => {
      const loader = (await canReadDocuments(context, bankId)) ? duplicatesWithDocuments : duplicatesWithoutDocuments;
      return context.loader(loader).load(id);
    }),
  );
}

@Resolver(() => Customer)
export class CustomerDuplicatesResolver {
  @FieldResolver(() => [PossibleDuplicate], { nullable: true, description })
  @RequiresRole(['CanGetCustomers', 'CanGetCustomersAtAnyBank'])
  @MaxItems(maxDuplicates)
  @Batched()
  possibleDuplicates(@Root() customers: CustomerKey[], @Ctx() context: Context): Promise<PossibleDuplicate[][]> {
    return possibleDuplicates(context, customers);
  }
}

@Resolver(() => CustomerPayload)
export class PayloadDuplicatesResolver {
  @FieldResolver(() => [PossibleDuplicate], { nullable: true, description })
  @RequiresRole(['CanGetCustomers', 'CanGetCustomersAtAnyBank'])
  @MaxItems(maxDuplicates)
  async possibleDuplicates(
    @Root() { customer }: CustomerPayload,
    @Ctx() context: Context,
  ): Promise<PossibleDuplicate[] | null> {
    if (customer === null) return null;
    return (await possibleDuplicates(context, [customer]))[0] ?? [];
  }
}

@Resolver(() => PossibleDuplicate)
export class PossibleDuplicateResolver {
  @FieldResolver(() => Customer, { nullable: true, description: 'The other customer.' })
  @RequiresRole(['CanGetCustomer'])
  @Batched()
  customer(@Root() duplicates: PossibleDuplicate[], @Ctx() context: Context): Promise<(Customer | null)[]> {
    return loadCustomers(context, duplicates);
  }
}
