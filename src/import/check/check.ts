import { entities } from '../entities.ts';
import type { Entity } from '../entity.ts';
import { customer } from '../obp/customer.ts';
import { checkTypesOfAttributes } from './attribute-types.ts';
import type { Checking } from './checking.ts';
import { checkClosings } from './closings.ts';
import { checkContradictions } from './contradictions.ts';
import { checkCustomersOfLinks, checkParents } from './customer-links.ts';
import { assignCustomers, checkBanksOfCustomers, checkCustomers, checkDefaultsOfCustomers } from './customers.ts';
import { checkDoubts } from './doubts.ts';
import { checkIds } from './ids.ts';
import { checkListsOfCustomers, checkListsOfParents } from './lists.ts';
import { checkAccountsOfLinks, checkKycMedia, checkMeetingsOfInvitees } from './references.ts';
import { checkCanonicalNames, checkUniqueKeys } from './unique-keys.ts';
import { checkOwners, checkReferencedUsers, checkUsersWithoutId } from './users.ts';

/** Checks the staged rows against each other and against the database. Returns how many accounts name an unknown customer. */
export async function checkStaged(checking: Checking): Promise<{ unlinkedAccounts: number }> {
  await checkCustomers(checking);
  await checkIds(checking);
  await checkDoubts(checking, (entity) => entity === customer);
  checkDefaultsOfCustomers(checking);
  await checkUniqueKeys(checking, customer);
  checkBanksOfCustomers(checking);
  const unlinkedAccounts = await assignCustomers(checking);
  await checkDoubts(checking, (entity) => entity !== customer);
  await checkContradictions(checking);
  for (const entity of entities as readonly Entity[]) {
    if (entity !== customer) await checkUniqueKeys(checking, entity);
  }
  await checkClosings(checking);
  await checkCanonicalNames(checking);
  await checkAccountsOfLinks(checking);
  await checkKycMedia(checking);
  await checkCustomersOfLinks(checking);
  await checkParents(checking);
  await checkTypesOfAttributes(checking);
  checkMeetingsOfInvitees(checking);
  await checkListsOfCustomers(checking);
  await checkUsersWithoutId(checking);
  await checkOwners(checking);
  await checkReferencedUsers(checking);
  await checkListsOfParents(checking);
  return { unlinkedAccounts };
}
