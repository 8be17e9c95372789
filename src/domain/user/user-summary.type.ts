import { Field, ID, ObjectType } from 'type-graphql';
import type { UserProfile } from './user.table.ts';

@ObjectType({ simpleResolvers: true, description: 'The name of a user, without contact details.' })
export class UserSummary {
  @Field(() => ID, { description: 'The ID of the user.' })
  userId: string;

  @Field(() => String, { description: 'The username, such as `felix.smith`.' })
  username: string;

  @Field(() => String, {
    description: 'The first and last name, such as `Felix Smith`. The username if the user has neither.',
  })
  displayName: string;
}

export function toUserSummary({ id, username, firstName, lastName }: UserProfile): UserSummary {
  const names = [firstName, lastName].filter((name) => name !== null && name !== '');
  return { userId: id, username, displayName: names.length === 0 ? username : names.join(' ') };
}
