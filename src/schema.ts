import 'reflect-metadata';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { assertValidSchema, type GraphQLSchema, isEnumType, lexicographicSortSchema } from 'graphql';
import { buildSchema, type NonEmptyArray } from 'type-graphql';
import { AccountAttributeMutations, AccountResolver, UserAccountsResolver } from './domain/account/account.resolver.ts';
import {
  CustomerAccountLinkMutations,
  CustomerAccountLinkResolver,
  CustomerAccountLinksResolver,
} from './domain/account/customer-account-link.resolver.ts';
import {
  CustomerAddressesResolver,
  CustomerAddressMutations,
  CustomerAddressResolver,
} from './domain/address/address.resolver.ts';
import {
  BankCustomerAttributeDefinitionsResolver,
  CustomerAttributeDefinitionResolver,
} from './domain/attribute/attribute-definition.resolver.ts';
import { AuditEventResolver, CustomerAuditEventsResolver } from './domain/audit-event/audit-event.resolver.ts';
import { bankRules } from './domain/bank/bank.loader.ts';
import { BankResolver } from './domain/bank/bank.resolver.ts';
import {
  CrmEventMutations,
  CrmEventResolver,
  CustomerCrmEventsResolver,
} from './domain/crm-event/crm-event.resolver.ts';
import { bankOfCustomer } from './domain/customer/customer.loader.ts';
import { BankCustomersResolver, CustomerResolver } from './domain/customer/customer.resolver.ts';
import {
  CustomerAttributeMutations,
  CustomerAttributeResolver,
  CustomerAttributesResolver,
} from './domain/customer/customer-attribute.resolver.ts';
import { CustomerUpdateMutations } from './domain/customer/customer-update.resolver.ts';
import { CustomerKycChecksResolver, KycCheckMutations, KycCheckResolver } from './domain/kyc/kyc-check.resolver.ts';
import {
  CustomerKycDocumentsResolver,
  KycDocumentMutations,
  KycDocumentResolver,
} from './domain/kyc/kyc-document.resolver.ts';
import { CustomerKycMediaResolver, KycMediaMutations, KycMediaResolver } from './domain/kyc/kyc-media.resolver.ts';
import { KycEvidenceMutations } from './domain/kyc/kyc-retraction.resolver.ts';
import {
  CustomerKycStatusesResolver,
  KycStatusMutations,
  KycStatusResolver,
} from './domain/kyc/kyc-status.resolver.ts';
import {
  CustomerKycStatusProposalsResolver,
  KycStatusProposalResolver,
} from './domain/kyc/kyc-status-proposal.resolver.ts';
import { CustomerMeetingsResolver, MeetingMutations, MeetingResolver } from './domain/meeting/meeting.resolver.ts';
import {
  CustomerMessageMutations,
  CustomerMessageResolver,
  CustomerMessagesResolver,
} from './domain/message/message.resolver.ts';
import {
  CreateCustomerMutations,
  DeleteCustomerCascadeMutation,
  ExportCustomerDataResolver,
} from './domain/onboarding/onboarding.resolver.ts';
import { OverviewResolver } from './domain/overview/overview.resolver.ts';
import {
  CustomerSocialMediaHandlesResolver,
  SocialMediaHandleMutations,
  SocialMediaHandleResolver,
} from './domain/social-media-handle/social-media-handle.resolver.ts';
import {
  CustomerTaxResidencesResolver,
  TaxResidenceMutations,
  TaxResidenceResolver,
} from './domain/tax-residence/tax-residence.resolver.ts';
import {
  EntitlementRequestResolver,
  EntitlementResolver,
  UserEntitlementsResolver,
} from './domain/user/entitlement.resolver.ts';
import { writeOnce } from './domain/user/idempotency-key.writes.ts';
import { RevokeTokensMutations } from './domain/user/revoke-tokens.resolver.ts';
import { UserResolver } from './domain/user/user.resolver.ts';
import { UserAttributeMutations } from './domain/user/user-attribute.resolver.ts';
import {
  CorrelatedEntityResolver,
  CustomerCorrelatedUsersResolver,
} from './domain/user-customer-link/correlated.resolver.ts';
import { MyCustomerResolver } from './domain/user-customer-link/my-customer.resolver.ts';
import {
  CustomerUserLinksResolver,
  UserCustomerLinkMutations,
  UserCustomerLinkResolver,
} from './domain/user-customer-link/user-customer-link.resolver.ts';
import { UserCustomersResolver } from './domain/user-customer-link/user-customers.resolver.ts';
import { limitLists } from './execution/max-items.ts';
import { enforceAccess } from './graph/access/guard.ts';
import { guardArguments } from './graph/argument-guard.ts';
import { addIdempotencyKeys } from './graph/mutation.ts';

