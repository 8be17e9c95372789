import { assertInput, optionalLongText, optionalText, text, visibleText } from '../../graph/input.ts';
import { collectProblems } from '../../graph/input-collection.ts';
import type { CustomerAttributeDefinitionInput } from './attribute-definition.type.ts';

/** The category of the definitions of customer attributes. */
export const customerCategory = 'Customer';

const maxViewsLength = 256;

/** The columns of a definition that the input sets. */
export function definitionValues(input: CustomerAttributeDefinitionInput, field = 'input') {
  return collectProblems(() => {
    const isOfCustomers = input.category == null || input.category === customerCategory;
    assertInput(isOfCustomers, `${field}.category`, 'CUSTOMER_ATTRIBUTE_CATEGORY');
    const canBeSeenOnViews = input.canBeSeenOnViews.map((view, index) =>
      text(`${field}.canBeSeenOnViews[${index}]`, view, maxViewsLength),
    );
    const isShort = canBeSeenOnViews.join(';').length <= maxViewsLength;
    assertInput(isShort, `${field}.canBeSeenOnViews`, 'MAX_CHARACTERS_IN_TOTAL', { limit: maxViewsLength });
    return {
      name: visibleText(`${field}.name`, input.name, 50),
      category: customerCategory,
      type: input.type,
      description: optionalLongText(`${field}.description`, input.description, 2000),
      alias: optionalText(`${field}.alias`, input.alias, 50),
      canBeSeenOnViews,
      isActive: input.isActive,
    };
  });
}
