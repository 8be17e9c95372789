import { gatewayError } from '../../base/errors.ts';
import { InvalidValue } from '../../base/value-rules.ts';
import { parseId } from '../../base/values.ts';
import type { GuardedParent } from '../../graph/access/rule.ts';
import type { Context } from '../../graph/context.ts';
import type { EntityTypes } from '../../graph/federation/entity-types.ts';
import { type GlobalKey, keyOfGlobalId } from '../../graph/global-id.ts';
import { loadAccounts } from '../account/account.loader.ts';
import { bankById } from '../bank/bank.loader.ts';
import { toBank } from '../bank/bank.type.ts';
import { customerById } from '../customer/customer.loader.ts';
import { toCustomer } from '../customer/customer.type.ts';
import { checksById, documentsById, mediaItemsById } from '../kyc/kyc-evidence.loader.ts';
import { userById } from '../user/user.loader.ts';
import { toUser } from '../user/user.type.ts';

function isId(text: string): boolean {
  try {
    return parseId(text) === text;
  } catch (error) {
    if (error instanceof InvalidValue) return false;
    throw error;
  }
}

const parentOfId = (name: 'bankId' | 'customerId' | 'userId') => (id: string) => (isId(id) ? { [name]: id } : null);

type KeyedType = Parameters<typeof keyOfGlobalId>[0];

/** The keys of IDs that `parentOf` has accepted. */
function keysOf(type: KeyedType, ids: readonly string[]): GlobalKey[] {
  return ids.flatMap((id) => {
    const key = keyOfGlobalId(type, id);
    return key === null ? [] : [key];
  });
}

function parentOfKey(type: KeyedType, toParent: (key: GlobalKey) => GuardedParent) {
  return (id: string): GuardedParent | null => {
    const key = keyOfGlobalId(type, id);
    return key === null ? null : toParent(key);
  };
}

const ofCustomer = ([customerId]: GlobalKey): GuardedParent => ({ customerId });

function kycEvidence<Item extends object>(
  type: KeyedType,
  rootField: string,
  load: (context: Context, keys: readonly GlobalKey[]) => Promise<(Item | null)[]>,
) {
  return {
    rootField,
    notFound: 'OBP-30046' as const,
    parentOf: parentOfKey(type, ofCustomer),
    load: (context: Context, ids: readonly string[]) => load(context, keysOf(type, ids)),
  };
}

/** The types that other subgraphs can refer to. */
export const entityTypes: EntityTypes = {
  Account: {
    rootField: 'account',
    notFound: 'OBP-30018',
    parentOf: parentOfKey('Account', ([bankId, accountId]) => ({ bankId, accountId })),
    load: (context, ids) =>
      loadAccounts(
        context,
        keysOf('Account', ids).map(([bankId, accountId]) => ({ bankId, accountId })),
      ),
  },
  Bank: {
    rootField: 'bank',
    notFound: (bankId) =>
      isId(bankId) ? gatewayError('OBP-30001', { bankId }) : gatewayError('OBP-30111', { field: 'id' }),
    parentOf: parentOfId('bankId'),
    async load(context, ids) {
      const rows = await context.loader(bankById).loadAll(ids);
      return rows.map((row) => (row === null ? null : toBank(row)));
    },
  },
  Customer: {
    rootField: 'customer',
    notFound: 'OBP-30046',
    parentOf: parentOfId('customerId'),
    async load(context, ids) {
      const rows = await context.loader(customerById).loadAll(ids);
      return rows.map((row) => (row === null ? null : toCustomer(row)));
    },
  },
  KycCheck: kycEvidence('KycCheck', 'kycChecks', checksById),
  KycDocument: kycEvidence('KycDocument', 'kycDocuments', documentsById),
  KycMedia: kycEvidence('KycMedia', 'kycMedia', mediaItemsById),
  User: {
    rootField: 'user',
    notFound: 'OBP-20057',
    parentOf: parentOfId('userId'),
    async load(context, ids) {
      const rows = await context.loader(userById).loadAll(ids);
      return rows.map((row) => (row === null ? null : toUser(row)));
    },
  },
};
