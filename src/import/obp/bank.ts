import { parseText } from '../../base/values.ts';
import { attributeDefinition as attributeDefinitionTable } from '../../domain/attribute/attribute-definition.table.ts';
import { bank as bankTable } from '../../domain/bank/bank.table.ts';
import { defaultMaxItems } from '../../execution/max-items.ts';
import { defineEntity } from '../entity.ts';
import { attributeType, boolean, id, list, longText, optional, required, text, url, visibleText } from '../fields.ts';

export const bank = defineEntity({
  name: 'bank',
  plural: 'banks',
  table: bankTable,
  key: ['id'],
  record: { sections: ['banks'], marks: [['full_name'], ['short_name']], isRecognisedLast: true },
  fields: [
    required('id', 'id', id, { otherName: 'bank_id' }),
    optional('short_name', 'shortName', text(100)),
    optional('full_name', 'fullName', text(255)),
    optional('logo', 'logoUrl', url),
    optional('website', 'websiteUrl', url),
  ],
});

export const attributeDefinition = defineEntity({
  name: 'attributeDefinition',
  plural: 'attribute definitions',
  table: attributeDefinitionTable,
  key: ['bankId', 'category', 'name'],
  readBy: ['bankId', 'category'],
  comparedByForm: ['name'],
  parent: 'bank',
  record: { sections: ['attributes'], marks: [['attribute_definition_id'], ['can_be_seen_on_views']] },
  fields: [
    optional('attribute_definition_id', 'id', id),
    required('name', 'name', visibleText(50), { keepsStored: true }),
    required('category', 'category', text(50)),
    required('type', 'type', attributeType),
    optional('description', 'description', longText(2000)),
    optional('alias', 'alias', text(50)),
    optional(
      'can_be_seen_on_views',
      'canBeSeenOnViews',
      list(100, (view) => parseText(view, 100)),
      { empty: [] },
    ),
    required('is_active', 'isActive', boolean),
  ],
  uniqueKeys: [{ kind: 'id', columns: ['id'], field: 'attribute_definition_id', scope: 'among the definitions' }],
  defaults: { canBeSeenOnViews: [] },
  lists: [{ columns: ['bankId', 'category'], field: 'bank_id', parent: 'a bank', max: defaultMaxItems }],
});
