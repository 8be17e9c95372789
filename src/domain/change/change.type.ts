import { Field, ID, ObjectType } from 'type-graphql';
import type { ChangeRow } from '../../changes/change.table.ts';
import { maxIdsOfChange } from '../../changes/change-rows.ts';
import { MaxItems } from '../../execution/max-items.ts';
import { connectionOf } from '../../graph/connection.ts';
import { DateTime } from '../../graph/scalars.ts';

/** More than there are columns. */
export const maxFieldsOfChange = 1_000;

@ObjectType({
  simpleResolvers: true,
  description:
    'A committed change of data at a bank, by a mutation, a command, or an import. It contains IDs and names of fields, but no values. A mutation has one change for each customer and account, and further ones for data that concern users. An import has one for up to 200 customers, of each of which all fields of the change were changed.',
})
export class Change {
  /** The customers whom the audit event of the read contains. */
  auditedCustomerIds: readonly string[];

  @Field(() => DateTime, { description: 'The time of the change.' })
  at: Date;

  @Field(() => ID, { description: 'The ID of the bank.' })
  bankId: string;

  @MaxItems(maxIdsOfChange)
  @Field(() => [ID], {
    description: 'The IDs of the customers that the change concerns. Some of them might have been deleted since.',
  })
  customerIds: string[];

  @MaxItems(maxIdsOfChange)
  @Field(() => [ID], {
    description: 'The IDs of the users that the change concerns, such as the user of a new link to a customer.',
  })
  userIds: string[];

  @MaxItems(maxIdsOfChange)
  @Field(() => [ID], {
    description: 'The IDs of the accounts that were changed themselves, without those of links to customers.',
  })
  accountIds: string[];

  @MaxItems(maxFieldsOfChange)
  @Field(() => [String], {
    description:
      'The changed fields that the caller can read, such as `CustomerAddress.city`, sorted by name. `CustomerAddress` alone stands for deleted addresses. An import names all fields of new objects.',
  })
  fields: string[];
}

export function toChange({ at, bankId, customerIds, userIds, accountIds }: ChangeRow, fields: string[]): Change {
  const ids = { customerIds, userIds, accountIds: accountIds ?? [] };
  return { at, bankId: bankId ?? '', ...ids, fields, auditedCustomerIds: customerIds };
}

export const ChangeConnection = connectionOf('ChangeConnection', 'ChangeEdge', () => Change, { hasTotal: false });
