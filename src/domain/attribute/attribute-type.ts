import { registerEnumType } from 'type-graphql';

/** The types of OBP. */
export enum AttributeType {
  STRING = 'STRING',
  INTEGER = 'INTEGER',
  DOUBLE = 'DOUBLE',
  DATE_WITH_DAY = 'DATE_WITH_DAY',
}

registerEnumType(AttributeType, {
  name: 'AttributeType',
  description: 'The type of the value of an attribute, which determines its format.',
  valuesConfig: {
    STRING: { description: 'Any text.' },
    INTEGER: { description: 'An integer, such as `123`.' },
    DOUBLE: { description: 'A decimal number, such as `12.1234`.' },
    DATE_WITH_DAY: { description: 'A date, such as `2012-04-23`.' },
  },
});
