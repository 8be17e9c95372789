import type { BaselineDatabase, StatementBatch } from './database.ts';
import type {
  AccountAttributeRow,
  AccountLinkRow,
  AddressRow,
  AttributeRow,
  CrmEventRow,
  CustomerRow,
  InviteeRow,
  KycCheckRow,
  KycDocumentRow,
  KycMediaRow,
  KycStatusRow,
  MeetingRow,
  MessageRow,
  RoutingRow,
  SocialMediaHandleRow,
  TaxResidenceRow,
  UserLinkRow,
} from './rows.ts';

const customerColumns = `c.id, c.bank_id as "bankId", b.short_name as "bankShortName", b.full_name as "bankFullName",
  b.logo_url as "bankLogoUrl", c.customer_number as "customerNumber", c.legal_name as "legalName", c.title,
  c.name_suffix as "nameSuffix", c.date_of_birth as "dateOfBirth", c.mobile_phone_number as "mobilePhoneNumber",
  c.mobile_phone_number_e164 as "mobilePhoneNumberE164", c.email, c.face_image_url as "faceImageUrl",
  c.face_image_date as "faceImageDate", c.relationship_status as "relationshipStatus", c.dependants,
  c.dob_of_dependants as "dobOfDependants", c.credit_rating as "creditRating", c.credit_source as "creditSource",
  c.credit_limit_currency as "creditLimitCurrency", c.credit_limit_amount as "creditLimitAmount",
  c.highest_education_attained as "highestEducationAttained", c.employment_status as "employmentStatus",
  c.kyc_status as "kycStatus", c.last_ok_date as "lastOkDate", c.branch_id as "branchId", c.created_at as "createdAt",
  c.updated_at as "updatedAt", c.version`;

const customerAndBank = `select ${customerColumns} from customer c join bank b on b.id = c.bank_id`;

export function customerStatements(database: BaselineDatabase) {
  const page = (where: string) =>
    database.prepare<CustomerRow>(`${customerAndBank} where ${where} order by c.created_at desc, c.id desc limit ?`);
  return {
    byId: database.prepare<CustomerRow>(`${customerAndBank} where c.bank_id = ? and c.id = ?`),
    firstPage: page('c.bank_id = ?'),
    nextPage: page('c.bank_id = ? and (c.created_at, c.id) < (?, ?)'),
  };
}

/** The rows of the objects that belong to customers. */
export interface RelatedRows {
  addresses: AddressRow;
  attributes: AttributeRow;
  taxResidences: TaxResidenceRow;
  socialMediaHandles: SocialMediaHandleRow;
  accountLinks: AccountLinkRow;
  routings: RoutingRow;
  accountAttributes: AccountAttributeRow;
  userLinks: UserLinkRow;
  kycStatuses: KycStatusRow;
  kycChecks: KycCheckRow;
  kycDocuments: KycDocumentRow;
  kycMedia: KycMediaRow;
  messages: MessageRow;
  meetings: MeetingRow;
  invitees: InviteeRow;
  crmEvents: CrmEventRow;
}

/**
 * Prepares one statement for each kind of object, which reads the objects of one customer or of any number of
 * customers.
 */
