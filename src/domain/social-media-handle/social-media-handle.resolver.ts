import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { manyBy, oneBy } from '../../database/batch.ts';
import { Batched } from '../../execution/batched.ts';
import { RequiresRole } from '../../graph/access/rule.ts';
import type { Context } from '../../graph/context.ts';
import {
  expectedVersionDescription,
  idempotencyKeyDescription,
  mutate,
  type WrittenChild,
  writtenChild,
} from '../../graph/mutation.ts';
import { customerAt, loadCustomer, loadCustomers } from '../customer/customer.loader.ts';
import { Customer, type CustomerKey } from '../customer/customer.type.ts';
import { lockCustomer } from '../customer/locked-customer.ts';
import { socialMediaHandle } from './social-media-handle.table.ts';
import { SocialMediaHandle, SocialMediaHandleInput, SocialMediaHandlePayload } from './social-media-handle.type.ts';
import { socialMediaHandles, socialMediaHandleValues, storeSocialMediaHandle } from './social-media-handle.writes.ts';

const handlesByCustomer = manyBy(socialMediaHandle, ['customerId'], {
  orderBy: ['createdAt', 'id'],
  descending: true,
});
const handleById = oneBy(socialMediaHandle, 'id');

async function readPayload(
  context: Context,
  { id, bankId, customerId }: WrittenChild,
): Promise<SocialMediaHandlePayload> {
  return { bankId, customerId, socialMediaHandle: await context.loader(handleById).load(id) };
}

@Resolver(() => Customer)
export class CustomerSocialMediaHandlesResolver {
  @FieldResolver(() => [SocialMediaHandle], {
    nullable: true,
    description: 'The handles on social networks, the newest first.',
  })
  @RequiresRole(['CanGetSocialMediaHandles'], { orLinkedUser: true })
  @Batched({ byKey: true })
  socialMediaHandles(@Root() customers: CustomerKey[], @Ctx() context: Context): Promise<SocialMediaHandle[][]> {
    return context.loader(handlesByCustomer).loadAll(customers.map(({ id }) => id));
  }
}

@Resolver(() => SocialMediaHandle)
export class SocialMediaHandleResolver {
  @Query(() => [SocialMediaHandle], {
    nullable: true,
    description: 'The handles of a customer on social networks, the newest first.',
  })
  @RequiresRole(['CanGetSocialMediaHandles'])
  async socialMediaHandles(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Arg('customerId', () => ID, { description: 'The id of the customer.' }) customerId: string,
    @Ctx() context: Context,
  ): Promise<SocialMediaHandle[]> {
    const customer = await customerAt(context, bankId, customerId);
    return context.loader(handlesByCustomer).load(customer.id);
  }

  @FieldResolver(() => String, { nullable: true, description: 'The number of the customer.' })
  @RequiresRole(['CanGetSocialMediaHandles'], { orLinkedUser: true })
  @Batched()
  async customerNumber(@Root() handles: SocialMediaHandle[], @Ctx() context: Context): Promise<(string | null)[]> {
    return (await loadCustomers(context, handles)).map((customer) => customer?.customerNumber ?? null);
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  @Batched()
  customer(@Root() handles: SocialMediaHandle[], @Ctx() context: Context): Promise<(Customer | null)[]> {
    return loadCustomers(context, handles);
  }
}

@Resolver(() => SocialMediaHandlePayload)
export class SocialMediaHandleMutations {
  @FieldResolver(() => Customer, { nullable: true, description: 'The customer.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() payload: SocialMediaHandlePayload, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, payload.customerId);
  }

  @Mutation(() => SocialMediaHandlePayload, {
    nullable: true,
    description: 'Adds a social media handle to a customer.',
  })
  @RequiresRole(['CanAddSocialMediaHandle'])
  addSocialMediaHandle(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Arg('customerId', () => ID, { description: 'The id of the customer.' }) customerId: string,
    @Arg('input', () => SocialMediaHandleInput, { description: 'The new social media handle.' })
    input: SocialMediaHandleInput,
    @Arg('idempotencyKey', () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<SocialMediaHandlePayload> {
    const values = socialMediaHandleValues(input);
    return mutate(
      context,
      { field: 'addSocialMediaHandle', arguments: [bankId, customerId, input], idempotencyKey },
      async (transaction) => {
        const customer = await lockCustomer(transaction, bankId, customerId);
        return writtenChild(await storeSocialMediaHandle(transaction, customer, values));
      },
      (written) => readPayload(context, written),
    );
  }

  @Mutation(() => SocialMediaHandlePayload, {
    nullable: true,
    description: 'Deletes a social media handle of a customer.',
  })
  @RequiresRole(['CanDeleteSocialMediaHandle'])
  deleteSocialMediaHandle(
    @Arg('bankId', () => ID, { description: 'The bank.' }) bankId: string,
    @Arg('customerId', () => ID, { description: 'The id of the customer.' }) customerId: string,
    @Arg('id', () => ID, { description: 'The id of the social media handle.' }) id: string,
    @Arg('expectedVersion', () => Int, { nullable: true, description: expectedVersionDescription })
    expectedVersion: number | null,
    @Arg('idempotencyKey', () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<SocialMediaHandlePayload> {
    let deleted: SocialMediaHandle | null = null;
    return mutate(
      context,
      { field: 'deleteSocialMediaHandle', arguments: [bankId, customerId, id, expectedVersion], idempotencyKey },
      async (transaction) => {
        const customer = await lockCustomer(transaction, bankId, customerId);
        deleted = await socialMediaHandles.delete(transaction, customer, id, expectedVersion);
        return writtenChild(deleted);
      },
      () => ({ bankId, customerId, socialMediaHandle: deleted }),
    );
  }
}
