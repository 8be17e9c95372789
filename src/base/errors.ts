import { type ASTNode, GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Role } from './roles.ts';

/** The values of `extensions.code`, by which clients distinguish kinds of failures. */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'BAD_USER_INPUT'
  | 'CONFLICT'
  | 'RATE_LIMITED'
  | 'LIMIT_EXCEEDED'
  | 'SERVICE_UNAVAILABLE'
  | 'INTERNAL_SERVER_ERROR';

/** The failures of the gateway, by key. If OBP has the failure, the key is OBP's code and the text is OBP's. */
const gatewayErrors = {
  'OBP-00012': {
    code: 'FORBIDDEN',
    message:
      'Customer firehose is not allowed on this instance. Please set allow_customer_firehose = true in props files.',
  },
  'OBP-10001': { code: 'BAD_USER_INPUT', message: 'Incorrect json format.' },
  'OBP-10020': { code: 'BAD_USER_INPUT', message: 'Incorrect json.' },
  'OBP-10024': {
    code: 'BAD_USER_INPUT',
    message: 'wrong value for obp_offset parameter. Please send a positive integer (=>0)!',
  },
  'OBP-10025': {
    code: 'BAD_USER_INPUT',
    message: 'wrong value for obp_limit parameter. Please send a positive integer (=>1)!',
  },
  'OBP-20001': { code: 'UNAUTHENTICATED', message: 'User not logged in. Authentication is required!' },
  'OBP-20004': { code: 'UNAUTHENTICATED', message: 'Invalid login credentials. Check username/password.' },
  'OBP-20005': { code: 'NOT_FOUND', message: 'User not found. Please specify a valid value for USER_ID.' },
  'OBP-20006': { code: 'FORBIDDEN', message: 'User is missing one or more roles:' },
  'OBP-20013': { code: 'UNAUTHENTICATED', message: 'The account has been locked, please contact an administrator!' },
  'OBP-20057': { code: 'NOT_FOUND', message: 'User not found by userId.' },
  'OBP-30001': { code: 'NOT_FOUND', message: 'Bank not found. Please specify a valid value for BANK_ID.' },
  'OBP-30002': { code: 'NOT_FOUND', message: 'Customer not found. Please specify a valid value for CUSTOMER_NUMBER.' },
  'OBP-30006': {
    code: 'CONFLICT',
    message: 'Customer Number already exists. Please specify a different value for BANK_ID or CUSTOMER_NUMBER.',
  },
  'OBP-30007': {
    code: 'CONFLICT',
    message: 'The User is already linked to a Customer at the bank specified by BANK_ID',
  },
  'OBP-30018': {
    code: 'NOT_FOUND',
    message: 'Bank Account not found. Please specify valid values for BANK_ID and ACCOUNT_ID.',
  },
  'OBP-30035': { code: 'NOT_FOUND', message: 'User Customer Link not found' },
  'OBP-30046': { code: 'NOT_FOUND', message: 'Customer not found. Please specify a valid value for CUSTOMER_ID.' },
  'OBP-30069': {
    code: 'NOT_FOUND',
    message: 'Customer Attribute not found. Please specify a valid value for CUSTOMER_ATTRIBUTE_ID.',
  },
  'OBP-30071': {
    code: 'NOT_FOUND',
    message: 'Attribute Definition not found. Please specify a valid value for ATTRIBUTE_DEFINITION_ID.',
  },
  'OBP-30101': { code: 'SERVICE_UNAVAILABLE', message: 'Meetings are not supported on this server.' },
  'OBP-30102': { code: 'SERVICE_UNAVAILABLE', message: 'Meeting provider API Key is not configured.' },
  'OBP-30103': { code: 'SERVICE_UNAVAILABLE', message: 'Meeting provider Secret is not configured.' },
  'OBP-30104': { code: 'NOT_FOUND', message: 'Meeting not found.' },
  'OBP-30105': { code: 'BAD_USER_INPUT', message: 'Invalid Balance Currency.' },
  'OBP-30106': { code: 'BAD_USER_INPUT', message: 'Invalid Balance Amount.' },
  'OBP-30107': { code: 'BAD_USER_INPUT', message: 'Invalid User Id.' },
  'OBP-30109': { code: 'BAD_USER_INPUT', message: 'Initial Balance of Account must be Zero (0).' },
  'OBP-30110': {
    code: 'BAD_USER_INPUT',
    message:
      "Invalid Account Id. The ACCOUNT_ID should only contain 0-9/a-z/A-Z/'-'/'.'/'_', the length should be smaller than 255.",
  },
  'OBP-30111': {
    code: 'BAD_USER_INPUT',
    message:
      "Invalid Bank Id. The BANK_ID should only contain 0-9/a-z/A-Z/'-'/'.'/'_', the length should be smaller than 255.",
  },
  'OBP-30112': { code: 'BAD_USER_INPUT', message: 'Invalid Number. Initial balance must be a number, e.g 1000.00' },
  'OBP-30114': { code: 'BAD_USER_INPUT', message: 'Invalid Account Routings.' },
  'OBP-30115': { code: 'CONFLICT', message: 'Account Routing already exist.' },
  'OBP-30205': {
    code: 'BAD_USER_INPUT',
    message: 'This entitlement is a Bank Role. Please set bank_id to a valid bank id.',
  },
  'OBP-30206': {
    code: 'BAD_USER_INPUT',
    message: 'This entitlement is a System Role. Please set bank_id to empty string.',
  },
  'OBP-30207': {
    code: 'BAD_USER_INPUT',
    message:
      'Invalid Password Format. Your password should EITHER be at least 10 characters long and contain mixed numbers and both upper and lower case letters and at least one special character, OR be longer than 16 characters.',
  },
  'OBP-30208': { code: 'CONFLICT', message: 'Account_ID already exists at the Bank.' },
  'OBP-30212': { code: 'NOT_FOUND', message: 'EntitlementId not found' },
  'OBP-30214': { code: 'CONFLICT', message: 'Entitlement Request already exists for the user.' },
  'OBP-30215': { code: 'NOT_FOUND', message: 'EntitlementRequestId not found' },
  'OBP-30216': { code: 'CONFLICT', message: 'Entitlement already exists for the user.' },
  'OBP-30221': {
    code: 'FORBIDDEN',
    message: "Entitlement cannot be granted due to the grantor's insufficient privileges.",
  },
  'OBP-30223': {
    code: 'CONFLICT',
    message: 'The Account is already linked to a Customer at the bank specified by BANK_ID',
  },
  'OBP-30225': {
    code: 'NOT_FOUND',
    message: 'Customer Account Link not found. Please specify valid values for CUSTOMER_ACCOUNT_LINK_ID.',
  },
  'OBP-30300': { code: 'NOT_FOUND', message: 'Tax Residence not found by TAX_RESIDENCE_ID.' },
  'OBP-30310': { code: 'NOT_FOUND', message: "Customer's Address not found by CUSTOMER_ADDRESS_ID." },
  'OBP-34000': { code: 'CONFLICT', message: 'Bank Id already exists. Please specify a different value.' },
  'OBP-50000': { code: 'INTERNAL_SERVER_ERROR', message: 'Unknown Error.' },

  ANSWER_TOO_LARGE: { code: 'LIMIT_EXCEEDED', message: 'The response is too large.' },
  APPROVAL_REQUIRED: {
    code: 'FORBIDDEN',
    message: 'This grant requires the approval of a second, independent granter. An entitlement request was created.',
  },
  AUDIT_UNAVAILABLE: {
    code: 'SERVICE_UNAVAILABLE',
    message: 'The audit trail is unavailable, so no data was returned. Try again later.',
  },
  BODY_TOO_LARGE: { code: 'LIMIT_EXCEEDED', message: 'The request body is too large.' },
  CLIENT_DISCONNECTED: {
    code: 'SERVICE_UNAVAILABLE',
    message: 'The client closed the connection, so the operation was stopped.',
  },
  DOCUMENT_INVALID: {
    code: 'BAD_USER_INPUT',
    message:
      'The trusted document is invalid for this version of the gateway. The log of the gateway names the reason.',
  },
  DOCUMENT_NOT_FOUND: {
    code: 'NOT_FOUND',
    message: 'No trusted document has this ID. Register the document with the operator of the gateway.',
  },
  DOCUMENT_NOT_TRUSTED: {
    code: 'FORBIDDEN',
    message: 'This gateway executes only trusted documents. Register the document with the operator of the gateway.',
  },
  DUPLICATE_HEADER: { code: 'BAD_USER_INPUT', message: 'The request repeats a header that must occur once:' },
  EMAIL_NOT_VALIDATED: {
    code: 'UNAUTHENTICATED',
    message: 'The email address is not validated. Open the link in the mail that was sent to it.',
  },
  EMAIL_TAKEN: { code: 'CONFLICT', message: 'Another user has validated this email address.' },
  EXPECTATION_FAILED: {
    code: 'BAD_USER_INPUT',
    message: 'The only supported value of the Expect header is 100-continue.',
  },
  HEADERS_TOO_LARGE: { code: 'LIMIT_EXCEEDED', message: 'The request headers are too large.' },
  IDEMPOTENCY_KEY_REUSED: {
    code: 'CONFLICT',
    message: 'The idempotency key was used for another call before. Use a new key for each call.',
  },
  INVALID_CURSOR: {
    code: 'BAD_USER_INPUT',
    message: 'The cursor is invalid for this field, filter or sort order. Request the first page again.',
  },
  INVALID_RESET_TOKEN: {
    code: 'UNAUTHENTICATED',
    message: 'The link to reset the password is invalid or expired, or was used before. Request another link.',
  },
  INVALID_TOKEN: { code: 'UNAUTHENTICATED', message: 'The token is invalid or expired.' },
  KEYS_UNCONFIRMED: {
    code: 'SERVICE_UNAVAILABLE',
    message: 'The keys that verify tokens could not be read again, so no token is accepted. Try again later.',
  },
  KYC_EVIDENCE_EXISTS: {
    code: 'CONFLICT',
    message: 'KYC evidence with this ID exists with other values. KYC evidence is never overwritten: use another ID.',
  },
  KYC_EVIDENCE_NOT_FOUND: { code: 'NOT_FOUND', message: 'The customer has no KYC evidence with this ID.' },
  KYC_EVIDENCE_RETRACTED: { code: 'CONFLICT', message: 'The KYC evidence is already retracted.' },
  KYC_OFFICERS_NOT_INDEPENDENT: {
    code: 'FORBIDDEN',
    message: 'The two officers must be independent: neither can have created the other or granted roles to the other.',
  },
  KYC_STATUS_NEEDS_CONFIRMATION: {
    code: 'FORBIDDEN',
    message:
      'This bank requires two officers for a KYC status. Call proposeKycStatus, then let another officer call confirmKycStatus.',
  },
  KYC_STATUS_NOT_FOUND: { code: 'NOT_FOUND', message: 'The customer has no KYC status with this ID.' },
  KYC_STATUS_PROPOSAL_NOT_FOUND: {
    code: 'NOT_FOUND',
    message: 'The customer has no KYC status proposal with this ID.',
  },
  KYC_STATUS_RETRACTED: { code: 'CONFLICT', message: 'The KYC status is already retracted.' },
  MALFORMED_REQUEST: { code: 'BAD_USER_INPUT', message: 'The request is not valid HTTP.' },
  METHOD_NOT_ALLOWED: { code: 'BAD_USER_INPUT', message: 'Operations must be sent with POST.' },
  NAME_TOO_LONG: { code: 'LIMIT_EXCEEDED', message: 'The operation contains a name that is too long.' },
  NO_PASSWORD: {
    code: 'FORBIDDEN',
    message:
      'The user has no password at the gateway. Users of an identity provider can change their password only there.',
  },
  OPERATION_TIMED_OUT: { code: 'SERVICE_UNAVAILABLE', message: 'The operation took too long and was stopped.' },
  OVERLOADED: {
    code: 'SERVICE_UNAVAILABLE',
    message: 'The gateway has more requests than it can process. Try again later.',
  },
  PASSWORD_RESET_UNAVAILABLE: {
    code: 'FORBIDDEN',
    message: 'This gateway does not reset passwords by mail. Ask an operator to reset the password.',
  },
  PATH_NOT_FOUND: { code: 'NOT_FOUND', message: 'Nothing exists at this path.' },
  PHONE_PATTERN_TOO_SHORT: {
    code: 'BAD_USER_INPUT',
    message: 'A phone number pattern must contain three literal characters in a row.',
  },
  QUERY_TOO_COSTLY: { code: 'LIMIT_EXCEEDED', message: 'The operation can return too many objects.' },
  QUERY_TOO_DEEP: { code: 'LIMIT_EXCEEDED', message: 'The operation is nested too deeply.' },
  RATE_LIMITED: { code: 'RATE_LIMITED', message: 'Too many requests. Wait before sending the next one.' },
  REASON_REQUIRED: {
    code: 'FORBIDDEN',
    message: 'This bank requires a reason for access to KYC material. Send it in the X-Reason header.',
  },
  REQUEST_TIMED_OUT: { code: 'LIMIT_EXCEEDED', message: 'The request was not received in time.' },
  RETENTION_PERIOD_RUNS: {
    code: 'CONFLICT',
    message: 'The customer cannot be deleted until the retention period of the bank has passed.',
  },
  SELF_LINK_REFUSED: {
    code: 'FORBIDDEN',
    message: 'Callers cannot grant themselves access to the data of a customer. Let another user create the link.',
  },
  SERVICE_UNAVAILABLE: {
    code: 'SERVICE_UNAVAILABLE',
    message: 'The service is temporarily unavailable. Try again later.',
  },
  SOCIAL_MEDIA_HANDLE_EXISTS: { code: 'CONFLICT', message: 'The customer already has this social media handle.' },
  SOCIAL_MEDIA_HANDLE_NOT_FOUND: { code: 'NOT_FOUND', message: 'Social media handle not found.' },
  TAX_RESIDENCE_EXISTS: { code: 'CONFLICT', message: 'The customer already has this tax residence.' },
  TOO_MANY_ALIASES: { code: 'LIMIT_EXCEEDED', message: 'The operation has too many aliases.' },
  TOO_MANY_CONNECTIONS: {
    code: 'SERVICE_UNAVAILABLE',
    message: 'The gateway has too many open connections. Try again later.',
  },
  TOO_MANY_ITEMS: { code: 'LIMIT_EXCEEDED', message: 'The list has too many items.' },
  TOO_MANY_LOGINS_IN_ONE_OPERATION: {
    code: 'LIMIT_EXCEEDED',
    message: 'An operation can log in or change a password only once.',
  },
  TOO_MANY_NEW_USERS_IN_ONE_OPERATION: { code: 'LIMIT_EXCEEDED', message: 'An operation can create only one user.' },
  TOO_MANY_RECURSIVE_SELECTIONS: {
    code: 'LIMIT_EXCEEDED',
    message: 'The operation selects too many fields once its fragments are expanded.',
  },
  TOO_MANY_ROOT_FIELDS: { code: 'LIMIT_EXCEEDED', message: 'The operation has too many root fields.' },
  TOO_MANY_TOKENS: { code: 'LIMIT_EXCEEDED', message: 'The operation has too many tokens.' },
  UNSUPPORTED_MEDIA_TYPE: {
    code: 'BAD_USER_INPUT',
    message: 'The request body must be application/json in UTF-8, without a content encoding.',
  },
  USERNAME_AMBIGUOUS: { code: 'CONFLICT', message: 'Several users have this username in different spellings.' },
  USERNAME_TAKEN: { code: 'CONFLICT', message: 'A user with this username already exists.' },
  USER_DISABLED: { code: 'UNAUTHENTICATED', message: 'The user is disabled.' },
  VERSION_CONFLICT: { code: 'CONFLICT', message: 'The object has changed since it was read, so read it again.' },
} as const satisfies Record<string, { code: ErrorCode; message: string }>;

