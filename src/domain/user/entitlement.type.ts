import { Field, ID, ObjectType } from 'type-graphql';
import { Role } from '../../auth/role-enum.ts';
import { isRole, type Role as RoleName } from '../../auth/roles.ts';
import type { EntitlementRow } from './entitlement.table.ts';

@ObjectType({ simpleResolvers: true, description: 'A role that a user holds: at one bank, or without a bank.' })
export class Entitlement {
  @Field(() => ID, { description: 'The id of the entitlement.' })
  id: string;

  @Field(() => Role, { description: 'The role.' })
  roleName: RoleName;

  @Field(() => ID, { nullable: true, description: 'The bank that the role counts at; null for a system role.' })
  bankId: string | null;
}

/** Roles that this version does not know count nowhere, and are left out. */
export function toEntitlements(rows: readonly EntitlementRow[]): Entitlement[] {
  return rows.flatMap(({ id, roleName, bankId }) => (isRole(roleName) ? [{ id, roleName, bankId }] : []));
}
