import { getTableColumns } from 'drizzle-orm';
import type { GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema } from 'graphql';
import { Args, Ctx, FieldResolver, Info, Resolver, Root } from 'type-graphql';
import { fieldOfColumn } from '../../changes/field-of-column.ts';
import { loadNullable } from '../../database/loader.ts';
import { Batched, BatchedByKey } from '../../execution/batched.ts';
import { MaxItems } from '../../execution/max-items.ts';
import { canAccess, canShow } from '../../graph/access/can-access.ts';
import { RequiresRole } from '../../graph/access/rule.ts';
import { PageArguments } from '../../graph/connection.ts';
import type { Context } from '../../graph/context.ts';
import { customer } from '../customer/customer.table.ts';
import { Customer, type CustomerKey } from '../customer/customer.type.ts';
import { userById } from '../user/user.loader.ts';
import { toUserSummary, UserSummary } from '../user/user-summary.type.ts';
import { historyWithout, replacements } from './customer-history.loader.ts';
import { toHistoryEntry, valueChanges } from './customer-history.rules.ts';
import {
  CustomerAccountLinkHistoryEntry,
  CustomerAddressHistoryEntry,
  CustomerAttributeHistoryEntry,
  CustomerDataHistoryEntry,
  CustomerFieldChange,
  CustomerHistoryConnection,
  CustomerHistoryEntry,
  CustomerLinkHistoryEntry,
  changesDescription,
  InverseCustomerLinkHistoryEntry,
  maxChangedFields,
  SocialMediaHandleHistoryEntry,
  TaxResidenceHistoryEntry,
  UserCustomerLinkHistoryEntry,
} from './customer-history.type.ts';

type Fields = ReturnType<GraphQLObjectType['getFields']>;
type HistoryPages = Awaited<ReturnType<ReturnType<typeof historyWithout>['forCustomers']>>;

function fieldsOfCustomer(schema: GraphQLSchema): Fields {
  return (schema.getType('Customer') as GraphQLObjectType).getFields();
}

const customerColumns = Object.keys(getTableColumns(customer));

/** The columns of a customer whose field the caller cannot access. */
async function hiddenColumns(context: Context, fields: Fields, { id, bankId }: CustomerKey): Promise<string[]> {
  const hidden: string[] = [];
  for (const column of customerColumns) {
    const field = fields[fieldOfColumn('Customer', column)];
    if (field === undefined || !(await canAccess(field, context, { bankId, customerId: id }))) hidden.push(column);
  }
  return hidden;
}

@Resolver(() => Customer)
export class CustomerHistoryResolver {
  @FieldResolver(() => CustomerHistoryConnection, {
    nullable: true,
    description:
      'The changes of the customer, and of its addresses, attributes, tax residences, social media handles, and links, newest first. Changes of fields that require a further role are omitted without it. The history is kept from the upgrade of the gateway on, and contains no rows of the import that first stored the customer.',
  })
  @RequiresRole(['CanGetCustomerHistory'])
  @BatchedByKey<CustomerKey>()
  async history(
    @Root() customers: CustomerKey[],
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
    @Info() { schema }: GraphQLResolveInfo,
  ) {
    const fields = fieldsOfCustomer(schema);
    const hidden = await Promise.all(customers.map((customer) => hiddenColumns(context, fields, customer)));
    const indexes = Map.groupBy(customers.keys(), (index) => (hidden[index] ?? []).join(' '));
    const pages: HistoryPages = [];
    for (const alike of indexes.values()) {
      const query = historyWithout(hidden[alike[0] ?? 0] ?? []);
      const some = customers.filter((_customer, index) => alike.includes(index));
      const found = await query.forCustomers(context, 'Customer.history', some, page, toHistoryEntry);
      for (const [position, index] of alike.entries()) pages[index] = found[position] as HistoryPages[number];
    }
    return pages;
  }
}

/** The fields of all types of entries. */
@Resolver(() => CustomerHistoryEntry)
export class CustomerHistoryEntryResolver {
  @FieldResolver(() => UserSummary, {
    nullable: true,
    description: 'The user who made the change. Null if an import made it.',
  })
  @RequiresRole(['CanGetCustomerHistory'])
  @Batched()
  async changedBy(@Root() entries: CustomerHistoryEntry[], @Ctx() context: Context): Promise<(UserSummary | null)[]> {
    const rows = await loadNullable(
      context.loader(userById),
      entries.map(({ changedByUserId }) => changedByUserId),
    );
    return rows.map((row) => (row === null ? null : toUserSummary(row)));
  }
}

/** The time of the replacement of each new value is read only if it is selected. */
function changesOf(context: Context, entry: CustomerHistoryEntry): CustomerFieldChange[] {
  const untilOf = async (field: string) => (await context.loader(replacements).load(entry)).get(field) ?? null;
  return valueChanges(entry).map((change) => ({ ...change, until: () => untilOf(change.field) }));
}

