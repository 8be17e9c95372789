import { manyBy } from '../../database/batch.ts';
import type { OwnAccessCheck } from '../../graph/access/check.ts';
import type { Context } from '../../graph/context.ts';
import { type UserCustomerLinkRow, userCustomerLink } from './user-customer-link.table.ts';

/** These lists contain inactive links, too. Access checks must use `activeLinksOfCaller`. */
export const linksByUser = manyBy(userCustomerLink, ['userId'], { orderBy: ['dateInserted', 'id'] });
export const linksByCustomer = manyBy(userCustomerLink, ['customerId'], { orderBy: ['dateInserted', 'id'] });

type ActiveLinks = ReadonlyMap<string, UserCustomerLinkRow>;

async function readActiveLinks(context: Context): Promise<ActiveLinks> {
  const { ownUserIds } = context;
  const links = (await Promise.all([...ownUserIds].map((id) => context.loader(linksByUser).load(id)))).flat();
  return new Map(links.filter((link) => link.isActive).map((link) => [link.customerId, link]));
}

/** The caller's active links by the IDs of their customers, oldest first. They are read once for the operation, when first needed. */
export function activeLinksOfCaller(context: Context): Promise<ActiveLinks> {
  return context.once(readActiveLinks);
}

/** Whether the caller has an active link to the customer. */
export const isLinkedUser: OwnAccessCheck = async (context, { bankId, customerId }) => {
  if (customerId == null) return false;
  const link = (await activeLinksOfCaller(context)).get(customerId);
  return link !== undefined && (bankId == null || link.bankId === bankId);
};
