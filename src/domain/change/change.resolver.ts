import type { GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, Info, Query, Resolver } from 'type-graphql';
import { RequiresRole } from '../../graph/access/rule.ts';
import { BankId } from '../../graph/arguments.ts';
import { PageArguments } from '../../graph/connection.ts';
import type { Context } from '../../graph/context.ts';
import { changePage } from './change.list.ts';
import { Change, ChangeConnection } from './change.type.ts';

@Resolver(() => Change)
export class ChangeResolver {
  @Query(() => ChangeConnection, {
    nullable: true,
    description:
      'The changes at the bank in the order in which they were committed, oldest first, for clients that keep a copy of its data. Fields that the caller cannot read with a role are omitted, and so are changes without any other field. Send `endCursor`, which an empty page has too, as `after` of the next call, and no change is missed. Changes are kept for a time that the operator sets; fails with `RESUME_IMPOSSIBLE` if the cursor is older.',
  })
  @RequiresRole(['CanGetChanges'])
  changes(
    @BankId() bankId: string,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
    @Info() { schema }: GraphQLResolveInfo,
  ) {
    return changePage({ schema, context, bankId }, page);
  }
}
