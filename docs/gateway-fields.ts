import type { ErrorKey } from '../src/base/errors.ts';

/** The errors of each subscription. */
const streamErrors: readonly ErrorKey[] = [
  'INVALID_CURSOR',
  'RESUME_IMPOSSIBLE',
  'STREAM_REQUIRED',
  'STREAM_TOO_SLOW',
  'TOO_MANY_STREAMS',
];

/**
 * The root fields that are not APIs of OBP, by entity. Each has the errors that follow neither from its access rule nor
 * from its arguments.
 */
export const gatewayFields: Record<string, Record<string, readonly ErrorKey[]>> = {
  Banks: {
    'Query.banks': [],
    'Query.bank': [],
    'Mutation.createBank': ['OBP-30111', 'OBP-34000', 'TOO_MANY_ITEMS'],
  },
  Users: {
    'Query.me': [],
    'Query.findUser': [],
    'Query.user': ['OBP-20057'],
    'Query.users': [],
    'Mutation.login': [
      'OBP-20004',
      'OBP-20013',
      'EMAIL_NOT_VALIDATED',
      'RATE_LIMITED',
      'TOO_MANY_LOGINS_IN_ONE_OPERATION',
      'USER_DISABLED',
    ],
    'Mutation.changeMyPassword': [
      'OBP-20004',
      'OBP-20013',
      'OBP-30207',
      'NO_PASSWORD',
      'RATE_LIMITED',
      'TOO_MANY_LOGINS_IN_ONE_OPERATION',
    ],
    'Mutation.requestPasswordReset': ['PASSWORD_RESET_UNAVAILABLE', 'RATE_LIMITED'],
    'Mutation.resetPassword': ['OBP-30207', 'INVALID_RESET_TOKEN', 'PASSWORD_RESET_UNAVAILABLE', 'RATE_LIMITED'],
    'Mutation.renewToken': ['TOKEN_NOT_RENEWABLE'],
    'Mutation.revokeMyTokens': [],
    'Mutation.unlockUser': ['OBP-20057'],
    'Mutation.createUserAttribute': ['OBP-20057', 'TOO_MANY_ITEMS'],
  },
  Entitlements: {
    'Query.bankEntitlements': ['OBP-20057'],
    'Query.entitlements': ['OBP-20057'],
    'Query.entitlementRequests': [],
    'Mutation.grantEntitlement': [
      'OBP-20006',
      'OBP-20057',
      'OBP-30001',
      'OBP-30205',
      'OBP-30206',
      'OBP-30214',
      'OBP-30216',
      'OBP-30221',
      'APPROVAL_REQUIRED',
      'TOO_MANY_ITEMS',
    ],
    'Mutation.revokeEntitlement': ['OBP-20006', 'OBP-30212'],
    'Mutation.requestEntitlement': ['OBP-30001', 'OBP-30205', 'OBP-30206', 'OBP-30214', 'OBP-30216'],
    'Mutation.approveEntitlementRequest': [
      'OBP-20006',
      'OBP-30215',
      'OBP-30216',
      'OBP-30221',
      'TOO_MANY_ITEMS',
      'VERSION_CONFLICT',
    ],
    'Mutation.rejectEntitlementRequest': ['OBP-20006', 'OBP-30215', 'OBP-30221', 'VERSION_CONFLICT'],
  },
  Permissions: {
    'Query.viewerPermissions': [],
  },
  Customers: {
    'Query.customersById': ['OBP-30046'],
    'Query.myCustomer': ['OBP-30046'],
    'Mutation.createCustomers': [
      'OBP-20005',
      'OBP-30006',
      'OBP-30018',
      'OBP-30223',
      'KYC_STATUS_NEEDS_CONFIRMATION',
      'REASON_REQUIRED',
      'SELF_LINK_REFUSED',
      'TAX_RESIDENCE_EXISTS',
      'TOO_MANY_ITEMS',
    ],
    'Query.exportCustomerData': ['OBP-30046', 'TOO_MANY_ITEMS'],
    'Mutation.updateUserCustomerLink': ['OBP-30035', 'SELF_LINK_REFUSED'],
    'Mutation.deleteSocialMediaHandle': ['OBP-30046', 'SOCIAL_MEDIA_HANDLE_NOT_FOUND'],
    'Mutation.createCrmEvent': ['OBP-30046'],
  },
  Accounts: {
    'Query.account': ['OBP-30018'],
    'Query.accountsById': ['OBP-30018'],
    'Mutation.createAccountAttribute': ['OBP-30018', 'TOO_MANY_ITEMS'],
  },
  'KYC status proposals and evidence': {
    'Query.expiringKycDocuments': [],
    'Query.kycStatusProposals': ['OBP-30046'],
    'Mutation.proposeKycStatus': ['OBP-30046', 'TOO_MANY_ITEMS'],
    'Mutation.confirmKycStatus': [
      'OBP-30046',
      'KYC_OFFICERS_NOT_INDEPENDENT',
      'KYC_STATUS_NEEDS_CONFIRMATION',
      'KYC_STATUS_PROPOSAL_NOT_FOUND',
      'TOO_MANY_ITEMS',
      'VERSION_CONFLICT',
    ],
    'Mutation.rejectKycStatus': [
      'OBP-30046',
      'KYC_OFFICERS_NOT_INDEPENDENT',
      'KYC_STATUS_NEEDS_CONFIRMATION',
      'KYC_STATUS_PROPOSAL_NOT_FOUND',
      'VERSION_CONFLICT',
    ],
    'Mutation.retractKycEvidence': ['OBP-30046', 'KYC_EVIDENCE_NOT_FOUND', 'KYC_EVIDENCE_RETRACTED'],
    'Mutation.retractKycStatus': ['OBP-30046', 'KYC_STATUS_NOT_FOUND', 'KYC_STATUS_RETRACTED'],
  },
  Meetings: {
    'Mutation.updateMeeting': ['OBP-20057', 'OBP-30104'],
  },
  Changes: {
    'Query.changes': ['RESUME_IMPOSSIBLE'],
    'Subscription.customerChanged': [...streamErrors, 'OBP-30046'],
    'Subscription.kycWork': streamErrors,
  },
  'Audit trail': {
    'Query.auditEvents': ['OBP-30046'],
  },
};

