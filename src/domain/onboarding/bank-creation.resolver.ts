import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { gatewayError } from '../../base/errors.ts';
import { RequiresRole } from '../../graph/access/rule.ts';
import type { Context } from '../../graph/context.ts';
import { mutate } from '../../graph/mutation.ts';
import { bankAt } from '../bank/bank.loader.ts';
import { bank } from '../bank/bank.table.ts';
import { BankPayload, CreateBankInput } from '../bank/bank.type.ts';
import { bankValues, insertBank } from '../bank/bank.writes.ts';
import { insertEntitlement } from '../user/entitlement.writes.ts';
import { idsOfOthers } from './identified-tables.ts';

/** Does not belong to the banks, because the creator is granted an entitlement, and no object can have the ID. */
@Resolver()
export class BankCreationMutation {
  @Mutation(() => BankPayload, {
    nullable: true,
    description:
      'Creates a bank. The creator can grant roles at the bank from the next request on. Fails with `OBP-34000` if a bank or another object has the ID.',
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
        const taken = await idsOfOthers(transaction, bank, [values.id]);
        if (taken.length > 0) throw gatewayError('OBP-34000', { field: 'input.bankId' });
        return { id: values.id };
      },
      async ({ id }) => ({ bank: await bankAt(context, id) }),
    );
  }
}
