import type { ErrorDefinition } from './error-definition.ts';

/** The failures that OBP has, by OBP's code. The texts are OBP's, so they never change. */
export const obpErrors = {
  'OBP-00012': {
    code: 'FORBIDDEN',
    message:
      'Customer firehose is not allowed on this instance. Please set allow_customer_firehose = true in props files.',
  },
  'OBP-10001': {
    code: 'BAD_USER_INPUT',
    status: 400,
    message: 'Incorrect json format.',
    parameters: ['field?', 'header?'],
    takesRule: true,
    details: {
      INVALID_VARIABLE: 'A variable has an invalid value.',
      CLIENT_NAME_HEADER: 'The apollographql-client-name header must have at most {limit} printable ASCII characters.',
      IDEMPOTENCY_KEY_HEADER:
        'The Idempotency-Key header must have from {minimum} to {limit} visible ASCII characters.',
      IDEMPOTENCY_KEY_OF_SEVERAL_FIELDS:
        'The header Idempotency-Key is for one mutation field: use the argument idempotencyKey.',
      REASON_HEADER:
        'The X-Reason header must have from {minimum} to {limit} characters, encoded as in a URL if they are not ASCII, and no control or bidirectional formatting characters.',
      BODY_UTF_8: 'The request body must be valid UTF-8.',
      USERNAME_OR_EMAIL: 'A username or an email address is required.',
      USER_WITHOUT_EMAIL: 'The user must have an email address.',
    },
  },
  'OBP-10020': { code: 'BAD_USER_INPUT', message: 'Incorrect json.', parameters: ['field'], takesRule: true },
  'OBP-10024': {
    code: 'BAD_USER_INPUT',
    message: 'wrong value for obp_offset parameter. Please send a positive integer (=>0)!',
    parameters: ['field'],
  },
  'OBP-10025': {
    code: 'BAD_USER_INPUT',
    message: 'wrong value for obp_limit parameter. Please send a positive integer (=>1)!',
    parameters: ['field'],
    takesRule: true,
  },
  'OBP-20001': { code: 'UNAUTHENTICATED', status: 401, message: 'User not logged in. Authentication is required!' },
  'OBP-20004': {
    code: 'UNAUTHENTICATED',
    message: 'Invalid login credentials. Check username/password.',
    parameters: ['field?'],
  },
  'OBP-20005': {
    code: 'NOT_FOUND',
    message: 'User not found. Please specify a valid value for USER_ID.',
    parameters: ['field?'],
  },
  'OBP-20006': {
    code: 'FORBIDDEN',
    message: 'User is missing one or more roles: {missingRoles}',
    parameters: ['bankId?', 'field?'],
  },
  'OBP-20013': {
    code: 'UNAUTHENTICATED',
    message: 'The account has been locked, please contact an administrator!',
    parameters: ['retryAfterSeconds'],
    details: { LOCKED_UNTIL: 'The next attempt is possible in {retryAfterSeconds} seconds.' },
  },
  'OBP-20057': { code: 'NOT_FOUND', message: 'User not found by userId.', parameters: ['field?'] },
  'OBP-30001': {
    code: 'NOT_FOUND',
    message: 'Bank not found. Please specify a valid value for BANK_ID.',
    parameters: ['bankId'],
  },
  'OBP-30002': { code: 'NOT_FOUND', message: 'Customer not found. Please specify a valid value for CUSTOMER_NUMBER.' },
  'OBP-30006': {
    code: 'CONFLICT',
    message: 'Customer Number already exists. Please specify a different value for BANK_ID or CUSTOMER_NUMBER.',
    parameters: ['field'],
  },
  'OBP-30007': {
    code: 'CONFLICT',
    message: 'The User is already linked to a Customer at the bank specified by BANK_ID',
    parameters: ['field', 'userCustomerLinkId?'],
    details: { LINK_SWITCHED_OFF: 'The link is switched off. `updateUserCustomerLink` switches it on.' },
  },
  'OBP-30018': {
    code: 'NOT_FOUND',
    message: 'Bank Account not found. Please specify valid values for BANK_ID and ACCOUNT_ID.',
    parameters: ['bankId?', 'field?'],
  },
  'OBP-30035': { code: 'NOT_FOUND', message: 'User Customer Link not found', parameters: ['field?'] },
  'OBP-30046': { code: 'NOT_FOUND', message: 'Customer not found. Please specify a valid value for CUSTOMER_ID.' },
  'OBP-30069': {
    code: 'NOT_FOUND',
    message: 'Customer Attribute not found. Please specify a valid value for CUSTOMER_ATTRIBUTE_ID.',
  },
  'OBP-30071': {
    code: 'NOT_FOUND',
    message: 'Attribute Definition not found. Please specify a valid value for ATTRIBUTE_DEFINITION_ID.',
  },
  'OBP-30101': {
    code: 'SERVICE_UNAVAILABLE',
    message: 'Meetings are not supported on this server.',
    parameters: ['field?'],
    details: { NO_PROVIDER: 'No provider is configured.', PROVIDERS: 'The configured providers are: {providerIds}.' },
  },
  'OBP-30102': {
    code: 'SERVICE_UNAVAILABLE',
    message: 'Meeting provider API Key is not configured.',
    parameters: ['field?'],
    details: { NO_PROVIDER: 'No provider is configured.', PROVIDERS: 'The configured providers are: {providerIds}.' },
  },
  'OBP-30103': {
    code: 'SERVICE_UNAVAILABLE',
    message: 'Meeting provider Secret is not configured.',
    parameters: ['field?'],
    details: { NO_PROVIDER: 'No provider is configured.', PROVIDERS: 'The configured providers are: {providerIds}.' },
  },
  'OBP-30104': { code: 'NOT_FOUND', message: 'Meeting not found.' },
  'OBP-30105': { code: 'BAD_USER_INPUT', message: 'Invalid Balance Currency.', parameters: ['field'], takesRule: true },
  'OBP-30106': { code: 'BAD_USER_INPUT', message: 'Invalid Balance Amount.', parameters: ['field'], takesRule: true },
  'OBP-30107': { code: 'BAD_USER_INPUT', message: 'Invalid User Id.', parameters: ['field'], takesRule: true },
  'OBP-30109': {
    code: 'BAD_USER_INPUT',
    message: 'Initial Balance of Account must be Zero (0).',
    parameters: ['field'],
  },
  'OBP-30110': {
    code: 'BAD_USER_INPUT',
    message:
      "Invalid Account Id. The ACCOUNT_ID should only contain 0-9/a-z/A-Z/'-'/'.'/'_', the length should be smaller than 255.",
    parameters: ['field'],
    takesRule: true,
  },
  'OBP-30111': {
    code: 'BAD_USER_INPUT',
    message:
      "Invalid Bank Id. The BANK_ID should only contain 0-9/a-z/A-Z/'-'/'.'/'_', the length should be smaller than 255.",
    parameters: ['field'],
    takesRule: true,
  },
  'OBP-30112': {
    code: 'BAD_USER_INPUT',
    message: 'Invalid Number. Initial balance must be a number, e.g 1000.00',
    parameters: ['field'],
    takesRule: true,
  },
  'OBP-30114': { code: 'BAD_USER_INPUT', message: 'Invalid Account Routings.', parameters: ['field'], takesRule: true },
  'OBP-30115': { code: 'CONFLICT', message: 'Account Routing already exist.', parameters: ['bankId', 'field'] },
  'OBP-30205': {
    code: 'BAD_USER_INPUT',
    message: 'This entitlement is a Bank Role. Please set bank_id to a valid bank id.',
    parameters: ['field'],
  },
  'OBP-30206': {
    code: 'BAD_USER_INPUT',
    message: 'This entitlement is a System Role. Please set bank_id to empty string.',
    parameters: ['field'],
  },
  'OBP-30207': {
    code: 'BAD_USER_INPUT',
    message:
      'Invalid Password Format. Your password should EITHER be at least 10 characters long and contain mixed numbers and both upper and lower case letters and at least one special character, OR be longer than 16 characters.',
    parameters: ['field?'],
  },
  'OBP-30208': { code: 'CONFLICT', message: 'Account_ID already exists at the Bank.', parameters: ['bankId', 'field'] },
  'OBP-30212': { code: 'NOT_FOUND', message: 'EntitlementId not found' },
  'OBP-30214': {
    code: 'CONFLICT',
    message: 'Entitlement Request already exists for the user.',
    parameters: ['entitlementRequestId?'],
  },
  'OBP-30215': { code: 'NOT_FOUND', message: 'EntitlementRequestId not found' },
  'OBP-30216': { code: 'CONFLICT', message: 'Entitlement already exists for the user.' },
  'OBP-30221': {
    code: 'FORBIDDEN',
    message: "Entitlement cannot be granted due to the grantor's insufficient privileges.",
    parameters: ['field?'],
    details: {
      OWN_GRANT: 'Callers cannot grant roles to themselves.',
      OWN_PROPOSAL: 'Another granter must approve what the caller proposed.',
      OWN_REQUEST: 'Callers cannot decide on their own requests.',
      SECOND_GRANTER_NOT_INDEPENDENT:
        'The second granter must be independent of the first granter and of the recipient.',
    },
  },
  'OBP-30223': {
    code: 'CONFLICT',
    message: 'The Account is already linked to a Customer at the bank specified by BANK_ID',
    parameters: ['field'],
  },
  'OBP-30225': {
    code: 'NOT_FOUND',
    message: 'Customer Account Link not found. Please specify valid values for CUSTOMER_ACCOUNT_LINK_ID.',
  },
  'OBP-30300': { code: 'NOT_FOUND', message: 'Tax Residence not found by TAX_RESIDENCE_ID.' },
  'OBP-30310': { code: 'NOT_FOUND', message: "Customer's Address not found by CUSTOMER_ADDRESS_ID." },
  'OBP-34000': {
    code: 'CONFLICT',
    message: 'Bank Id already exists. Please specify a different value.',
    parameters: ['field'],
  },
  'OBP-50000': { code: 'INTERNAL_SERVER_ERROR', status: 500, message: 'Unknown Error.', parameters: ['requestId?'] },
} as const satisfies Record<`OBP-${string}`, ErrorDefinition>;
