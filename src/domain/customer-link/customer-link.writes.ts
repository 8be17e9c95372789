import { and, asc, count, eq, or, sql } from 'drizzle-orm';
import { type GatewayError, gatewayError } from '../../base/errors.ts';
import { inKeys, keyValues } from '../../database/batch.ts';
import type { Queries } from '../../database/database.ts';
import { lockedForWriting, lockText } from '../../database/lock.ts';
import { statement } from '../../database/statement.ts';
import { refusedInput } from '../../graph/input.ts';
import { customer as customerTable } from '../customer/customer.table.ts';
import { customerCollection, maxCollectionSize } from '../customer/customer-collection.ts';
import { CustomerType } from '../customer/customer-type.ts';
import { heldCustomers, refuseUnderHold } from '../customer/legal-hold-condition.ts';
import type { LockedCustomer } from '../customer/locked-customer.ts';
import { hasRelationship, linkedTypeOf, type PlacedLink } from './customer-link.rules.ts';
import { type CustomerLinkRow, customerLink } from './customer-link.table.ts';
import { CustomerRelationship } from './customer-relationship.ts';

export const customerLinks = customerCollection(customerLink, {
  notFound: 'CUSTOMER_LINK_NOT_FOUND',
  storedAt: 'createdAt',
});

/** The new links of a customer. */
export interface LinksOfCustomer {
  customerType: CustomerType;
  links: readonly PlacedLink[];
}

const linkedCustomers = statement((queries) =>
  lockedForWriting(
    queries
      .select({ id: customerTable.id, customerType: customerTable.customerType, closedOn: customerTable.closedOn })
      .from(customerTable)
      .where(and(eq(customerTable.bankId, sql.placeholder('bankId')), inKeys([customerTable.id])))
      .orderBy(asc(customerTable.id)),
  ),
);

const numbersOfLinks = statement((queries) =>
  queries
    .select({ id: sql<string>`${customerLink.linkedCustomerId}`.as('linked_customer_id'), total: count() })
    .from(customerLink)
    .where(inKeys([customerLink.linkedCustomerId]))
    .groupBy(customerLink.linkedCustomerId),
);

type LinkedCustomer = Pick<LockedCustomer, 'id' | 'customerType' | 'closedOn'>;

function problemOf(
  customerType: CustomerType,
  { idField, relationshipField, values: { relationshipTo } }: PlacedLink,
  linked: LinkedCustomer | undefined,
): GatewayError | null {
  if (!hasRelationship(customerType, relationshipTo)) return refusedInput(relationshipField, 'RELATIONSHIP_OF_TYPE');
  if (linked === undefined) return refusedInput(idField, 'CUSTOMER_OF_BANK');
  const linkedType = linkedTypeOf(relationshipTo);
  if (linkedType !== null && linked.customerType !== linkedType) {
    return refusedInput(idField, linkedType === CustomerType.CORPORATE ? 'CORPORATE_CUSTOMER' : 'RETAIL_CUSTOMER');
  }
  return linked.closedOn === null ? null : gatewayError('CUSTOMER_CLOSED', { field: idField });
}

/**
 * The problems of new links, and locks the linked customers, so that none of them is deleted meanwhile. A customer of another bank is
 * unknown.
 */
export async function problemsOfLinks(
  transaction: Queries,
  bankId: string,
  customers: readonly LinksOfCustomer[],
): Promise<GatewayError[]> {
  const all = customers.flatMap(({ links }) => links);
  if (all.length === 0) return [];
  const keys = keyValues([...new Set(all.map(({ values }) => values.linkedCustomerId))]);
  const linked = new Map((await linkedCustomers(transaction, { bankId, ...keys })).map((row) => [row.id, row]));
  const totals = new Map((await numbersOfLinks(transaction, keys)).map(({ id, total }) => [id, Number(total)]));
  return customers.flatMap(({ customerType, links }) =>
    links.flatMap((link) => {
      const { linkedCustomerId: id } = link.values;
      const problem = problemOf(customerType, link, linked.get(id));
      const total = (totals.get(id) ?? 0) + 1;
      totals.set(id, total);
      if (problem !== null) return [problem];
      if (total <= maxCollectionSize) return [];
      return [
        gatewayError('TOO_MANY_ITEMS', {
          detail: 'LINKS_TO_CUSTOMER',
          limit: maxCollectionSize,
          field: link.idField,
        }),
      ];
    }),
  );
}

/** The parents of a customer, their parents, and so on. `union` ends a circle, should one be stored. */
const ancestors = statement((queries) =>
  queries
    .select({ id: sql<string>`id`.as('id') })
    .from(
      sql`(with recursive ancestor(id) as (
        select id from ${customerTable} where id = ${sql.placeholder('parentId')}
        union select linked_customer_id from ${customerLink} join ancestor on customer_id = ancestor.id
          where relationship_to = 'PARENT'
      ) select id from ancestor) as ancestors`,
    )
    .where(sql`id = ${sql.placeholder('customerId')}`),
);

