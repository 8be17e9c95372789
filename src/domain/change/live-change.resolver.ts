import type { GraphQLResolveInfo, GraphQLSchema } from 'graphql';
import { Ctx, FieldResolver, Resolver, Root, Subscription } from 'type-graphql';
import type { ChangeRow } from '../../changes/change.table.ts';
import { parseStoredField } from '../../changes/stored-field.ts';
import { RequiresRole } from '../../graph/access/rule.ts';
import { BankId, CustomerId } from '../../graph/arguments.ts';
import type { Context } from '../../graph/context.ts';
import { EventSource } from '../../graph/event-source.ts';
import { customerAt, loadCustomer } from '../customer/customer.loader.ts';
import { Customer } from '../customer/customer.type.ts';
import { CustomerChange, KycWorkChange } from './live-change.type.ts';
import { fieldsVisibleOfCustomer } from './visible-fields.ts';

interface Subscribing<Args> {
  args: Args;
  context: Context;
  info: GraphQLResolveInfo;
}

/** The types whose changes are KYC work. */
const kycTypes: ReadonlySet<string> = new Set([
  'KycCheck',
  'KycDocument',
  'KycMedia',
  'KycStatus',
  'KycStatusProposal',
]);

function isKycWork(storedField: string): boolean {
  return kycTypes.has(parseStoredField(storedField).typeName);
}

async function customerChanges({
  args: { bankId, customerId },
  context,
  info: { schema },
}: Subscribing<{ bankId: string; customerId: string }>): Promise<EventSource> {
  await customerAt(context, bankId, customerId);
  return new EventSource({
    field: 'Subscription.customerChanged',
    arguments: [bankId, customerId],
    bankId,
    customerId,
    matches: ({ customerIds }, linkedCustomerIds) =>
      customerIds.includes(customerId) || linkedCustomerIds.has(customerId),
    async eventOf(current, { at, fields: stored }, cursor): Promise<CustomerChange | null> {
      const fields = await fieldsVisibleOfCustomer({ schema, context: current, bankId, customerId }, stored);
      return fields.length === 0 ? null : { at, bankId, customerId, fields, cursor };
    },
  });
}

async function kycWorkOf(schema: GraphQLSchema, context: Context, change: ChangeRow, cursor: string) {
  const { at, fields: stored, customerIds } = change;
  const bankId = change.bankId ?? '';
  const customerId = customerIds.length === 1 ? (customerIds[0] ?? null) : null;
  const fields = await fieldsVisibleOfCustomer({ schema, context, bankId, customerId }, stored.filter(isKycWork));
  return fields.length === 0 ? null : { at, bankId, customerId, fields, cursor };
}

async function kycWorkChanges({ args: { bankId }, info }: Subscribing<{ bankId: string }>): Promise<EventSource> {
  return new EventSource({
    field: 'Subscription.kycWork',
    arguments: bankId,
    bankId,
    matches: ({ fields }) => fields.some(isKycWork),
    eventOf: (context, change, cursor): Promise<KycWorkChange | null> =>
      kycWorkOf(info.schema, context, change, cursor),
  });
}

@Resolver(() => CustomerChange)
export class CustomerChangeResolver {
  @Subscription(() => CustomerChange, {
    nullable: true,
    subscribe: (given) => customerChanges(given as unknown as Subscribing<{ bankId: string; customerId: string }>),
    description:
      'The changes of the customer, of data of the customer, and of linked accounts, as they are committed. Changes of fields that the caller cannot read are omitted. The stream ends with an error when the access of the caller ends.',
  })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customerChanged(
    @Root() change: CustomerChange,
    @BankId() _bankId: string,
    @CustomerId() _customerId: string,
  ): CustomerChange {
    return change;
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer. Null if the customer was deleted.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() { customerId }: CustomerChange, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, customerId);
  }
}

@Resolver(() => KycWorkChange)
export class KycWorkChangeResolver {
  @Subscription(() => KycWorkChange, {
    nullable: true,
    subscribe: (given) => kycWorkChanges(given as unknown as Subscribing<{ bankId: string }>),
    description:
      'The changes of KYC evidence, statuses, and proposals at the bank, as they are committed, of the kinds that the caller can read. The stream ends with an error when the access of the caller ends.',
  })
  @RequiresRole(
    [
      'CanAddKycStatus',
      'CanConfirmKycStatus',
      'CanGetAnyKycChecks',
      'CanGetAnyKycDocuments',
      'CanGetAnyKycMedia',
      'CanGetAnyKycStatuses',
      'CanGetKycChecksAtOneBank',
      'CanGetKycDocumentsAtOneBank',
      'CanGetKycMediaAtOneBank',
      'CanGetKycStatusesAtOneBank',
    ],
    { kycMaterial: true },
  )
  kycWork(@Root() change: KycWorkChange, @BankId() _bankId: string): KycWorkChange {
    return change;
  }

  @FieldResolver(() => Customer, {
    nullable: true,
    description: 'The customer. Null if the customer was deleted, or if the change concerns several customers.',
  })
  @RequiresRole(['CanGetCustomer'])
  customer(@Root() { customerId }: KycWorkChange, @Ctx() context: Context): Promise<Customer | null> {
    return customerId === null ? Promise.resolve(null) : loadCustomer(context, customerId);
  }
}
