import {
  DirectiveLocation,
  GraphQLBoolean,
  GraphQLDirective,
  type GraphQLEnumType,
  GraphQLList,
  GraphQLNonNull,
} from 'graphql';
import { Directive, Extensions } from 'type-graphql';
import type { Role } from '../../base/roles.ts';

/** Extends a rule to callers without a role, for the caller's own data. */
export interface OwnAccess {
  /** The caller is a linked user of the customer. */
  orLinkedUser?: boolean;
  /** The caller is a holder of the account. */
  orHolder?: boolean;
  /** The caller is the user. */
  orSelf?: boolean;
}

export interface RoleOptions extends OwnAccess {
  /** If the bank requires a reason for access to KYC material, the request must state it. */
  kycMaterial?: boolean;
}

export type RoleRule = { kind: 'role'; anyOf: readonly Role[] } & RoleOptions;
export type AccessRule = { kind: 'public' } | { kind: 'authenticated'; anyOf: readonly Role[] } | RoleRule;
export type GuardedRule = Exclude<AccessRule, { kind: 'public' }>;

/** The properties of a guarded field's parent that access checks and the audit trail use. */
export interface GuardedParent {
  id?: string;
  bankId?: string | null;
  customerId?: string | null;
  accountId?: string | null;
  userId?: string | null;
}

/** Whether the first parameter of the method is a list. On the field of an object type, it is a list of parents. */
function takesList(target: object, key: string | symbol): boolean {
  const types = Reflect.getMetadata('design:paramtypes', target, key) as readonly unknown[] | undefined;
  return types?.[0] === Array;
}

function declare(rule: AccessRule, directive: string): MethodDecorator & PropertyDecorator {
  return (target: object, key: string | symbol, descriptor?: PropertyDescriptor) => {
    (Directive(directive) as MethodDecorator)(target, key, descriptor ?? {});
    (Extensions({ access: rule, takesList: takesList(target, key) }) as MethodDecorator)(target, key, descriptor ?? {});
  };
}

/** Anonymous callers can access the field. */
export function Public() {
  return declare({ kind: 'public' }, '@public');
}

/**
 * Any authenticated user can access the field: a root field only for their own data, another field on every object that they
 * can read. With one of the roles of `anyOf` the field returns more: its resolver asks `holdsFurtherRole`.
 */
export function Authenticated(...anyOf: Role[]) {
  return declare(
    { kind: 'authenticated', anyOf },
    anyOf.length === 0 ? '@authenticated' : `@authenticated(anyOf: [${anyOf.join(', ')}])`,
  );
}

/**
 * Restricts the field to callers with one of these roles. A bank role must be held at the bank of the `bankId` argument or,
 * without that argument, of the parent object. A system role applies to all banks. `options` extend the rule to the caller's
 * own data.
 *
 * @example @RequiresRole(['CanGetCustomerAddress'], { orLinkedUser: true })
 */
export function RequiresRole(anyOf: Role[], options: RoleOptions = {}) {
  const flags = Object.entries(options).map(([flag, given]) => `, ${flag}: ${given}`);
  return declare({ kind: 'role', anyOf, ...options }, `@requiresRole(anyOf: [${anyOf.join(', ')}]${flags.join('')})`);
}

/** The directives as the SDL prints them; their roles are the enum that the schema already has. */
export function accessDirectives(role: GraphQLEnumType): GraphQLDirective[] {
  const locations = [DirectiveLocation.FIELD_DEFINITION];
  const roles = new GraphQLList(new GraphQLNonNull(role));
  const flag = { type: GraphQLBoolean, defaultValue: false };
  return [
    new GraphQLDirective({
      name: 'public',
      locations,
      description: 'Allows every caller to access the field, including anonymous callers.',
    }),
    new GraphQLDirective({
      name: 'authenticated',
      locations,
      description:
        "Allows every authenticated caller to access the field. Without one of the roles in `anyOf`, a root field is limited to the caller's own data.",
      args: {
        anyOf: {
          type: roles,
          description: "The roles with which a root field is not limited to the caller's own data.",
        },
      },
    }),
    new GraphQLDirective({
      name: 'requiresRole',
      locations,
      description:
        'Restricts the field to callers with one of these roles. A bank role must be held at the bank of the `bankId` argument or, without that argument, of the parent object. A system role applies to all banks.',
      args: {
        anyOf: { type: new GraphQLNonNull(roles), description: 'The roles, of which one is enough.' },
        orLinkedUser: {
          ...flag,
          description: 'Whether linked users of the customer can access the field without a role.',
        },
        orHolder: { ...flag, description: 'Whether holders of the account can access the field without a role.' },
        orSelf: { ...flag, description: 'Whether users can access the field of their own user without a role.' },
        kycMaterial: {
          ...flag,
          description:
            'Whether the field returns or changes KYC material. If the bank requires a reason, the request must state it in the `X-Reason` header.',
        },
      },
    }),
  ];
}
