/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** A new KYC check. */
export type AddKycCheckInput = {
  /** The comments on the check, at most 2,000 characters. */
  comments?: string | null | undefined;
  /** The time when the check was made, such as `2024-05-31T09:30:00Z`. It must not be in the future. A time that is at most five minutes ahead is stored as the present. */
  date: string;
  /** The method of the check, such as `online`, at most 32 characters. */
  how: string;
  /** The ID of the check, such as `98FDB6`, at most 254 characters of 0-9, a-z, A-Z, `-`, `.`, and `_`. It must be unique for the customer. Defaults to a generated ID. */
  kycCheckId?: string | null | undefined;
  /** Whether the customer passed the check. */
  satisfied: boolean;
  /** The name of the member of staff who made the check, at most 64 characters. */
  staffName: string;
  /** The ID, in the bank's own terms, of the member of staff who made the check, such as `67876`, at most 64 characters of 0-9, a-z, A-Z, `-`, `.`, and `_`. */
  staffUserId: string;
};

/** A new KYC document. */
export type AddKycDocumentInput = {
  /** The last date on which the document is valid, such as `2028-03-08`. It must not be before `issueDate`. */
  expiryDate: string;
  /** The date of issue, such as `2018-03-09`. It must not be in the future. */
  issueDate: string;
  /** The place of issue, such as `Berlin`, at most 512 characters. */
  issuePlace: string;
  /** The ID of the document, such as `wuwjfuha234678`, at most 254 characters of 0-9, a-z, A-Z, `-`, `.`, and `_`. It must be unique for the customer. Defaults to a generated ID. */
  kycDocumentId?: string | null | undefined;
  /** The number of the document, such as `83436`, at most 50 characters. */
  number: string;
  /** The type of the document, such as `passport`, at most 50 characters. */
  type: string;
};

/** A new media item. */
export type AddKycMediaInput = {
  /** The size of the file in bytes, at least 1. */
  bytes?: number | null | undefined;
  /** The media type of the file, such as `image/jpeg`, without parameters. Letter case is ignored. */
  contentType?: string | null | undefined;
  /** The time when the media item was made, such as `2024-05-31T09:30:00Z`. It must not be in the future. A time that is at most five minutes ahead is stored as the present. */
  date: string;
  /** The ID of the media item, such as `73hyfgayt6ywerwerasd`, at most 254 characters of 0-9, a-z, A-Z, `-`, `.`, and `_`. It must be unique for the customer. Defaults to a generated ID. */
  kycMediaId?: string | null | undefined;
  /** The ID of the check to which the media item belongs. It must be a check of the same customer that is not retracted. */
  relatesToKycCheckId?: string | null | undefined;
  /** The ID of the document to which the media item belongs. It must be a document of the same customer that is not retracted. */
  relatesToKycDocumentId?: string | null | undefined;
  /** The SHA-256 hash of the file at the URL, as 64 hexadecimal digits. State it, so that everybody can prove later that the file was not altered. */
  sha256?: string | null | undefined;
  /** The type of the media item, such as `image`, at most 50 characters. */
  type: string;
  /** The URL of the media item, such as `https://media.example.com/passport.png`, at most 2,000 characters. The gateway never fetches it. */
  url: string;
};

/** An attribute with an exact value, or with a number or date in a range. A range must have one or both of `from` and `to`, and no `value`. */
export type AttributeFilter = {
  /** The smallest value of the range, inclusive. A number, such as `12.5`, is compared with values of the types `INTEGER` and `DOUBLE`, in any notation. A date, such as `2012-04-23`, is compared with values of the type `DATE_WITH_DAY`. */
  from?: string | null | undefined;
  /** The name of the attribute, such as `SEGMENT`. */
  name: string;
  /** The largest value of the range, inclusive. A number, such as `12.5`, is compared with values of the types `INTEGER` and `DOUBLE`, in any notation. A date, such as `2012-04-23`, is compared with values of the type `DATE_WITH_DAY`. */
  to?: string | null | undefined;
  /** The value of the attribute as stored, such as `GOLD`. */
  value?: string | null | undefined;
};

/** The type of the value of an attribute, which determines its format. */
export type AttributeType =
  /** A date, such as `2012-04-23`. */
  | 'DATE_WITH_DAY'
  /** A decimal number, such as `12.1234`. */
  | 'DOUBLE'
  /** An integer, such as `123`. */
  | 'INTEGER'
  /** Any text. */
  | 'STRING';

/** The end of the relationship with a customer. */
export type CloseCustomerInput = {
  /** The day on which the relationship ended, such as `2026-11-30`. It must not be in the future. */
  date: string;
  /** The reason, such as `Closed at the request of the customer`, at most 2,000 characters. */
  reason: string;
};

/** The name and the contact details of a person. */
export type ContactDetailsInput = {
  /** The email address, such as `felixsmith@example.com`. */
  emailAddress?: string | null | undefined;
  /** The mobile phone number in international format, such as `+44 7972 444876`, at most 50 characters. It is stored as written. */
  mobilePhone?: string | null | undefined;
  /** The name of the person, at most 255 characters. */
  name: string;
};

/** A new link between a customer and an account of the same bank. */
export type CreateCustomerAccountLinkInput = {
  /** The ID of the account. */
  accountId: string;
  /** The relationship of the customer to the account, such as `Owner`, at most 255 characters. */
  relationshipType: string;
};

/** A new customer, with the data that belongs to the customer. Either everything is stored or nothing. Some parts require a role of their own. */
export type CreateCustomerInput = {
  /** The links to accounts of the bank to create. Requires `CanCreateCustomerAccountLink`. At most 500 items. */
  accountLinks?: Array<CreateCustomerAccountLinkInput> | null | undefined;
  /** The addresses to create. Requires `CanCreateCustomerAddress`. At most 500 items. */
  addresses?: Array<CustomerAddressInput> | null | undefined;
  /** The attributes to create. Requires `CanCreateCustomerAttributeAtOneBank` or `CanCreateCustomerAttributeAtAnyBank`. At most 500 items. */
  attributes?: Array<CustomerAttributeInput> | null | undefined;
  /** The ID of the branch that is responsible for the customer, such as `DERBY6`, at most 254 characters of 0-9, a-z, A-Z, `-`, `.`, and `_`. */
  branchId?: string | null | undefined;
  /** The maximum credit that the bank grants to the customer. */
  creditLimit?: CreditLimitInput | null | undefined;
  /** The credit rating of the customer. */
  creditRating?: CreditRatingInput | null | undefined;
  /** The links to other customers of the bank to create. Requires `CanCreateCustomerLink`. At most 500 items. */
  customerLinks?: Array<CreateCustomerLinkInput> | null | undefined;
  /** The customer number, such as `5987953`, at most 50 characters. It must be unique at the bank and must not contain `::::`. Defaults to a generated number. */
  customerNumber?: string | null | undefined;
  /** Whether the customer is a person or a company. Defaults to `RETAIL`. */
  customerType?: CustomerType | null | undefined;
  /** The date of birth, such as `1985-10-26`. It must not be in the future. */
  dateOfBirth?: string | null | undefined;
  /** The number of the customer's dependants. It must equal the number of dates in `dobOfDependants`. Null counts as 0. */
  dependants?: number | null | undefined;
  /** The dates of birth of the dependants, such as `2012-09-08`. They must not be in the future. At most 100 items. */
  dobOfDependants?: Array<string> | null | undefined;
  /** The email address, such as `felixsmith@example.com`. */
  email?: string | null | undefined;
  /** The employment status in the bank's own terms, such as `Employed`, at most 32 characters. */
  employmentStatus?: string | null | undefined;
  /** A picture of the customer's face. */
  faceImage?: FaceImageInput | null | undefined;
  /** The highest education attained in the bank's own terms, such as `Bachelor's Degree`, at most 32 characters. */
  highestEducationAttained?: string | null | undefined;
  /** The day on which a company was incorporated, such as `1999-04-01`. It must not be in the future. */
  incorporationDate?: string | null | undefined;
  /** The KYC checks to add. Requires `CanAddKycCheck` and, if the bank requires a reason, the `X-Reason` header. At most 500 items. */
  kycChecks?: Array<AddKycCheckInput> | null | undefined;
  /** The KYC documents to add. Requires `CanAddKycDocument` and, if the bank requires a reason, the `X-Reason` header. At most 500 items. */
  kycDocuments?: Array<AddKycDocumentInput> | null | undefined;
  /** The media items to add, which can relate to the checks and documents by their IDs. Requires `CanAddKycMedia` and, if the bank requires a reason, the `X-Reason` header. At most 500 items. */
  kycMedia?: Array<AddKycMediaInput> | null | undefined;
  /** Whether the KYC status is ok. `true` becomes the first status of the timeline. It requires `CanAddKycStatus` and, if the bank requires a reason, the `X-Reason` header. At a bank with `kycFourEyes`, it fails with `KYC_STATUS_NEEDS_CONFIRMATION`. */
  kycStatus?: boolean | null | undefined;
  /** The time of the first KYC status, such as `2024-05-31T09:30:00Z`. It is invalid unless `kycStatus` is `true`. It must not be in the future. A time that is at most five minutes ahead is stored as the present. Defaults to the current time. */
  lastOkDate?: string | null | undefined;
  /** The legal form of a company in the bank's own terms, such as `GmbH`, at most 64 characters. */
  legalForm?: string | null | undefined;
  /** The full legal name, such as `Eveline Tripman`, at most 255 characters. */
  legalName: string;
  /** A meeting to create with the customer. The user who takes part for the customer must be one of `userLinks`. Requires `CanCreateMeeting`. */
  meeting?: NewCustomerMeetingInput | null | undefined;
  /** The mobile phone number in international format, such as `+44 7972 444876`, at most 50 characters. It is stored as written. */
  mobilePhoneNumber: string;
  /** The suffix of the name, such as `Jr`, at most 255 characters. */
  nameSuffix?: string | null | undefined;
  /** The ID of the parent company of a company. Requires `CanCreateCustomerLink`. */
  parentCustomerId?: string | null | undefined;
  /** The registration number of a company, such as `HRB 12345 B`, at most 50 characters. */
  registrationNumber?: string | null | undefined;
  /** The relationship status in the bank's own terms, such as `single` or `married`, at most 16 characters. */
  relationshipStatus?: string | null | undefined;
  /** The social media handles to add. Requires `CanAddSocialMediaHandle`. At most 500 items. */
  socialMediaHandles?: Array<SocialMediaHandleInput> | null | undefined;
  /** The tax residences to create. Requires `CanCreateTaxResidence`. At most 500 items. */
  taxResidences?: Array<TaxResidenceInput> | null | undefined;
  /** The title, such as `Dr`, at most 255 characters. */
  title?: string | null | undefined;
  /** The links to users to create. Requires `CanCreateUserCustomerLink` or `CanCreateUserCustomerLinkAtAnyBank`. A link to the caller fails with `SELF_LINK_REFUSED`. At most 500 items. */
  userLinks?: Array<CreateUserCustomerLinkInput> | null | undefined;
};

/** A new link to another customer of the same bank. */
export type CreateCustomerLinkInput = {
  /** The ID of the linked customer. A parent must be a corporate customer, and a beneficial owner a retail customer. */
  linkedCustomerId: string;
  /** The share of a beneficial owner in percent, such as `"25.5"`, greater than 0 and at most 100. The sum of the shares can exceed 100, because persons can own and control the same shares, directly or through companies. */
  percentage?: string | null | undefined;
  /** The relationship of the linked customer to the customer: `GUARDIAN` to a retail customer, another one to a corporate customer. */
  relationshipTo: CustomerRelationship;
};

/** A new, active link between a user and a customer. */
export type CreateUserCustomerLinkInput = {
  /** The ID of the user. */
  userId: string;
};

/** A new user, who logs in with a password. */
export type CreateUserInput = {
  /** The email address, such as `felix@example.com`. */
  email: string;
  /** The first name, at most 100 characters. */
  firstName: string;
  /** The last name, at most 100 characters. */
  lastName: string;
  /** The password: 17 to 512 ASCII letters, digits, punctuation characters, or spaces; or 10 to 16 of them without spaces, with at least one digit, one lower-case letter, one upper-case letter, and one punctuation character. */
  password: string;
  /** The username, such as `felix.smith`: 8 to 100 ASCII letters, digits, dots, and underscores, with dots and underscores only between letters and digits. If the gateway validates email addresses, the username can also be equal to `email`. */
  username: string;
};

/** The maximum credit that the bank grants to the customer. */
export type CreditLimitInput = {
  /** The amount, such as `"1000.50"`. It must not be negative or have more decimal places than the currency has. */
  amount: string;
  /** The currency, such as `EUR`. */
  currency: string;
};

/** The credit rating of a customer. */
export type CreditRatingInput = {
  /** The credit rating, such as `AA+`, at most 100 characters. */
  rating?: string | null | undefined;
  /** The source of the credit rating, such as `Experian`, at most 100 characters. */
  source?: string | null | undefined;
};

/** A new postal address. */
export type CustomerAddressInput = {
  /** The city or town, at most 255 characters. */
  city: string;
  /** The country, such as `DE`. */
  countryCode: string;
  /** The county, at most 255 characters. */
  county?: string | null | undefined;
  /** The first line, such as `No 1 the Road`, at most 255 characters. */
  line1: string;
  /** The second line, at most 255 characters. */
  line2?: string | null | undefined;
  /** The third line, at most 255 characters. */
  line3?: string | null | undefined;
  /** The postcode, at most 20 characters. */
  postcode?: string | null | undefined;
  /** The state, province or region, at most 255 characters. */
  state?: string | null | undefined;
  /** The status of the address in the bank's own terms, such as `OK`, at most 255 characters. */
  status?: string | null | undefined;
  /** The purposes of the address, such as `mailing` or `home`, each at most 50 characters. At most 20 items. */
  tags?: Array<string> | null | undefined;
};

/** The values of an attribute of a customer. */
export type CustomerAttributeInput = {
  /** The name of the attribute, such as `SPECIAL_TAX_NUMBER`, at most 50 characters. A customer can have several attributes with the same name. */
  name: string;
  /** The type of the value. If the bank has an active definition for the name, the type must be that of the definition. */
  type: AttributeType;
  /** The value, in the format of its type, such as `123`, `12.1234`, or `2012-04-23`, at most 2,000 characters. */
  value: string;
};

