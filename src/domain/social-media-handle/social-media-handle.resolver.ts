import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { RequiresRole } from '../../auth/requires-role.ts';
import type { Context } from '../../context.ts';
import { manyBy } from '../../database/batch.ts';
import { customerAt, loadCustomer } from '../customer/customer.loader.ts';
import { Customer } from '../customer/customer.type.ts';
import { socialMediaHandle } from './social-media-handle.table.ts';
import { SocialMediaHandle } from './social-media-handle.type.ts';

const handlesByCustomer = manyBy(socialMediaHandle, ['customerId'], {
  orderBy: ['createdAt', 'id'],
  descending: true,
});

@Resolver(() => Customer)
export class CustomerSocialMediaHandlesResolver {
  @FieldResolver(() => [SocialMediaHandle], {
    nullable: true,
    description: 'The handles on social networks, the newest first.',
  })
  @RequiresRole(['CanGetSocialMediaHandles'], { orLinkedUser: true })
  socialMediaHandles(@Root() customer: Customer, @Ctx() context: Context): Promise<SocialMediaHandle[]> {
    return context.loader(handlesByCustomer).load(customer.id);
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
  async customerNumber(@Root() handle: SocialMediaHandle, @Ctx() context: Context): Promise<string | null> {
    return (await loadCustomer(context, handle.customerId))?.customerNumber ?? null;
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  customer(@Root() handle: SocialMediaHandle, @Ctx() context: Context): Promise<Customer | null> {
    return loadCustomer(context, handle.customerId);
  }
}
