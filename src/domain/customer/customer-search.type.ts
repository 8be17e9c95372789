import { registerEnumType } from 'type-graphql';

/** Sorted by rank. */
export enum CustomerMatch {
  CUSTOMER_NUMBER = 'CUSTOMER_NUMBER',
  EMAIL = 'EMAIL',
  MOBILE_PHONE_NUMBER = 'MOBILE_PHONE_NUMBER',
  ACCOUNT_ROUTING = 'ACCOUNT_ROUTING',
  KYC_DOCUMENT_NUMBER = 'KYC_DOCUMENT_NUMBER',
  LEGAL_NAME = 'LEGAL_NAME',
}

registerEnumType(CustomerMatch, {
  name: 'CustomerMatch',
  description: 'The data of a customer that matches a searched text.',
  valuesConfig: {
    CUSTOMER_NUMBER: { description: 'The customer number.' },
    EMAIL: { description: 'The email address.' },
    MOBILE_PHONE_NUMBER: { description: 'The mobile phone number.' },
    ACCOUNT_ROUTING: {
      description: 'The routing address of an account that is linked to the customer, such as an IBAN.',
    },
    KYC_DOCUMENT_NUMBER: { description: 'The number of a KYC document that is not retracted.' },
    LEGAL_NAME: { description: 'The legal name. Each searched word is the beginning of one of its words.' },
  },
});