export type ErrorKey = keyof typeof gatewayErrors;

export const errorKeys = Object.keys(gatewayErrors) as ErrorKey[];

export type ObpCode = Extract<ErrorKey, `OBP-${string}`>;

export interface ErrorDetails {
  /** A sentence that is appended to the text. Clients see it, so it must not contain internals or personal data. */
  message?: string;
  /** The roles of which the caller must hold one. They are appended to the message. */
  missingRoles?: readonly Role[];
  /** The invalid argument or input field, such as `input.email`. */
  field?: string;
  bankId?: string;
  customerId?: string;
  /** The version in the database, if it differs from `expectedVersion`. */
  currentVersion?: number;
  /** Whether the mutation was committed although its field failed. */
  committed?: boolean;
  /** The number of equal refusals in the response. */
  count?: number;
  /** The position of the invalid item in a list. */
  index?: number;
  /** The limit that was exceeded. The message states its unit. */
  limit?: number;
  retryAfterSeconds?: number;
  /** The ID of the entitlement request that another granter can approve. */
  entitlementRequestId?: string;
  /** The ID of the link that exists already. */
  userCustomerLinkId?: string;
  /** The time from which the customer can be deleted, in ISO 8601. */
  retainedUntil?: string;
  /** The HTTP status and headers of the response. Apollo Server removes them from the extensions. */
  http?: { status?: number; headers?: Map<string, string> };
  /** The original error, which is only logged. */
  cause?: unknown;
  /** The part of the document that the failure concerns, for `locations`. */
  node?: ASTNode;
}

