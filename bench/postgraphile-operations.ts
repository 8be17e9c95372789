/** The selection of `CustomerOverview` in the schema that PostGraphile generates from the tables. */
const customerFields = `
  rowId bankId
  bankByBankId { rowId shortName fullName logoUrl }
  customerNumber legalName title nameSuffix dateOfBirth mobilePhoneNumber mobilePhoneNumberE164 email
  faceImageUrl faceImageDate relationshipStatus dependants dobOfDependants creditRating creditSource
  creditLimitCurrency creditLimitAmount highestEducationAttained employmentStatus kycStatus lastOkDate branchId
  createdAt updatedAt version
  customerAddressesByBankIdAndCustomerId(orderBy: [INSERT_DATE_ASC, ROW_ID_ASC]) {
    nodes { rowId line1 line2 line3 city county state postcode countryCode status tags insertDate version }
  }
  customerAttributesByBankIdAndCustomerId(orderBy: [CREATED_AT_ASC, ROW_ID_ASC]) {
    nodes { rowId name type value version }
  }
  taxResidencesByBankIdAndCustomerId(orderBy: [CREATED_AT_ASC, ROW_ID_ASC]) { nodes { rowId domain taxNumber } }
  socialMediaHandlesByBankIdAndCustomerId(orderBy: [CREATED_AT_DESC, ROW_ID_DESC]) {
    nodes { rowId type handle dateAdded dateActivated }
  }
  customerAccountLinksByBankIdAndCustomerId(orderBy: [CREATED_AT_ASC, ROW_ID_ASC]) {
    nodes {
      rowId relationshipType version
      accountByBankIdAndAccountId {
        rowId bankId label number productCode branchId balanceCurrency balanceAmount
        accountRoutingsByBankIdAndAccountId(orderBy: SCHEME_ASC) { nodes { scheme address } }
        accountAttributesByBankIdAndAccountId(orderBy: [CREATED_AT_ASC, ROW_ID_ASC]) {
          nodes { rowId name type value productCode contractCode }
        }
      }
    }
  }
  userCustomerLinksByBankIdAndCustomerId(orderBy: [DATE_INSERTED_ASC, ROW_ID_ASC]) {
    nodes { rowId dateInserted isActive version userByUserId { rowId username email firstName lastName } }
  }
  kycStatusesByBankIdAndCustomerId(orderBy: [DATE_DESC, ROW_ID_DESC]) { nodes { rowId ok date } }
  kycChecksByBankIdAndCustomerId(orderBy: [DATE_DESC, ROW_ID_DESC]) {
    nodes { rowId date how staffUserId staffName satisfied comments }
  }
  kycDocumentsByBankIdAndCustomerId(orderBy: [CREATED_AT_DESC, ROW_ID_DESC]) {
    nodes {
      rowId type number issueDate issuePlace expiryDate
      kycMediasByCustomerIdAndRelatesToKycDocumentId(orderBy: [DATE_DESC, ROW_ID_DESC]) {
        nodes { rowId type url date }
      }
    }
  }
  kycMediasByBankIdAndCustomerId(orderBy: [DATE_DESC, ROW_ID_DESC]) {
    nodes {
      rowId type url date
      kycDocumentByCustomerIdAndRelatesToKycDocumentId { rowId type number }
      kycCheckByCustomerIdAndRelatesToKycCheckId { rowId how satisfied }
    }
  }
  customerMessagesByBankIdAndCustomerId(first: 20, orderBy: [DATE_DESC, ROW_ID_DESC]) {
    nodes { rowId date transport message fromDepartment fromPerson }
    pageInfo { hasNextPage endCursor }
  }
  meetingsByBankIdAndCustomerId(first: 20, orderBy: [WHEN_DESC, ROW_ID_DESC]) {
    nodes {
      rowId providerId purposeId when staffUserId customerUserId creatorName creatorMobilePhone creatorEmailAddress
      meetingInviteesByMeetingId(orderBy: POSITION_ASC) { nodes { name mobilePhone emailAddress status } }
    }
    pageInfo { hasNextPage endCursor }
  }
  crmEventsByBankIdAndCustomerId(first: 20, orderBy: [CREATED_AT_DESC, ROW_ID_DESC]) {
    nodes { rowId category detail channel scheduledDate actualDate result }
    pageInfo { hasNextPage endCursor }
  }`;

export const postgraphileOverview = `
  query CustomerOverview($bankId: String!, $customerId: String!) {
    customerByBankIdAndRowId(bankId: $bankId, rowId: $customerId) { ${customerFields} }
  }`;

const page = (fields: string) => `
  query OverviewOfPage($bankId: String!, $first: Int!, $after: Cursor) {
    allCustomers(
      condition: { bankId: $bankId }
      orderBy: [CREATED_AT_DESC, ROW_ID_DESC]
      first: $first
      after: $after
    ) {
      nodes { ${fields} }
      pageInfo { hasNextPage endCursor }
    }
  }`;

export const postgraphilePage = page(customerFields);
export const postgraphileIds = page('rowId');
