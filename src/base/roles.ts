/** Where a role applies: a bank role at the bank for which it is granted, a system role at all banks. */
export type RoleScope = 'bank' | 'system';

interface RoleDefinition {
  scope: RoleScope;
  /** An imperative sentence, which the schema and the command line show. */
  description: string;
  /** Whether the holder can grant or revoke roles, so that a grant of the role can require a second granter. */
  empowers?: true;
}

/** All roles, as OBP spells them, sorted by name. */
export const roles = {
  CanAddKycCheck: { scope: 'bank', description: 'Add a KYC check to a customer.' },
  CanAddKycDocument: { scope: 'bank', description: 'Add a KYC document to a customer.' },
  CanAddKycMedia: {
    scope: 'bank',
    description: 'Add a media item (a scan, a photo, a video) to the KYC evidence of a customer.',
  },
  CanAddKycStatus: { scope: 'bank', description: 'Add a KYC status to the timeline of a customer.' },
  CanAddSocialMediaHandle: { scope: 'bank', description: 'Add a social media handle to a customer.' },
  CanCloseCrmEvent: { scope: 'bank', description: 'Close a CRM event.' },
  CanCloseCustomer: {
    scope: 'bank',
    description: 'Record the end of the relationship with a customer, and take it back.',
  },
  CanConfirmKycStatus: { scope: 'bank', description: 'Confirm or reject a KYC status that another officer proposed.' },
  CanCreateAccount: { scope: 'bank', description: 'Open an account for another user.' },
  CanCreateAccountAttributeAtOneBank: { scope: 'bank', description: 'Create an attribute of an account.' },
  CanCreateBank: { scope: 'system', description: 'Create a bank, and grant roles at this bank.', empowers: true },
  CanCreateCrmEvent: { scope: 'bank', description: 'Record a CRM event.' },
  CanCreateCustomer: { scope: 'bank', description: 'Create a customer, and update a customer address.' },
  CanCreateCustomerAccountLink: { scope: 'bank', description: 'Link an account to a customer.' },
  CanCreateCustomerAddress: { scope: 'bank', description: 'Create an address of a customer.' },
  CanCreateCustomerAtAnyBank: { scope: 'system', description: 'Create a customer at any bank.' },
  CanCreateCustomerAttributeAtAnyBank: {
    scope: 'system',
    description: 'Create an attribute of a customer at any bank.',
  },
  CanCreateCustomerAttributeAtOneBank: { scope: 'bank', description: 'Create an attribute of a customer.' },
  CanCreateCustomerAttributeDefinitionAtOneBank: {
    scope: 'bank',
    description: 'Create or update the definition of a customer attribute.',
  },
  CanCreateCustomerLink: { scope: 'bank', description: 'Link a customer to another one, such as a beneficial owner.' },
  CanCreateCustomerMessage: { scope: 'bank', description: 'Send a message to a customer.' },
  CanCreateEntitlementAtAnyBank: {
    scope: 'system',
    description: 'Grant system roles, and bank roles at any bank.',
    empowers: true,
  },
  CanCreateEntitlementAtOneBank: { scope: 'bank', description: 'Grant bank roles at the bank.', empowers: true },
  CanCreateMeeting: { scope: 'bank', description: 'Create a meeting without being linked to a customer.' },
  CanCreateTaxResidence: { scope: 'bank', description: 'Create a tax residence of a customer.' },
  CanCreateUserAttribute: { scope: 'system', description: 'Create an attribute of a user.' },
  CanCreateUserCustomerLink: {
    scope: 'bank',
    description: 'Link a user to a customer, and activate or deactivate such a link.',
  },
  CanCreateUserCustomerLinkAtAnyBank: { scope: 'system', description: 'Link a user to a customer of any bank.' },
  CanDeleteCustomerAccountLink: { scope: 'bank', description: 'Delete a link between an account and a customer.' },
  CanDeleteCustomerAddress: { scope: 'bank', description: 'Delete an address of a customer.' },
  CanDeleteCustomerAttributeAtAnyBank: {
    scope: 'system',
    description: 'Delete an attribute of a customer at any bank.',
  },
  CanDeleteCustomerAttributeAtOneBank: { scope: 'bank', description: 'Delete an attribute of a customer.' },
  CanDeleteCustomerAttributeDefinitionAtOneBank: {
    scope: 'bank',
    description: 'Delete the definition of a customer attribute.',
  },
  CanDeleteCustomerCascade: {
    scope: 'bank',
    description: 'Delete a customer with everything that belongs to the customer.',
  },
  CanDeleteCustomerLink: { scope: 'bank', description: 'Delete a link between two customers.' },
  CanDeleteEntitlementAtAnyBank: {
    scope: 'system',
    description: 'Revoke system roles, and bank roles at any bank.',
    empowers: true,
  },
  CanDeleteEntitlementAtOneBank: { scope: 'bank', description: 'Revoke bank roles at the bank.', empowers: true },
  CanDeleteSocialMediaHandle: { scope: 'bank', description: 'Delete a social media handle of a customer.' },
  CanDeleteTaxResidence: { scope: 'bank', description: 'Delete a tax residence of a customer.' },
  CanDeleteUserCustomerLink: { scope: 'bank', description: 'Delete a link between a user and a customer.' },
  CanExceedRateLimit: {
    scope: 'system',
    description: 'Send requests without a limit on their cost. Meant for service users.',
  },
  CanExportCustomerData: { scope: 'bank', description: 'Export all data that is stored about a customer.' },
  CanGetAnyKycChecks: { scope: 'system', description: 'Read the KYC checks of any customer.' },
  CanGetAnyKycDocuments: { scope: 'system', description: 'Read the KYC documents of any customer.' },
  CanGetAnyKycMedia: { scope: 'system', description: 'Read the KYC media of any customer.' },
  CanGetAnyKycStatuses: { scope: 'system', description: 'Read the KYC statuses of any customer.' },
  CanGetAnyUser: { scope: 'system', description: 'Read any user.' },
  CanGetAuditEvents: { scope: 'bank', description: 'Read the audit trail of the bank.' },
  CanGetAuditEventsAtAnyBank: {
    scope: 'system',
    description: 'Read the audit trail of all banks, and the events outside any bank, such as logins.',
  },
  CanGetChanges: {
    scope: 'bank',
    description:
      'Read which customers, users, and accounts of the bank were changed, and the names of the changed fields, as far as other roles of the caller can read these fields.',
  },
  CanGetCorrelatedUsersInfo: {
    scope: 'bank',
    description: 'Read a customer together with the users linked to the customer.',
  },
  CanGetCorrelatedUsersInfoAtAnyBank: {
    scope: 'system',
    description: 'Read a customer of any bank together with the users linked to the customer.',
  },
  CanGetCrmEvents: { scope: 'bank', description: 'Read the CRM events of the bank.' },
  CanGetCustomer: { scope: 'bank', description: 'Read a customer by ID or by customer number.' },
  CanGetCustomerAccountLink: { scope: 'bank', description: 'Read one link between an account and a customer.' },
  CanGetCustomerAccountLinks: { scope: 'bank', description: 'Read the links between accounts and customers.' },
  CanGetCustomerAddress: { scope: 'bank', description: 'Read the addresses of a customer.' },
  CanGetCustomerAttributeAtAnyBank: { scope: 'system', description: 'Read one attribute of a customer at any bank.' },
  CanGetCustomerAttributeAtOneBank: { scope: 'bank', description: 'Read one attribute of a customer.' },
  CanGetCustomerAttributeDefinitionAtOneBank: {
    scope: 'bank',
    description: 'Read the definitions of customer attributes.',
  },
  CanGetCustomerAttributesAtAnyBank: { scope: 'system', description: 'Read the attributes of a customer at any bank.' },
  CanGetCustomerAttributesAtOneBank: { scope: 'bank', description: 'Read the attributes of a customer.' },
  CanGetCustomerHistory: {
    scope: 'bank',
    description: 'Read the changes of a customer, and the customer as it was at a time.',
  },
  CanGetCustomerLinks: { scope: 'bank', description: 'Read the links between customers.' },
  CanGetCustomerMessages: { scope: 'bank', description: 'Read the messages to a customer.' },
  CanGetCustomerOverview: { scope: 'bank', description: 'Read the overview of a customer, including the accounts.' },
  CanGetCustomerOverviewFlat: {
    scope: 'bank',
    description: 'Read the flat overview of a customer, including the accounts.',
  },
  CanGetCustomers: { scope: 'bank', description: 'List and search the customers of the bank.' },
  CanGetCustomersAtAnyBank: { scope: 'system', description: 'List and search the customers of all banks.' },
  CanGetCustomersMinimal: { scope: 'bank', description: 'List the IDs of the customers of the bank.' },
  CanGetCustomersMinimalAtAnyBank: { scope: 'system', description: 'List the IDs of the customers of all banks.' },
  CanGetEntitlementsForAnyUserAtAnyBank: {
    scope: 'system',
    description: 'Read the entitlements of any user, at every bank.',
  },
  CanGetEntitlementsForAnyUserAtOneBank: {
    scope: 'bank',
    description: 'Read the entitlements of any user at the bank.',
  },
  CanGetKycChecksAtOneBank: { scope: 'bank', description: 'Read the KYC checks of a customer.' },
  CanGetKycCounts: {
    scope: 'bank',
    description: 'Read the numbers of customers in each KYC state, and of open proposals.',
  },
  CanGetKycDocumentsAtOneBank: { scope: 'bank', description: 'Read the KYC documents of a customer.' },
  CanGetKycMediaAtOneBank: { scope: 'bank', description: 'Read the KYC media of a customer.' },
  CanGetKycStatusesAtOneBank: { scope: 'bank', description: 'Read the KYC statuses of a customer.' },
  CanGetMeetings: { scope: 'bank', description: 'Read all meetings of the bank.' },
  CanGetSchema: { scope: 'system', description: 'Read the schema of the API where it is not public.' },
  CanGetSocialMediaHandles: { scope: 'bank', description: 'Read the social media handles of a customer.' },
  CanGetTaxResidence: { scope: 'bank', description: 'Read the tax residences of a customer.' },
  CanGetUserCustomerLink: { scope: 'bank', description: 'Read the links between users and customers.' },
  CanRetractKycEvidence: { scope: 'bank', description: 'Mark KYC evidence as retracted. It is not deleted.' },
  CanRetractKycStatus: {
    scope: 'bank',
    description: 'Mark a KYC status of a customer as retracted. It is not deleted.',
  },
  CanSetKycReviewDate: { scope: 'bank', description: 'Set the date of the next KYC review of a customer.' },
  CanSetLegalHold: { scope: 'bank', description: 'Set, read, and lift the legal holds of a customer.' },
  CanUnlockUser: { scope: 'system', description: 'Unlock a user whom failed logins or an administrator locked.' },
  CanUpdateCustomerAccountLink: { scope: 'bank', description: 'Update a link between an account and a customer.' },
  CanUpdateCustomerAddress: { scope: 'bank', description: 'Update an address of a customer.' },
  CanUpdateCustomerAttributeAtAnyBank: {
    scope: 'system',
    description: 'Update an attribute of a customer at any bank.',
  },
  CanUpdateCustomerAttributeAtOneBank: { scope: 'bank', description: 'Update an attribute of a customer.' },
  CanUpdateCustomerBranch: { scope: 'bank', description: 'Update the branch of a customer.' },
  CanUpdateCustomerCreditLimit: { scope: 'bank', description: 'Update the credit limit of a customer.' },
  CanUpdateCustomerCreditRatingAndSource: {
    scope: 'bank',
    description: 'Update the credit rating of a customer, and its source.',
  },
  CanUpdateCustomerCreditRatingAndSourceAtAnyBank: {
    scope: 'system',
    description: 'Update the credit rating of a customer of any bank, and its source.',
  },
  CanUpdateCustomerData: {
    scope: 'bank',
    description: 'Update the picture, relationship status, dependants, education, and employment of a customer.',
  },
  CanUpdateCustomerEmail: { scope: 'bank', description: 'Update the email address of a customer.' },
  CanUpdateCustomerIdentity: {
    scope: 'bank',
    description:
      'Update the legal name, title, and date of birth of a customer, and all that CanUpdateCustomerBranch and CanUpdateCustomerData allow.',
  },
  CanUpdateCustomerLink: { scope: 'bank', description: 'Update the share in a link between two customers.' },
  CanUpdateCustomerMobilePhoneNumber: { scope: 'bank', description: 'Update the mobile phone number of a customer.' },
  CanUpdateCustomerNumber: { scope: 'bank', description: 'Update the number of a customer.' },
  CanUpdateMeeting: { scope: 'bank', description: 'Update the staff user and the time of a meeting, or cancel it.' },
  CanUseCustomerFirehoseAtAnyBank: {
    scope: 'system',
    description: 'Read all customers of a bank at once, if the firehose is enabled.',
  },
} as const satisfies Record<string, RoleDefinition>;

export type Role = keyof typeof roles;

export function isRole(name: string): name is Role {
  return Object.hasOwn(roles, name);
}

export function roleScope(role: Role): RoleScope {
  return roles[role].scope;
}

/** Whether the holder of the role can grant or revoke roles. */
export function isEmpowering(role: Role): boolean {
  return 'empowers' in roles[role];
}

export const empoweringRoles: readonly Role[] = Object.keys(roles).filter(isRole).filter(isEmpowering);
