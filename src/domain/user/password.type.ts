import { Field, ObjectType } from 'type-graphql';
import { DateTime } from '../../graph/scalars.ts';
import { Secret } from '../../graph/secret.ts';

/** The rule for passwords, which ends the description of an argument or input field. */
export const passwordRule =
  '17 to 512 ASCII letters, digits, punctuation characters, or spaces; or 10 to 16 of them without spaces, with at least one digit, one lower-case letter, one upper-case letter, and one punctuation character.';

@ObjectType({ simpleResolvers: true, description: "The result of changing the caller's password." })
export class ChangeMyPasswordPayload {
  @Field(() => DateTime, {
    description:
      'The time when the password was changed. All tokens of the caller that were issued before, including that of this request, are revoked.',
  })
  changedAt: Date;

  @Secret()
  @Field(() => String, { description: 'A new bearer token of the caller.' })
  token: string;

  @Field(() => DateTime, { description: 'The time when the new token expires.' })
  expiresAt: Date;
}

@ObjectType({ simpleResolvers: true, description: 'The result of requesting a password reset.' })
export class RequestPasswordResetPayload {
  @Field(() => DateTime, {
    description: 'The time when the link expires, if a mail is sent. The response does not reveal whether it is.',
  })
  expiresAt: Date;
}

@ObjectType({ simpleResolvers: true, description: 'The result of resetting a password.' })
export class ResetPasswordPayload {
  @Field(() => DateTime, {
    description:
      'The time when the password was changed. All tokens of the user that were issued before are revoked, so the user can log in with the new password.',
  })
  changedAt: Date;
}
