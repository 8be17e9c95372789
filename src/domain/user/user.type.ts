import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { connectionOf } from '../../graph/connection.ts';
import { DateTime, EmailAddress } from '../../graph/scalars.ts';
import { Secret } from '../../graph/secret.ts';
import { passwordRule } from './password.type.ts';
import type { UserProfile } from './user.table.ts';
import { UserSummary } from './user-summary.type.ts';

@ObjectType({
  simpleResolvers: true,
  description: 'A user of the gateway. A user that is only referenced so far is a placeholder, which cannot log in.',
})
export class User {
  /** The user for access checks. Equal to `id`. */
  userId: string;

  /** The bank and the customer through which the user was reached. Access to the user's fields is checked there. */
  bankId: string | null;
  customerId: string | null;

  /** The value of the guarded field `isSuperAdmin`. */
  superAdmin: boolean;

  @Field(() => ID, { description: 'The ID of the user.' })
  id: string;

  @Field(() => String, {
    description:
      'The username, such as `felix.smith`, unique for the provider. Upper and lower case are not distinguished.',
  })
  username: string;

  @Field(() => EmailAddress, { nullable: true, description: 'The email address, such as `felix@example.com`.' })
  email: string | null;

  @Field(() => String, { nullable: true, description: 'The first name.' })
  firstName: string | null;

  @Field(() => String, { nullable: true, description: 'The last name.' })
  lastName: string | null;

  @Field(() => String, {
    description:
      'The provider that authenticates the user, such as `obp-customer-gateway` (the gateway itself) or the issuer URL of an identity provider.',
  })
  provider: string;

  @Field(() => String, { description: 'The ID of the user at the provider. At the gateway itself, the username.' })
  providerId: string;

  @Field(() => Boolean, {
    description: 'Whether an administrator disabled the user. All requests of a disabled user are refused.',
  })
  isDisabled: boolean;

  @Field(() => DateTime, { description: 'The time when the user was first stored in the gateway.' })
  createdAt: Date;

  @Field(() => DateTime, { description: 'The time when the user was last changed.' })
  updatedAt: Date;
}

/** `reachedThrough` has the customer, and its bank, through whose link or audit event the user was reached. */
export function toUser(
  row: UserProfile,
  reachedThrough: { bankId?: string | null; customerId?: string | null } = {},
): User {
  return {
    userId: row.id,
    bankId: reachedThrough.bankId ?? null,
    customerId: reachedThrough.customerId ?? null,
    superAdmin: row.isSuperAdmin,
    id: row.id,
    username: row.username,
    email: row.email,
    firstName: row.firstName,
    lastName: row.lastName,
    provider: row.provider,
    providerId: row.providerId,
    isDisabled: row.disabledAt !== null,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

export const UserConnection = connectionOf('UserConnection', 'UserEdge', () => User);

@InputType({ description: 'A new user, who logs in with a password.' })
export class CreateUserInput {
  @Field(() => String, {
    description:
      'The username, such as `felix.smith`: 8 to 100 ASCII letters, digits, dots, and underscores, with dots and underscores only between letters and digits. If the gateway validates email addresses, the username can also be equal to `email`.',
  })
  username: string;

  @Field(() => String, {
    description: `The password: ${passwordRule}`,
  })
  password: string;

  @Field(() => EmailAddress, { description: 'The email address, such as `felix@example.com`.' })
  email: string;

  @Field(() => String, { description: 'The first name, at most 100 characters.' })
  firstName: string;

  @Field(() => String, { description: 'The last name, at most 100 characters.' })
  lastName: string;
}

@ObjectType({ simpleResolvers: true, description: 'The result of creating a user.' })
export class CreateUserPayload {
  @Field(() => User, {
    nullable: true,
    description:
      'The new user. Null if the email address must be validated first, whether or not the username is taken.',
  })
  user: User | null;

  @Secret()
  @Field(() => String, {
    nullable: true,
    description: 'A bearer token of the user. Null if the email address must be validated first.',
  })
  token: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'The time when the token expires. Null if the email address must be validated first.',
  })
  expiresAt: Date | null;

  @Field(() => Boolean, {
    description:
      'Whether the email address must be validated before the first login. The gateway sends an email with a link to a page that asks for the password.',
  })
  validationRequired: boolean;
}

@ObjectType({ simpleResolvers: true, description: 'The result of unlocking a user.' })
export class UnlockUserPayload {
  @Field(() => UserSummary, {
    description: 'The unlocked user. The caller might lack the role to read the contact details.',
  })
  user: UserSummary;
}

@ObjectType({ simpleResolvers: true, description: 'The result of a login.' })
export class LoginPayload {
  @Secret()
  @Field(() => String, { description: 'The bearer token. Send it in the `Authorization` header, as `Bearer TOKEN`.' })
  token: string;

  @Field(() => DateTime, { description: 'The time when the token expires.' })
  expiresAt: Date;

  @Field(() => User, {
    description: "The user who logged in. The user's own data can be selected, such as `customers`.",
  })
  user: User;
}