/** Conditions for customers. A customer must meet all conditions that are not null. */
export type CustomerFilter = {
  /** The attributes that the customer must have. All entries must match, also those with the same name. Requires `CanGetCustomerAttributesAtOneBank` or `CanGetCustomerAttributesAtAnyBank`. At most 10 items. */
  attributes?: Array<AttributeFilter> | null | undefined;
  /** The ID of the branch that is responsible for the customer, such as `DERBY6`. */
  branchId?: string | null | undefined;
  /** The end of the period in which the customer was first stored in the gateway, exclusive. */
  createdBefore?: string | null | undefined;
  /** The start of the period in which the customer was first stored in the gateway, inclusive. */
  createdFrom?: string | null | undefined;
  /** The customer number, such as `5987953`. Full-width digits count as digits. If no customer has this number, the only one whose number differs in letter case, spaces, or punctuation matches. */
  customerNumber?: string | null | undefined;
  /** The date of birth. */
  dateOfBirth?: string | null | undefined;
  /** The email address, such as `felixsmith@example.com`. Letter case and character width are ignored. An international domain can be written in Unicode or in ASCII. */
  email?: string | null | undefined;
  /** Whether a proposed KYC status of the customer awaits a decision, also if the customer is closed. Requires a role to read the proposals and, if the bank requires a reason for access to KYC material, the `X-Reason` header. `customersAtAnyBank` always requires the header. */
  hasOpenKycStatusProposal?: boolean | null | undefined;
  /** The state of the customer in the KYC process. Closed customers match, too. */
  kycState?: KycState | null | undefined;
  /** Whether the KYC status with the latest date is ok. `false` also matches customers without a KYC status. */
  kycStatus?: boolean | null | undefined;
  /** The end of the period that contains `lastOkDate`, exclusive. Customers without a `lastOkDate` do not match. */
  lastOkBefore?: string | null | undefined;
  /** The start of the period that contains `lastOkDate`, inclusive. */
  lastOkFrom?: string | null | undefined;
  /** A part of the legal name, such as `trip`, from 3 to 255 characters. Letter case, character width, and repeated spaces are ignored. */
  legalNameContains?: string | null | undefined;
  /** The beginning of the legal name, such as `evel`, at most 255 characters. Letter case, character width, and repeated spaces are ignored. */
  legalNameStartsWith?: string | null | undefined;
  /** The mobile phone number in international format, such as `+44 7972 444876`, the digits of an imported number that is not international, or a pattern, such as `%797244%`. In a pattern, `%` matches any number of digits and `_` matches one digit. A pattern must contain at least three consecutive digits, and begin with `+`, `00`, or a wildcard. Brackets and trunk prefixes are ignored before the first wildcard, so `+44 (0)7972 %` matches `+447972444876`. A trunk prefix that a number can also start with must be in brackets, as in `+7 (8) 912 %`. A trunk prefix in brackets after a wildcard is invalid. */
  mobilePhoneNumber?: string | null | undefined;
  /** The text of a search box, from 2 to 100 characters and at most 10 words. It finds customers by the beginnings of words of the legal name, whatever their order, letter case, accents, and punctuation, and by the whole customer number, email address, or mobile phone number. With `CanGetCustomerOverview` or `CanGetCustomerOverviewFlat`, it also finds them by the routing address of an account, such as an IBAN; with `CanGetAnyKycDocuments` or `CanGetKycDocumentsAtOneBank`, by the number of a KYC document. If the bank requires a reason for access to KYC material, numbers of KYC documents are searched only if the request states one. Unless `sortBy` is set, customers found by an identifier come first, at most 100 for each kind, followed by those found by name, sorted by the matching word. */
  search?: string | null | undefined;
  /** The end of the period in which the customer was last changed, exclusive. */
  updatedBefore?: string | null | undefined;
  /** The start of the period in which the customer was last changed, inclusive. */
  updatedFrom?: string | null | undefined;
};

/** The kind of a change. */
export type CustomerHistoryAction =
  /** The object was created. */
  | 'CREATED'
  /** The object was deleted. */
  | 'DELETED'
  /** Fields of the object were changed. */
  | 'UPDATED';

/** The kind of a changed object. */
export type CustomerHistoryObject =
  /** A link of the customer to an account. */
  | 'ACCOUNT_LINK'
  /** An address of the customer. */
  | 'ADDRESS'
  /** An attribute of the customer. */
  | 'ATTRIBUTE'
  /** The customer itself. */
  | 'CUSTOMER'
  /** A link of the customer to another customer. */
  | 'CUSTOMER_LINK'
  /** A link of another customer to the customer. */
  | 'INVERSE_CUSTOMER_LINK'
  /** A social media handle of the customer. */
  | 'SOCIAL_MEDIA_HANDLE'
  /** A tax residence of the customer. */
  | 'TAX_RESIDENCE'
  /** A link of the customer to a user. */
  | 'USER_LINK';

/** The data of a customer that matches a searched text. */
export type CustomerMatch =
  /** The routing address of an account that is linked to the customer, such as an IBAN. */
  | 'ACCOUNT_ROUTING'
  /** The customer number. */
  | 'CUSTOMER_NUMBER'
  /** The email address. */
  | 'EMAIL'
  /** The number of a KYC document that is not retracted. */
  | 'KYC_DOCUMENT_NUMBER'
  /** The legal name. Each searched word is the beginning of one of its words. */
  | 'LEGAL_NAME'
  /** The mobile phone number. */
  | 'MOBILE_PHONE_NUMBER';

/** The relationship of a linked customer to the customer of the link. */
export type CustomerRelationship =
  /** The linked customer is a person who owns or controls the company. */
  | 'BENEFICIAL_OWNER'
  /** The linked customer is a director of the company. */
  | 'DIRECTOR'
  /** The linked customer is the guardian of the person. */
  | 'GUARDIAN'
  /** The linked customer is the parent company of the company. A company has at most one. */
  | 'PARENT';

/** The value by which customers are sorted. Customers with equal values are sorted by ID. */
export type CustomerSort =
  /** The time when the customer was first stored in the gateway, `createdAt`. */
  | 'CREATED'
  /** The customer number, compared character by character. */
  | 'CUSTOMER_NUMBER'
  /** The latest date of a KYC status that is ok, `lastOkDate`. */
  | 'LAST_OK_DATE'
  /** The legal name, compared character by character. Letter case, character width, and repeated spaces are ignored. */
  | 'LEGAL_NAME'
  /** The time when the customer was last changed, `updatedAt`. */
  | 'UPDATED';

/** Whether a customer is a person or a company. */
export type CustomerType =
  /** A company. It has no title, date of birth, dependants, relationship status, education, or employment status. */
  | 'CORPORATE'
  /** A person. */
  | 'RETAIL';

/** A value that two customers of a bank have in common. */
export type DuplicateMatch =
  /** The number of a KYC document that is not retracted. Letter case, spaces, and punctuation are ignored. */
  | 'DOCUMENT_NUMBER'
  /** The email address. Letter case is ignored. */
  | 'EMAIL'
  /** The mobile phone number in E.164 format. */
  | 'MOBILE_PHONE_NUMBER'
  /** The date of birth and the words of the legal name, in any order. Letter case, accents, and punctuation are ignored. */
  | 'NAME_AND_DATE_OF_BIRTH';

/** A picture of a customer's face. */
export type FaceImageInput = {
  /** The time when the picture was taken. It must not be in the future. A time that is at most five minutes ahead is stored as the present. */
  date?: string | null | undefined;
  /** The URL of the picture, such as `https://media.example.com/eveline.png`. */
  url: string;
};

/** The state of a customer in the KYC process. */
export type KycState =
  /** The customer has no KYC status that is not retracted. */
  | 'NEVER_ASSESSED'
  /** The KYC status with the latest date is not ok. */
  | 'NOT_OK'
  /** The KYC status with the latest date is ok. */
  | 'OK';

/** An invitee of a meeting. */
export type MeetingInviteeInput = {
  /** The contact details of the invitee. */
  contactDetails: ContactDetailsInput;
  /** The status of the invitation in the bank's own terms, such as `accepted`, at most 255 characters. */
  status?: string | null | undefined;
  /** The ID of the invited user, who can then read the meeting. Only callers with `CanCreateMeeting` can set it. */
  userId?: string | null | undefined;
};

/** A new meeting with a new customer. */
export type NewCustomerMeetingInput = {
  /** The contact details of the creator of the meeting. */
  creator: ContactDetailsInput;
  /** The ID of the user who takes part for the customer. It must be a linked user of the customer. Defaults to the caller if the caller is a linked user, otherwise to the only linked user. If there are several or none, no user takes part for the customer. Only callers with `CanCreateMeeting` can set it to another user than themselves. */
  customerUserId?: string | null | undefined;
  /** The time of the meeting, such as `2024-05-31T09:30:00Z`. */
  date: string;
  /** The invitees of the meeting. At most 500 items. */
  invitees: Array<MeetingInviteeInput>;
  /** The ID of a configured provider of video sessions, such as `jitsi`, at most 64 characters of 0-9, a-z, A-Z, `-`, `.`, `_`, and `~`. */
  providerId: string;
  /** The purpose of the meeting, such as `onboarding`, at most 64 characters of 0-9, a-z, A-Z, `-`, `.`, `_`, and `~`. */
  purposeId: string;
  /** The ID of the user who takes part for the bank, as a moderator. If it is omitted, there is none yet. Only callers with `CanCreateMeeting` can set it. */
  staffUserId?: string | null | undefined;
};

/** The access of the caller to a field that requires a role: `READ_` and the name of the field, or the name of the mutation. */
export type Permission =
  /** Access to `Mutation.addKycCheck`. */
  | 'ADD_KYC_CHECK'
  /** Access to `Mutation.addKycDocument`. */
  | 'ADD_KYC_DOCUMENT'
  /** Access to `Mutation.addKycMedia`. */
  | 'ADD_KYC_MEDIA'
  /** Access to `Mutation.addKycStatus`. */
  | 'ADD_KYC_STATUS'
  /** Access to `Mutation.addSocialMediaHandle`. */
  | 'ADD_SOCIAL_MEDIA_HANDLE'
  /** Access to `Mutation.closeCrmEvent`. */
  | 'CLOSE_CRM_EVENT'
  /** Access to `Mutation.closeCustomer`. */
  | 'CLOSE_CUSTOMER'
  /** Access to `Mutation.confirmKycStatus`. */
  | 'CONFIRM_KYC_STATUS'
  /** Access to `Mutation.createAccountAttribute`. */
  | 'CREATE_ACCOUNT_ATTRIBUTE'
  /** Access to `Mutation.createBank`. */
  | 'CREATE_BANK'
  /** Access to `Mutation.createCrmEvent`. */
  | 'CREATE_CRM_EVENT'
  /** Access to `Mutation.createCustomer`. */
  | 'CREATE_CUSTOMER'
  /** Access to `Mutation.createCustomers`. */
  | 'CREATE_CUSTOMERS'
  /** Access to `Mutation.createCustomerAccountLink`. */
  | 'CREATE_CUSTOMER_ACCOUNT_LINK'
  /** Access to `Mutation.createCustomerAddress`. */
  | 'CREATE_CUSTOMER_ADDRESS'
  /** Access to `Mutation.createCustomerAttribute`. */
  | 'CREATE_CUSTOMER_ATTRIBUTE'
  /** Access to `Mutation.createCustomerLink`. */
  | 'CREATE_CUSTOMER_LINK'
  /** Access to `Mutation.createCustomerMessage`. */
  | 'CREATE_CUSTOMER_MESSAGE'
  /** Access to `Mutation.createOrUpdateCustomerAttributeDefinition`. */
  | 'CREATE_OR_UPDATE_CUSTOMER_ATTRIBUTE_DEFINITION'
  /** Access to `Mutation.createTaxResidence`. */
  | 'CREATE_TAX_RESIDENCE'
  /** Access to `Mutation.createUserAttribute`. */
  | 'CREATE_USER_ATTRIBUTE'
  /** Access to `Mutation.createUserCustomerLink`. */
  | 'CREATE_USER_CUSTOMER_LINK'
  /** Access to `Mutation.deleteCustomerAccountLink`. */
  | 'DELETE_CUSTOMER_ACCOUNT_LINK'
  /** Access to `Mutation.deleteCustomerAddress`. */
  | 'DELETE_CUSTOMER_ADDRESS'
  /** Access to `Mutation.deleteCustomerAttribute`. */
  | 'DELETE_CUSTOMER_ATTRIBUTE'
  /** Access to `Mutation.deleteCustomerAttributeDefinition`. */
  | 'DELETE_CUSTOMER_ATTRIBUTE_DEFINITION'
  /** Access to `Mutation.deleteCustomerCascade`. */
  | 'DELETE_CUSTOMER_CASCADE'
  /** Access to `Mutation.deleteCustomerLink`. */
  | 'DELETE_CUSTOMER_LINK'
  /** Access to `Mutation.deleteSocialMediaHandle`. */
  | 'DELETE_SOCIAL_MEDIA_HANDLE'
  /** Access to `Mutation.deleteTaxResidence`. */
  | 'DELETE_TAX_RESIDENCE'
  /** Access to `Mutation.deleteUserCustomerLink`. */
  | 'DELETE_USER_CUSTOMER_LINK'
  /** Access to `Mutation.liftLegalHold`. */
  | 'LIFT_LEGAL_HOLD'
  /** Access to `Mutation.proposeKycStatus`. */
  | 'PROPOSE_KYC_STATUS'
  /** Access to `Query.account`. */
  | 'READ_ACCOUNT'
  /** Access to `Query.accountsById`. */
  | 'READ_ACCOUNTS_BY_ID'
  /** Access to `Customer.accountLinks`. */
  | 'READ_ACCOUNT_LINKS'
  /** Access to `Customer.addresses`. */
  | 'READ_ADDRESSES'
  /** Access to `Customer.asOf`. */
  | 'READ_AS_OF'
  /** Access to `Customer.attributes`. */
  | 'READ_ATTRIBUTES'
  /** Access to `Customer.auditEvents` and `Query.auditEvents`. */
  | 'READ_AUDIT_EVENTS'
  /** Access to `Query.bankEntitlements`. */
  | 'READ_BANK_ENTITLEMENTS'
  /** Access to `Query.bankMessages`. */
  | 'READ_BANK_MESSAGES'
  /** Access to `Query.changes`. */
  | 'READ_CHANGES'
  /** Access to `Customer.closing`. */
  | 'READ_CLOSING'
  /** Access to `Customer.correlatedUsers` and `Query.correlatedUsers`. */
  | 'READ_CORRELATED_USERS'
  /** Access to `Customer.crmEvents` and `Query.crmEvents`. */
  | 'READ_CRM_EVENTS'
  /** Access to `Query.customer`. */
  | 'READ_CUSTOMER'
  /** Access to `Bank.customers` and `Query.customers`. */
  | 'READ_CUSTOMERS'
  /** Access to `Query.customersAtAnyBank`. */
  | 'READ_CUSTOMERS_AT_ANY_BANK'
  /** Access to `Query.customersById`. */
  | 'READ_CUSTOMERS_BY_ID'
  /** Access to `Query.customersByMobilePhoneNumber`. */
  | 'READ_CUSTOMERS_BY_MOBILE_PHONE_NUMBER'
  /** Access to `Query.customersDueForReview`. */
  | 'READ_CUSTOMERS_DUE_FOR_REVIEW'
  /** Access to `Query.customersMinimal`. */
  | 'READ_CUSTOMERS_MINIMAL'
  /** Access to `Query.customersMinimalAtAnyBank`. */
  | 'READ_CUSTOMERS_MINIMAL_AT_ANY_BANK'
  /** Access to `Query.customersPastRetention`. */
  | 'READ_CUSTOMERS_PAST_RETENTION'
  /** Access to `Query.customersWithKycGaps`. */
  | 'READ_CUSTOMERS_WITH_KYC_GAPS'
  /** Access to `Query.customerAccountLink`. */
  | 'READ_CUSTOMER_ACCOUNT_LINK'
  /** Access to `Query.customerAccountLinks`. */
  | 'READ_CUSTOMER_ACCOUNT_LINKS'
  /** Access to `Query.customerAccountLinksByAccount`. */
  | 'READ_CUSTOMER_ACCOUNT_LINKS_BY_ACCOUNT'
  /** Access to `Query.customerAddresses`. */
  | 'READ_CUSTOMER_ADDRESSES'
  /** Access to `Query.customerAttribute`. */
  | 'READ_CUSTOMER_ATTRIBUTE'
  /** Access to `Query.customerAttributes`. */
  | 'READ_CUSTOMER_ATTRIBUTES'
  /** Access to `Bank.customerAttributeDefinitions` and `Query.customerAttributeDefinitions`. */
  | 'READ_CUSTOMER_ATTRIBUTE_DEFINITIONS'
  /** Access to `Query.customerByNumber`. */
  | 'READ_CUSTOMER_BY_NUMBER'
  /** Access to `Customer.customerLinks` and `Query.customerLinks`. */
  | 'READ_CUSTOMER_LINKS'
  /** Access to `Query.customerMessages`. */
  | 'READ_CUSTOMER_MESSAGES'
  /** Access to `Query.customerOverview`. */
  | 'READ_CUSTOMER_OVERVIEW'
  /** Access to `Query.customerOverviewFlat`. */
  | 'READ_CUSTOMER_OVERVIEW_FLAT'
  /** Access to `Query.entitlements`. */
  | 'READ_ENTITLEMENTS'
  /** Access to `Query.expiringKycDocuments`. */
  | 'READ_EXPIRING_KYC_DOCUMENTS'
  /** Access to `Query.exportCustomerData`. */
  | 'READ_EXPORT_CUSTOMER_DATA'
  /** Access to `Query.findUser`. */
  | 'READ_FIND_USER'
  /** Access to `Query.firehoseCustomers`. */
  | 'READ_FIREHOSE_CUSTOMERS'
  /** Access to `Customer.history`. */
  | 'READ_HISTORY'
  /** Access to `Customer.inverseCustomerLinks`. */
  | 'READ_INVERSE_CUSTOMER_LINKS'
  /** Access to `Customer.kycChecks` and `Query.kycChecks`. */
  | 'READ_KYC_CHECKS'
  /** Access to `Query.kycCounts`. */
  | 'READ_KYC_COUNTS'
  /** Access to `Customer.kycDocuments` and `Query.kycDocuments`. */
  | 'READ_KYC_DOCUMENTS'
  /** Access to `Customer.kycGaps`. */
  | 'READ_KYC_GAPS'
  /** Access to `Customer.kycMedia` and `Query.kycMedia`. */
  | 'READ_KYC_MEDIA'
  /** Access to `Customer.kycReviewDate`. */
  | 'READ_KYC_REVIEW_DATE'
  /** Access to `Customer.kycReviewDueOn`. */
  | 'READ_KYC_REVIEW_DUE_ON'
  /** Access to `Customer.kycStatuses` and `Query.kycStatuses`. */
  | 'READ_KYC_STATUSES'
  /** Access to `Customer.kycStatusProposals` and `Query.kycStatusProposals`. */
  | 'READ_KYC_STATUS_PROPOSALS'
  /** Access to `Customer.legalHold`. */
  | 'READ_LEGAL_HOLD'
  /** Access to `Customer.legalHolds` and `Query.legalHolds`. */
  | 'READ_LEGAL_HOLDS'
  /** Access to `Customer.meetings`. */
  | 'READ_MEETINGS'
  /** Access to `Customer.messages`. */
  | 'READ_MESSAGES'
  /** Access to `Customer.possibleDuplicates`. */
  | 'READ_POSSIBLE_DUPLICATES'
  /** Access to `Bank.reviewIntervals`. */
  | 'READ_REVIEW_INTERVALS'
  /** Access to `Customer.socialMediaHandles` and `Query.socialMediaHandles`. */
  | 'READ_SOCIAL_MEDIA_HANDLES'
  /** Access to `Customer.taxResidences` and `Query.taxResidences`. */
  | 'READ_TAX_RESIDENCES'
  /** Access to `Query.upcomingMeetings`. */
  | 'READ_UPCOMING_MEETINGS'
  /** Access to `Query.user`. */
  | 'READ_USER'
  /** Access to `Query.users`. */
  | 'READ_USERS'
  /** Access to `Query.userCustomerLinksByCustomer`. */
  | 'READ_USER_CUSTOMER_LINKS_BY_CUSTOMER'
  /** Access to `Query.userCustomerLinksByUser`. */
  | 'READ_USER_CUSTOMER_LINKS_BY_USER'
  /** Access to `Customer.userLinks`. */
  | 'READ_USER_LINKS'
  /** Access to `Mutation.rejectKycStatus`. */
  | 'REJECT_KYC_STATUS'
  /** Access to `Mutation.reopenCustomer`. */
  | 'REOPEN_CUSTOMER'
  /** Access to `Mutation.retractKycEvidence`. */
  | 'RETRACT_KYC_EVIDENCE'
  /** Access to `Mutation.retractKycStatus`. */
  | 'RETRACT_KYC_STATUS'
  /** Access to `Mutation.setKycReviewDate`. */
  | 'SET_KYC_REVIEW_DATE'
  /** Access to `Mutation.setLegalHold`. */
  | 'SET_LEGAL_HOLD'
  /** Access to `Mutation.unlockUser`. */
  | 'UNLOCK_USER'
  /** Access to `Mutation.updateCustomerAccountLink`. */
  | 'UPDATE_CUSTOMER_ACCOUNT_LINK'
  /** Access to `Mutation.updateCustomerAddress`. */
  | 'UPDATE_CUSTOMER_ADDRESS'
  /** Access to `Mutation.updateCustomerAttribute`. */
  | 'UPDATE_CUSTOMER_ATTRIBUTE'
  /** Access to `Mutation.updateCustomerBranch`. */
  | 'UPDATE_CUSTOMER_BRANCH'
  /** Access to `Mutation.updateCustomerCreditLimit`. */
  | 'UPDATE_CUSTOMER_CREDIT_LIMIT'
  /** Access to `Mutation.updateCustomerCreditRatingAndSource`. */
  | 'UPDATE_CUSTOMER_CREDIT_RATING_AND_SOURCE'
  /** Access to `Mutation.updateCustomerData`. */
  | 'UPDATE_CUSTOMER_DATA'
  /** Access to `Mutation.updateCustomerEmail`. */
  | 'UPDATE_CUSTOMER_EMAIL'
  /** Access to `Mutation.updateCustomerIdentity`. */
  | 'UPDATE_CUSTOMER_IDENTITY'
  /** Access to `Mutation.updateCustomerLink`. */
  | 'UPDATE_CUSTOMER_LINK'
  /** Access to `Mutation.updateCustomerMobilePhoneNumber`. */
  | 'UPDATE_CUSTOMER_MOBILE_PHONE_NUMBER'
  /** Access to `Mutation.updateCustomerNumber`. */
  | 'UPDATE_CUSTOMER_NUMBER'
  /** Access to `Mutation.updateMeeting`. */
  | 'UPDATE_MEETING'
  /** Access to `Mutation.updateUserCustomerLink`. */
  | 'UPDATE_USER_CUSTOMER_LINK';

