import { manyBy } from '../../database/batch.ts';
import { attributeDefinition } from './attribute-definition.table.ts';

export const definitionsByBank = manyBy(attributeDefinition, ['bankId', 'category'], { orderBy: ['name', 'id'] });
