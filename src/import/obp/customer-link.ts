import { maxCollectionSize } from '../../domain/customer/customer-collection.ts';
import { customerLinkRules } from '../../domain/customer-link/customer-link.rules.ts';
import { customerLink as customerLinkTable } from '../../domain/customer-link/customer-link.table.ts';
import { defineEntity } from '../entity.ts';
import { customerRelationship, decimal, id, optional, required } from '../fields.ts';

export const customerLink = defineEntity({
  name: 'customerLink',
  plural: 'links between customers',
  table: customerLinkTable,
  key: ['customerId', 'linkedCustomerId', 'relationshipTo'],
  readBy: ['customerId'],
  parent: 'customer',
  record: { sections: ['customer_links'], marks: [['customer_link_id'], ['other_customer_id', 'relationship_to']] },
  fields: [
    optional('customer_link_id', 'id', id),
    required('other_customer_id', 'linkedCustomerId', id),
    required('relationship_to', 'relationshipTo', customerRelationship),
    optional('percentage', 'percentage', decimal),
  ],
  rules: customerLinkRules,
  uniqueKeys: [{ kind: 'id', columns: ['id'], field: 'customer_link_id', scope: 'among the links' }],
  isListOfCustomer: true,
  lists: [{ columns: ['linkedCustomerId'], field: 'other_customer_id', parent: 'a customer', max: maxCollectionSize }],
});
