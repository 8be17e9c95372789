import { maxEntitlements } from '../domain/user/user-overflow.ts';
import { defaultMaxItems } from '../execution/max-items.ts';
import { type Checking, found } from './check.ts';
import { type Noun, nounOf } from './entities.ts';
import { identityOf, isEmptyTable, revived, storedCountsBy, storedRows } from './existing-rows.ts';
import type { NounName } from './records.ts';

/** The API returns all rows of a parent in one list. */
interface ListOfParent {
  noun: NounName;
  /** The columns that name the parent. */
  parent: string[];
  field: string;
  of: string;
  max: number;
}

/** The lists whose parent is not a customer. */
const lists: readonly ListOfParent[] = [
  { noun: 'accountHolder', parent: ['userId'], field: 'user_id', of: 'the user', max: defaultMaxItems },
  { noun: 'userCustomerLink', parent: ['userId'], field: 'user_id', of: 'the user', max: defaultMaxItems },
  { noun: 'userAttribute', parent: ['userId'], field: 'user_id', of: 'the user', max: defaultMaxItems },
  { noun: 'entitlement', parent: ['userId'], field: 'user_id', of: 'the user', max: maxEntitlements },
  {
    noun: 'accountRouting',
    parent: ['bankId', 'accountId'],
    field: 'account_id',
    of: 'the account',
    max: defaultMaxItems,
  },
  {
    noun: 'accountAttribute',
    parent: ['bankId', 'accountId'],
    field: 'account_id',
    of: 'the account',
    max: defaultMaxItems,
  },
  { noun: 'meetingInvitee', parent: ['meetingId'], field: 'meeting_id', of: 'the meeting', max: defaultMaxItems },
  {
    noun: 'attributeDefinition',
    parent: ['bankId', 'category'],
    field: 'bank_id',
    of: 'the bank',
    max: defaultMaxItems,
  },
];

type Parent = Record<string, string> & { added: number };

/** Refuses rows that would make a list longer than the API returns. */
export async function checkListsOfParents(checking: Checking): Promise<void> {
  const { database } = checking;
  for (const list of lists) {
    const noun = nounOf(list.noun);
    const isEmpty = await isEmptyTable(database, noun.table);
    const columns = list.parent.map((name) => `row ->> '${name}' as ${name}`).join(', ');
    const parents = `select ${columns}, count(*) as added from staged where noun = '${list.noun}'
      group by ${list.parent.map((_, index) => index + 1).join(', ')} having count(*) > ${isEmpty ? list.max : 0}`;
    for (const batch of found<Parent>(checking, parents)) {
      const stored = isEmpty
        ? new Map<string, number>()
        : await storedCountsBy(database, noun.table, list.parent, batch);
      for (const parent of batch) {
        const count = parent.added + (stored.get(identityOf(list.parent, parent)) ?? 0);
        // Records in the files can repeat stored rows.
        if (count > list.max) await refuseTooMany(checking, noun, list, parent);
      }
    }
  }
}

async function refuseTooMany(
  { database, staging, refuse }: Checking,
  noun: Noun,
  { parent: columns, field, of, max }: ListOfParent,
  parent: Parent,
): Promise<void> {
  const where = columns.map((name) => `row ->> '${name}' = ?`).join(' and ');
  const values = columns.map((name) => String(parent[name]));
  const staged = staging.database
    .prepare<string[], { number: number; row: string }>(
      `select number, row from staged where noun = ? and ${where} order by number`,
    )
    .all(noun.name, ...values);
  const stored = await storedRows(database, noun.table, columns, [parent]);
  const identities = new Set(stored.map((row) => identityOf(noun.key, row)));
  for (const { number, row } of staged) {
    const identity = identityOf(noun.key, revived(noun.table, JSON.parse(row)));
    if (identities.has(identity)) continue;
    if (identities.size < max) identities.add(identity);
    else refuse(number, field, `has more than ${max} ${noun.plural} of ${of}`);
  }
}
