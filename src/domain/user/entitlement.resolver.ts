import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Public, RequiresRole } from '../../auth/requires-role.ts';
import type { Context } from '../../context.ts';
import { manyBy } from '../../database/batch.ts';
import { bankAt } from '../bank/bank.loader.ts';
import { Bank } from '../bank/bank.type.ts';
import { entitlement } from './entitlement.table.ts';
import { Entitlement, toEntitlements } from './entitlement.type.ts';
import { User } from './user.type.ts';

const entitlementsOfUser = manyBy(entitlement, ['userId'], { orderBy: ['roleName', 'bankId'] });

@Resolver(() => User)
export class UserEntitlementsResolver {
  @FieldResolver(() => [Entitlement], { nullable: true, description: 'The roles that the user holds, by their names.' })
  @RequiresRole(['CanGetEntitlementsForAnyUserAtAnyBank'], { orSelf: true })
  async entitlements(@Root() user: User, @Ctx() context: Context): Promise<Entitlement[]> {
    return toEntitlements(await context.loader(entitlementsOfUser).load(user.id));
  }
}

@Resolver(() => Entitlement)
export class EntitlementResolver {
  @FieldResolver(() => Bank, {
    nullable: true,
    description: 'The bank that the role counts at; null for a system role.',
  })
  @Public()
  async bank(@Root() { bankId }: Entitlement, @Ctx() context: Context): Promise<Bank | null> {
    return bankId === null ? null : bankAt(context, bankId);
  }
}
