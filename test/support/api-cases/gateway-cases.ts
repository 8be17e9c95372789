import {
  type ApiCase,
  anId,
  aTime,
  idOfCustomer,
  ofBank,
  ofCustomer,
  readCustomer,
  userLinkSelection,
} from './api-case.ts';

/** The mutations that are not APIs of OBP, by field. */
export const gatewayCases: Readonly<Record<string, ApiCase>> = {
  proposeKycStatus: {
    variables: (world) => ({ ...ofCustomer(world), input: { ok: false, date: '2024-05-31T09:30:00.000Z' } }),
    selection: 'kycStatusProposal { id customerId ok date state version } kycStatus { id } customer { id }',
    result: (world) => ({
      kycStatusProposal: {
        id: anId,
        customerId: world.customerId,
        ok: false,
        date: '2024-05-31T09:30:00.000Z',
        state: 'PROPOSED',
        version: 1,
      },
      kycStatus: null,
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
  },
  confirmKycStatus: {
    variables: (world) => ({ ...ofCustomer(world), id: world.kycStatusProposalId }),
    selection: 'kycStatusProposal { id state version } kycStatus { id ok date } customer { id kycStatus }',
    result: (world) => ({
      kycStatusProposal: { id: world.kycStatusProposalId, state: 'CONFIRMED', version: 2 },
      kycStatus: { id: anId, ok: true, date: '2024-05-31T09:30:00.000Z' },
      customer: { id: world.customerId, kycStatus: true },
    }),
    alsoRoles: readCustomer,
  },
  rejectKycStatus: {
    variables: (world) => ({ ...ofCustomer(world), id: world.kycStatusProposalId, reason: 'The passport had expired' }),
    selection: 'kycStatusProposal { id state decisionReason version } kycStatus { id } customer { id }',
    result: (world) => ({
      kycStatusProposal: {
        id: world.kycStatusProposalId,
        state: 'REJECTED',
        decisionReason: 'The passport had expired',
        version: 2,
      },
      kycStatus: null,
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
  },
  grantEntitlement: {
    variables: ({ bankId, freeUser }) => ({ userId: freeUser.id, input: { roleName: 'CanGetCustomer', bankId } }),
    selection: 'entitlement { id userId roleName bankId expiresAt }',
    result: ({ bankId, freeUser }) => ({
      entitlement: { id: anId, userId: freeUser.id, roleName: 'CanGetCustomer', bankId, expiresAt: null },
    }),
    isByRoleOnly: true,
    otherVariables: ({ bankId }) => ({ input: { roleName: 'CanGetMeetings', bankId } }),
  },
  revokeEntitlement: {
    variables: ({ entitlementId }) => ({ id: entitlementId }),
    selection: 'entitlementId entitlement { id userId roleName bankId expiresAt }',
    result: ({ bankId, colleague, entitlementId }) => ({
      entitlementId,
      entitlement: {
        id: entitlementId,
        userId: colleague.id,
        roleName: 'CanGetCrmEvents',
        bankId,
        expiresAt: null,
      },
    }),
    isByRoleOnly: true,
    alsoRoles: ['CanGetEntitlementsForAnyUserAtOneBank'],
  },
  requestEntitlement: {
    variables: () => ({ input: { roleName: 'CanGetAnyUser', reason: 'My work' } }),
    selection: 'entitlementRequest { id userId roleName bankId reason state version } entitlement { id }',
    result: ({ linkedUser }) => ({
      entitlementRequest: {
        id: anId,
        userId: linkedUser.id,
        roleName: 'CanGetAnyUser',
        bankId: null,
        reason: 'My work',
        state: 'REQUESTED',
        version: 1,
      },
      entitlement: null,
    }),
    otherVariables: ({ bankId }) => ({ input: { roleName: 'CanGetMeetings', bankId, reason: 'My work' } }),
  },
  approveEntitlementRequest: {
    variables: ({ entitlementRequestId }) => ({ id: entitlementRequestId }),
    selection: 'entitlementRequest { id state version } entitlement { userId roleName bankId }',
    result: ({ bankId, colleague, entitlementRequestId }) => ({
      entitlementRequest: { id: entitlementRequestId, state: 'APPROVED', version: 2 },
      entitlement: { userId: colleague.id, roleName: 'CanGetMeetings', bankId },
    }),
    isByRoleOnly: true,
  },
  rejectEntitlementRequest: {
    variables: ({ entitlementRequestId }) => ({ id: entitlementRequestId, reason: 'Not needed' }),
    selection: 'entitlementRequest { id state decisionReason version } entitlement { id }',
    result: ({ entitlementRequestId }) => ({
      entitlementRequest: {
        id: entitlementRequestId,
        state: 'REJECTED',
        decisionReason: 'Not needed',
        version: 2,
      },
      entitlement: null,
    }),
    isByRoleOnly: true,
  },
  createCustomers: {
    variables: (world) => ({
      ...ofBank(world),
      input: ['new-1', 'new-2'].map((customerNumber) => ({
        customerNumber,
        legalName: 'Ada Lovelace',
        mobilePhoneNumber: '+447972444876',
      })),
    }),
    selection: 'customers { customerNumber version }',
    result: () => ({
      customers: [
        { customerNumber: 'new-1', version: 1 },
        { customerNumber: 'new-2', version: 1 },
      ],
    }),
    otherVariables: () => ({ input: [{ legalName: 'Ada Lovelace', mobilePhoneNumber: '+447972444876' }] }),
  },
  createBank: {
    variables: ({ definitionId }) => ({
      input: { bankId: `new-${definitionId}`, shortName: 'New', fullName: 'The New Bank' },
    }),
    selection: 'bank { id shortName fullName }',
    result: ({ definitionId }) => ({
      bank: { id: `new-${definitionId}`, shortName: 'New', fullName: 'The New Bank' },
    }),
    otherVariables: ({ definitionId }) => ({
      input: { bankId: `new-${definitionId}`, shortName: 'Newer', fullName: 'The New Bank' },
    }),
  },
  createCrmEvent: {
    variables: (world) => ({ ...ofBank(world), input: { customerId: world.customerId, category: 'Call' } }),
    selection: 'crmEventId crmEvent { id customerId category } customer { id }',
    result: (world) => ({
      crmEventId: anId,
      crmEvent: { id: anId, customerId: world.customerId, category: 'Call' },
      customer: idOfCustomer(world),
    }),
    alsoRoles: [...readCustomer, 'CanGetCrmEvents'],
    otherVariables: (world) => ({ input: { customerId: world.customerId, category: 'Letter' } }),
  },
  closeCrmEvent: {
    variables: (world) => ({ ...ofBank(world), id: world.crmEventId, input: { result: 'Has sent the form' } }),
    selection: 'crmEventId crmEvent { id state result } customer { id }',
    result: (world) => ({
      crmEventId: world.crmEventId,
      crmEvent: { id: world.crmEventId, state: 'CLOSED', result: 'Has sent the form' },
      customer: idOfCustomer(world),
    }),
    alsoRoles: [...readCustomer, 'CanGetCrmEvents'],
    otherVariables: () => ({ input: { result: 'Has not sent the form' } }),
  },
  createAccountAttribute: {
    variables: ({ bankId, accountId }) => ({
      bankId,
      accountId,
      input: { name: 'OVERDRAFT_START_DATE', type: 'DATE_WITH_DAY', value: '2012-04-23' },
    }),
    selection: 'accountAttribute { id name value } account { bankId accountId }',
    result: ({ bankId, accountId }) => ({
      accountAttribute: { id: anId, name: 'OVERDRAFT_START_DATE', value: '2012-04-23' },
      account: { bankId, accountId },
    }),
    otherVariables: () => ({ input: { name: 'OVERDRAFT_START_DATE', type: 'DATE_WITH_DAY', value: '2012-04-24' } }),
  },
  createUserAttribute: {
    variables: ({ linkedUser }) => ({ userId: linkedUser.id, input: { name: 'LEVEL', type: 'INTEGER', value: '3' } }),
    selection: 'userAttribute { id name value }',
    result: () => ({ userAttribute: { id: anId, name: 'LEVEL', value: '3' } }),
    otherVariables: () => ({ input: { name: 'LEVEL', type: 'INTEGER', value: '4' } }),
  },
  unlockUser: {
    variables: ({ lockedUser }) => ({ userId: lockedUser.id }),
    selection: 'user { userId username }',
    result: ({ lockedUser }) => ({ user: { userId: lockedUser.id, username: lockedUser.username } }),
    otherVariables: ({ freeUser }) => ({ userId: freeUser.id }),
  },
  updateUserCustomerLink: {
    variables: (world) => ({ ...ofBank(world), id: world.userCustomerLinkId, input: { isActive: false } }),
    selection: `userCustomerLinkId ${userLinkSelection}`,
    result: (world) => ({
      userCustomerLinkId: world.userCustomerLinkId,
      userCustomerLink: {
        id: world.userCustomerLinkId,
        userId: world.linkedUser.id,
        isActive: false,
        version: 2,
      },
      customer: idOfCustomer(world),
    }),
    alsoRoles: [...readCustomer, 'CanGetUserCustomerLink'],
  },
  deleteSocialMediaHandle: {
    variables: (world) => ({ ...ofCustomer(world), id: world.socialMediaHandleId }),
    selection: 'socialMediaHandleId socialMediaHandle { id handle } customer { id }',
    result: (world) => ({
      socialMediaHandleId: world.socialMediaHandleId,
      socialMediaHandle: { id: world.socialMediaHandleId, handle: '@eveline' },
      customer: idOfCustomer(world),
    }),
    alsoRoles: [...readCustomer, 'CanGetSocialMediaHandles'],
  },
  revokeMyTokens: {
    variables: () => ({}),
    selection: 'revokedAt',
    result: () => ({ revokedAt: aTime }),
  },
  updateMeeting: {
    variables: (world) => ({
      ...ofBank(world),
      id: world.meetingId,
      input: { staffUserId: world.linkedUser.id, when: '2031-03-13T11:39:33.000Z', cancelled: true },
    }),
    selection: 'meetingId meeting { id when version }',
    result: ({ meetingId }) => ({
      meetingId,
      meeting: { id: meetingId, when: '2031-03-13T11:39:33.000Z', version: 2 },
    }),
    alsoRoles: ['CanGetMeetings'],
  },
  setKycReviewDate: {
    variables: (world) => ({ ...ofCustomer(world), date: '2031-01-31' }),
    selection: 'customer { id kycReviewDate }',
    result: ({ customerId }) => ({ customer: { id: customerId, kycReviewDate: '2031-01-31' } }),
    alsoRoles: ['CanGetCustomer', 'CanGetKycStatusesAtOneBank'],
  },
  retractKycStatus: {
    variables: (world) => ({
      ...ofCustomer(world),
      input: { id: world.kycStatusId, reason: 'Recorded for another person' },
    }),
    selection: 'kycStatusId kycStatus { id retraction { reason } } customer { id }',
    result: (world) => ({
      kycStatusId: world.kycStatusId,
      kycStatus: { id: world.kycStatusId, retraction: { reason: 'Recorded for another person' } },
      customer: idOfCustomer(world),
    }),
    alsoRoles: [...readCustomer, 'CanGetKycStatusesAtOneBank'],
  },
  retractKycEvidence: {
    variables: (world) => ({
      ...ofCustomer(world),
      input: { kind: 'DOCUMENT', kycEvidenceId: world.kycDocumentId, reason: 'Belongs to another person' },
    }),
    selection: 'kycEvidenceId kycDocument { kycDocumentId retraction { reason } } customer { id }',
    result: (world) => ({
      kycEvidenceId: world.kycDocumentId,
      kycDocument: { kycDocumentId: world.kycDocumentId, retraction: { reason: 'Belongs to another person' } },
      customer: idOfCustomer(world),
    }),
    alsoRoles: [...readCustomer, 'CanGetKycDocumentsAtOneBank'],
  },
  closeCustomer: {
    variables: (world) => ({
      ...ofCustomer(world),
      input: { date: '2024-05-31', reason: 'At the request of the customer' },
    }),
    selection: 'customerId closing { date reason } customer { id closedOn }',
    result: (world) => ({
      customerId: world.customerId,
      closing: { date: '2024-05-31', reason: 'At the request of the customer' },
      customer: { id: world.customerId, closedOn: '2024-05-31' },
    }),
    alsoRoles: readCustomer,
  },
  reopenCustomer: {
    variables: ({ bankId, otherCustomerId }) => ({ bankId, customerId: otherCustomerId }),
    selection: 'customerId closing { date } customer { id closedOn }',
    result: (world) => ({
      customerId: world.otherCustomerId,
      closing: null,
      customer: { id: world.otherCustomerId, closedOn: null },
    }),
    alsoRoles: readCustomer,
  },
  createCustomerLink: {
    variables: ({ bankId, companyId, customerId }) => ({
      bankId,
      customerId: companyId,
      input: { linkedCustomerId: customerId, relationshipTo: 'DIRECTOR' },
    }),
    selection:
      'customerLinkId customerLink { id customerId linkedCustomerId relationshipTo percentage } customer { id }',
    result: ({ companyId, customerId }) => ({
      customerLinkId: anId,
      customerLink: {
        id: anId,
        customerId: companyId,
        linkedCustomerId: customerId,
        relationshipTo: 'DIRECTOR',
        percentage: null,
      },
      customer: { id: companyId },
    }),
    alsoRoles: [...readCustomer, 'CanGetCustomerLinks'],
    otherVariables: ({ otherCustomerId }) => ({
      input: { linkedCustomerId: otherCustomerId, relationshipTo: 'DIRECTOR' },
    }),
  },
  updateCustomerLink: {
    variables: (world) => ({ ...ofBank(world), id: world.ownerLinkId, input: { percentage: '30' } }),
    selection: 'customerLinkId customerLink { id percentage version } customer { id }',
    result: (world) => ({
      customerLinkId: world.ownerLinkId,
      customerLink: { id: world.ownerLinkId, percentage: '30', version: 2 },
      customer: { id: world.companyId },
    }),
    alsoRoles: [...readCustomer, 'CanGetCustomerLinks'],
  },
  deleteCustomerLink: {
    variables: (world) => ({ ...ofBank(world), id: world.customerLinkId }),
    selection: 'customerLinkId customerLink { id linkedCustomerId } customer { id }',
    result: (world) => ({
      customerLinkId: world.customerLinkId,
      customerLink: { id: world.customerLinkId, linkedCustomerId: world.companyId },
      customer: idOfCustomer(world),
    }),
    alsoRoles: [...readCustomer, 'CanGetCustomerLinks'],
  },
  setLegalHold: {
    variables: (world) => ({ ...ofCustomer(world), input: { reason: 'Order 4 C 17/26 of the court' } }),
    selection: 'legalHold { id reason liftedAt } customer { id }',
    result: (world) => ({
      legalHold: { id: anId, reason: 'Order 4 C 17/26 of the court', liftedAt: null },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
    otherVariables: () => ({ input: { reason: 'Another order' } }),
  },
  liftLegalHold: {
    variables: ({ bankId, otherCustomerId, legalHoldId }) => ({
      bankId,
      customerId: otherCustomerId,
      input: { legalHoldId, reason: 'The case is closed' },
    }),
    selection: 'legalHold { id liftedAt liftReason } customer { id }',
    result: (world) => ({
      legalHold: { id: world.legalHoldId, liftedAt: aTime, liftReason: 'The case is closed' },
      customer: { id: world.otherCustomerId },
    }),
    alsoRoles: readCustomer,
  },
};
