import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { manyBy, oneBy } from '../../database/batch.ts';
import { Batched, BatchedByKey } from '../../execution/batched.ts';
import { RequiresRole } from '../../graph/access/rule.ts';
import { BankId, CustomerId, ExpectedVersion } from '../../graph/arguments.ts';
import type { Context } from '../../graph/context.ts';
import { payloadObject } from '../../graph/descriptions.ts';
import type { WrittenChild } from '../../graph/mutation.ts';
import { deleteChild, mutateChild } from '../customer/child-mutation.ts';
import { customerAt, loadCustomer, loadCustomers } from '../customer/customer.loader.ts';
import { Customer, type CustomerKey } from '../customer/customer.type.ts';
import { socialMediaHandle } from './social-media-handle.table.ts';
import {
  DeleteSocialMediaHandlePayload,
  SocialMediaHandle,
  SocialMediaHandleInput,
  SocialMediaHandlePayload,
} from './social-media-handle.type.ts';
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
    description: 'The social media handles of the customer, sorted by creation time, newest first.',
  })
  @RequiresRole(['CanGetSocialMediaHandles'], { orLinkedUser: true })
  @BatchedByKey<CustomerKey>()
  socialMediaHandles(@Root() customers: CustomerKey[], @Ctx() context: Context): Promise<SocialMediaHandle[][]> {
    return context.loader(handlesByCustomer).loadAll(customers.map(({ id }) => id));
  }
}

@Resolver(() => SocialMediaHandle)
export class SocialMediaHandleResolver {
  @Query(() => [SocialMediaHandle], {
    nullable: true,
    description: 'The social media handles of a customer, sorted by creation time, newest first.',
  })
  @RequiresRole(['CanGetSocialMediaHandles'])
  async socialMediaHandles(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Ctx() context: Context,
  ): Promise<SocialMediaHandle[]> {
    const customer = await customerAt(context, bankId, customerId);
    return context.loader(handlesByCustomer).load(customer.id);
  }

  @FieldResolver(() => String, { nullable: true, description: 'The customer number of the customer.' })
  @RequiresRole(['CanGetSocialMediaHandles'], { orLinkedUser: true })
  @Batched()
  async customerNumber(@Root() handles: SocialMediaHandle[], @Ctx() context: Context): Promise<(string | null)[]> {
    return (await loadCustomers(context, handles)).map((customer) => customer?.customerNumber ?? null);
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the social media handle.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  @Batched()
  customer(@Root() handles: SocialMediaHandle[], @Ctx() context: Context): Promise<(Customer | null)[]> {
    return loadCustomers(context, handles);
  }
}

@Resolver(() => SocialMediaHandlePayload)
export class SocialMediaHandleMutations {
  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the social media handle.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() payload: SocialMediaHandlePayload, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, payload.customerId);
  }

  @Mutation(() => SocialMediaHandlePayload, {
    nullable: true,
    description:
      'Adds a social media handle to a customer. A customer can have at most 500 social media handles. Fails with `SOCIAL_MEDIA_HANDLE_EXISTS` if the customer already has this handle on this social network.',
  })
  @RequiresRole(['CanAddSocialMediaHandle'])
  addSocialMediaHandle(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('input', () => SocialMediaHandleInput, { description: 'The new social media handle.' })
    input: SocialMediaHandleInput,
    @Ctx() context: Context,
  ): Promise<SocialMediaHandlePayload> {
    const values = socialMediaHandleValues(input);
    return mutateChild(context, { bankId, customerId }, readPayload, (transaction, customer) =>
      storeSocialMediaHandle(transaction, customer, values),
    );
  }
}

@Resolver(() => DeleteSocialMediaHandlePayload)
export class DeleteSocialMediaHandleMutation {
  @FieldResolver(() => SocialMediaHandle, { nullable: true, description: payloadObject('social media handle') })
  @RequiresRole(['CanGetSocialMediaHandles'])
  socialMediaHandle(@Root() payload: DeleteSocialMediaHandlePayload): SocialMediaHandle | null {
    return payload.socialMediaHandle;
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer of the social media handle.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() payload: DeleteSocialMediaHandlePayload, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, payload.customerId);
  }

  @Mutation(() => DeleteSocialMediaHandlePayload, {
    nullable: true,
    description: 'Deletes a social media handle of a customer.',
  })
  @RequiresRole(['CanDeleteSocialMediaHandle'])
  async deleteSocialMediaHandle(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('id', () => ID, { description: 'The ID of the social media handle.' }) id: string,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<DeleteSocialMediaHandlePayload> {
    const payload = await deleteChild(context, { bankId, customerId }, 'socialMediaHandle', (transaction, customer) =>
      socialMediaHandles.delete(transaction, customer, id, expectedVersion),
    );
    return { ...payload, socialMediaHandleId: id };
  }
}
