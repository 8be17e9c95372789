import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { connectionOf } from '../../graph/connection.ts';
import { DateTime, EmailAddress } from '../../graph/scalars.ts';
import type { UserProfile } from './user.table.ts';

@ObjectType({ simpleResolvers: true, description: 'Somebody who can log in, or who is referred to as a user.' })
export class User {
  /** What the access rules judge by; the same as `id`. */
  userId: string;

  /** The bank and the customer through which the user was reached: the access rules judge the user's fields there. */
  bankId: string | null;
  customerId: string | null;

  /** For the guarded field of that name. */
  superAdmin: boolean;

  @Field(() => ID, { description: 'The id of the user.' })
  id: string;

  @Field(() => String, { description: 'The name to log in with, unique for the provider in every spelling.' })
  username: string;

  @Field(() => EmailAddress, { nullable: true, description: 'The e-mail address.' })
  email: string | null;

  @Field(() => String, { nullable: true, description: 'The first name.' })
  firstName: string | null;

  @Field(() => String, { nullable: true, description: 'The last name.' })
  lastName: string | null;

  @Field(() => String, { description: 'Who vouches for the user: the gateway itself, or an identity provider.' })
  provider: string;

  @Field(() => String, { description: 'The id of the user at the provider.' })
  providerId: string;

  @Field(() => Boolean, { description: 'Whether an administrator locked the user out.' })
  isDisabled: boolean;

  @Field(() => DateTime, { description: 'When the user was first stored here.' })
  createdAt: Date;

  @Field(() => DateTime, { description: 'When the user was last changed.' })
  updatedAt: Date;
}

/** `reachedThrough` is the customer whose link or event led to the user, at the customer's bank. */
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

@InputType({ description: 'A new user, who logs in here.' })
export class CreateUserInput {
  @Field(() => String, {
    description:
      'The username: 8 to 100 letters, digits, dots, and underscores, with dots and underscores only between letters and digits; or the same as `email`, if the gateway validates email addresses.',
  })
  username: string;

  @Field(() => String, {
    description:
      '17 to 512 ASCII letters, digits, punctuation characters or spaces; or 10 to 16 without a space, with a digit, a lower case and an upper case letter and a special character.',
  })
  password: string;

  @Field(() => EmailAddress, { description: 'The e-mail address, as felix@example.com.' })
  email: string;

  @Field(() => String, { description: 'The first name, of at most 100 characters.' })
  firstName: string;

  @Field(() => String, { description: 'The last name, of at most 100 characters.' })
  lastName: string;
}

@ObjectType({ simpleResolvers: true, description: 'The user who was created, or word that a mail was sent.' })
export class CreateUserPayload {
  @Field(() => User, {
    nullable: true,
    description:
      'The new user. Null if the email address must be validated first, whether the username is taken or not.',
  })
  user: User | null;

  @Field(() => String, {
    nullable: true,
    description: 'A bearer token of the user. Null if the email address must be validated first.',
  })
  token: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When the token ceases to be accepted.' })
  expiresAt: Date | null;

  @Field(() => Boolean, {
    description:
      'Whether the email address must be validated before the first login. The mail to this address has a link to a page that asks for the chosen password.',
  })
  validationRequired: boolean;
}

@ObjectType({ simpleResolvers: true, description: 'The user who was unlocked.' })
export class UnlockUserPayload {
  @Field(() => User, { description: 'The user, who may log in again.' })
  user: User;
}

@ObjectType({ simpleResolvers: true, description: 'Who logged in, and the token to say so with.' })
export class LoginPayload {
  @Field(() => String, { description: 'The bearer token: send it in the header Authorization, as `Bearer TOKEN`.' })
  token: string;

  @Field(() => DateTime, { description: 'When the token ceases to be accepted.' })
  expiresAt: Date;

  @Field(() => User, { description: 'Who logged in.' })
  user: User;
}
