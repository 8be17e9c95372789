import { registerEnumType } from 'type-graphql';
import { type Role as RoleName, roles } from '../base/roles.ts';

const names = Object.keys(roles) as RoleName[];

function description(role: RoleName): string {
  return roles[role].scope === 'bank'
    ? `${roles[role].description} A bank role, granted for one bank.`
    : `${roles[role].description} A system role, granted without a bank.`;
}

/** The roles as the enum `Role` of the schema. */
export const Role = Object.fromEntries(names.map((role) => [role, role])) as { readonly [Name in RoleName]: Name };

registerEnumType(Role, {
  name: 'Role',
  description: 'A role that an entitlement grants to a user. The names are those of OBP.',
  valuesConfig: Object.fromEntries(names.map((role) => [role, { description: description(role) }])),
});
