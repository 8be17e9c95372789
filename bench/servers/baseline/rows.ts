import type { DatabaseTime, Flag } from './database.ts';

// The rows of the statements in customer-statements.ts. Columns have the names of the response's fields.

interface OfCustomer {
  customerId: string;
}

export interface CustomerRow {
  id: string;
  bankId: string;
  bankShortName: string | null;
  bankFullName: string | null;
  bankLogoUrl: string | null;
  customerNumber: string;
  legalName: string;
  title: string | null;
  nameSuffix: string | null;
  dateOfBirth: string | null;
  mobilePhoneNumber: string;
  mobilePhoneNumberE164: string | null;
  email: string | null;
  faceImageUrl: string | null;
  faceImageDate: DatabaseTime | null;
  relationshipStatus: string | null;
  dependants: number | null;
  dobOfDependants: string | string[];
  creditRating: string | null;
  creditSource: string | null;
  creditLimitCurrency: string | null;
  creditLimitAmount: string | null;
  highestEducationAttained: string | null;
  employmentStatus: string | null;
  kycStatus: Flag;
  lastOkDate: DatabaseTime | null;
  branchId: string | null;
  createdAt: DatabaseTime;
  updatedAt: DatabaseTime;
  version: number;
}

export interface AddressRow extends OfCustomer {
  id: string;
  line1: string;
  line2: string | null;
  line3: string | null;
  city: string;
  county: string | null;
  state: string | null;
  postcode: string;
  countryCode: string;
  status: string | null;
  tags: string | string[];
  insertDate: DatabaseTime;
  version: number;
}

export interface AttributeRow extends OfCustomer {
  id: string;
  name: string;
  type: string;
  value: string;
  version: number;
}

export interface TaxResidenceRow extends OfCustomer {
  id: string;
  domain: string;
  taxNumber: string;
}

export interface SocialMediaHandleRow extends OfCustomer {
  id: string;
  type: string;
  handle: string;
  dateAdded: DatabaseTime | null;
  dateActivated: DatabaseTime | null;
}

export interface AccountLinkRow extends OfCustomer {
  id: string;
  relationshipType: string;
  version: number;
  accountId: string;
  accountBankId: string;
  label: string | null;
  number: string | null;
  productCode: string | null;
  branchId: string | null;
  balanceCurrency: string | null;
  balanceAmount: string | null;
}

export interface RoutingRow {
  linkId: string;
  scheme: string;
  address: string;
}

export interface AccountAttributeRow {
  linkId: string;
  id: string;
  name: string;
  type: string;
  value: string;
  productCode: string | null;
  contractCode: string | null;
}

export interface UserLinkRow extends OfCustomer {
  id: string;
  dateInserted: DatabaseTime;
  isActive: Flag;
  version: number;
  userId: string;
  username: string;
  email: string | null;
  firstName: string | null;
  lastName: string | null;
}

export interface KycStatusRow extends OfCustomer {
  id: string;
  ok: Flag;
  date: DatabaseTime;
}

export interface KycCheckRow extends OfCustomer {
  id: string;
  date: DatabaseTime;
  how: string;
  staffUserId: string | null;
  staffName: string | null;
  satisfied: Flag;
  comments: string | null;
}

export interface KycDocumentRow extends OfCustomer {
  id: string;
  type: string;
  number: string;
  issueDate: string | null;
  issuePlace: string | null;
  expiryDate: string | null;
}

export interface KycMediaRow extends OfCustomer {
  id: string;
  type: string;
  url: string;
  date: DatabaseTime;
  documentId: string | null;
  checkId: string | null;
}

export interface MessageRow extends OfCustomer {
  id: string;
  date: DatabaseTime;
  transport: string | null;
  message: string;
  fromDepartment: string;
  fromPerson: string;
}

export interface MeetingRow extends OfCustomer {
  id: string;
  providerId: string;
  purposeId: string;
  when: DatabaseTime;
  staffUserId: string | null;
  customerUserId: string | null;
  creatorName: string | null;
  creatorMobilePhone: string | null;
  creatorEmailAddress: string | null;
}

export interface InviteeRow {
  meetingId: string;
  name: string | null;
  mobilePhone: string | null;
  emailAddress: string | null;
  status: string | null;
}

export interface CrmEventRow extends OfCustomer {
  id: string;
  category: string;
  detail: string | null;
  channel: string | null;
  scheduledDate: DatabaseTime | null;
  actualDate: DatabaseTime | null;
  result: string | null;
  createdAt: DatabaseTime;
}
