import 'reflect-metadata';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { type GraphQLSchema, isEnumType, lexicographicSortSchema } from 'graphql';
import { buildSchema, type NonEmptyArray } from 'type-graphql';
import { enforceAccess } from './auth/requires-role.ts';
import { CustomerAddressesResolver, CustomerAddressResolver } from './domain/address/address.resolver.ts';
import { checkBank } from './domain/bank/bank.loader.ts';
import { BankResolver } from './domain/bank/bank.resolver.ts';
import { BankCustomersResolver, CustomerResolver } from './domain/customer/customer.resolver.ts';
import { CustomerKycChecksResolver, KycCheckResolver } from './domain/kyc/kyc-check.resolver.ts';
import { CustomerKycDocumentsResolver, KycDocumentResolver } from './domain/kyc/kyc-document.resolver.ts';
import { CustomerKycMediaResolver, KycMediaResolver } from './domain/kyc/kyc-media.resolver.ts';
import { CustomerKycStatusesResolver, KycStatusResolver } from './domain/kyc/kyc-status.resolver.ts';
import { EntitlementResolver, UserEntitlementsResolver } from './domain/user/entitlement.resolver.ts';
import { UserResolver } from './domain/user/user.resolver.ts';
import { UserCustomersResolver } from './domain/user-customer-link/user-customers.resolver.ts';

/** All of them, a noun a group; an entity is added here with its resolvers. */
const resolvers: NonEmptyArray<new () => object> = [
  BankResolver,
  UserResolver,
  UserEntitlementsResolver,
  EntitlementResolver,
  UserCustomersResolver,
  CustomerResolver,
  BankCustomersResolver,
  CustomerAddressesResolver,
  CustomerAddressResolver,
  CustomerKycChecksResolver,
  KycCheckResolver,
  CustomerKycDocumentsResolver,
  KycDocumentResolver,
  CustomerKycMediaResolver,
  KycMediaResolver,
  CustomerKycStatusesResolver,
  KycStatusResolver,
];

/** The executable schema, each field behind its access rule; fails when one has none. */
export async function gatewaySchema(): Promise<GraphQLSchema> {
  const schema = await buildSchema({ resolvers, validate: false });
  const role = schema.getType('Role');
  if (!isEnumType(role)) throw new Error('The schema has no enum Role.');
  return enforceAccess(schema, role, checkBank);
}

/** The SDL with its directives, sorted: what schema/schema.graphql holds. */
export async function printedSchema(): Promise<string> {
  return `${printSchemaWithDirectives(lexicographicSortSchema(await gatewaySchema()))}\n`;
}