/** A role that an entitlement grants to a user. The names are those of OBP. */
export type Role =
  /** Add a KYC check to a customer. A bank role, granted for one bank. */
  | 'CanAddKycCheck'
  /** Add a KYC document to a customer. A bank role, granted for one bank. */
  | 'CanAddKycDocument'
  /** Add a media item (a scan, a photo, a video) to the KYC evidence of a customer. A bank role, granted for one bank. */
  | 'CanAddKycMedia'
  /** Add a KYC status to the timeline of a customer. A bank role, granted for one bank. */
  | 'CanAddKycStatus'
  /** Add a social media handle to a customer. A bank role, granted for one bank. */
  | 'CanAddSocialMediaHandle'
  /** Close a CRM event. A bank role, granted for one bank. */
  | 'CanCloseCrmEvent'
  /** Record the end of the relationship with a customer, and take it back. A bank role, granted for one bank. */
  | 'CanCloseCustomer'
  /** Confirm or reject a KYC status that another officer proposed. A bank role, granted for one bank. */
  | 'CanConfirmKycStatus'
  /** Open an account for another user. A bank role, granted for one bank. */
  | 'CanCreateAccount'
  /** Create an attribute of an account. A bank role, granted for one bank. */
  | 'CanCreateAccountAttributeAtOneBank'
  /** Create a bank, and grant roles at this bank. A system role, granted without a bank. */
  | 'CanCreateBank'
  /** Record a CRM event. A bank role, granted for one bank. */
  | 'CanCreateCrmEvent'
  /** Create a customer, and update a customer address. A bank role, granted for one bank. */
  | 'CanCreateCustomer'
  /** Link an account to a customer. A bank role, granted for one bank. */
  | 'CanCreateCustomerAccountLink'
  /** Create an address of a customer. A bank role, granted for one bank. */
  | 'CanCreateCustomerAddress'
  /** Create a customer at any bank. A system role, granted without a bank. */
  | 'CanCreateCustomerAtAnyBank'
  /** Create an attribute of a customer at any bank. A system role, granted without a bank. */
  | 'CanCreateCustomerAttributeAtAnyBank'
  /** Create an attribute of a customer. A bank role, granted for one bank. */
  | 'CanCreateCustomerAttributeAtOneBank'
  /** Create or update the definition of a customer attribute. A bank role, granted for one bank. */
  | 'CanCreateCustomerAttributeDefinitionAtOneBank'
  /** Link a customer to another one, such as a beneficial owner. A bank role, granted for one bank. */
  | 'CanCreateCustomerLink'
  /** Send a message to a customer. A bank role, granted for one bank. */
  | 'CanCreateCustomerMessage'
  /** Grant system roles, and bank roles at any bank. A system role, granted without a bank. */
  | 'CanCreateEntitlementAtAnyBank'
  /** Grant bank roles at the bank. A bank role, granted for one bank. */
  | 'CanCreateEntitlementAtOneBank'
  /** Create a meeting without being linked to a customer. A bank role, granted for one bank. */
  | 'CanCreateMeeting'
  /** Create a tax residence of a customer. A bank role, granted for one bank. */
  | 'CanCreateTaxResidence'
  /** Create an attribute of a user. A system role, granted without a bank. */
  | 'CanCreateUserAttribute'
  /** Link a user to a customer, and activate or deactivate such a link. A bank role, granted for one bank. */
  | 'CanCreateUserCustomerLink'
  /** Link a user to a customer of any bank. A system role, granted without a bank. */
  | 'CanCreateUserCustomerLinkAtAnyBank'
  /** Delete a link between an account and a customer. A bank role, granted for one bank. */
  | 'CanDeleteCustomerAccountLink'
  /** Delete an address of a customer. A bank role, granted for one bank. */
  | 'CanDeleteCustomerAddress'
  /** Delete an attribute of a customer at any bank. A system role, granted without a bank. */
  | 'CanDeleteCustomerAttributeAtAnyBank'
  /** Delete an attribute of a customer. A bank role, granted for one bank. */
  | 'CanDeleteCustomerAttributeAtOneBank'
  /** Delete the definition of a customer attribute. A bank role, granted for one bank. */
  | 'CanDeleteCustomerAttributeDefinitionAtOneBank'
  /** Delete a customer with everything that belongs to the customer. A bank role, granted for one bank. */
  | 'CanDeleteCustomerCascade'
  /** Delete a link between two customers. A bank role, granted for one bank. */
  | 'CanDeleteCustomerLink'
  /** Revoke system roles, and bank roles at any bank. A system role, granted without a bank. */
  | 'CanDeleteEntitlementAtAnyBank'
  /** Revoke bank roles at the bank. A bank role, granted for one bank. */
  | 'CanDeleteEntitlementAtOneBank'
  /** Delete a social media handle of a customer. A bank role, granted for one bank. */
  | 'CanDeleteSocialMediaHandle'
  /** Delete a tax residence of a customer. A bank role, granted for one bank. */
  | 'CanDeleteTaxResidence'
  /** Delete a link between a user and a customer. A bank role, granted for one bank. */
  | 'CanDeleteUserCustomerLink'
  /** Send requests without a limit on their cost. Meant for service users. A system role, granted without a bank. */
  | 'CanExceedRateLimit'
  /** Export all data that is stored about a customer. A bank role, granted for one bank. */
  | 'CanExportCustomerData'
  /** Read the KYC checks of any customer. A system role, granted without a bank. */
  | 'CanGetAnyKycChecks'
  /** Read the KYC documents of any customer. A system role, granted without a bank. */
  | 'CanGetAnyKycDocuments'
  /** Read the KYC media of any customer. A system role, granted without a bank. */
  | 'CanGetAnyKycMedia'
  /** Read the KYC statuses of any customer. A system role, granted without a bank. */
  | 'CanGetAnyKycStatuses'
  /** Read any user. A system role, granted without a bank. */
  | 'CanGetAnyUser'
  /** Read the audit trail of the bank. A bank role, granted for one bank. */
  | 'CanGetAuditEvents'
  /** Read the audit trail of all banks, and the events outside any bank, such as logins. A system role, granted without a bank. */
  | 'CanGetAuditEventsAtAnyBank'
  /** Read which customers, users, and accounts of the bank were changed, and the names of the changed fields, as far as other roles of the caller can read these fields. A bank role, granted for one bank. */
  | 'CanGetChanges'
  /** Read a customer together with the users linked to the customer. A bank role, granted for one bank. */
  | 'CanGetCorrelatedUsersInfo'
  /** Read a customer of any bank together with the users linked to the customer. A system role, granted without a bank. */
  | 'CanGetCorrelatedUsersInfoAtAnyBank'
  /** Read the CRM events of the bank. A bank role, granted for one bank. */
  | 'CanGetCrmEvents'
  /** Read a customer by ID or by customer number. A bank role, granted for one bank. */
  | 'CanGetCustomer'
  /** Read one link between an account and a customer. A bank role, granted for one bank. */
  | 'CanGetCustomerAccountLink'
  /** Read the links between accounts and customers. A bank role, granted for one bank. */
  | 'CanGetCustomerAccountLinks'
  /** Read the addresses of a customer. A bank role, granted for one bank. */
  | 'CanGetCustomerAddress'
  /** Read one attribute of a customer at any bank. A system role, granted without a bank. */
  | 'CanGetCustomerAttributeAtAnyBank'
  /** Read one attribute of a customer. A bank role, granted for one bank. */
  | 'CanGetCustomerAttributeAtOneBank'
  /** Read the definitions of customer attributes. A bank role, granted for one bank. */
  | 'CanGetCustomerAttributeDefinitionAtOneBank'
  /** Read the attributes of a customer at any bank. A system role, granted without a bank. */
  | 'CanGetCustomerAttributesAtAnyBank'
  /** Read the attributes of a customer. A bank role, granted for one bank. */
  | 'CanGetCustomerAttributesAtOneBank'
  /** Read the changes of a customer, and the customer as it was at a time. A bank role, granted for one bank. */
  | 'CanGetCustomerHistory'
  /** Read the links between customers. A bank role, granted for one bank. */
  | 'CanGetCustomerLinks'
  /** Read the messages to a customer. A bank role, granted for one bank. */
  | 'CanGetCustomerMessages'
  /** Read the overview of a customer, including the accounts. A bank role, granted for one bank. */
  | 'CanGetCustomerOverview'
  /** Read the flat overview of a customer, including the accounts. A bank role, granted for one bank. */
  | 'CanGetCustomerOverviewFlat'
  /** List and search the customers of the bank. A bank role, granted for one bank. */
  | 'CanGetCustomers'
  /** List and search the customers of all banks. A system role, granted without a bank. */
  | 'CanGetCustomersAtAnyBank'
  /** List the IDs of the customers of the bank. A bank role, granted for one bank. */
  | 'CanGetCustomersMinimal'
  /** List the IDs of the customers of all banks. A system role, granted without a bank. */
  | 'CanGetCustomersMinimalAtAnyBank'
  /** Read the entitlements of any user, at every bank. A system role, granted without a bank. */
  | 'CanGetEntitlementsForAnyUserAtAnyBank'
  /** Read the entitlements of any user at the bank. A bank role, granted for one bank. */
  | 'CanGetEntitlementsForAnyUserAtOneBank'
  /** Read the KYC checks of a customer. A bank role, granted for one bank. */
  | 'CanGetKycChecksAtOneBank'
  /** Read the numbers of customers in each KYC state, and of open proposals. A bank role, granted for one bank. */
  | 'CanGetKycCounts'
  /** Read the KYC documents of a customer. A bank role, granted for one bank. */
  | 'CanGetKycDocumentsAtOneBank'
  /** Read the KYC media of a customer. A bank role, granted for one bank. */
  | 'CanGetKycMediaAtOneBank'
  /** Read the KYC statuses of a customer. A bank role, granted for one bank. */
  | 'CanGetKycStatusesAtOneBank'
  /** Read all meetings of the bank. A bank role, granted for one bank. */
  | 'CanGetMeetings'
  /** Read the schema of the API where it is not public. A system role, granted without a bank. */
  | 'CanGetSchema'
  /** Read the social media handles of a customer. A bank role, granted for one bank. */
  | 'CanGetSocialMediaHandles'
  /** Read the tax residences of a customer. A bank role, granted for one bank. */
  | 'CanGetTaxResidence'
  /** Read the links between users and customers. A bank role, granted for one bank. */
  | 'CanGetUserCustomerLink'
  /** Mark KYC evidence as retracted. It is not deleted. A bank role, granted for one bank. */
  | 'CanRetractKycEvidence'
  /** Mark a KYC status of a customer as retracted. It is not deleted. A bank role, granted for one bank. */
  | 'CanRetractKycStatus'
  /** Set the date of the next KYC review of a customer. A bank role, granted for one bank. */
  | 'CanSetKycReviewDate'
  /** Set, read, and lift the legal holds of a customer. A bank role, granted for one bank. */
  | 'CanSetLegalHold'
  /** Unlock a user whom failed logins or an administrator locked. A system role, granted without a bank. */
  | 'CanUnlockUser'
  /** Update a link between an account and a customer. A bank role, granted for one bank. */
  | 'CanUpdateCustomerAccountLink'
  /** Update an address of a customer. A bank role, granted for one bank. */
  | 'CanUpdateCustomerAddress'
  /** Update an attribute of a customer at any bank. A system role, granted without a bank. */
  | 'CanUpdateCustomerAttributeAtAnyBank'
  /** Update an attribute of a customer. A bank role, granted for one bank. */
  | 'CanUpdateCustomerAttributeAtOneBank'
  /** Update the branch of a customer. A bank role, granted for one bank. */
  | 'CanUpdateCustomerBranch'
  /** Update the credit limit of a customer. A bank role, granted for one bank. */
  | 'CanUpdateCustomerCreditLimit'
  /** Update the credit rating of a customer, and its source. A bank role, granted for one bank. */
  | 'CanUpdateCustomerCreditRatingAndSource'
  /** Update the credit rating of a customer of any bank, and its source. A system role, granted without a bank. */
  | 'CanUpdateCustomerCreditRatingAndSourceAtAnyBank'
  /** Update the picture, relationship status, dependants, education, and employment of a customer. A bank role, granted for one bank. */
  | 'CanUpdateCustomerData'
  /** Update the email address of a customer. A bank role, granted for one bank. */
  | 'CanUpdateCustomerEmail'
  /** Update the legal name, title, and date of birth of a customer, and all that CanUpdateCustomerBranch and CanUpdateCustomerData allow. A bank role, granted for one bank. */
  | 'CanUpdateCustomerIdentity'
  /** Update the share in a link between two customers. A bank role, granted for one bank. */
  | 'CanUpdateCustomerLink'
  /** Update the mobile phone number of a customer. A bank role, granted for one bank. */
  | 'CanUpdateCustomerMobilePhoneNumber'
  /** Update the number of a customer. A bank role, granted for one bank. */
  | 'CanUpdateCustomerNumber'
  /** Update the staff user and the time of a meeting, or cancel it. A bank role, granted for one bank. */
  | 'CanUpdateMeeting'
  /** Read all customers of a bank at once, if the firehose is enabled. A system role, granted without a bank. */
  | 'CanUseCustomerFirehoseAtAnyBank';

