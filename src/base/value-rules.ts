import { fillTemplate, type ParametersOf, type Placeholder } from './message-template.ts';

/** The rules for values, by name. Each text completes a sentence that begins with the name of a field. */
export const valueRules = {
  AFTER_START: 'must not be before {otherField}',
  AMOUNT_WITH_CURRENCY: 'must have an ISO 4217 currency code',
  ARGUMENT_REQUIRED: 'is required',
  ATTRIBUTE_BOUND_NEEDED: 'must have a value, or one or both of from and to',
  ATTRIBUTE_BOUND_NOT_APPLICABLE: 'must be omitted, because the bank defined the type {attributeType} for this name',
  ATTRIBUTE_TYPE: 'must be STRING, INTEGER, DOUBLE or DATE_WITH_DAY',
  AT_MOST_OTHER: 'must not be greater than {otherField}',
  BOOLEAN: 'must be true or false',
  CONTENT_TYPE: 'must be a media type without parameters, such as image/jpeg',
  CORPORATE_CUSTOMER: 'must be the ID of a corporate customer',
  COUNTRY_CODE: 'must be an ISO 3166-1 alpha-2 country code',
  CURRENCY_CODE: 'must be an ISO 4217 currency code',
  CURRENCY_DIGITS: 'must have at most {limit} digits after the decimal point, as its currency has',
  CUSTOMER_ATTRIBUTE_CATEGORY: 'must be Customer',
  CUSTOMER_OF_BANK: 'must be the ID of a customer of the bank',
  CUSTOMER_TYPE: 'must be RETAIL or CORPORATE',
  DATE: 'must be a date in the form YYYY-MM-DD',
  DATE_BOUND: 'must be a date, because the bank defined the type {attributeType} for this name',
  DATE_LIKE_OTHER: 'must be a date, because {otherField} is a date',
  DATE_OR_DATE_TIME: 'must be a date-time',
  DATE_TIME: 'must be a date-time with an offset, such as 2024-05-31T09:30:00Z',
  DATE_WRITTEN: 'must be a date',
  DECIMAL: 'must be a decimal number',
  DECIMAL_TEXT: 'must be a decimal number as a string',
  DEFINED_ATTRIBUTE_TYPE: 'must be {attributeType}, the type that the bank defined for this name',
  DIFFERENT: 'must differ from {otherField}',
  EMAIL_ADDRESS: 'must be a valid email address',
  ENTITY_TYPE: 'must be the name of an entity type',
  EVIDENCE_EXISTS: 'must be the ID of evidence of this customer',
  EVIDENCE_NOT_RETRACTED: 'must not be the ID of retracted evidence',
  EVIDENCE_OF_CUSTOMER: 'must relate only to evidence of this customer',
  EXPONENT: 'must have an exponent from {minimum} to {limit}',
  FRACTION_DIGITS: 'must have at most {limit} digits after the decimal point',
  FROM_TO: 'must be from {minimum} to {limit}',
  HASH_OF_QUERY: 'must be the SHA-256 hash of query',
  HOST_CHARACTERS: 'must have a host of at most {limit} characters',
  HTTPS_URL: 'must be an https URL',
  IDEMPOTENCY_KEY: 'must have from {minimum} to {limit} visible ASCII characters',
  ID_CHARACTERS: "must contain only the characters 0-9, a-z, A-Z, '-', '.' and '_'",
  INTEGER: 'must be an integer',
  INTEGER_32: 'must be an integer from -2,147,483,648 to 2,147,483,647',
  INTEGER_DIGITS: 'must have at most {limit} digits before the decimal point',
  INTEGER_FROM_TO: 'must be an integer from {minimum} to {limit}',
  IN_FUTURE: 'must be in the future',
  KYC_STATUS_FOR_DATE: 'must be omitted unless {otherField} is true',
  LIST: 'must be a list',
  MAX_CHARACTERS: 'must be at most {limit} characters',
  MAX_CHARACTERS_IN_TOTAL: 'must be at most {limit} characters in total',
  MAX_COMBINING_CHARACTERS: 'must not contain more than {limit} combining characters in a row',
  MAX_FIELDS: 'must have at most {limit} fields',
  MAX_ITEMS: 'must have at most {limit} items',
  MAX_WORDS: 'must have at most {limit} words',
  MIN_CHARACTERS: 'must be at least {limit} characters',
  NOT_AFTER: 'must not be after {otherField}',
  NOT_AFTER_PROPOSED: 'must not be later than the proposed time',
  NOT_EMPTY: 'must not be empty',
  NOT_INPUT_TYPE: 'must not be a JSONObject, which is invalid as an input',
  NOT_IN_FUTURE: 'must not be in the future',
  NOT_NEGATIVE: 'must not be negative',
  NOT_NULL: 'must not be null',
  NOT_OF_COMPANY: 'must be omitted for a corporate customer',
  NOT_OF_PERSON: 'must be omitted for a retail customer',
  NO_CONTROL_CHARACTERS: 'must not contain control characters',
  NO_DIRECTION_CHARACTERS: 'must not contain characters that change the direction of text',
  NO_EMAIL_ADDRESS: 'must not be an email address',
  NO_INVISIBLE_CHARACTERS: 'must not contain invisible characters',
  NO_NULL_CHARACTER: 'must not contain the character U+0000',
  NO_OBP_SEPARATOR: 'must not contain ::::, which OBP uses as a separator',
  NO_URL_CREDENTIALS: 'must not contain a username or password',
  NUMBER: 'must be a number',
  NUMBER_BOUND: 'must be a number, because the bank defined the type {attributeType} for this name',
  NUMBER_LIKE_OTHER: 'must be a number, because {otherField} is a number',
  NUMBER_OF_CUSTOMER: 'must be the number of the customer',
  NUMBER_OF_ITEMS: 'must be the number of dates in {otherField}',
  NUMBER_OR_DATE: 'must be a number, or a date in the form YYYY-MM-DD',
  OBJECT: 'must be an object',
  OF_ENUM: 'must be a value of its enum',
  OF_NAMED_ENUM: 'must be a value of {schemaType}',
  OF_NAMED_TYPE: 'must be of type {schemaType}',
  OF_TYPE: 'must be of its type',
  OMITTED_WITH: 'must be omitted if {otherField} is present',
  OMITTED_WITH_RANGE: 'must be omitted if the entry has from or to',
  PERCENTAGE: 'must be greater than 0 and at most 100',
  PERCENTAGE_OF_OWNER: 'must be omitted unless {otherField} is BENEFICIAL_OWNER',
  PERSISTED_QUERY: 'must have version 1 and a text as sha256Hash',
  PHONE_NUMBER: 'must be a valid international phone number',
  PHONE_PATTERN_CHARACTERS: 'must match at most {limit} characters, because no phone number is longer',
  PHONE_PATTERN_START: 'must begin with +, 00, or a wildcard if it is a pattern',
  PHONE_PATTERN_TRUNK_PREFIX: 'must contain a trunk prefix in brackets only before the first wildcard',
  PROVIDED: 'must be provided',
  RELATIONSHIP: 'must be PARENT, BENEFICIAL_OWNER, DIRECTOR or GUARDIAN',
  RELATIONSHIP_OF_TYPE: 'must be GUARDIAN for a retail customer, and another relationship for a corporate customer',
  REQUIRED_FIELD: 'must have the field `{schemaField}`',
  REQUIRED_FIELDS: 'lacks a required field',
  RETAIL_CUSTOMER: 'must be the ID of a retail customer',
  ROLE: 'must be a role',
  SAME_AS_HEADER: 'must be equal to the {header} header',
  SHA256: 'must be a SHA-256 hash of 64 hexadecimal digits',
  SIGNIFICANT_DIGITS: 'must have at most {limit} significant digits',
  STRING: 'must be a string',
  STRING_OR_INTEGER: 'must be a string or an integer',
  UNIQUE_ROUTING_SCHEME: 'must differ from the schemes of the other routings',
  UNKNOWN_FIELD: 'has an unknown field',
  UNKNOWN_FIELD_OF_TYPE: 'has a field that {schemaType} does not define',
  UNRESERVED_CHARACTERS: "must contain only the characters 0-9, a-z, A-Z, '-', '.', '_' and '~'",
  URL: 'must be a valid URL',
  USERNAME:
    'must be the email address of the user, or 8 to 100 letters, digits, dots, and underscores, with dots and underscores only between letters and digits',
  USERNAME_OF_EMAIL: 'must be equal to the email address of the user if it is an email address',
  VALID: 'has an invalid value',
  WELL_FORMED_UNICODE: 'must be well-formed Unicode text',
} as const;

