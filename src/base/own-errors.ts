import type { ErrorDefinition } from './error-definition.ts';

/** The failures that OBP does not have, by key. */
export const ownErrors = {
  ANSWER_TOO_LARGE: {
    code: 'LIMIT_EXCEEDED',
    status: 400,
    message: 'The response is too large.',
    details: {
      BYTES: 'A response must have at most {limit} bytes. Request less at a time.',
      ERRORS: 'A response must have at most {limit} errors. Correct them first.',
      EXPORT_BYTES: 'An export must have at most {limit} bytes. Read the customer in parts.',
      OBJECTS: 'A response must have at most {limit} objects. Request fewer of them at a time.',
    },
  },
  APPROVAL_REQUIRED: {
    code: 'FORBIDDEN',
    message: 'This grant requires the approval of a second, independent granter. An entitlement request was created.',
    parameters: ['bankId?', 'entitlementRequestId?'],
  },
  AUDIT_UNAVAILABLE: {
    code: 'SERVICE_UNAVAILABLE',
    status: 503,
    message: 'The audit trail is unavailable, so no data was returned. Try again later.',
  },
  BODY_TOO_LARGE: {
    code: 'LIMIT_EXCEEDED',
    status: 413,
    message: 'The request body is too large.',
    details: { BYTES: 'At most {limit} bytes are allowed.' },
  },
  CLIENT_DISCONNECTED: {
    code: 'SERVICE_UNAVAILABLE',
    status: 503,
    message: 'The client closed the connection, so the operation was stopped.',
  },
  CLOSING_TOO_EARLY: {
    code: 'BAD_USER_INPUT',
    message:
      'The closing must not be before the date of birth or incorporation, or before the latest date of KYC evidence or of a KYC status that is not retracted.',
    parameters: ['field'],
  },
  CRM_EVENT_CLOSED: { code: 'CONFLICT', message: 'The CRM event is already closed.', parameters: ['field'] },
  CRM_EVENT_NOT_FOUND: {
    code: 'NOT_FOUND',
    message: 'The bank has no CRM event with this ID.',
    parameters: ['field'],
  },
  CUSTOMER_CLOSED: {
    code: 'CONFLICT',
    message: 'The customer is closed. Reopen the customer first.',
    parameters: ['field?'],
  },
  CUSTOMER_HAS_PARENT: {
    code: 'CONFLICT',
    message: 'The customer already has a parent.',
    parameters: ['field'],
  },
  CUSTOMER_LINK_EXISTS: {
    code: 'CONFLICT',
    message: 'The two customers are already linked by this relationship.',
    parameters: ['field'],
  },
  CUSTOMER_LINK_NOT_FOUND: { code: 'NOT_FOUND', message: 'The bank has no link between customers with this ID.' },
  CUSTOMER_NOT_CLOSED: { code: 'CONFLICT', message: 'The customer is not closed.' },
  CUSTOMER_PARENT_CIRCLE: {
    code: 'CONFLICT',
    message: 'The customer is itself the parent of this parent, directly or through others.',
    parameters: ['field'],
  },
  CUSTOMER_UNDER_LEGAL_HOLD: {
    code: 'CONFLICT',
    message: 'The customer is under a legal hold, so nothing of the customer can be deleted.',
  },
  DELETION_NEEDS_SECOND_OFFICER: {
    code: 'FORBIDDEN',
    message: 'The caller closed the customer or lifted a legal hold of it. Let another officer delete the customer.',
    parameters: ['bankId'],
  },
  DOCUMENT_INVALID: {
    code: 'BAD_USER_INPUT',
    status: 400,
    message:
      'The trusted document is invalid for this version of the gateway. The log of the gateway names the reason.',
  },
  DOCUMENT_NOT_FOUND: {
    code: 'NOT_FOUND',
    status: 400,
    message: 'No trusted document has this ID. Register the document with the operator of the gateway.',
  },
  DOCUMENT_NOT_TRUSTED: {
    code: 'FORBIDDEN',
    status: 403,
    message: 'This gateway executes only trusted documents. Register the document with the operator of the gateway.',
  },
  DUPLICATE_HEADER: {
    code: 'BAD_USER_INPUT',
    status: 400,
    message: 'The request repeats a header that must occur once: {header}.',
  },
  EMAIL_NOT_VALIDATED: {
    code: 'UNAUTHENTICATED',
    message: 'The email address is not validated. Open the link in the mail that was sent to it.',
  },
  EMAIL_TAKEN: { code: 'CONFLICT', message: 'Another user has validated this email address.' },
  EXPECTATION_FAILED: {
    code: 'BAD_USER_INPUT',
    status: 417,
    message: 'The only supported value of the Expect header is 100-continue.',
  },
  HEADERS_TOO_LARGE: { code: 'LIMIT_EXCEEDED', status: 431, message: 'The request headers are too large.' },
  HISTORY_NOT_KEPT: {
    code: 'NOT_FOUND',
    message: 'The history of the customer is not kept for this time. Request a time from {keptSince} on.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    code: 'CONFLICT',
    message: 'The idempotency key was used for another call before. Use a new key for each call.',
  },
  INVALID_CURSOR: {
    code: 'BAD_USER_INPUT',
    message: 'The cursor is invalid for this field, filter or sort order. Request the first page again.',
    parameters: ['field'],
  },
  INVALID_RESET_TOKEN: {
    code: 'UNAUTHENTICATED',
    message: 'The link to reset the password is invalid or expired, or was used before. Request another link.',
  },
  INVALID_TOKEN: {
    code: 'UNAUTHENTICATED',
    status: 401,
    message: 'The token is invalid or expired.',
    details: {
      AUTHORIZATION_FORM: 'The Authorization header must have the form: Bearer TOKEN.',
      TOO_LONG: 'It is longer than {limit} characters.',
    },
  },
  KEYS_UNCONFIRMED: {
    code: 'SERVICE_UNAVAILABLE',
    status: 503,
    message: 'The keys that verify tokens could not be read again, so no token is accepted. Try again later.',
    parameters: ['retryAfterSeconds'],
  },
  KYC_EVIDENCE_EXISTS: {
    code: 'CONFLICT',
    message: 'KYC evidence with this ID exists with other values. KYC evidence is never overwritten: use another ID.',
    parameters: ['field'],
  },
  KYC_EVIDENCE_NOT_FOUND: {
    code: 'NOT_FOUND',
    message: 'The customer has no KYC evidence with this ID.',
    parameters: ['field'],
  },
  KYC_EVIDENCE_RETRACTED: {
    code: 'CONFLICT',
    message: 'The KYC evidence is already retracted.',
    parameters: ['field'],
  },
  KYC_OFFICERS_NOT_INDEPENDENT: {
    code: 'FORBIDDEN',
    message: 'The two officers must be independent: neither can have created the other or granted roles to the other.',
    parameters: ['bankId'],
  },
  KYC_STATUS_NEEDS_CONFIRMATION: {
    code: 'FORBIDDEN',
    message:
      'This bank requires two officers for a KYC status. Call proposeKycStatus, then let another officer call confirmKycStatus.',
    parameters: ['bankId', 'field?'],
    details: { OWN_PROPOSAL: 'Officers cannot decide on their own proposals.' },
  },
  KYC_STATUS_NOT_FOUND: {
    code: 'NOT_FOUND',
    message: 'The customer has no KYC status with this ID.',
    parameters: ['field'],
  },
  KYC_STATUS_PROPOSAL_NOT_FOUND: {
    code: 'NOT_FOUND',
    message: 'The customer has no KYC status proposal with this ID.',
  },
  KYC_STATUS_RETRACTED: { code: 'CONFLICT', message: 'The KYC status is already retracted.', parameters: ['field'] },
  LEGAL_HOLD_LIFTED: { code: 'CONFLICT', message: 'The legal hold is already lifted.', parameters: ['field'] },
  LEGAL_HOLD_NOT_FOUND: {
    code: 'NOT_FOUND',
    message: 'The customer has no legal hold with this ID.',
    parameters: ['field'],
  },
  MALFORMED_REQUEST: { code: 'BAD_USER_INPUT', status: 400, message: 'The request is not valid HTTP.' },
  METHOD_NOT_ALLOWED: { code: 'BAD_USER_INPUT', status: 405, message: 'Operations must be sent with POST.' },
  NAME_TOO_LONG: {
    code: 'LIMIT_EXCEEDED',
    status: 400,
    message: 'The operation contains a name that is too long. A name must have at most {limit} characters.',
  },
  NO_PASSWORD: {
    code: 'FORBIDDEN',
    message:
      'The user has no password at the gateway. Users of an identity provider can change their password only there.',
  },
  OPERATION_TIMED_OUT: {
    code: 'SERVICE_UNAVAILABLE',
    status: 503,
    message: 'The operation took too long and was stopped.',
  },
  OVERLOADED: {
    code: 'SERVICE_UNAVAILABLE',
    status: 503,
    message: 'The gateway has more requests than it can process. Try again later.',
    parameters: ['retryAfterSeconds'],
  },
  PASSWORD_RESET_UNAVAILABLE: {
    code: 'FORBIDDEN',
    message: 'This gateway does not reset passwords by mail. Ask an operator to reset the password.',
  },
  PATH_NOT_FOUND: { code: 'NOT_FOUND', status: 404, message: 'Nothing exists at this path.' },
  // Their codes and texts are those of Apollo Server: by one of them, clients decide whether to send the text of the document.
  PERSISTED_QUERY_NOT_FOUND: { code: 'PERSISTED_QUERY_NOT_FOUND', status: 400, message: 'PersistedQueryNotFound' },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    code: 'PERSISTED_QUERY_NOT_SUPPORTED',
    status: 400,
    message: 'PersistedQueryNotSupported',
  },
  PHONE_PATTERN_TOO_SHORT: {
    code: 'BAD_USER_INPUT',
    message: 'A phone number pattern must contain three literal characters in a row.',
    parameters: ['field'],
  },
  QUERY_TOO_COSTLY: {
    code: 'LIMIT_EXCEEDED',
    status: 400,
    message: 'The operation can return too many objects.',
    details: {
      INTROSPECTION_COST: "This operation's introspection cost is {amount}, but must be at most {limit}.",
      LIST_COST: "This operation's list cost is {amount}, but must be at most {limit}.",
    },
  },
  QUERY_TOO_DEEP: {
    code: 'LIMIT_EXCEEDED',
    status: 400,
    message: 'The operation is nested too deeply.',
    details: {
      DEPTH: "This operation's depth is {amount}, but must be at most {limit}.",
      INTROSPECTION_DEPTH: "This operation's introspection depth is {amount}, but must be at most {limit}.",
    },
  },
  RATE_LIMITED: {
    code: 'RATE_LIMITED',
    status: 429,
    message: 'Too many requests. Wait before sending the next one.',
    parameters: ['retryAfterSeconds', 'limit?'],
  },
  REASON_REQUIRED: {
    code: 'FORBIDDEN',
    message: 'This bank requires a reason for access to KYC material. Send it in the X-Reason header.',
    parameters: ['bankId?', 'field?'],
  },
  REQUEST_TIMED_OUT: { code: 'LIMIT_EXCEEDED', status: 408, message: 'The request was not received in time.' },
  RESUME_IMPOSSIBLE: {
    code: 'CONFLICT',
    message:
      'The changes after this position are not available any more, or too many. Read the data again, and start without a position.',
  },
  RETENTION_PERIOD_RUNS: {
    code: 'CONFLICT',
    message: 'The customer cannot be deleted until the retention period of the bank has passed.',
    parameters: ['bankId', 'retainedUntil'],
  },
  SEARCH_TOO_BROAD: {
    code: 'BAD_USER_INPUT',
    message: 'Too many names match the beginnings of all searched words. Add letters or another word.',
    parameters: ['field'],
  },
  SELF_LINK_REFUSED: {
    code: 'FORBIDDEN',
    message: 'Callers cannot grant themselves access to the data of a customer. Let another user create the link.',
    parameters: ['field'],
  },
  SERVICE_UNAVAILABLE: {
    code: 'SERVICE_UNAVAILABLE',
    status: 503,
    message: 'The service is temporarily unavailable. Try again later.',
    parameters: ['retryAfterSeconds?'],
  },
  SOCIAL_MEDIA_HANDLE_EXISTS: {
    code: 'CONFLICT',
    message: 'The customer already has this social media handle.',
    parameters: ['customerId?', 'field?'],
  },
  SOCIAL_MEDIA_HANDLE_NOT_FOUND: { code: 'NOT_FOUND', message: 'Social media handle not found.' },
  STREAM_REQUIRED: {
    code: 'BAD_USER_INPUT',
    status: 406,
    message: 'The result of a subscription is a stream. Send the header Accept: text/event-stream.',
  },
  STREAM_TOO_SLOW: {
    code: 'LIMIT_EXCEEDED',
    message: 'The client has read the stream too slowly. Start again after the last change that was read.',
  },
  TAX_RESIDENCE_EXISTS: {
    code: 'CONFLICT',
    message: 'The customer already has this tax residence.',
    parameters: ['customerId?', 'field?'],
  },
  TOKEN_NOT_RENEWABLE: {
    code: 'FORBIDDEN',
    message:
      'The token cannot be renewed, because it is not from a login at the gateway, or its total lifetime ends. Log in again.',
  },
  TOO_MANY_ALIASES: {
    code: 'LIMIT_EXCEEDED',
    status: 400,
    message:
      "The operation has too many aliases. This operation's number of aliases is {amount}, but must be at most {limit}.",
  },
  TOO_MANY_CONNECTIONS: {
    code: 'SERVICE_UNAVAILABLE',
    status: 503,
    message: 'The gateway has too many open connections. Try again later.',
  },
  TOO_MANY_ITEMS: {
    code: 'LIMIT_EXCEEDED',
    message: 'The list has too many items.',
    parameters: ['field?'],
    details: {
      ACCOUNTS_OF_USER: 'A user has at most {limit} accounts.',
      ATTRIBUTES_OF_ACCOUNT: 'An account has at most {limit} of them.',
      ATTRIBUTES_OF_USER: 'A user has at most {limit} of them.',
      BANKS: 'There are at most {limit} banks.',
      DEFINITIONS_OF_BANK: 'A bank has at most {limit} definitions of customer attributes.',
      ENTITLEMENTS_OF_USER: 'A user has at most {limit} entitlements.',
      EXPORT: 'An export has at most {limit} of {schemaField}. Read them page by page instead.',
      INPUT: '{field} must have at most {limit} items.',
      INTERVALS_OF_BANK: 'A bank has at most {limit} review intervals.',
      LINKS_OF_USER: 'A user has at most {limit} links.',
      LINKS_TO_CUSTOMER: 'At most {limit} other customers have a link to a customer.',
      OF_CUSTOMER: 'A customer has at most {limit} of them.',
      RESULT: '{schemaField} returns at most {limit} items.',
      RESULT_BY_BANK: '{schemaField} returns at most {limit} items. Pass bankId to get those of one bank.',
    },
  },
  TOO_MANY_LOGINS_IN_ONE_OPERATION: {
    code: 'LIMIT_EXCEEDED',
    message: 'An operation can log in or change a password only once.',
  },
  TOO_MANY_NEW_USERS_IN_ONE_OPERATION: { code: 'LIMIT_EXCEEDED', message: 'An operation can create only one user.' },
  TOO_MANY_RECURSIVE_SELECTIONS: {
    code: 'LIMIT_EXCEEDED',
    status: 400,
    message: 'The operation selects too many fields once its fragments are expanded.',
    parameters: ['limit?'],
  },
  TOO_MANY_ROOT_FIELDS: {
    code: 'LIMIT_EXCEEDED',
    status: 400,
    message:
      "The operation has too many root fields. This operation's number of root fields is {amount}, but must be at most {limit}.",
  },
  TOO_MANY_STREAMS: {
    code: 'LIMIT_EXCEEDED',
    message: 'Too many streams are open: at most {limit} are allowed. Close one first, or try again later.',
  },
  TOO_MANY_TOKENS: {
    code: 'LIMIT_EXCEEDED',
    status: 400,
    message: 'The operation has too many tokens. An operation must have at most {limit} tokens.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    code: 'BAD_USER_INPUT',
    status: 415,
    message: 'The request body must be application/json in UTF-8, without a content encoding.',
  },
  UPGRADE_UNFINISHED: {
    code: 'SERVICE_UNAVAILABLE',
    message:
      'The upgrade of the database still derives values of customers, so the result would be incomplete. Try again later.',
  },
  USERNAME_AMBIGUOUS: { code: 'CONFLICT', message: 'Several users have this username in different spellings.' },
  USERNAME_TAKEN: { code: 'CONFLICT', message: 'A user with this username already exists.' },
  USER_DISABLED: { code: 'UNAUTHENTICATED', status: 401, message: 'The user is disabled.' },
  VERSION_CONFLICT: {
    code: 'CONFLICT',
    message: 'The object has changed since it was read, so read it again.',
    parameters: ['currentVersion?', 'field?'],
    details: {
      PROPOSAL_DECIDED: 'The proposal is already decided.',
      PROPOSAL_JUST_DECIDED: 'Another officer has just decided on the proposal.',
      REQUEST_DECIDED: 'The request is already decided.',
      REQUEST_JUST_DECIDED: 'Another granter has just decided on the request.',
    },
  },
} as const satisfies Record<string, ErrorDefinition>;

/** The failures of requests that GraphQL cannot run. Apollo Server has their codes, which are also their keys. */
export const requestErrors = {
  BAD_REQUEST: {
    code: 'BAD_REQUEST',
    status: 400,
    message: 'The request does not have the form of a GraphQL request.',
  },
  GRAPHQL_PARSE_FAILED: { code: 'GRAPHQL_PARSE_FAILED', status: 400, message: 'The document has a syntax error.' },
  GRAPHQL_VALIDATION_FAILED: {
    code: 'GRAPHQL_VALIDATION_FAILED',
    status: 400,
    message: 'The document is not valid for the schema of this gateway.',
  },
  OPERATION_RESOLUTION_FAILURE: {
    code: 'OPERATION_RESOLUTION_FAILURE',
    status: 400,
    message: 'The document does not have the operation that operationName names, or needs that name.',
  },
} as const satisfies Record<string, ErrorDefinition>;
