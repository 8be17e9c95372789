import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';

export enum DuplicateMatch {
  NAME_AND_DATE_OF_BIRTH = 'NAME_AND_DATE_OF_BIRTH',
  MOBILE_PHONE_NUMBER = 'MOBILE_PHONE_NUMBER',
  EMAIL = 'EMAIL',
  DOCUMENT_NUMBER = 'DOCUMENT_NUMBER',
}

registerEnumType(DuplicateMatch, {
  name: 'DuplicateMatch',
  description: 'A value that two customers of a bank have in common.',
  valuesConfig: {
    NAME_AND_DATE_OF_BIRTH: {
      description:
        'The date of birth and the words of the legal name, in any order. Letter case, accents, and punctuation are ignored.',
    },
    MOBILE_PHONE_NUMBER: { description: 'The mobile phone number in E.164 format.' },
    EMAIL: { description: 'The email address. Letter case is ignored.' },
    DOCUMENT_NUMBER: {
      description:
        'The number of a KYC document that is not retracted. Letter case, spaces, and punctuation are ignored.',
    },
  },
});

@ObjectType({
  simpleResolvers: true,
  description: 'A customer of the same bank who might be the same person or organisation.',
})
export class PossibleDuplicate {
  @Field(() => ID, { description: 'The ID of the bank.' })
  bankId: string;

  @Field(() => ID, { description: 'The ID of the other customer.' })
  customerId: string;

  @Field(() => [DuplicateMatch], { description: 'The values that the two customers have in common.' })
  matchedBy: DuplicateMatch[];
}
