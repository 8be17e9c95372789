import 'reflect-metadata';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { assertValidSchema, type GraphQLSchema, isEnumType, lexicographicSortSchema } from 'graphql';
import { buildSchema, type NonEmptyArray } from 'type-graphql';
import { isHolder } from './domain/account/account.loader.ts';
import * as account from './domain/account/account.resolver.ts';
import * as customerAccountLink from './domain/account/customer-account-link.resolver.ts';
import * as address from './domain/address/address.resolver.ts';
import * as attributeDefinition from './domain/attribute/attribute-definition.resolver.ts';
import * as auditEvent from './domain/audit-event/audit-event.resolver.ts';
import { bankRules } from './domain/bank/bank.loader.ts';
import * as bank from './domain/bank/bank.resolver.ts';
import * as change from './domain/change/change.resolver.ts';
import * as liveChange from './domain/change/live-change.resolver.ts';
import * as crmEvent from './domain/crm-event/crm-event.resolver.ts';
import { bankOfCustomer } from './domain/customer/customer.loader.ts';
import * as customer from './domain/customer/customer.resolver.ts';
import * as customerAttribute from './domain/customer/customer-attribute.resolver.ts';
import * as customerUpdate from './domain/customer/customer-update.resolver.ts';
import * as legalHold from './domain/customer/legal-hold.resolver.ts';
import * as customerAsOf from './domain/customer-history/customer-as-of.resolver.ts';
import * as customerHistory from './domain/customer-history/customer-history.resolver.ts';
import * as customerLink from './domain/customer-link/customer-link.resolver.ts';
import { entityTypes } from './domain/federation/entity-types.ts';
import * as kycCheck from './domain/kyc/kyc-check.resolver.ts';
import * as kycCounts from './domain/kyc/kyc-counts.resolver.ts';
import * as kycDocument from './domain/kyc/kyc-document.resolver.ts';
import * as kycEvidence from './domain/kyc/kyc-evidence.resolver.ts';
import * as kycGap from './domain/kyc/kyc-gap.resolver.ts';
import * as kycMedia from './domain/kyc/kyc-media.resolver.ts';
import * as kycRetraction from './domain/kyc/kyc-retraction.resolver.ts';
import * as kycReview from './domain/kyc/kyc-review.resolver.ts';
import * as kycStatus from './domain/kyc/kyc-status.resolver.ts';
import * as kycStatusProposal from './domain/kyc/kyc-status-proposal.resolver.ts';
import * as meeting from './domain/meeting/meeting.resolver.ts';
import * as message from './domain/message/message.resolver.ts';
import * as bankCreation from './domain/onboarding/bank-creation.resolver.ts';
import * as customerClosing from './domain/onboarding/customer-closing.resolver.ts';
import * as onboarding from './domain/onboarding/onboarding.resolver.ts';
import * as pastRetention from './domain/onboarding/past-retention.resolver.ts';
import * as overview from './domain/overview/overview.resolver.ts';
import * as possibleDuplicate from './domain/possible-duplicate/possible-duplicate.resolver.ts';
import * as socialMediaHandle from './domain/social-media-handle/social-media-handle.resolver.ts';
import * as taxResidence from './domain/tax-residence/tax-residence.resolver.ts';
import * as entitlement from './domain/user/entitlement.resolver.ts';
import { writeOnce } from './domain/user/idempotency-key.writes.ts';
import * as password from './domain/user/password.resolver.ts';
import * as token from './domain/user/token.resolver.ts';
import * as user from './domain/user/user.resolver.ts';
import { isSelf } from './domain/user/user.rules.ts';
import * as userAttribute from './domain/user/user-attribute.resolver.ts';
import * as correlated from './domain/user-customer-link/correlated.resolver.ts';
import { isLinkedUser } from './domain/user-customer-link/linked-user.ts';
import * as myCustomer from './domain/user-customer-link/my-customer.resolver.ts';
import * as userCustomerLink from './domain/user-customer-link/user-customer-link.resolver.ts';
import * as userCustomers from './domain/user-customer-link/user-customers.resolver.ts';
import { limitLists } from './execution/max-items.ts';
import type { AccessFacts } from './graph/access/check.ts';
import { enforceAccess } from './graph/access/guard.ts';
import { printedAccess } from './graph/access/printed-access.ts';
import { addViewerPermissions } from './graph/access/viewer-permissions.ts';
import { guardArguments } from './graph/argument-guard.ts';
import { requireDatedDeprecations } from './graph/deprecation.ts';
import { addFederation } from './graph/federation/federation.ts';
import { subgraphSdl } from './graph/federation/subgraph-sdl.ts';
import { addIdempotencyKeys } from './graph/mutation.ts';

