import { customerAttribute } from './customer-attribute.table.ts';
import { customerCollection } from './customer-collection.ts';

export const attributes = customerCollection(customerAttribute, { notFound: 'OBP-30069', storedAt: 'createdAt' });

export const attributesByCustomer = attributes.byCustomer;