@Resolver(() => CustomerDataHistoryEntry)
export class CustomerDataHistoryEntryResolver {
  @MaxItems(maxChangedFields)
  @FieldResolver(() => [CustomerFieldChange], {
    nullable: true,
    description: `${changesDescription} Fields that require a further role, such as those of \`closing\`, are omitted without it.`,
  })
  @RequiresRole(['CanGetCustomerHistory'])
  async changes(
    @Root() entry: CustomerDataHistoryEntry,
    @Ctx() context: Context,
    @Info() { schema }: GraphQLResolveInfo,
  ): Promise<CustomerFieldChange[]> {
    const fields = fieldsOfCustomer(schema);
    const visible: CustomerFieldChange[] = [];
    for (const change of changesOf(context, entry)) {
      const field = fields[fieldOfColumn('Customer', change.field)];
      if (field !== undefined && (await canShow(field, context, entry))) visible.push(change);
    }
    return visible;
  }
}

@Resolver(() => CustomerAccountLinkHistoryEntry)
export class CustomerAccountLinkHistoryEntryResolver {
  @MaxItems(maxChangedFields)
  @FieldResolver(() => [CustomerFieldChange], { nullable: true, description: changesDescription })
  @RequiresRole(['CanGetCustomerAccountLinks'])
  changes(@Root() entry: CustomerAccountLinkHistoryEntry, @Ctx() context: Context): CustomerFieldChange[] {
    return changesOf(context, entry);
  }
}

@Resolver(() => CustomerAddressHistoryEntry)
export class CustomerAddressHistoryEntryResolver {
  @MaxItems(maxChangedFields)
  @FieldResolver(() => [CustomerFieldChange], { nullable: true, description: changesDescription })
  @RequiresRole(['CanGetCustomerAddress'])
  changes(@Root() entry: CustomerAddressHistoryEntry, @Ctx() context: Context): CustomerFieldChange[] {
    return changesOf(context, entry);
  }
}

@Resolver(() => CustomerAttributeHistoryEntry)
export class CustomerAttributeHistoryEntryResolver {
  @MaxItems(maxChangedFields)
  @FieldResolver(() => [CustomerFieldChange], { nullable: true, description: changesDescription })
  @RequiresRole(['CanGetCustomerAttributesAtOneBank', 'CanGetCustomerAttributesAtAnyBank'])
  changes(@Root() entry: CustomerAttributeHistoryEntry, @Ctx() context: Context): CustomerFieldChange[] {
    return changesOf(context, entry);
  }
}

@Resolver(() => CustomerLinkHistoryEntry)
export class CustomerLinkHistoryEntryResolver {
  @MaxItems(maxChangedFields)
  @FieldResolver(() => [CustomerFieldChange], { nullable: true, description: changesDescription })
  @RequiresRole(['CanGetCustomerLinks'])
  changes(@Root() entry: CustomerLinkHistoryEntry, @Ctx() context: Context): CustomerFieldChange[] {
    return changesOf(context, entry);
  }
}

@Resolver(() => InverseCustomerLinkHistoryEntry)
export class InverseCustomerLinkHistoryEntryResolver {
  @MaxItems(maxChangedFields)
  @FieldResolver(() => [CustomerFieldChange], { nullable: true, description: changesDescription })
  @RequiresRole(['CanGetCustomerLinks'])
  changes(@Root() entry: InverseCustomerLinkHistoryEntry, @Ctx() context: Context): CustomerFieldChange[] {
    return changesOf(context, entry);
  }
}

@Resolver(() => SocialMediaHandleHistoryEntry)
export class SocialMediaHandleHistoryEntryResolver {
  @MaxItems(maxChangedFields)
  @FieldResolver(() => [CustomerFieldChange], { nullable: true, description: changesDescription })
  @RequiresRole(['CanGetSocialMediaHandles'])
  changes(@Root() entry: SocialMediaHandleHistoryEntry, @Ctx() context: Context): CustomerFieldChange[] {
    return changesOf(context, entry);
  }
}

@Resolver(() => TaxResidenceHistoryEntry)
export class TaxResidenceHistoryEntryResolver {
  @MaxItems(maxChangedFields)
  @FieldResolver(() => [CustomerFieldChange], { nullable: true, description: changesDescription })
  @RequiresRole(['CanGetTaxResidence'])
  changes(@Root() entry: TaxResidenceHistoryEntry, @Ctx() context: Context): CustomerFieldChange[] {
    return changesOf(context, entry);
  }
}

@Resolver(() => UserCustomerLinkHistoryEntry)
export class UserCustomerLinkHistoryEntryResolver {
  @MaxItems(maxChangedFields)
  @FieldResolver(() => [CustomerFieldChange], { nullable: true, description: changesDescription })
  @RequiresRole(['CanGetUserCustomerLink'])
  changes(@Root() entry: UserCustomerLinkHistoryEntry, @Ctx() context: Context): CustomerFieldChange[] {
    return changesOf(context, entry);
  }
}
