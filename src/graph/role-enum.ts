import { registerEnumType } from 'type-graphql';
import { type Role as RoleName, roles } from '../base/roles.ts';

const names = Object.keys(roles) as RoleName[];

function description(role: RoleName): string {
  return roles[role].scope === 'bank'
    ? `${roles[role].description} Counts at the bank that it is granted for.`
    : `${roles[role].description} Granted without a bank.`;
}

/** The roles as the enum `Role` of the schema, in OBP's spelling. */
export const Role = Object.fromEntries(names.map((role) => [role, role])) as { readonly [Name in RoleName]: Name };

registerEnumType(Role, {
  name: 'Role',
  description: 'What an entitlement lets its holder do; the names are OBP’s.',
  valuesConfig: Object.fromEntries(names.map((role) => [role, { description: description(role) }])),
});
