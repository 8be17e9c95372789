import { type GraphQLSchema, isIntrospectionType, isObjectType } from 'graphql';
import { type Role, roleScope } from '../../base/roles.ts';
import { type PermissionType, permissionsOf, permissionTypes } from './permissions.ts';
import type { AccessRule } from './rule.ts';

/** An access rule, as tools read it from schema/access.json. */
interface PrintedRule {
  rule: 'public' | 'authenticated' | 'role';
  /** One of these and of `systemRoles` is enough. A bank role must be held at the bank of the object or of the argument `bankId`. */
  bankRoles?: Role[];
  systemRoles?: Role[];
  orLinkedUser?: true;
  orHolder?: true;
  orSelf?: true;
  kycMaterial?: true;
  permission?: string;
  /** The types whose `viewerPermissions` list the permission. */
  permissionOf?: PermissionType[];
}

function printedRule(rule: AccessRule): PrintedRule {
  if (rule.kind === 'public') return { rule: 'public' };
  const roles = {
    rule: rule.kind,
    bankRoles: rule.anyOf.filter((role) => roleScope(role) === 'bank'),
    systemRoles: rule.anyOf.filter((role) => roleScope(role) === 'system'),
  };
  if (rule.kind === 'authenticated') return roles;
  const flags = (['orLinkedUser', 'orHolder', 'orSelf', 'kycMaterial'] as const).filter((flag) => rule[flag] === true);
  return { ...roles, ...Object.fromEntries(flags.map((flag) => [flag, true])) };
}

/** The access rules by schema coordinate, with their permissions. Fields without a rule follow that of the field above them. */
export function printedAccess(schema: GraphQLSchema): string {
  const permissions = permissionsOf(schema);
  const rules = Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type))
    .filter((type) => !isIntrospectionType(type))
    .flatMap((type) =>
      Object.values(type.getFields()).flatMap(({ name, extensions }): [string, PrintedRule][] => {
        const rule = extensions.access as AccessRule | undefined;
        return rule === undefined ? [] : [[`${type.name}.${name}`, printedRule(rule)]];
      }),
    );
  for (const [coordinate, rule] of rules) {
    const isOfField = ({ coordinates }: { coordinates: string[] }) => coordinates.includes(coordinate);
    const permissionOf = permissionTypes.filter((type) => permissions[type].some(isOfField));
    const [type] = permissionOf;
    if (type === undefined) continue;
    rule.permission = permissions[type].find(isOfField)?.name;
    rule.permissionOf = permissionOf;
  }
  rules.sort(([first], [second]) => (first < second ? -1 : 1));
  return `${JSON.stringify(Object.fromEntries(rules), null, 2)}\n`;
}