export function prepareRelatedReads(
  database: BaselineDatabase,
  customers: 'one' | 'many',
): StatementBatch<RelatedRows> {
  const isOne = customers === 'one';
  const isOf = (column: string) => (isOne ? `${column} = :key` : database.isOneOf(column));

  /** Selects the newest rows of each customer, up to the limit. */
  function newest(table: string, date: string, columns: string) {
    const selected = `select customer_id as "customerId", ${columns}`;
    const order = `order by ${date} desc, id desc`;
    if (isOne) return `${selected} from ${table} where customer_id = :key ${order} limit :limit`;
    return `select * from (
        ${selected}, row_number() over (partition by customer_id ${order}) as position
        from ${table} where ${isOf('customer_id')}
      ) as numbered where position <= :limit order by position`;
  }

  return database.prepareBatch<RelatedRows>({
    addresses: `select customer_id as "customerId", id, line_1 as line1, line_2 as line2, line_3 as line3, city, county, state,
         postcode, country_code as "countryCode", status, tags, insert_date as "insertDate", version
       from customer_address where ${isOf('customer_id')} order by insert_date, id`,
    attributes: `select customer_id as "customerId", id, name, type, value, version
       from customer_attribute where ${isOf('customer_id')} order by created_at, id`,
    taxResidences: `select customer_id as "customerId", id, domain, tax_number as "taxNumber"
       from tax_residence where ${isOf('customer_id')} order by created_at, id`,
    socialMediaHandles: `select customer_id as "customerId", id, type, handle, date_added as "dateAdded", date_activated as "dateActivated"
       from social_media_handle where ${isOf('customer_id')} order by created_at desc, id desc`,
    accountLinks: `select l.customer_id as "customerId", l.id, l.relationship_type as "relationshipType", l.version,
         a.id as "accountId", a.bank_id as "accountBankId", a.label, a.number, a.product_code as "productCode",
         a.branch_id as "branchId", a.balance_currency as "balanceCurrency", cast(a.balance_amount as text) as "balanceAmount"
       from customer_account_link l join account a on a.bank_id = l.bank_id and a.id = l.account_id
       where ${isOf('l.customer_id')} order by l.created_at, l.id`,
    routings: `select l.id as "linkId", r.scheme, r.address
       from customer_account_link l
       join account_routing r on r.bank_id = l.bank_id and r.account_id = l.account_id
       where ${isOf('l.customer_id')} order by r.scheme`,
    accountAttributes: `select l.id as "linkId", a.id, a.name, a.type, a.value, a.product_code as "productCode",
         a.contract_code as "contractCode"
       from customer_account_link l
       join account_attribute a on a.bank_id = l.bank_id and a.account_id = l.account_id
       where ${isOf('l.customer_id')} order by a.created_at, a.id`,
    userLinks: `select l.customer_id as "customerId", l.id, l.date_inserted as "dateInserted", l.is_active as "isActive",
         l.version, u.id as "userId", u.username, u.email, u.first_name as "firstName", u.last_name as "lastName"
       from user_customer_link l join "user" u on u.id = l.user_id
       where ${isOf('l.customer_id')} order by l.date_inserted, l.id`,
    kycStatuses: `select customer_id as "customerId", id, ok, date
       from kyc_status where ${isOf('customer_id')} order by date desc, id desc`,
    kycChecks: `select customer_id as "customerId", id, date, how, staff_user_id as "staffUserId", staff_name as "staffName",
         satisfied, comments
       from kyc_check where ${isOf('customer_id')} order by date desc, id desc`,
    kycDocuments: `select customer_id as "customerId", id, type, number, issue_date as "issueDate", issue_place as "issuePlace",
         expiry_date as "expiryDate"
       from kyc_document where ${isOf('customer_id')} order by created_at desc, id desc`,
    kycMedia: `select customer_id as "customerId", id, type, url, date, relates_to_kyc_document_id as "documentId",
         relates_to_kyc_check_id as "checkId"
       from kyc_media where ${isOf('customer_id')} order by date desc, id desc`,
    messages: newest(
      'customer_message',
      'date',
      'id, date, transport, message, from_department as "fromDepartment", from_person as "fromPerson"',
    ),
    meetings: newest(
      'meeting',
      '"when"',
      `id, provider_id as "providerId", purpose_id as "purposeId", "when", staff_user_id as "staffUserId",
       customer_user_id as "customerUserId", creator_name as "creatorName",
       creator_mobile_phone as "creatorMobilePhone", creator_email_address as "creatorEmailAddress"`,
    ),
    invitees: `select i.meeting_id as "meetingId", i.name, i.mobile_phone as "mobilePhone",
         i.email_address as "emailAddress", i.status
       from meeting m join meeting_invitee i on i.meeting_id = m.id
       where ${isOf('m.customer_id')} order by i.position`,
    crmEvents: newest(
      'crm_event',
      'created_at',
      `id, category, detail, channel, scheduled_date as "scheduledDate", actual_date as "actualDate", result,
       created_at as "createdAt"`,
    ),
  });
}
