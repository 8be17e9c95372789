import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { gatewayError } from '../../base/errors.ts';
import { RequiresRole } from '../../graph/access/rule.ts';
import type { Context } from '../../graph/context.ts';
import { mutate } from '../../graph/mutation.ts';
import { bankAt } from '../bank/bank.loader.ts';
import { BankPayload, CreateBankInput } from '../bank/bank.type.ts';
import { bankValues, insertBank } from '../bank/bank.writes.ts';
import { insertEntitlement } from './entitlement.writes.ts';

/** Belongs to the users and not to the banks, because the creator is granted an entitlement. */
@Resolver()
export class BankCreationMutation {
  @Mutation(() => BankPayload, {
    nullable: true,
    description:
      'Creates a bank. The creator can grant roles at the bank from the next request on. Fails with `OBP-34000` if the ID exists.',
  })
  @RequiresRole(['CanCreateBank'])
  createBank(
    @Arg('input', () => CreateBankInput, { description: 'The new bank.' }) input: CreateBankInput,
    @Ctx() context: Context,
  ): Promise<BankPayload> {
    const values = bankValues(input);
    const { user } = context;
    if (user === null) throw gatewayError('OBP-20001');
    return mutate(
      context,
      async (transaction) => {
        await insertBank(transaction, values);
        const role = { roleName: 'CanCreateEntitlementAtOneBank', bankId: values.id, expiresAt: null };
        await insertEntitlement(transaction, { userId: user.id, ...role }, null);
        return { id: values.id };
      },
      async ({ id }) => ({ bank: await bankAt(context, id) }),
    );
  }
}