/** Errors of OBP's APIs that OBP does not document for them, by root field. */
export const additionalErrors: Record<string, readonly ErrorKey[]> = {
  'Mutation.addKycCheck': ['KYC_EVIDENCE_EXISTS', 'TOO_MANY_ITEMS'],
  'Mutation.addKycDocument': ['KYC_EVIDENCE_EXISTS', 'TOO_MANY_ITEMS'],
  'Mutation.addKycMedia': ['KYC_EVIDENCE_EXISTS', 'TOO_MANY_ITEMS'],
  'Mutation.addKycStatus': ['KYC_STATUS_NEEDS_CONFIRMATION', 'TOO_MANY_ITEMS'],
  'Mutation.addSocialMediaHandle': ['SOCIAL_MEDIA_HANDLE_EXISTS', 'TOO_MANY_ITEMS'],
  'Mutation.createAccount': ['RATE_LIMITED', 'TOO_MANY_ITEMS'],
  'Mutation.createCustomer': [
    'OBP-30018',
    'OBP-30223',
    'KYC_STATUS_NEEDS_CONFIRMATION',
    'REASON_REQUIRED',
    'SELF_LINK_REFUSED',
    'TAX_RESIDENCE_EXISTS',
    'TOO_MANY_ITEMS',
  ],
  'Mutation.createCustomerAccountLink': ['SELF_LINK_REFUSED', 'TOO_MANY_ITEMS'],
  'Mutation.createCustomerAddress': ['TOO_MANY_ITEMS'],
  'Mutation.createCustomerAttribute': ['TOO_MANY_ITEMS'],
  'Mutation.createMeeting': ['OBP-20057', 'OBP-30035', 'OBP-30046'],
  'Mutation.createOrUpdateCustomerAttributeDefinition': ['TOO_MANY_ITEMS'],
  'Mutation.createTaxResidence': ['TAX_RESIDENCE_EXISTS', 'TOO_MANY_ITEMS'],
  'Mutation.createUser': ['RATE_LIMITED', 'TOO_MANY_NEW_USERS_IN_ONE_OPERATION', 'USERNAME_TAKEN'],
  'Mutation.createUserCustomerLink': ['SELF_LINK_REFUSED', 'TOO_MANY_ITEMS'],
  'Mutation.deleteCustomerCascade': ['RETENTION_PERIOD_RUNS'],
  'Query.customers': ['PHONE_PATTERN_TOO_SHORT'],
};