/** A new legal hold. */
export type SetLegalHoldInput = {
  /** The reason for the legal hold, such as `Order 4 C 17/26 of the court`, at most 2,000 characters. */
  reason: string;
};

/** A new social media handle. */
export type SocialMediaHandleInput = {
  /** The time when the handle became active. It must not be in the future. A time that is at most five minutes ahead is stored as the present. */
  dateActivated?: string | null | undefined;
  /** The time when the handle was reported to the bank. It must not be in the future. A time that is at most five minutes ahead is stored as the present. */
  dateAdded?: string | null | undefined;
  /** The handle on the social network, such as `@eveline`, at most 64 characters. */
  handle: string;
  /** The social network, such as `twitter`, at most 16 characters. */
  type: string;
};

/** The direction in which a list is sorted. */
export type SortDirection =
  /** Smallest or oldest first. Null values come first. */
  | 'ASC'
  /** Largest or newest first. Null values come last. */
  | 'DESC';

/** A new tax residence. */
export type TaxResidenceInput = {
  /** The tax authority or its jurisdiction in the bank's own terms, such as `Germany`, at most 20 characters. */
  domain: string;
  /** The customer's number at the tax authority, such as `12345678901`, at most 20 characters. */
  taxNumber: string;
};

export type BankContactsQueryVariables = Exact<{
  bankId: string;
  from?: string | null | undefined;
  to?: string | null | undefined;
  first?: number | null | undefined;
}>;


