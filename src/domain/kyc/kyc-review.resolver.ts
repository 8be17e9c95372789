import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Batched } from '../../execution/batched.ts';
import { RequiresRole } from '../../graph/access/rule.ts';
import { BankId, CustomerId, ExpectedVersion } from '../../graph/arguments.ts';
import { PageArguments } from '../../graph/connection.ts';
import type { Context } from '../../graph/context.ts';
import { mutate } from '../../graph/mutation.ts';
import { LocalDate } from '../../graph/scalars.ts';
import { loadCustomer, loadCustomers } from '../customer/customer.loader.ts';
import { Customer } from '../customer/customer.type.ts';
import { updateCustomer } from '../customer/customer.writes.ts';
import { lockCustomer } from '../customer/locked-customer.ts';
import { refreshReviewDates } from '../customer/review-dates.ts';
import { dueReviewPage } from './kyc-review.list.ts';
import { CustomerReview, CustomerReviewConnection, SetKycReviewDatePayload } from './kyc-review.type.ts';

@Resolver(() => Customer)
export class CustomerKycReviewResolver {
  @FieldResolver(() => LocalDate, {
    nullable: true,
    description:
      'The date on which the next KYC review is due: the interval of the bank after `lastOkDate`, or `kycReviewDate` if that is earlier. Null if there is neither.',
  })
  @RequiresRole(['CanGetAnyKycStatuses', 'CanGetKycStatusesAtOneBank'], { kycMaterial: true })
  kycReviewDueOn(@Root() customer: Customer): string | null {
    return customer.kycReviewDueOn;
  }

  @FieldResolver(() => LocalDate, {
    nullable: true,
    description:
      'The date that an officer set for the next KYC review. It has no effect if the customer has been found ok since. Null if no officer set one.',
  })
  @RequiresRole(['CanGetAnyKycStatuses', 'CanGetKycStatusesAtOneBank'], { kycMaterial: true })
  kycReviewDate(@Root() customer: Customer): string | null {
    return customer.kycReviewDate;
  }
}

@Resolver(() => CustomerReview)
export class CustomerReviewResolver {
  @Query(() => CustomerReviewConnection, {
    nullable: true,
    description:
      'The customers of the bank whose KYC review is due, sorted by `dueOn`, earliest first. Closed customers are omitted.',
  })
  @RequiresRole(['CanGetAnyKycStatuses', 'CanGetKycStatusesAtOneBank'], { kycMaterial: true })
  customersDueForReview(
    @BankId() bankId: string,
    @Arg('on', () => LocalDate, {
      nullable: true,
      description: 'The date on which the reviews are due, such as `2027-01-31`. Defaults to the present date in UTC.',
    })
    on: string | null,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
  ) {
    return dueReviewPage(context, { bankId, on: on ?? null }, page);
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The customer to review.' })
  @RequiresRole(['CanGetCustomer'], { orLinkedUser: true })
  @Batched()
  customer(@Root() reviews: CustomerReview[], @Ctx() context: Context): Promise<(Customer | null)[]> {
    return loadCustomers(context, reviews);
  }
}

@Resolver(() => SetKycReviewDatePayload)
export class SetKycReviewDateMutation {
  @FieldResolver(() => Customer, {
    nullable: true,
    description:
      'The customer after the mutation. Null if the mutation is retried with the same idempotency key after the customer was deleted.',
  })
  @RequiresRole(['CanGetCustomer'])
  customer(@Root() payload: SetKycReviewDatePayload): Customer | null {
    return payload.reviewedCustomer;
  }

  @Mutation(() => SetKycReviewDatePayload, {
    nullable: true,
    description:
      'Sets the date of the next KYC review of a customer, or removes it. It can only bring the review forward: if the interval of the bank ends earlier, the review is due then. `version` and `updatedAt` of the customer stay, because linked users see them.',
  })
  @RequiresRole(['CanSetKycReviewDate'], { kycMaterial: true })
  setKycReviewDate(
    @BankId() bankId: string,
    @CustomerId() customerId: string,
    @Arg('date', () => LocalDate, {
      nullable: true,
      description: 'The date of the review, such as `2027-01-31`. Null removes the date.',
    })
    date: string | null,
    @ExpectedVersion() expectedVersion: number | null,
    @Ctx() context: Context,
  ): Promise<SetKycReviewDatePayload> {
    return mutate(
      context,
      async (transaction) => {
        const customer = await lockCustomer(transaction, bankId, customerId);
        await updateCustomer(transaction, customer, { kycReviewDate: date ?? null }, expectedVersion);
        await refreshReviewDates(transaction, [customer.id]);
        return { id: customer.id };
      },
      async ({ id }) => ({ bankId, customerId: id, reviewedCustomer: await loadCustomer(context, id) }),
    );
  }
}