export type RuleName = keyof typeof valueRules;

type RuleParameters<Name extends RuleName> = ParametersOf<(typeof valueRules)[Name]>;

/** The second argument of functions that take the name of a rule: its parameters, which a rule without placeholders omits. */
export type RuleArguments<Name extends RuleName> = [Placeholder<(typeof valueRules)[Name]>] extends [never]
  ? []
  : [parameters: RuleParameters<Name>];

/** A rule that a value breaks. */
export interface ValueRule {
  readonly name: RuleName;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Completes a sentence that begins with the name of the field. It states the rule, never the value. */
  readonly text: string;
}

export function valueRule<Name extends RuleName>(name: Name, ...given: RuleArguments<Name>): ValueRule {
  const [parameters = {}] = given as [parameters?: Record<string, unknown>];
  return { name, parameters, text: fillTemplate(valueRules[name], parameters) };
}

/** A value that breaks a rule. The message states the rule, never the value, which might be personal data. */
export class InvalidValue extends Error {
  readonly rule: ValueRule;

  constructor(rule: ValueRule) {
    super(rule.text);
    this.name = 'InvalidValue';
    this.rule = rule;
  }
}

/** The error for a value that breaks this rule. */
export function invalidValue<Name extends RuleName>(name: Name, ...parameters: RuleArguments<Name>): InvalidValue {
  return new InvalidValue(valueRule(name, ...parameters));
}
