import { registerEnumType } from 'type-graphql';

/** What the value of an attribute is; OBP's four. */
export enum AttributeType {
  STRING = 'STRING',
  INTEGER = 'INTEGER',
  DOUBLE = 'DOUBLE',
  DATE_WITH_DAY = 'DATE_WITH_DAY',
}

registerEnumType(AttributeType, {
  name: 'AttributeType',
  description: 'What the value of an attribute is.',
  valuesConfig: {
    STRING: { description: 'Any text.' },
    INTEGER: { description: 'A whole number, as 123.' },
    DOUBLE: { description: 'A decimal number, as 12.1234.' },
    DATE_WITH_DAY: { description: 'A day, as 2012-04-23.' },
  },
});