/** An expected failure. Only `gatewayError` creates it, so that each has a key of `gatewayErrors`. */
export class GatewayError extends GraphQLError {
  readonly key: ErrorKey;

  constructor(
    key: ErrorKey,
    message: string,
    extensions: Record<string, unknown>,
    { cause, node }: Pick<ErrorDetails, 'cause' | 'node'>,
  ) {
    super(message, { extensions, nodes: node });
    this.name = 'GatewayError';
    this.key = key;
    // GraphQL's `originalError` would replace the stack and the extensions.
    if (cause !== undefined) this.cause = cause;
  }

  /** The form of the error in the `errors` of a response. */
  override toJSON(): GraphQLFormattedError {
    return { ...super.toJSON(), extensions: publicExtensions(this.extensions) };
  }
}

/**
 * Creates the failure `key`. Its message is the text of the key, with OBP's code in front if there is one, followed by the
 * missing roles and `details.message`. The other details become extensions.
 */
export function gatewayError(key: ErrorKey, details: ErrorDetails = {}): GatewayError {
  const { message: appended, cause, node, ...extensions } = details;
  const obpCode = isObpCode(key) ? key : null;
  const text = messageOf(key);
  // Some of OBP's texts have no full stop.
  const parts = [appended && /\w$/.test(text) ? `${text}.` : text];
  // OBP's text ends with a colon here. No role is missing if a field contains only data of the user.
  if (details.missingRoles?.length === 0) parts.push('no role allows access to the data of others.');
  else if (details.missingRoles) parts.push(details.missingRoles.join(' or '));
  if (appended) parts.push(appended);
  const allExtensions = { code: gatewayErrors[key].code, obpCode, key, ...extensions };
  return new GatewayError(key, parts.join(' '), allExtensions, { cause, node });
}

function isObpCode(key: ErrorKey): key is ObpCode {
  return key.startsWith('OBP-');
}

function messageOf(key: ErrorKey): string {
  const { message } = gatewayErrors[key];
  return isObpCode(key) ? `${key}: ${message}` : message;
}

/** The extensions without those that Apollo Server reads (`http`) or adds in development (`stacktrace`). */
export function publicExtensions(extensions: Record<string, unknown>): Record<string, unknown> {
  const { http: _http, stacktrace: _stacktrace, ...visible } = extensions;
  return visible;
}