/** Every module that exports resolvers, and nothing else. */
const modules = [
  account,
  customerAccountLink,
  address,
  attributeDefinition,
  customerAttribute,
  auditEvent,
  bank,
  bankCreation,
  change,
  liveChange,
  crmEvent,
  customerAsOf,
  customerHistory,
  customerLink,
  customerUpdate,
  customerClosing,
  legalHold,
  customer,
  kycCheck,
  kycDocument,
  kycMedia,
  kycEvidence,
  kycGap,
  kycRetraction,
  kycReview,
  kycStatusProposal,
  kycStatus,
  kycCounts,
  meeting,
  message,
  onboarding,
  pastRetention,
  overview,
  possibleDuplicate,
  socialMediaHandle,
  taxResidence,
  correlated,
  myCustomer,
  userCustomerLink,
  userCustomers,
  entitlement,
  password,
  token,
  userAttribute,
  user,
];

const resolvers = modules.flatMap((module): (new () => object)[] => Object.values(module)) as NonEmptyArray<
  new () => object
>;

const accessFacts: AccessFacts = {
  banks: { ...bankRules, ofCustomer: bankOfCustomer },
  ownAccess: { orLinkedUser: isLinkedUser, orHolder: isHolder, orSelf: isSelf },
};

export interface SchemaOptions {
  /** Whether the schema is a subgraph of a larger one. */
  federation?: boolean;
}

function unused(): never {
  throw new Error('A subscription field must have the option subscribe.');
}

/** TypeGraphQL requires it, but subscriptions read the table of changes. */
const noPubSub = { publish: unused, subscribe: unused };

/** The executable schema, each field behind its access rule and the limits of its arguments; fails when a declaration is missing. */
export async function gatewaySchema({ federation = false }: SchemaOptions = {}): Promise<GraphQLSchema> {
  // TypeGraphQL's own check is a whole introspection, of a schema that is not yet the one that is served.
  const schema = await buildSchema({ resolvers, validate: false, skipCheck: true, pubSub: noPubSub });
  const role = schema.getType('Role');
  if (!isEnumType(role)) throw new Error('The schema has no enum Role.');
  limitLists(schema);
  addIdempotencyKeys(schema, writeOnce);
  addViewerPermissions(schema, accessFacts);
  if (federation) addFederation(schema, entityTypes, accessFacts);
  const guarded = enforceAccess(schema, role, accessFacts);
  guardArguments(guarded);
  requireDatedDeprecations(guarded);
  assertValidSchema(guarded);
  return guarded;
}

/** The SDL with its directives, sorted: what schema/schema.graphql holds. */
export async function printedSchema(): Promise<string> {
  return `${printSchemaWithDirectives(lexicographicSortSchema(await gatewaySchema()))}\n`;
}

/** The SDL of the gateway as a Federation 2 subgraph. */
export async function printedSubgraph(): Promise<string> {
  return subgraphSdl(await gatewaySchema(), Object.keys(entityTypes));
}

/** The access rules as JSON, sorted by schema coordinate: the contents of schema/access.json. */
export async function printedAccessRules(): Promise<string> {
  return printedAccess(await gatewaySchema());
}
