import { manyBy } from '../../database/batch.ts';
import { customerCollection } from '../customer/customer-collection.ts';
import { customerAttribute } from './attribute.table.ts';
import { attributeDefinition } from './attribute-definition.table.ts';

export const attributes = customerCollection(customerAttribute, { notFound: 'OBP-30069', storedAt: 'createdAt' });

export const attributesByCustomer = attributes.byCustomer;

export const definitionsByBank = manyBy(attributeDefinition, ['bankId', 'category'], { orderBy: ['name', 'id'] });