/** Transactions that set parents at a bank are executed one after the other, so that no two of them close a circle. */
async function refuseCircle(transaction: Queries, { id, bankId }: LockedCustomer, parentId: string, field: string) {
  await lockText(transaction, `parents of customers at ${bankId}`);
  const found = await ancestors(transaction, { parentId, customerId: id });
  if (found.length > 0) throw gatewayError('CUSTOMER_PARENT_CIRCLE', { field });
}

/** The customer is locked, so no link is created at the same time. */
async function refuseRepeated(
  transaction: Queries,
  customer: LockedCustomer,
  { idField, relationshipField, values }: PlacedLink,
): Promise<void> {
  const stored = await transaction
    .select({ linkedCustomerId: customerLink.linkedCustomerId, relationshipTo: customerLink.relationshipTo })
    .from(customerLink)
    .where(and(eq(customerLink.customerId, customer.id), eq(customerLink.relationshipTo, values.relationshipTo)));
  if (stored.some(({ linkedCustomerId }) => linkedCustomerId === values.linkedCustomerId)) {
    throw gatewayError('CUSTOMER_LINK_EXISTS', { field: idField });
  }
  if (values.relationshipTo === CustomerRelationship.PARENT && stored.length > 0) {
    throw gatewayError('CUSTOMER_HAS_PARENT', { field: relationshipField });
  }
}

/** @throws OBP-10001, CUSTOMER_CLOSED, CUSTOMER_HAS_PARENT, CUSTOMER_LINK_EXISTS, CUSTOMER_PARENT_CIRCLE or TOO_MANY_ITEMS */
export async function createCustomerLink(
  transaction: Queries,
  customer: LockedCustomer,
  link: PlacedLink,
): Promise<CustomerLinkRow> {
  const { customerType, bankId } = customer;
  const { linkedCustomerId, relationshipTo } = link.values;
  if (linkedCustomerId === customer.id) throw refusedInput(link.idField, 'DIFFERENT', { otherField: 'customerId' });
  const [problem] = await problemsOfLinks(transaction, bankId, [{ customerType, links: [link] }]);
  if (problem !== undefined) throw problem;
  await refuseRepeated(transaction, customer, link);
  if (relationshipTo === CustomerRelationship.PARENT) {
    await refuseCircle(transaction, customer, linkedCustomerId, link.idField);
  }
  return customerLinks.create(transaction, customer, link.values);
}

/** The customers on both sides of the links of a customer. */
const linkedWith = statement((queries) =>
  queries
    .select({ customerId: customerLink.customerId, linkedCustomerId: customerLink.linkedCustomerId })
    .from(customerLink)
    .where(
      or(
        eq(customerLink.customerId, sql.placeholder('customerId')),
        eq(customerLink.linkedCustomerId, sql.placeholder('customerId')),
      ),
    ),
);

/**
 * A link belongs to both customers, so it cannot be deleted while one of them is under a legal hold. The other customers are locked, so
 * that no hold is set at the same time.
 * @throws CUSTOMER_UNDER_LEGAL_HOLD
 */
export async function refuseLinksUnderHold(transaction: Queries, { id, bankId }: LockedCustomer): Promise<void> {
  const links = await linkedWith(transaction, { customerId: id });
  if (links.length === 0) return;
  const ids = new Set(links.flatMap(({ customerId, linkedCustomerId }) => [customerId, linkedCustomerId]));
  await linkedCustomers(transaction, { bankId, ...keyValues([...ids]) });
  const held = await heldCustomers(transaction, [...ids]);
  if (held.size > 0) throw gatewayError('CUSTOMER_UNDER_LEGAL_HOLD');
}

/** @throws CUSTOMER_UNDER_LEGAL_HOLD if one of the two customers is under a legal hold. */
export async function deleteCustomerLink(
  transaction: Queries,
  customer: LockedCustomer,
  { id, linkedCustomerId }: CustomerLinkRow,
  expectedVersion: number | null,
): Promise<CustomerLinkRow> {
  await linkedCustomers(transaction, { bankId: customer.bankId, ...keyValues([linkedCustomerId]) });
  await refuseUnderHold(transaction, linkedCustomerId);
  return customerLinks.delete(transaction, customer, id, expectedVersion);
}

/** The linked customer is locked too, so that the entries of its history have the order of their times. */
export async function updateCustomerLink(
  transaction: Queries,
  customer: LockedCustomer,
  { id, linkedCustomerId }: CustomerLinkRow,
  values: Partial<Pick<CustomerLinkRow, 'percentage'>>,
  expectedVersion: number | null,
): Promise<CustomerLinkRow> {
  await linkedCustomers(transaction, { bankId: customer.bankId, ...keyValues([linkedCustomerId]) });
  return customerLinks.update(transaction, customer, id, values, expectedVersion);
}