export type BankContactsQuery = { upcomingMeetings: { nodes: Array<{ id: string, when: string, purposeId: string, customer: { id: string, bankId: string, customerNumber: string, legalName: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, crmEvents: { nodes: Array<{ id: string, category: string, detail: string | null, scheduledDate: string | null, createdAt: string, customer: { id: string, bankId: string, customerNumber: string, legalName: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, bankMessages: { nodes: Array<{ id: string, date: string, message: string, fromDepartment: string, customer: { id: string, bankId: string, customerNumber: string, legalName: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type CustomerOfContactFragment = { id: string, bankId: string, customerNumber: string, legalName: string };

export type BanksQueryVariables = Exact<{ [key: string]: never; }>;


export type BanksQuery = { banks: Array<{ id: string, shortName: string | null, fullName: string | null, logoUrl: string | null, websiteUrl: string | null }> | null };

export type ChangeMyPasswordMutationVariables = Exact<{
  oldPassword: string;
  newPassword: string;
}>;


export type ChangeMyPasswordMutation = { changeMyPassword: { changedAt: string, token: string, expiresAt: string } | null };

export type CloseCustomerMutationVariables = Exact<{
  bankId: string;
  customerId: string;
  input: CloseCustomerInput;
  expectedVersion?: number | null | undefined;
  idempotencyKey?: string | null | undefined;
}>;


export type CloseCustomerMutation = { closeCustomer: { customerId: string, closing: { date: string, reason: string | null, recordedAt: string | null, recordedBy: { userId: string, displayName: string } | null } | null } | null };

export type CompanyOwnershipQueryVariables = Exact<{
  bankId: string;
  customerId: string;
}>;


export type CompanyOwnershipQuery = { customer: { id: string, customerNumber: string, legalName: string, registrationNumber: string | null, incorporationDate: string | null, legalForm: string | null, customerLinks: Array<{ id: string, relationshipTo: CustomerRelationship, percentage: string | null, linkedCustomer: { id: string, customerNumber: string, legalName: string, kycStatus: boolean } | null }> | null, inverseCustomerLinks: Array<{ id: string, relationshipTo: CustomerRelationship, customer: { id: string, customerNumber: string, legalName: string } | null }> | null } | null };

export type CreateUserMutationVariables = Exact<{
  input: CreateUserInput;
}>;


export type CreateUserMutation = { createUser: { token: string | null, expiresAt: string | null, validationRequired: boolean, user: { id: string, username: string, email: string | null } | null } | null };

export type CustomerAccountsQueryVariables = Exact<{
  bankId: string;
  customerNumber: string;
}>;


export type CustomerAccountsQuery = { customerOverview: { customerId: string, bankId: string, customerNumber: string, legalName: string, kycStatus: boolean, attributes: Array<{ id: string, name: string, type: AttributeType, value: string }>, accounts: Array<{ id: string, bankId: string, accountId: string, label: string | null, number: string | null, productCode: string | null, branchId: string | null, balance: { currency: string, amount: string } | null, routings: Array<{ scheme: string, address: string }> | null, attributes: Array<{ id: string, name: string, type: AttributeType, value: string, productCode: string | null, contractCode: string | null }> | null, contracts: Array<{ contractCode: string, productCode: string | null, productDescription: string | null, branchCode: string | null, openingDate: string | null, maturityDate: string | null, renewalDate: string | null, cancellationDate: string | null, term: string | null, issuanceAmount: string | null, interestRate: string | null, interestAmount: string | null, formOfPayment: string | null, paymentMethod: string | null, instrumentStatusCode: string | null, instrumentStatusDefinition: string | null, isSubstituted: string | null }> | null }> } | null };

export type AccountDetailsFragment = { id: string, bankId: string, accountId: string, label: string | null, number: string | null, productCode: string | null, branchId: string | null, balance: { currency: string, amount: string } | null, routings: Array<{ scheme: string, address: string }> | null, attributes: Array<{ id: string, name: string, type: AttributeType, value: string, productCode: string | null, contractCode: string | null }> | null, contracts: Array<{ contractCode: string, productCode: string | null, productDescription: string | null, branchCode: string | null, openingDate: string | null, maturityDate: string | null, renewalDate: string | null, cancellationDate: string | null, term: string | null, issuanceAmount: string | null, interestRate: string | null, interestAmount: string | null, formOfPayment: string | null, paymentMethod: string | null, instrumentStatusCode: string | null, instrumentStatusDefinition: string | null, isSubstituted: string | null }> | null };

export type CustomerAsOfQueryVariables = Exact<{
  bankId: string;
  customerId: string;
  time: string;
}>;


export type CustomerAsOfQuery = { customer: { id: string, asOf: { id: string, customerId: string, time: string, customerNumber: string, legalName: string, title: string | null, nameSuffix: string | null, dateOfBirth: string | null, mobilePhoneNumber: string, email: string | null, branchId: string | null, relationshipStatus: string | null, employmentStatus: string | null, kycStatus: boolean, lastOkDate: string | null, addresses: Array<{ addressId: string, line1: string, line2: string | null, line3: string | null, city: string, county: string | null, state: string | null, postcode: string | null, countryCode: string, tags: Array<string>, status: string | null }> | null, attributes: Array<{ attributeId: string, name: string, type: AttributeType, value: string }> | null, taxResidences: Array<{ taxResidenceId: string, domain: string, taxNumber: string }> | null, socialMediaHandles: Array<{ socialMediaHandleId: string, type: string, handle: string }> | null, accountLinks: Array<{ customerAccountLinkId: string, accountId: string, relationshipType: string }> | null, customerLinks: Array<{ customerLinkId: string, linkedCustomerId: string, relationshipTo: CustomerRelationship, percentage: string | null }> | null, inverseCustomerLinks: Array<{ customerLinkId: string, customerId: string, relationshipTo: CustomerRelationship, percentage: string | null }> | null, userLinks: Array<{ userCustomerLinkId: string, userId: string, isActive: boolean }> | null } | null } | null };

export type CustomerByNumberQueryVariables = Exact<{
  bankId: string;
  customerNumber: string;
}>;


export type CustomerByNumberQuery = { customerByNumber: { id: string, bankId: string, customerNumber: string, legalName: string, dateOfBirth: string | null, mobilePhoneNumber: string, email: string | null, kycStatus: boolean, lastOkDate: string | null, branchId: string | null, addresses: Array<{ id: string, line1: string, city: string, postcode: string | null, countryCode: string }> | null } | null };

export type CustomerHistoryQueryVariables = Exact<{
  bankId: string;
  customerId: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type CustomerHistoryQuery = { customer: { id: string, customerNumber: string, legalName: string, history: { nodes: Array<
        | { object: CustomerHistoryObject, objectId: string, action: CustomerHistoryAction, changedAt: string, requestId: string | null, isImport: boolean, changedBy: { userId: string, username: string, displayName: string } | null, changes: Array<{ field: string, before: unknown, after: unknown, until: string | null }> | null }
        | { object: CustomerHistoryObject, objectId: string, action: CustomerHistoryAction, changedAt: string, requestId: string | null, isImport: boolean, changedBy: { userId: string, username: string, displayName: string } | null, changes: Array<{ field: string, before: unknown, after: unknown, until: string | null }> | null }
        | { object: CustomerHistoryObject, objectId: string, action: CustomerHistoryAction, changedAt: string, requestId: string | null, isImport: boolean, changedBy: { userId: string, username: string, displayName: string } | null, changes: Array<{ field: string, before: unknown, after: unknown, until: string | null }> | null }
        | { object: CustomerHistoryObject, objectId: string, action: CustomerHistoryAction, changedAt: string, requestId: string | null, isImport: boolean, changedBy: { userId: string, username: string, displayName: string } | null, changes: Array<{ field: string, before: unknown, after: unknown, until: string | null }> | null }
        | { object: CustomerHistoryObject, objectId: string, action: CustomerHistoryAction, changedAt: string, requestId: string | null, isImport: boolean, changedBy: { userId: string, username: string, displayName: string } | null, changes: Array<{ field: string, before: unknown, after: unknown, until: string | null }> | null }
        | { object: CustomerHistoryObject, objectId: string, action: CustomerHistoryAction, changedAt: string, requestId: string | null, isImport: boolean, changedBy: { userId: string, username: string, displayName: string } | null, changes: Array<{ field: string, before: unknown, after: unknown, until: string | null }> | null }
        | { object: CustomerHistoryObject, objectId: string, action: CustomerHistoryAction, changedAt: string, requestId: string | null, isImport: boolean, changedBy: { userId: string, username: string, displayName: string } | null, changes: Array<{ field: string, before: unknown, after: unknown, until: string | null }> | null }
        | { object: CustomerHistoryObject, objectId: string, action: CustomerHistoryAction, changedAt: string, requestId: string | null, isImport: boolean, changedBy: { userId: string, username: string, displayName: string } | null, changes: Array<{ field: string, before: unknown, after: unknown, until: string | null }> | null }
        | { object: CustomerHistoryObject, objectId: string, action: CustomerHistoryAction, changedAt: string, requestId: string | null, isImport: boolean, changedBy: { userId: string, username: string, displayName: string } | null, changes: Array<{ field: string, before: unknown, after: unknown, until: string | null }> | null }
      >, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null };

export type CustomerOverviewQueryVariables = Exact<{
  bankId: string;
  customerId: string;
  firstMessages?: number | null | undefined;
  afterMessage?: string | null | undefined;
  firstMeetings?: number | null | undefined;
  afterMeeting?: string | null | undefined;
  firstCrmEvents?: number | null | undefined;
  afterCrmEvent?: string | null | undefined;
}>;


export type CustomerOverviewQuery = { customer: { id: string, bankId: string, customerNumber: string, legalName: string, title: string | null, nameSuffix: string | null, dateOfBirth: string | null, mobilePhoneNumber: string, mobilePhoneNumberE164: string | null, email: string | null, relationshipStatus: string | null, dependants: number | null, dobOfDependants: Array<string>, highestEducationAttained: string | null, employmentStatus: string | null, kycStatus: boolean, lastOkDate: string | null, branchId: string | null, createdAt: string, updatedAt: string, version: number, messages: { nodes: Array<{ id: string, date: string, transport: string | null, message: string, fromDepartment: string, fromPerson: string }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, meetings: { nodes: Array<{ id: string, providerId: string, purposeId: string, when: string, present: { staffUserId: string | null, customerUserId: string | null }, creator: { name: string | null, mobilePhone: string | null, emailAddress: string | null } | null, invitees: Array<{ status: string | null, contactDetails: { name: string | null, mobilePhone: string | null, emailAddress: string | null } }> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, crmEvents: { nodes: Array<{ id: string, category: string, detail: string | null, channel: string | null, scheduledDate: string | null, actualDate: string | null, result: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, bank: { id: string, shortName: string | null, fullName: string | null, logoUrl: string | null }, faceImage: { url: string, date: string | null } | null, creditRating: { rating: string | null, source: string | null } | null, creditLimit: { currency: string, amount: string } | null, addresses: Array<{ id: string, line1: string, line2: string | null, line3: string | null, city: string, county: string | null, state: string | null, postcode: string | null, countryCode: string, status: string | null, tags: Array<string>, insertDate: string, version: number }> | null, attributes: Array<{ id: string, name: string, type: AttributeType, value: string, version: number }> | null, taxResidences: Array<{ id: string, domain: string, taxNumber: string }> | null, socialMediaHandles: Array<{ id: string, type: string, handle: string, dateAdded: string | null, dateActivated: string | null }> | null, accountLinks: Array<{ id: string, relationshipType: string, version: number, account: { id: string, bankId: string, accountId: string, label: string | null, number: string | null, productCode: string | null, branchId: string | null, balance: { currency: string, amount: string } | null, routings: Array<{ scheme: string, address: string }> | null, attributes: Array<{ id: string, name: string, type: AttributeType, value: string, productCode: string | null, contractCode: string | null }> | null, contracts: Array<{ contractCode: string, productCode: string | null, productDescription: string | null, openingDate: string | null, maturityDate: string | null, interestRate: string | null, instrumentStatusDefinition: string | null }> | null } | null }> | null, userLinks: Array<{ id: string, dateInserted: string, isActive: boolean, version: number, user: { id: string, username: string, email: string | null, firstName: string | null, lastName: string | null } | null }> | null, correlatedUsers: Array<{ id: string, username: string, email: string | null }> | null, kycStatuses: Array<{ id: string, ok: boolean, date: string }> | null, kycChecks: Array<{ id: string, kycCheckId: string, date: string, how: string, staffUserId: string | null, staffName: string | null, satisfied: boolean, comments: string | null }> | null, kycDocuments: Array<{ id: string, kycDocumentId: string, type: string, number: string, issueDate: string | null, issuePlace: string | null, expiryDate: string | null, media: Array<{ id: string, type: string, url: string, date: string }> | null }> | null, kycMedia: Array<{ id: string, kycMediaId: string, type: string, url: string, date: string, document: { id: string, type: string, number: string } | null, check: { id: string, how: string, satisfied: boolean } | null }> | null } | null };

export type CustomerProfileFragment = { id: string, bankId: string, customerNumber: string, legalName: string, title: string | null, nameSuffix: string | null, dateOfBirth: string | null, mobilePhoneNumber: string, mobilePhoneNumberE164: string | null, email: string | null, relationshipStatus: string | null, dependants: number | null, dobOfDependants: Array<string>, highestEducationAttained: string | null, employmentStatus: string | null, kycStatus: boolean, lastOkDate: string | null, branchId: string | null, createdAt: string, updatedAt: string, version: number, bank: { id: string, shortName: string | null, fullName: string | null, logoUrl: string | null }, faceImage: { url: string, date: string | null } | null, creditRating: { rating: string | null, source: string | null } | null, creditLimit: { currency: string, amount: string } | null };

export type CustomerContactDetailsFragment = { addresses: Array<{ id: string, line1: string, line2: string | null, line3: string | null, city: string, county: string | null, state: string | null, postcode: string | null, countryCode: string, status: string | null, tags: Array<string>, insertDate: string, version: number }> | null, attributes: Array<{ id: string, name: string, type: AttributeType, value: string, version: number }> | null, taxResidences: Array<{ id: string, domain: string, taxNumber: string }> | null, socialMediaHandles: Array<{ id: string, type: string, handle: string, dateAdded: string | null, dateActivated: string | null }> | null };

export type CustomerAccountLinksFragment = { accountLinks: Array<{ id: string, relationshipType: string, version: number, account: { id: string, bankId: string, accountId: string, label: string | null, number: string | null, productCode: string | null, branchId: string | null, balance: { currency: string, amount: string } | null, routings: Array<{ scheme: string, address: string }> | null, attributes: Array<{ id: string, name: string, type: AttributeType, value: string, productCode: string | null, contractCode: string | null }> | null, contracts: Array<{ contractCode: string, productCode: string | null, productDescription: string | null, openingDate: string | null, maturityDate: string | null, interestRate: string | null, instrumentStatusDefinition: string | null }> | null } | null }> | null };

export type CustomerUsersFragment = { userLinks: Array<{ id: string, dateInserted: string, isActive: boolean, version: number, user: { id: string, username: string, email: string | null, firstName: string | null, lastName: string | null } | null }> | null, correlatedUsers: Array<{ id: string, username: string, email: string | null }> | null };

export type CustomerKycFragment = { kycStatuses: Array<{ id: string, ok: boolean, date: string }> | null, kycChecks: Array<{ id: string, kycCheckId: string, date: string, how: string, staffUserId: string | null, staffName: string | null, satisfied: boolean, comments: string | null }> | null, kycDocuments: Array<{ id: string, kycDocumentId: string, type: string, number: string, issueDate: string | null, issuePlace: string | null, expiryDate: string | null, media: Array<{ id: string, type: string, url: string, date: string }> | null }> | null, kycMedia: Array<{ id: string, kycMediaId: string, type: string, url: string, date: string, document: { id: string, type: string, number: string } | null, check: { id: string, how: string, satisfied: boolean } | null }> | null };

export type CustomerPermissionsQueryVariables = Exact<{
  bankId: string;
  customerId: string;
}>;


export type CustomerPermissionsQuery = { customer: { id: string, viewerPermissions: Array<Permission>, bank: { id: string, viewerPermissions: Array<Permission> } } | null };

export type CustomerSearchQueryVariables = Exact<{
  bankId: string;
  filter?: CustomerFilter | null | undefined;
  sortBy?: CustomerSort | null | undefined;
  sortDirection?: SortDirection | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type CustomerSearchQuery = { customers: { nodes: Array<{ id: string, bankId: string, customerNumber: string, legalName: string, dateOfBirth: string | null, mobilePhoneNumber: string, email: string | null, kycStatus: boolean, lastOkDate: string | null, branchId: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type CustomersByMobilePhoneNumberQueryVariables = Exact<{
  bankId: string;
  mobilePhoneNumber: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type CustomersByMobilePhoneNumberQuery = { customersByMobilePhoneNumber: { nodes: Array<{ id: string, bankId: string, customerNumber: string, legalName: string, mobilePhoneNumber: string, mobilePhoneNumberE164: string | null, email: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type CustomersPastRetentionQueryVariables = Exact<{
  bankId: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type CustomersPastRetentionQuery = { customersPastRetention: { nodes: Array<{ customerId: string, closedOn: string | null, retainedUntil: string, customer: { id: string, customerNumber: string, legalName: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type FindCustomerQueryVariables = Exact<{
  bankId: string;
  search: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type FindCustomerQuery = { customers: { edges: Array<{ matchedOn: Array<CustomerMatch> | null, node: { id: string, bankId: string, customerNumber: string, legalName: string, dateOfBirth: string | null, mobilePhoneNumber: string, email: string | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type KycDashboardQueryVariables = Exact<{
  bankId: string;
  kycState?: KycState | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type KycDashboardQuery = { kycCounts: { bankId: string, neverAssessed: number, ok: number, notOk: number, openKycStatusProposals: number } | null, customers: { nodes: Array<{ id: string, bankId: string, customerNumber: string, legalName: string, kycState: KycState, lastOkDate: string | null, updatedAt: string }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type KycReviewQueryVariables = Exact<{
  bankId: string;
  customerId: string;
}>;


export type KycReviewQuery = { kycStatuses: Array<{ id: string, customerId: string, customerNumber: string | null, ok: boolean, date: string }> | null, kycChecks: Array<{ id: string, kycCheckId: string, customerId: string, customerNumber: string | null, date: string, how: string, staffUserId: string | null, staffName: string | null, satisfied: boolean, comments: string | null }> | null, kycDocuments: Array<{ id: string, kycDocumentId: string, customerId: string, customerNumber: string | null, type: string, number: string, issueDate: string | null, issuePlace: string | null, expiryDate: string | null, media: Array<{ id: string, kycMediaId: string, customerId: string, customerNumber: string | null, type: string, url: string, date: string }> | null }> | null, kycMedia: Array<{ id: string, kycMediaId: string, customerId: string, customerNumber: string | null, type: string, url: string, date: string, document: { id: string, kycDocumentId: string, customerId: string, customerNumber: string | null, type: string, number: string, issueDate: string | null, issuePlace: string | null, expiryDate: string | null } | null, check: { id: string, kycCheckId: string, customerId: string, customerNumber: string | null, date: string, how: string, staffUserId: string | null, staffName: string | null, satisfied: boolean, comments: string | null } | null }> | null };

export type KycCheckDetailsFragment = { id: string, kycCheckId: string, customerId: string, customerNumber: string | null, date: string, how: string, staffUserId: string | null, staffName: string | null, satisfied: boolean, comments: string | null };

export type KycDocumentDetailsFragment = { id: string, kycDocumentId: string, customerId: string, customerNumber: string | null, type: string, number: string, issueDate: string | null, issuePlace: string | null, expiryDate: string | null };

export type KycMediaDetailsFragment = { id: string, kycMediaId: string, customerId: string, customerNumber: string | null, type: string, url: string, date: string };

export type LoginMutationVariables = Exact<{
  username: string;
  password: string;
}>;


export type LoginMutation = { login: { token: string, expiresAt: string, user: { id: string, username: string, firstName: string | null, lastName: string | null } } | null };

export type MyCustomersQueryVariables = Exact<{
  bankId?: string | null | undefined;
  firstMessages?: number | null | undefined;
  firstMeetings?: number | null | undefined;
}>;


export type MyCustomersQuery = { me: { id: string, username: string, email: string | null, firstName: string | null, lastName: string | null, entitlements: Array<{ id: string, roleName: Role, bankId: string | null }> | null, accounts: Array<{ id: string, bankId: string, label: string | null, number: string | null }> | null } | null, myCustomers: Array<{ id: string, customerNumber: string, legalName: string, dateOfBirth: string | null, mobilePhoneNumber: string, email: string | null, kycStatus: boolean, bank: { id: string, shortName: string | null, fullName: string | null, logoUrl: string | null }, addresses: Array<{ id: string, line1: string, line2: string | null, city: string, postcode: string | null, countryCode: string, status: string | null }> | null, attributes: Array<{ id: string, name: string, value: string }> | null, accountLinks: Array<{ id: string, relationshipType: string, account: { id: string, bankId: string, label: string | null, number: string | null, balance: { currency: string, amount: string } | null, routings: Array<{ scheme: string, address: string }> | null } | null }> | null, taxResidences: Array<{ id: string, domain: string, taxNumber: string }> | null, socialMediaHandles: Array<{ id: string, type: string, handle: string }> | null, messages: { nodes: Array<{ id: string, date: string, message: string, fromDepartment: string, fromPerson: string }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, meetings: { nodes: Array<{ id: string, when: string, purposeId: string }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null }> | null };

export type MyMeetingsQueryVariables = Exact<{
  bankId?: string | null | undefined;
  firstMeetings?: number | null | undefined;
}>;


export type MyMeetingsQuery = { myCustomers: Array<{ id: string, meetings: { nodes: Array<{ id: string, when: string, purposeId: string, keys: { sessionId: string | null, customerToken: string | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null }> | null };

export type OnboardCustomerMutationVariables = Exact<{
  bankId: string;
  input: CreateCustomerInput;
  idempotencyKey?: string | null | undefined;
}>;


export type OnboardCustomerMutation = { createCustomer: { customer: { id: string, customerNumber: string, customerType: CustomerType, legalName: string, kycStatus: boolean, createdAt: string, version: number } | null } | null };

export type PossibleDuplicatesQueryVariables = Exact<{
  bankId: string;
  customerId: string;
}>;


export type PossibleDuplicatesQuery = { customer: { id: string, possibleDuplicates: Array<{ bankId: string, customerId: string, matchedBy: Array<DuplicateMatch>, customer: { id: string, customerNumber: string, legalName: string, dateOfBirth: string | null, kycState: KycState } | null }> | null } | null };

export type RequestPasswordResetMutationVariables = Exact<{
  usernameOrEmail: string;
}>;


export type RequestPasswordResetMutation = { requestPasswordReset: { expiresAt: string } | null };

export type ResetPasswordMutationVariables = Exact<{
  token: string;
  newPassword: string;
}>;


export type ResetPasswordMutation = { resetPassword: { changedAt: string } | null };

export type SetLegalHoldMutationVariables = Exact<{
  bankId: string;
  customerId: string;
  input: SetLegalHoldInput;
  idempotencyKey?: string | null | undefined;
}>;


export type SetLegalHoldMutation = { setLegalHold: { legalHold: { id: string, reason: string, setAt: string, setBy: { userId: string, displayName: string } | null } | null, customer: { id: string, legalName: string } | null } | null };

export type WorkListQueryVariables = Exact<{
  bankId: string;
  before: string;
  includeExpired?: boolean | null | undefined;
  first?: number | null | undefined;
}>;


export type WorkListQuery = { kycStatusProposals: { nodes: Array<{ id: string, ok: boolean, date: string, reason: string | null, createdAt: string, proposedBy: { userId: string, displayName: string } | null, customer: { id: string, customerNumber: string, legalName: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, expiringKycDocuments: { nodes: Array<{ id: string, kycDocumentId: string, type: string, number: string, expiryDate: string | null, customer: { id: string, customerNumber: string, legalName: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, customersDueForReview: { nodes: Array<{ dueOn: string, customer: { id: string, customerNumber: string, legalName: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, withoutSatisfiedCheck: { nodes: Array<{ since: string, customer: { id: string, customerNumber: string, legalName: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, withoutValidDocument: { nodes: Array<{ since: string, customer: { id: string, customerNumber: string, legalName: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, withRetractedEvidence: { nodes: Array<{ since: string, customer: { id: string, customerNumber: string, legalName: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, withoutMedia: { nodes: Array<{ since: string, customer: { id: string, customerNumber: string, legalName: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type KycGapsFragment = { nodes: Array<{ since: string, customer: { id: string, customerNumber: string, legalName: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } };

export type CustomerOfWorkFragment = { id: string, customerNumber: string, legalName: string };

export type OfficerNameFragment = { userId: string, displayName: string };

export const CustomerOfContactFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CustomerOfContact"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Customer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"bankId"}},{"kind":"Field","name":{"kind":"Name","value":"customerNumber"}},{"kind":"Field","name":{"kind":"Name","value":"legalName"}}]}}]} as unknown as DocumentNode<CustomerOfContactFragment, unknown>;
export const AccountDetailsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"AccountDetails"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Account"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"bankId"}},{"kind":"Field","name":{"kind":"Name","value":"accountId"}},{"kind":"Field","name":{"kind":"Name","value":"label"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"productCode"}},{"kind":"Field","name":{"kind":"Name","value":"branchId"}},{"kind":"Field","name":{"kind":"Name","value":"balance"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"currency"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"routings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"scheme"}},{"kind":"Field","name":{"kind":"Name","value":"address"}}]}},{"kind":"Field","name":{"kind":"Name","value":"attributes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"productCode"}},{"kind":"Field","name":{"kind":"Name","value":"contractCode"}}]}},{"kind":"Field","name":{"kind":"Name","value":"contracts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"contractCode"}},{"kind":"Field","name":{"kind":"Name","value":"productCode"}},{"kind":"Field","name":{"kind":"Name","value":"productDescription"}},{"kind":"Field","name":{"kind":"Name","value":"branchCode"}},{"kind":"Field","name":{"kind":"Name","value":"openingDate"}},{"kind":"Field","name":{"kind":"Name","value":"maturityDate"}},{"kind":"Field","name":{"kind":"Name","value":"renewalDate"}},{"kind":"Field","name":{"kind":"Name","value":"cancellationDate"}},{"kind":"Field","name":{"kind":"Name","value":"term"}},{"kind":"Field","name":{"kind":"Name","value":"issuanceAmount"}},{"kind":"Field","name":{"kind":"Name","value":"interestRate"}},{"kind":"Field","name":{"kind":"Name","value":"interestAmount"}},{"kind":"Field","name":{"kind":"Name","value":"formOfPayment"}},{"kind":"Field","name":{"kind":"Name","value":"paymentMethod"}},{"kind":"Field","name":{"kind":"Name","value":"instrumentStatusCode"}},{"kind":"Field","name":{"kind":"Name","value":"instrumentStatusDefinition"}},{"kind":"Field","name":{"kind":"Name","value":"isSubstituted"}}]}}]}}]} as unknown as DocumentNode<AccountDetailsFragment, unknown>;
export const CustomerProfileFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CustomerProfile"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Customer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"bankId"}},{"kind":"Field","name":{"kind":"Name","value":"bank"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"shortName"}},{"kind":"Field","name":{"kind":"Name","value":"fullName"}},{"kind":"Field","name":{"kind":"Name","value":"logoUrl"}}]}},{"kind":"Field","name":{"kind":"Name","value":"customerNumber"}},{"kind":"Field","name":{"kind":"Name","value":"legalName"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"nameSuffix"}},{"kind":"Field","name":{"kind":"Name","value":"dateOfBirth"}},{"kind":"Field","name":{"kind":"Name","value":"mobilePhoneNumber"}},{"kind":"Field","name":{"kind":"Name","value":"mobilePhoneNumberE164"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"faceImage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"date"}}]}},{"kind":"Field","name":{"kind":"Name","value":"relationshipStatus"}},{"kind":"Field","name":{"kind":"Name","value":"dependants"}},{"kind":"Field","name":{"kind":"Name","value":"dobOfDependants"}},{"kind":"Field","name":{"kind":"Name","value":"creditRating"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rating"}},{"kind":"Field","name":{"kind":"Name","value":"source"}}]}},{"kind":"Field","name":{"kind":"Name","value":"creditLimit"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"currency"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"highestEducationAttained"}},{"kind":"Field","name":{"kind":"Name","value":"employmentStatus"}},{"kind":"Field","name":{"kind":"Name","value":"kycStatus"}},{"kind":"Field","name":{"kind":"Name","value":"lastOkDate"}},{"kind":"Field","name":{"kind":"Name","value":"branchId"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}},{"kind":"Field","name":{"kind":"Name","value":"version"}}]}}]} as unknown as DocumentNode<CustomerProfileFragment, unknown>;
export const CustomerContactDetailsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CustomerContactDetails"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Customer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"addresses"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"line1"}},{"kind":"Field","name":{"kind":"Name","value":"line2"}},{"kind":"Field","name":{"kind":"Name","value":"line3"}},{"kind":"Field","name":{"kind":"Name","value":"city"}},{"kind":"Field","name":{"kind":"Name","value":"county"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"postcode"}},{"kind":"Field","name":{"kind":"Name","value":"countryCode"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"tags"}},{"kind":"Field","name":{"kind":"Name","value":"insertDate"}},{"kind":"Field","name":{"kind":"Name","value":"version"}}]}},{"kind":"Field","name":{"kind":"Name","value":"attributes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"version"}}]}},{"kind":"Field","name":{"kind":"Name","value":"taxResidences"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"domain"}},{"kind":"Field","name":{"kind":"Name","value":"taxNumber"}}]}},{"kind":"Field","name":{"kind":"Name","value":"socialMediaHandles"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"handle"}},{"kind":"Field","name":{"kind":"Name","value":"dateAdded"}},{"kind":"Field","name":{"kind":"Name","value":"dateActivated"}}]}}]}}]} as unknown as DocumentNode<CustomerContactDetailsFragment, unknown>;
export const CustomerAccountLinksFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CustomerAccountLinks"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Customer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accountLinks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"relationshipType"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"bankId"}},{"kind":"Field","name":{"kind":"Name","value":"accountId"}},{"kind":"Field","name":{"kind":"Name","value":"label"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"productCode"}},{"kind":"Field","name":{"kind":"Name","value":"branchId"}},{"kind":"Field","name":{"kind":"Name","value":"balance"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"currency"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"routings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"scheme"}},{"kind":"Field","name":{"kind":"Name","value":"address"}}]}},{"kind":"Field","name":{"kind":"Name","value":"attributes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"productCode"}},{"kind":"Field","name":{"kind":"Name","value":"contractCode"}}]}},{"kind":"Field","name":{"kind":"Name","value":"contracts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"contractCode"}},{"kind":"Field","name":{"kind":"Name","value":"productCode"}},{"kind":"Field","name":{"kind":"Name","value":"productDescription"}},{"kind":"Field","name":{"kind":"Name","value":"openingDate"}},{"kind":"Field","name":{"kind":"Name","value":"maturityDate"}},{"kind":"Field","name":{"kind":"Name","value":"interestRate"}},{"kind":"Field","name":{"kind":"Name","value":"instrumentStatusDefinition"}}]}}]}}]}}]}}]} as unknown as DocumentNode<CustomerAccountLinksFragment, unknown>;
export const CustomerUsersFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CustomerUsers"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Customer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"userLinks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"dateInserted"}},{"kind":"Field","name":{"kind":"Name","value":"isActive"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"username"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"firstName"}},{"kind":"Field","name":{"kind":"Name","value":"lastName"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"correlatedUsers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"username"}},{"kind":"Field","name":{"kind":"Name","value":"email"}}]}}]}}]} as unknown as DocumentNode<CustomerUsersFragment, unknown>;
export const CustomerKycFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CustomerKyc"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Customer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kycStatuses"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"date"}}]}},{"kind":"Field","name":{"kind":"Name","value":"kycChecks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kycCheckId"}},{"kind":"Field","name":{"kind":"Name","value":"date"}},{"kind":"Field","name":{"kind":"Name","value":"how"}},{"kind":"Field","name":{"kind":"Name","value":"staffUserId"}},{"kind":"Field","name":{"kind":"Name","value":"staffName"}},{"kind":"Field","name":{"kind":"Name","value":"satisfied"}},{"kind":"Field","name":{"kind":"Name","value":"comments"}}]}},{"kind":"Field","name":{"kind":"Name","value":"kycDocuments"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kycDocumentId"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"issueDate"}},{"kind":"Field","name":{"kind":"Name","value":"issuePlace"}},{"kind":"Field","name":{"kind":"Name","value":"expiryDate"}},{"kind":"Field","name":{"kind":"Name","value":"media"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"date"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"kycMedia"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kycMediaId"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"date"}},{"kind":"Field","name":{"kind":"Name","value":"document"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"number"}}]}},{"kind":"Field","name":{"kind":"Name","value":"check"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"how"}},{"kind":"Field","name":{"kind":"Name","value":"satisfied"}}]}}]}}]}}]} as unknown as DocumentNode<CustomerKycFragment, unknown>;
export const KycCheckDetailsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"KycCheckDetails"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"KycCheck"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kycCheckId"}},{"kind":"Field","name":{"kind":"Name","value":"customerId"}},{"kind":"Field","name":{"kind":"Name","value":"customerNumber"}},{"kind":"Field","name":{"kind":"Name","value":"date"}},{"kind":"Field","name":{"kind":"Name","value":"how"}},{"kind":"Field","name":{"kind":"Name","value":"staffUserId"}},{"kind":"Field","name":{"kind":"Name","value":"staffName"}},{"kind":"Field","name":{"kind":"Name","value":"satisfied"}},{"kind":"Field","name":{"kind":"Name","value":"comments"}}]}}]} as unknown as DocumentNode<KycCheckDetailsFragment, unknown>;
export const KycDocumentDetailsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"KycDocumentDetails"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"KycDocument"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kycDocumentId"}},{"kind":"Field","name":{"kind":"Name","value":"customerId"}},{"kind":"Field","name":{"kind":"Name","value":"customerNumber"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"issueDate"}},{"kind":"Field","name":{"kind":"Name","value":"issuePlace"}},{"kind":"Field","name":{"kind":"Name","value":"expiryDate"}}]}}]} as unknown as DocumentNode<KycDocumentDetailsFragment, unknown>;
export const KycMediaDetailsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"KycMediaDetails"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"KycMedia"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kycMediaId"}},{"kind":"Field","name":{"kind":"Name","value":"customerId"}},{"kind":"Field","name":{"kind":"Name","value":"customerNumber"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"date"}}]}}]} as unknown as DocumentNode<KycMediaDetailsFragment, unknown>;
export const CustomerOfWorkFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CustomerOfWork"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Customer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"customerNumber"}},{"kind":"Field","name":{"kind":"Name","value":"legalName"}}]}}]} as unknown as DocumentNode<CustomerOfWorkFragment, unknown>;
export const KycGapsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"KycGaps"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"CustomerKycGapConnection"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerOfWork"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CustomerOfWork"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Customer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"customerNumber"}},{"kind":"Field","name":{"kind":"Name","value":"legalName"}}]}}]} as unknown as DocumentNode<KycGapsFragment, unknown>;
export const OfficerNameFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"OfficerName"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserSummary"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}}]}}]} as unknown as DocumentNode<OfficerNameFragment, unknown>;
export const BankContactsDocument = {"__meta__":{"hash":"sha256:78a8ed66f8d0c5828bb8d9d944f97fe3bb647887bccfe4a4fc6a7326fdbae1b7"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"BankContacts"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"from"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"DateTime"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"to"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"DateTime"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"25"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"upcomingMeetings"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}},{"kind":"Argument","name":{"kind":"Name","value":"from"},"value":{"kind":"Variable","name":{"kind":"Name","value":"from"}}},{"kind":"Argument","name":{"kind":"Name","value":"to"},"value":{"kind":"Variable","name":{"kind":"Name","value":"to"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"when"}},{"kind":"Field","name":{"kind":"Name","value":"purposeId"}},{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerOfContact"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"crmEvents"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}},{"kind":"Argument","name":{"kind":"Name","value":"state"},"value":{"kind":"EnumValue","value":"OPEN"}},{"kind":"Argument","name":{"kind":"Name","value":"sortBy"},"value":{"kind":"EnumValue","value":"SCHEDULED"}},{"kind":"Argument","name":{"kind":"Name","value":"sortDirection"},"value":{"kind":"EnumValue","value":"ASC"}},{"kind":"Argument","name":{"kind":"Name","value":"to"},"value":{"kind":"Variable","name":{"kind":"Name","value":"to"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"category"}},{"kind":"Field","name":{"kind":"Name","value":"detail"}},{"kind":"Field","name":{"kind":"Name","value":"scheduledDate"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerOfContact"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"bankMessages"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}},{"kind":"Argument","name":{"kind":"Name","value":"from"},"value":{"kind":"Variable","name":{"kind":"Name","value":"from"}}},{"kind":"Argument","name":{"kind":"Name","value":"to"},"value":{"kind":"Variable","name":{"kind":"Name","value":"to"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"date"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"fromDepartment"}},{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerOfContact"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CustomerOfContact"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Customer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"bankId"}},{"kind":"Field","name":{"kind":"Name","value":"customerNumber"}},{"kind":"Field","name":{"kind":"Name","value":"legalName"}}]}}]} as unknown as DocumentNode<BankContactsQuery, BankContactsQueryVariables>;
export const BanksDocument = {"__meta__":{"hash":"sha256:95f4c2c50e8f2ed8131d2733f0d713e88ede60be8710a0dba723491194e6f798"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Banks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"banks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"shortName"}},{"kind":"Field","name":{"kind":"Name","value":"fullName"}},{"kind":"Field","name":{"kind":"Name","value":"logoUrl"}},{"kind":"Field","name":{"kind":"Name","value":"websiteUrl"}}]}}]}}]} as unknown as DocumentNode<BanksQuery, BanksQueryVariables>;
export const ChangeMyPasswordDocument = {"__meta__":{"hash":"sha256:1abe2c8c41681e11fb7211e05ff417782e49ea17cd9d0795b8d46407eaeef6fe"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ChangeMyPassword"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"oldPassword"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"newPassword"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"changeMyPassword"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"oldPassword"},"value":{"kind":"Variable","name":{"kind":"Name","value":"oldPassword"}}},{"kind":"Argument","name":{"kind":"Name","value":"newPassword"},"value":{"kind":"Variable","name":{"kind":"Name","value":"newPassword"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"changedAt"}},{"kind":"Field","name":{"kind":"Name","value":"token"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]}}]} as unknown as DocumentNode<ChangeMyPasswordMutation, ChangeMyPasswordMutationVariables>;
export const CloseCustomerDocument = {"__meta__":{"hash":"sha256:e19b24254dc5c7488c1b9132f34e4bdb9641b5a229310f12b0d9a40e6c38a1ad"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CloseCustomer"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CloseCustomerInput"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"expectedVersion"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"idempotencyKey"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"closeCustomer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}},{"kind":"Argument","name":{"kind":"Name","value":"customerId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}}},{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}},{"kind":"Argument","name":{"kind":"Name","value":"expectedVersion"},"value":{"kind":"Variable","name":{"kind":"Name","value":"expectedVersion"}}},{"kind":"Argument","name":{"kind":"Name","value":"idempotencyKey"},"value":{"kind":"Variable","name":{"kind":"Name","value":"idempotencyKey"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customerId"}},{"kind":"Field","name":{"kind":"Name","value":"closing"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"date"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"recordedAt"}},{"kind":"Field","name":{"kind":"Name","value":"recordedBy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}}]}}]}}]}}]}}]} as unknown as DocumentNode<CloseCustomerMutation, CloseCustomerMutationVariables>;
export const CompanyOwnershipDocument = {"__meta__":{"hash":"sha256:44d5e77f8f25fea288bce42c05b4e95e4335907b55c4dffb6218655d792c844d"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CompanyOwnership"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}},{"kind":"Argument","name":{"kind":"Name","value":"customerId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"customerNumber"}},{"kind":"Field","name":{"kind":"Name","value":"legalName"}},{"kind":"Field","name":{"kind":"Name","value":"registrationNumber"}},{"kind":"Field","name":{"kind":"Name","value":"incorporationDate"}},{"kind":"Field","name":{"kind":"Name","value":"legalForm"}},{"kind":"Field","name":{"kind":"Name","value":"customerLinks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"relationshipTo"}},{"kind":"Field","name":{"kind":"Name","value":"percentage"}},{"kind":"Field","name":{"kind":"Name","value":"linkedCustomer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"customerNumber"}},{"kind":"Field","name":{"kind":"Name","value":"legalName"}},{"kind":"Field","name":{"kind":"Name","value":"kycStatus"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"inverseCustomerLinks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"relationshipTo"}},{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"customerNumber"}},{"kind":"Field","name":{"kind":"Name","value":"legalName"}}]}}]}}]}}]}}]} as unknown as DocumentNode<CompanyOwnershipQuery, CompanyOwnershipQueryVariables>;
export const CreateUserDocument = {"__meta__":{"hash":"sha256:14de8cf69f6bfd564cf4600df9388e4d5edc136648fef1926eefa7b0107dde76"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateUser"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateUserInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createUser"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"token"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"validationRequired"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"username"}},{"kind":"Field","name":{"kind":"Name","value":"email"}}]}}]}}]}}]} as unknown as DocumentNode<CreateUserMutation, CreateUserMutationVariables>;
export const CustomerAccountsDocument = {"__meta__":{"hash":"sha256:82c82965fbb6624a54677d06ca71483526dd04cdd784b0d28b2148dbc3414d5d"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CustomerAccounts"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"customerNumber"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customerOverview"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}},{"kind":"Argument","name":{"kind":"Name","value":"customerNumber"},"value":{"kind":"Variable","name":{"kind":"Name","value":"customerNumber"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customerId"}},{"kind":"Field","name":{"kind":"Name","value":"bankId"}},{"kind":"Field","name":{"kind":"Name","value":"customerNumber"}},{"kind":"Field","name":{"kind":"Name","value":"legalName"}},{"kind":"Field","name":{"kind":"Name","value":"kycStatus"}},{"kind":"Field","name":{"kind":"Name","value":"attributes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"accounts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"AccountDetails"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"AccountDetails"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Account"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"bankId"}},{"kind":"Field","name":{"kind":"Name","value":"accountId"}},{"kind":"Field","name":{"kind":"Name","value":"label"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"productCode"}},{"kind":"Field","name":{"kind":"Name","value":"branchId"}},{"kind":"Field","name":{"kind":"Name","value":"balance"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"currency"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"routings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"scheme"}},{"kind":"Field","name":{"kind":"Name","value":"address"}}]}},{"kind":"Field","name":{"kind":"Name","value":"attributes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"productCode"}},{"kind":"Field","name":{"kind":"Name","value":"contractCode"}}]}},{"kind":"Field","name":{"kind":"Name","value":"contracts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"contractCode"}},{"kind":"Field","name":{"kind":"Name","value":"productCode"}},{"kind":"Field","name":{"kind":"Name","value":"productDescription"}},{"kind":"Field","name":{"kind":"Name","value":"branchCode"}},{"kind":"Field","name":{"kind":"Name","value":"openingDate"}},{"kind":"Field","name":{"kind":"Name","value":"maturityDate"}},{"kind":"Field","name":{"kind":"Name","value":"renewalDate"}},{"kind":"Field","name":{"kind":"Name","value":"cancellationDate"}},{"kind":"Field","name":{"kind":"Name","value":"term"}},{"kind":"Field","name":{"kind":"Name","value":"issuanceAmount"}},{"kind":"Field","name":{"kind":"Name","value":"interestRate"}},{"kind":"Field","name":{"kind":"Name","value":"interestAmount"}},{"kind":"Field","name":{"kind":"Name","value":"formOfPayment"}},{"kind":"Field","name":{"kind":"Name","value":"paymentMethod"}},{"kind":"Field","name":{"kind":"Name","value":"instrumentStatusCode"}},{"kind":"Field","name":{"kind":"Name","value":"instrumentStatusDefinition"}},{"kind":"Field","name":{"kind":"Name","value":"isSubstituted"}}]}}]}}]} as unknown as DocumentNode<CustomerAccountsQuery, CustomerAccountsQueryVariables>;
export const CustomerAsOfDocument = {"__meta__":{"hash":"sha256:af044c01d18c34c2ef07ab4f75caf0ef547b57d67a466c21284aba6baf748e60"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CustomerAsOf"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"time"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DateTime"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}},{"kind":"Argument","name":{"kind":"Name","value":"customerId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"time"},"value":{"kind":"Variable","name":{"kind":"Name","value":"time"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"customerId"}},{"kind":"Field","name":{"kind":"Name","value":"time"}},{"kind":"Field","name":{"kind":"Name","value":"customerNumber"}},{"kind":"Field","name":{"kind":"Name","value":"legalName"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"nameSuffix"}},{"kind":"Field","name":{"kind":"Name","value":"dateOfBirth"}},{"kind":"Field","name":{"kind":"Name","value":"mobilePhoneNumber"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"branchId"}},{"kind":"Field","name":{"kind":"Name","value":"relationshipStatus"}},{"kind":"Field","name":{"kind":"Name","value":"employmentStatus"}},{"kind":"Field","name":{"kind":"Name","value":"kycStatus"}},{"kind":"Field","name":{"kind":"Name","value":"lastOkDate"}},{"kind":"Field","name":{"kind":"Name","value":"addresses"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"addressId"}},{"kind":"Field","name":{"kind":"Name","value":"line1"}},{"kind":"Field","name":{"kind":"Name","value":"line2"}},{"kind":"Field","name":{"kind":"Name","value":"line3"}},{"kind":"Field","name":{"kind":"Name","value":"city"}},{"kind":"Field","name":{"kind":"Name","value":"county"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"postcode"}},{"kind":"Field","name":{"kind":"Name","value":"countryCode"}},{"kind":"Field","name":{"kind":"Name","value":"tags"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}},{"kind":"Field","name":{"kind":"Name","value":"attributes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"attributeId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"taxResidences"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"taxResidenceId"}},{"kind":"Field","name":{"kind":"Name","value":"domain"}},{"kind":"Field","name":{"kind":"Name","value":"taxNumber"}}]}},{"kind":"Field","name":{"kind":"Name","value":"socialMediaHandles"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"socialMediaHandleId"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"handle"}}]}},{"kind":"Field","name":{"kind":"Name","value":"accountLinks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customerAccountLinkId"}},{"kind":"Field","name":{"kind":"Name","value":"accountId"}},{"kind":"Field","name":{"kind":"Name","value":"relationshipType"}}]}},{"kind":"Field","name":{"kind":"Name","value":"customerLinks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customerLinkId"}},{"kind":"Field","name":{"kind":"Name","value":"linkedCustomerId"}},{"kind":"Field","name":{"kind":"Name","value":"relationshipTo"}},{"kind":"Field","name":{"kind":"Name","value":"percentage"}}]}},{"kind":"Field","name":{"kind":"Name","value":"inverseCustomerLinks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customerLinkId"}},{"kind":"Field","name":{"kind":"Name","value":"customerId"}},{"kind":"Field","name":{"kind":"Name","value":"relationshipTo"}},{"kind":"Field","name":{"kind":"Name","value":"percentage"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userLinks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"userCustomerLinkId"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"isActive"}}]}}]}}]}}]}}]} as unknown as DocumentNode<CustomerAsOfQuery, CustomerAsOfQueryVariables>;
export const CustomerByNumberDocument = {"__meta__":{"hash":"sha256:e4f9fce3bd2ce25725ec981b09f1714ce432fb140a27a2307af3872f5d535230"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CustomerByNumber"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"customerNumber"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customerByNumber"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}},{"kind":"Argument","name":{"kind":"Name","value":"customerNumber"},"value":{"kind":"Variable","name":{"kind":"Name","value":"customerNumber"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"bankId"}},{"kind":"Field","name":{"kind":"Name","value":"customerNumber"}},{"kind":"Field","name":{"kind":"Name","value":"legalName"}},{"kind":"Field","name":{"kind":"Name","value":"dateOfBirth"}},{"kind":"Field","name":{"kind":"Name","value":"mobilePhoneNumber"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"kycStatus"}},{"kind":"Field","name":{"kind":"Name","value":"lastOkDate"}},{"kind":"Field","name":{"kind":"Name","value":"branchId"}},{"kind":"Field","name":{"kind":"Name","value":"addresses"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"line1"}},{"kind":"Field","name":{"kind":"Name","value":"city"}},{"kind":"Field","name":{"kind":"Name","value":"postcode"}},{"kind":"Field","name":{"kind":"Name","value":"countryCode"}}]}}]}}]}}]} as unknown as DocumentNode<CustomerByNumberQuery, CustomerByNumberQueryVariables>;
export const CustomerHistoryDocument = {"__meta__":{"hash":"sha256:02f46d9561f54d1e0bef77feb3e786a40d9fd5adf48f2fa9756e6475cd704261"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CustomerHistory"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}},{"kind":"Argument","name":{"kind":"Name","value":"customerId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"customerNumber"}},{"kind":"Field","name":{"kind":"Name","value":"legalName"}},{"kind":"Field","name":{"kind":"Name","value":"history"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"object"}},{"kind":"Field","name":{"kind":"Name","value":"objectId"}},{"kind":"Field","name":{"kind":"Name","value":"action"}},{"kind":"Field","name":{"kind":"Name","value":"changedAt"}},{"kind":"Field","name":{"kind":"Name","value":"changedBy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"username"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}}]}},{"kind":"Field","name":{"kind":"Name","value":"requestId"}},{"kind":"Field","name":{"kind":"Name","value":"isImport"}},{"kind":"Field","name":{"kind":"Name","value":"changes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"before"}},{"kind":"Field","name":{"kind":"Name","value":"after"}},{"kind":"Field","name":{"kind":"Name","value":"until"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]}}]} as unknown as DocumentNode<CustomerHistoryQuery, CustomerHistoryQueryVariables>;
export const CustomerOverviewDocument = {"__meta__":{"hash":"sha256:96a4aeddd678dd2012821315189a4aee9af62bd71fbbf642fc77e4faa5357ac3"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CustomerOverview"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"firstMessages"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"20"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"afterMessage"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"firstMeetings"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"20"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"afterMeeting"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"firstCrmEvents"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"20"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"afterCrmEvent"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}},{"kind":"Argument","name":{"kind":"Name","value":"customerId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerProfile"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerContactDetails"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerAccountLinks"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerUsers"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerKyc"}},{"kind":"Field","name":{"kind":"Name","value":"messages"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"firstMessages"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"afterMessage"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"date"}},{"kind":"Field","name":{"kind":"Name","value":"transport"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"fromDepartment"}},{"kind":"Field","name":{"kind":"Name","value":"fromPerson"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"meetings"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"firstMeetings"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"afterMeeting"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"providerId"}},{"kind":"Field","name":{"kind":"Name","value":"purposeId"}},{"kind":"Field","name":{"kind":"Name","value":"when"}},{"kind":"Field","name":{"kind":"Name","value":"present"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"staffUserId"}},{"kind":"Field","name":{"kind":"Name","value":"customerUserId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"creator"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"mobilePhone"}},{"kind":"Field","name":{"kind":"Name","value":"emailAddress"}}]}},{"kind":"Field","name":{"kind":"Name","value":"invitees"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"contactDetails"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"mobilePhone"}},{"kind":"Field","name":{"kind":"Name","value":"emailAddress"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"crmEvents"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"firstCrmEvents"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"afterCrmEvent"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"category"}},{"kind":"Field","name":{"kind":"Name","value":"detail"}},{"kind":"Field","name":{"kind":"Name","value":"channel"}},{"kind":"Field","name":{"kind":"Name","value":"scheduledDate"}},{"kind":"Field","name":{"kind":"Name","value":"actualDate"}},{"kind":"Field","name":{"kind":"Name","value":"result"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CustomerProfile"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Customer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"bankId"}},{"kind":"Field","name":{"kind":"Name","value":"bank"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"shortName"}},{"kind":"Field","name":{"kind":"Name","value":"fullName"}},{"kind":"Field","name":{"kind":"Name","value":"logoUrl"}}]}},{"kind":"Field","name":{"kind":"Name","value":"customerNumber"}},{"kind":"Field","name":{"kind":"Name","value":"legalName"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"nameSuffix"}},{"kind":"Field","name":{"kind":"Name","value":"dateOfBirth"}},{"kind":"Field","name":{"kind":"Name","value":"mobilePhoneNumber"}},{"kind":"Field","name":{"kind":"Name","value":"mobilePhoneNumberE164"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"faceImage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"date"}}]}},{"kind":"Field","name":{"kind":"Name","value":"relationshipStatus"}},{"kind":"Field","name":{"kind":"Name","value":"dependants"}},{"kind":"Field","name":{"kind":"Name","value":"dobOfDependants"}},{"kind":"Field","name":{"kind":"Name","value":"creditRating"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rating"}},{"kind":"Field","name":{"kind":"Name","value":"source"}}]}},{"kind":"Field","name":{"kind":"Name","value":"creditLimit"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"currency"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"highestEducationAttained"}},{"kind":"Field","name":{"kind":"Name","value":"employmentStatus"}},{"kind":"Field","name":{"kind":"Name","value":"kycStatus"}},{"kind":"Field","name":{"kind":"Name","value":"lastOkDate"}},{"kind":"Field","name":{"kind":"Name","value":"branchId"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}},{"kind":"Field","name":{"kind":"Name","value":"version"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CustomerContactDetails"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Customer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"addresses"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"line1"}},{"kind":"Field","name":{"kind":"Name","value":"line2"}},{"kind":"Field","name":{"kind":"Name","value":"line3"}},{"kind":"Field","name":{"kind":"Name","value":"city"}},{"kind":"Field","name":{"kind":"Name","value":"county"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"postcode"}},{"kind":"Field","name":{"kind":"Name","value":"countryCode"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"tags"}},{"kind":"Field","name":{"kind":"Name","value":"insertDate"}},{"kind":"Field","name":{"kind":"Name","value":"version"}}]}},{"kind":"Field","name":{"kind":"Name","value":"attributes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"version"}}]}},{"kind":"Field","name":{"kind":"Name","value":"taxResidences"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"domain"}},{"kind":"Field","name":{"kind":"Name","value":"taxNumber"}}]}},{"kind":"Field","name":{"kind":"Name","value":"socialMediaHandles"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"handle"}},{"kind":"Field","name":{"kind":"Name","value":"dateAdded"}},{"kind":"Field","name":{"kind":"Name","value":"dateActivated"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CustomerAccountLinks"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Customer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accountLinks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"relationshipType"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"bankId"}},{"kind":"Field","name":{"kind":"Name","value":"accountId"}},{"kind":"Field","name":{"kind":"Name","value":"label"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"productCode"}},{"kind":"Field","name":{"kind":"Name","value":"branchId"}},{"kind":"Field","name":{"kind":"Name","value":"balance"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"currency"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"routings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"scheme"}},{"kind":"Field","name":{"kind":"Name","value":"address"}}]}},{"kind":"Field","name":{"kind":"Name","value":"attributes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"productCode"}},{"kind":"Field","name":{"kind":"Name","value":"contractCode"}}]}},{"kind":"Field","name":{"kind":"Name","value":"contracts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"contractCode"}},{"kind":"Field","name":{"kind":"Name","value":"productCode"}},{"kind":"Field","name":{"kind":"Name","value":"productDescription"}},{"kind":"Field","name":{"kind":"Name","value":"openingDate"}},{"kind":"Field","name":{"kind":"Name","value":"maturityDate"}},{"kind":"Field","name":{"kind":"Name","value":"interestRate"}},{"kind":"Field","name":{"kind":"Name","value":"instrumentStatusDefinition"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CustomerUsers"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Customer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"userLinks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"dateInserted"}},{"kind":"Field","name":{"kind":"Name","value":"isActive"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"username"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"firstName"}},{"kind":"Field","name":{"kind":"Name","value":"lastName"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"correlatedUsers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"username"}},{"kind":"Field","name":{"kind":"Name","value":"email"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CustomerKyc"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Customer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kycStatuses"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"date"}}]}},{"kind":"Field","name":{"kind":"Name","value":"kycChecks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kycCheckId"}},{"kind":"Field","name":{"kind":"Name","value":"date"}},{"kind":"Field","name":{"kind":"Name","value":"how"}},{"kind":"Field","name":{"kind":"Name","value":"staffUserId"}},{"kind":"Field","name":{"kind":"Name","value":"staffName"}},{"kind":"Field","name":{"kind":"Name","value":"satisfied"}},{"kind":"Field","name":{"kind":"Name","value":"comments"}}]}},{"kind":"Field","name":{"kind":"Name","value":"kycDocuments"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kycDocumentId"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"issueDate"}},{"kind":"Field","name":{"kind":"Name","value":"issuePlace"}},{"kind":"Field","name":{"kind":"Name","value":"expiryDate"}},{"kind":"Field","name":{"kind":"Name","value":"media"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"date"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"kycMedia"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kycMediaId"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"date"}},{"kind":"Field","name":{"kind":"Name","value":"document"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"number"}}]}},{"kind":"Field","name":{"kind":"Name","value":"check"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"how"}},{"kind":"Field","name":{"kind":"Name","value":"satisfied"}}]}}]}}]}}]} as unknown as DocumentNode<CustomerOverviewQuery, CustomerOverviewQueryVariables>;
export const CustomerPermissionsDocument = {"__meta__":{"hash":"sha256:6efe527f527dd7f162e1b7836b2b5827b08c3f4491c4148ab3da51062f6c2f5c"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CustomerPermissions"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}},{"kind":"Argument","name":{"kind":"Name","value":"customerId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"viewerPermissions"}},{"kind":"Field","name":{"kind":"Name","value":"bank"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"viewerPermissions"}}]}}]}}]}}]} as unknown as DocumentNode<CustomerPermissionsQuery, CustomerPermissionsQueryVariables>;
export const CustomerSearchDocument = {"__meta__":{"hash":"sha256:710e197395cd2f1db32bfe63e29a298ae1bd6ee672cfa35c97c4634f61ea7f15"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CustomerSearch"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"CustomerFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"sortBy"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"CustomerSort"}},"defaultValue":{"kind":"EnumValue","value":"LAST_OK_DATE"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"sortDirection"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"SortDirection"}},"defaultValue":{"kind":"EnumValue","value":"DESC"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"25"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customers"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"sortBy"},"value":{"kind":"Variable","name":{"kind":"Name","value":"sortBy"}}},{"kind":"Argument","name":{"kind":"Name","value":"sortDirection"},"value":{"kind":"Variable","name":{"kind":"Name","value":"sortDirection"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"bankId"}},{"kind":"Field","name":{"kind":"Name","value":"customerNumber"}},{"kind":"Field","name":{"kind":"Name","value":"legalName"}},{"kind":"Field","name":{"kind":"Name","value":"dateOfBirth"}},{"kind":"Field","name":{"kind":"Name","value":"mobilePhoneNumber"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"kycStatus"}},{"kind":"Field","name":{"kind":"Name","value":"lastOkDate"}},{"kind":"Field","name":{"kind":"Name","value":"branchId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<CustomerSearchQuery, CustomerSearchQueryVariables>;
export const CustomersByMobilePhoneNumberDocument = {"__meta__":{"hash":"sha256:8f2815b7a4608449b3fb6eff8b85f5d30393c49ba8d7d97e566a3b3bb4c2d824"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CustomersByMobilePhoneNumber"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"mobilePhoneNumber"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"25"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customersByMobilePhoneNumber"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}},{"kind":"Argument","name":{"kind":"Name","value":"mobilePhoneNumber"},"value":{"kind":"Variable","name":{"kind":"Name","value":"mobilePhoneNumber"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"bankId"}},{"kind":"Field","name":{"kind":"Name","value":"customerNumber"}},{"kind":"Field","name":{"kind":"Name","value":"legalName"}},{"kind":"Field","name":{"kind":"Name","value":"mobilePhoneNumber"}},{"kind":"Field","name":{"kind":"Name","value":"mobilePhoneNumberE164"}},{"kind":"Field","name":{"kind":"Name","value":"email"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<CustomersByMobilePhoneNumberQuery, CustomersByMobilePhoneNumberQueryVariables>;
export const CustomersPastRetentionDocument = {"__meta__":{"hash":"sha256:5b77cc37cd0a5394c81f5040cd9764d622d7ae77ab0fb0d7f12041837e10e0e8"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CustomersPastRetention"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customersPastRetention"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customerId"}},{"kind":"Field","name":{"kind":"Name","value":"closedOn"}},{"kind":"Field","name":{"kind":"Name","value":"retainedUntil"}},{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"customerNumber"}},{"kind":"Field","name":{"kind":"Name","value":"legalName"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<CustomersPastRetentionQuery, CustomersPastRetentionQueryVariables>;
export const FindCustomerDocument = {"__meta__":{"hash":"sha256:5c9e5549e05dd8152084e71c13a3c2e71eb0920bc59ad0fae287be82f7648e2d"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"FindCustomer"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"search"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"10"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customers"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"search"},"value":{"kind":"Variable","name":{"kind":"Name","value":"search"}}}]}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"matchedOn"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"bankId"}},{"kind":"Field","name":{"kind":"Name","value":"customerNumber"}},{"kind":"Field","name":{"kind":"Name","value":"legalName"}},{"kind":"Field","name":{"kind":"Name","value":"dateOfBirth"}},{"kind":"Field","name":{"kind":"Name","value":"mobilePhoneNumber"}},{"kind":"Field","name":{"kind":"Name","value":"email"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<FindCustomerQuery, FindCustomerQueryVariables>;
export const KycDashboardDocument = {"__meta__":{"hash":"sha256:4134b60563688fd30f93017347c89f6ae9a4fe2edcc0a11e593d591fe24e2daf"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"KycDashboard"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"kycState"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"KycState"}},"defaultValue":{"kind":"EnumValue","value":"NOT_OK"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"25"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kycCounts"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"bankId"}},{"kind":"Field","name":{"kind":"Name","value":"neverAssessed"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"notOk"}},{"kind":"Field","name":{"kind":"Name","value":"openKycStatusProposals"}}]}},{"kind":"Field","name":{"kind":"Name","value":"customers"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"kycState"},"value":{"kind":"Variable","name":{"kind":"Name","value":"kycState"}}}]}},{"kind":"Argument","name":{"kind":"Name","value":"sortBy"},"value":{"kind":"EnumValue","value":"UPDATED"}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"bankId"}},{"kind":"Field","name":{"kind":"Name","value":"customerNumber"}},{"kind":"Field","name":{"kind":"Name","value":"legalName"}},{"kind":"Field","name":{"kind":"Name","value":"kycState"}},{"kind":"Field","name":{"kind":"Name","value":"lastOkDate"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<KycDashboardQuery, KycDashboardQueryVariables>;
export const KycReviewDocument = {"__meta__":{"hash":"sha256:cd9b7411e57d78c69256dcd75f77ce744eaa989d6ef14d6e20881f456c3dd587"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"KycReview"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kycStatuses"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}},{"kind":"Argument","name":{"kind":"Name","value":"customerId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"customerId"}},{"kind":"Field","name":{"kind":"Name","value":"customerNumber"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"date"}}]}},{"kind":"Field","name":{"kind":"Name","value":"kycChecks"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}},{"kind":"Argument","name":{"kind":"Name","value":"customerId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"KycCheckDetails"}}]}},{"kind":"Field","name":{"kind":"Name","value":"kycDocuments"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}},{"kind":"Argument","name":{"kind":"Name","value":"customerId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"KycDocumentDetails"}},{"kind":"Field","name":{"kind":"Name","value":"media"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"KycMediaDetails"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"kycMedia"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}},{"kind":"Argument","name":{"kind":"Name","value":"customerId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"KycMediaDetails"}},{"kind":"Field","name":{"kind":"Name","value":"document"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"KycDocumentDetails"}}]}},{"kind":"Field","name":{"kind":"Name","value":"check"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"KycCheckDetails"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"KycCheckDetails"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"KycCheck"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kycCheckId"}},{"kind":"Field","name":{"kind":"Name","value":"customerId"}},{"kind":"Field","name":{"kind":"Name","value":"customerNumber"}},{"kind":"Field","name":{"kind":"Name","value":"date"}},{"kind":"Field","name":{"kind":"Name","value":"how"}},{"kind":"Field","name":{"kind":"Name","value":"staffUserId"}},{"kind":"Field","name":{"kind":"Name","value":"staffName"}},{"kind":"Field","name":{"kind":"Name","value":"satisfied"}},{"kind":"Field","name":{"kind":"Name","value":"comments"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"KycDocumentDetails"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"KycDocument"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kycDocumentId"}},{"kind":"Field","name":{"kind":"Name","value":"customerId"}},{"kind":"Field","name":{"kind":"Name","value":"customerNumber"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"issueDate"}},{"kind":"Field","name":{"kind":"Name","value":"issuePlace"}},{"kind":"Field","name":{"kind":"Name","value":"expiryDate"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"KycMediaDetails"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"KycMedia"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kycMediaId"}},{"kind":"Field","name":{"kind":"Name","value":"customerId"}},{"kind":"Field","name":{"kind":"Name","value":"customerNumber"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"date"}}]}}]} as unknown as DocumentNode<KycReviewQuery, KycReviewQueryVariables>;
export const LoginDocument = {"__meta__":{"hash":"sha256:b4ed62bcb43eb1e737a40e7a222a28a5d8e45a79f3ca5e6f42c9e6258944ca79"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Login"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"username"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"password"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"login"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"username"},"value":{"kind":"Variable","name":{"kind":"Name","value":"username"}}},{"kind":"Argument","name":{"kind":"Name","value":"password"},"value":{"kind":"Variable","name":{"kind":"Name","value":"password"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"token"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"username"}},{"kind":"Field","name":{"kind":"Name","value":"firstName"}},{"kind":"Field","name":{"kind":"Name","value":"lastName"}}]}}]}}]}}]} as unknown as DocumentNode<LoginMutation, LoginMutationVariables>;
export const MyCustomersDocument = {"__meta__":{"hash":"sha256:6796d459cc6396586a150c1ba3c30f0a39bf972bd11c398363b01b5673a4feae"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"MyCustomers"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"firstMessages"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"20"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"firstMeetings"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"20"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"me"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"username"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"firstName"}},{"kind":"Field","name":{"kind":"Name","value":"lastName"}},{"kind":"Field","name":{"kind":"Name","value":"entitlements"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"roleName"}},{"kind":"Field","name":{"kind":"Name","value":"bankId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"accounts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"bankId"}},{"kind":"Field","name":{"kind":"Name","value":"label"}},{"kind":"Field","name":{"kind":"Name","value":"number"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"myCustomers"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"bank"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"shortName"}},{"kind":"Field","name":{"kind":"Name","value":"fullName"}},{"kind":"Field","name":{"kind":"Name","value":"logoUrl"}}]}},{"kind":"Field","name":{"kind":"Name","value":"customerNumber"}},{"kind":"Field","name":{"kind":"Name","value":"legalName"}},{"kind":"Field","name":{"kind":"Name","value":"dateOfBirth"}},{"kind":"Field","name":{"kind":"Name","value":"mobilePhoneNumber"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"kycStatus"}},{"kind":"Field","name":{"kind":"Name","value":"addresses"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"line1"}},{"kind":"Field","name":{"kind":"Name","value":"line2"}},{"kind":"Field","name":{"kind":"Name","value":"city"}},{"kind":"Field","name":{"kind":"Name","value":"postcode"}},{"kind":"Field","name":{"kind":"Name","value":"countryCode"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}},{"kind":"Field","name":{"kind":"Name","value":"attributes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"accountLinks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"relationshipType"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"bankId"}},{"kind":"Field","name":{"kind":"Name","value":"label"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"balance"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"currency"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"routings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"scheme"}},{"kind":"Field","name":{"kind":"Name","value":"address"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"taxResidences"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"domain"}},{"kind":"Field","name":{"kind":"Name","value":"taxNumber"}}]}},{"kind":"Field","name":{"kind":"Name","value":"socialMediaHandles"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"handle"}}]}},{"kind":"Field","name":{"kind":"Name","value":"messages"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"firstMessages"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"date"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"fromDepartment"}},{"kind":"Field","name":{"kind":"Name","value":"fromPerson"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"meetings"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"firstMeetings"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"when"}},{"kind":"Field","name":{"kind":"Name","value":"purposeId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]}}]} as unknown as DocumentNode<MyCustomersQuery, MyCustomersQueryVariables>;
export const MyMeetingsDocument = {"__meta__":{"hash":"sha256:d61d843a91d56d964336bfaa95bdf3a7f3d68d00866c34e2a617e77a8032cf5d"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"MyMeetings"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"firstMeetings"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"20"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"myCustomers"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"meetings"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"firstMeetings"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"when"}},{"kind":"Field","name":{"kind":"Name","value":"purposeId"}},{"kind":"Field","name":{"kind":"Name","value":"keys"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sessionId"}},{"kind":"Field","name":{"kind":"Name","value":"customerToken"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]}}]} as unknown as DocumentNode<MyMeetingsQuery, MyMeetingsQueryVariables>;
export const OnboardCustomerDocument = {"__meta__":{"hash":"sha256:a982b6b0c772dc44b79f59181531f05fe24b16b294f489814a70a3c5798fb246"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"OnboardCustomer"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateCustomerInput"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"idempotencyKey"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createCustomer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}},{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}},{"kind":"Argument","name":{"kind":"Name","value":"idempotencyKey"},"value":{"kind":"Variable","name":{"kind":"Name","value":"idempotencyKey"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"customerNumber"}},{"kind":"Field","name":{"kind":"Name","value":"customerType"}},{"kind":"Field","name":{"kind":"Name","value":"legalName"}},{"kind":"Field","name":{"kind":"Name","value":"kycStatus"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"version"}}]}}]}}]}}]} as unknown as DocumentNode<OnboardCustomerMutation, OnboardCustomerMutationVariables>;
export const PossibleDuplicatesDocument = {"__meta__":{"hash":"sha256:fd0aac9995488cc6401dcf46a9cfb4de60d56df7dd7041f904375b75aec72781"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PossibleDuplicates"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}},{"kind":"Argument","name":{"kind":"Name","value":"customerId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"possibleDuplicates"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"bankId"}},{"kind":"Field","name":{"kind":"Name","value":"customerId"}},{"kind":"Field","name":{"kind":"Name","value":"matchedBy"}},{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"customerNumber"}},{"kind":"Field","name":{"kind":"Name","value":"legalName"}},{"kind":"Field","name":{"kind":"Name","value":"dateOfBirth"}},{"kind":"Field","name":{"kind":"Name","value":"kycState"}}]}}]}}]}}]}}]} as unknown as DocumentNode<PossibleDuplicatesQuery, PossibleDuplicatesQueryVariables>;
export const RequestPasswordResetDocument = {"__meta__":{"hash":"sha256:f5dd714ea1162227ca5a4f11402a87b163d49534edf730317a25c30473ac0232"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RequestPasswordReset"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"usernameOrEmail"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requestPasswordReset"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"usernameOrEmail"},"value":{"kind":"Variable","name":{"kind":"Name","value":"usernameOrEmail"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]}}]} as unknown as DocumentNode<RequestPasswordResetMutation, RequestPasswordResetMutationVariables>;
export const ResetPasswordDocument = {"__meta__":{"hash":"sha256:5d5237c25f5e8e290886a6bc8f214307d0811411b2c2b7f732b7440b1efa4cf9"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ResetPassword"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"token"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"newPassword"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resetPassword"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"token"},"value":{"kind":"Variable","name":{"kind":"Name","value":"token"}}},{"kind":"Argument","name":{"kind":"Name","value":"newPassword"},"value":{"kind":"Variable","name":{"kind":"Name","value":"newPassword"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"changedAt"}}]}}]}}]} as unknown as DocumentNode<ResetPasswordMutation, ResetPasswordMutationVariables>;
export const SetLegalHoldDocument = {"__meta__":{"hash":"sha256:9e11e62bd506aaee95593a51ed60389c528b3ea0fbd6f7b6eb0233ffa77d51ce"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SetLegalHold"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SetLegalHoldInput"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"idempotencyKey"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setLegalHold"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}},{"kind":"Argument","name":{"kind":"Name","value":"customerId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}}},{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}},{"kind":"Argument","name":{"kind":"Name","value":"idempotencyKey"},"value":{"kind":"Variable","name":{"kind":"Name","value":"idempotencyKey"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"legalHold"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"setAt"}},{"kind":"Field","name":{"kind":"Name","value":"setBy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"legalName"}}]}}]}}]}}]} as unknown as DocumentNode<SetLegalHoldMutation, SetLegalHoldMutationVariables>;
export const WorkListDocument = {"__meta__":{"hash":"sha256:d611a8e544cf517dacccdeffa7624b24d897eb175184e858faa83dac5ca84c05"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"WorkList"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"before"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"LocalDate"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"includeExpired"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}},"defaultValue":{"kind":"BooleanValue","value":false}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"20"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kycStatusProposals"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}},{"kind":"Argument","name":{"kind":"Name","value":"state"},"value":{"kind":"EnumValue","value":"PROPOSED"}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"date"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"proposedBy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"OfficerName"}}]}},{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerOfWork"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"expiringKycDocuments"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}},{"kind":"Argument","name":{"kind":"Name","value":"before"},"value":{"kind":"Variable","name":{"kind":"Name","value":"before"}}},{"kind":"Argument","name":{"kind":"Name","value":"includeExpired"},"value":{"kind":"Variable","name":{"kind":"Name","value":"includeExpired"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kycDocumentId"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"expiryDate"}},{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerOfWork"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"customersDueForReview"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"dueOn"}},{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerOfWork"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}},{"kind":"Field","alias":{"kind":"Name","value":"withoutSatisfiedCheck"},"name":{"kind":"Name","value":"customersWithKycGaps"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}},{"kind":"Argument","name":{"kind":"Name","value":"gap"},"value":{"kind":"EnumValue","value":"NO_SATISFIED_CHECK"}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"KycGaps"}}]}},{"kind":"Field","alias":{"kind":"Name","value":"withoutValidDocument"},"name":{"kind":"Name","value":"customersWithKycGaps"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}},{"kind":"Argument","name":{"kind":"Name","value":"gap"},"value":{"kind":"EnumValue","value":"NO_VALID_DOCUMENT"}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"KycGaps"}}]}},{"kind":"Field","alias":{"kind":"Name","value":"withRetractedEvidence"},"name":{"kind":"Name","value":"customersWithKycGaps"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}},{"kind":"Argument","name":{"kind":"Name","value":"gap"},"value":{"kind":"EnumValue","value":"EVIDENCE_RETRACTED"}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"KycGaps"}}]}},{"kind":"Field","alias":{"kind":"Name","value":"withoutMedia"},"name":{"kind":"Name","value":"customersWithKycGaps"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}},{"kind":"Argument","name":{"kind":"Name","value":"gap"},"value":{"kind":"EnumValue","value":"MEDIA_MISSING"}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"KycGaps"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CustomerOfWork"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Customer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"customerNumber"}},{"kind":"Field","name":{"kind":"Name","value":"legalName"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"OfficerName"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserSummary"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"KycGaps"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"CustomerKycGapConnection"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerOfWork"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]} as unknown as DocumentNode<WorkListQuery, WorkListQueryVariables>;