/** All of them, a noun a group; an entity is added here with its resolvers. */
const resolvers: NonEmptyArray<new () => object> = [
  BankResolver,
  UserResolver,
  RevokeTokensMutations,
  UserAttributeMutations,
  UserEntitlementsResolver,
  EntitlementResolver,
  EntitlementRequestResolver,
  UserCustomersResolver,
  CustomerResolver,
  BankCustomersResolver,
  CustomerUpdateMutations,
  CreateCustomerMutations,
  DeleteCustomerCascadeMutation,
  ExportCustomerDataResolver,
  CustomerAddressesResolver,
  CustomerAddressResolver,
  CustomerAddressMutations,
  CustomerAttributesResolver,
  CustomerAttributeResolver,
  CustomerAttributeMutations,
  BankCustomerAttributeDefinitionsResolver,
  CustomerAttributeDefinitionResolver,
  CustomerAccountLinksResolver,
  CustomerAccountLinkResolver,
  CustomerAccountLinkMutations,
  AccountResolver,
  AccountAttributeMutations,
  UserAccountsResolver,
  OverviewResolver,
  CustomerKycChecksResolver,
  KycCheckResolver,
  KycCheckMutations,
  CustomerKycDocumentsResolver,
  KycDocumentResolver,
  KycDocumentMutations,
  CustomerKycMediaResolver,
  KycMediaResolver,
  KycMediaMutations,
  CustomerKycStatusesResolver,
  KycStatusResolver,
  KycStatusMutations,
  CustomerKycStatusProposalsResolver,
  KycStatusProposalResolver,
  KycEvidenceMutations,
  CustomerUserLinksResolver,
  UserCustomerLinkResolver,
  UserCustomerLinkMutations,
  MyCustomerResolver,
  CustomerCorrelatedUsersResolver,
  CorrelatedEntityResolver,
  CustomerTaxResidencesResolver,
  TaxResidenceResolver,
  TaxResidenceMutations,
  CustomerSocialMediaHandlesResolver,
  SocialMediaHandleResolver,
  SocialMediaHandleMutations,
  CustomerMessagesResolver,
  CustomerMessageResolver,
  CustomerMessageMutations,
  CustomerCrmEventsResolver,
  CrmEventResolver,
  CrmEventMutations,
  CustomerMeetingsResolver,
  MeetingResolver,
  MeetingMutations,
  CustomerAuditEventsResolver,
  AuditEventResolver,
];

/** The executable schema, each field behind its access rule and the limits of its arguments; fails when a declaration is missing. */
export async function gatewaySchema(): Promise<GraphQLSchema> {
  // TypeGraphQL's own check is a whole introspection, of a schema that is not yet the one that is served.
  const schema = await buildSchema({ resolvers, validate: false, skipCheck: true });
  const role = schema.getType('Role');
  if (!isEnumType(role)) throw new Error('The schema has no enum Role.');
  limitLists(schema);
  addIdempotencyKeys(schema, writeOnce);
  const guarded = enforceAccess(schema, role, { ...bankRules, ofCustomer: bankOfCustomer });
  guardArguments(guarded);
  assertValidSchema(guarded);
  return guarded;
}

/** The SDL with its directives, sorted: what schema/schema.graphql holds. */
export async function printedSchema(): Promise<string> {
  return `${printSchemaWithDirectives(lexicographicSortSchema(await gatewaySchema()))}\n`;
}
