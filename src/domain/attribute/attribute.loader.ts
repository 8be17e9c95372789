import { manyBy } from '../../database/batch.ts';
import { customerAttribute } from './attribute.table.ts';
import { attributeDefinition } from './attribute-definition.table.ts';

export const attributesByCustomer = manyBy(customerAttribute, ['customerId'], { orderBy: ['createdAt', 'id'] });

export const definitionsByBank = manyBy(attributeDefinition, ['bankId', 'category'], { orderBy: ['name', 'id'] });
