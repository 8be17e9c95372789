import type { AccountRow } from '../../domain/account/account.table.ts';
import type { AccountAttributeRow } from '../../domain/account/account-attribute.table.ts';
import type { AccountHolderRow } from '../../domain/account/account-holder.table.ts';
import type { AccountRoutingRow } from '../../domain/account/account-routing.table.ts';
import type { CustomerAccountLinkRow } from '../../domain/account/customer-account-link.table.ts';
import type { CustomerAddressRow } from '../../domain/address/address.table.ts';
import type { CrmEventRow } from '../../domain/crm-event/crm-event.table.ts';
import type { CustomerRow } from '../../domain/customer/customer.table.ts';
import type { CustomerAttributeRow } from '../../domain/customer/customer-attribute.table.ts';
import type { CustomerLinkRow } from '../../domain/customer-link/customer-link.table.ts';
import type { KycCheckRow } from '../../domain/kyc/kyc-check.table.ts';
import type { KycDocumentRow } from '../../domain/kyc/kyc-document.table.ts';
import type { KycMediaRow } from '../../domain/kyc/kyc-media.table.ts';
import type { KycStatusRow } from '../../domain/kyc/kyc-status.table.ts';
import type { MeetingRow } from '../../domain/meeting/meeting.table.ts';
import type { MeetingInviteeRow } from '../../domain/meeting/meeting-invitee.table.ts';
import type { CustomerMessageRow } from '../../domain/message/message.table.ts';
import type { SocialMediaHandleRow } from '../../domain/social-media-handle/social-media-handle.table.ts';
import type { TaxResidenceRow } from '../../domain/tax-residence/tax-residence.table.ts';
import type { UserRow } from '../../domain/user/user.table.ts';
import type { UserCustomerLinkRow } from '../../domain/user-customer-link/user-customer-link.table.ts';

/** Generated rows are neither retracted nor cancelled, their identifiers are plain, and their dates are not ahead of the clock. */
export type Generated<Row> = Omit<
  Row,
  | 'retractedAt'
  | 'retractedByUserId'
  | 'retractionReason'
  | 'cancelledAt'
  | 'canonicalNumber'
  | 'canonicalRouting'
  | 'sentDate'
  | 'reason'
  | 'proposalId'
  | 'ofClosedCustomer'
>;

/** A customer with all related rows. */
export interface GeneratedCustomer {
  users: UserRow[];
  customers: Omit<CustomerRow, 'rowNumber' | 'kycReviewDate' | 'kycReviewDueOn'>[];
  addresses: CustomerAddressRow[];
  attributes: CustomerAttributeRow[];
  accounts: AccountRow[];
  accountRoutings: Generated<AccountRoutingRow>[];
  accountHolders: AccountHolderRow[];
  accountAttributes: AccountAttributeRow[];
  customerAccountLinks: CustomerAccountLinkRow[];
  customerLinks: CustomerLinkRow[];
  userCustomerLinks: UserCustomerLinkRow[];
  taxResidences: TaxResidenceRow[];
  socialMediaHandles: SocialMediaHandleRow[];
  kycStatuses: Generated<KycStatusRow>[];
  kycChecks: Generated<KycCheckRow>[];
  kycDocuments: Generated<KycDocumentRow>[];
  kycMedia: Generated<KycMediaRow>[];
  meetings: Generated<MeetingRow>[];
  meetingInvitees: MeetingInviteeRow[];
  messages: CustomerMessageRow[];
  crmEvents: Generated<CrmEventRow>[];
}
