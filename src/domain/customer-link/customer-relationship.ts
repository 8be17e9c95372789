/** The relationship of a linked customer to the customer of a link. */
export enum CustomerRelationship {
  PARENT = 'PARENT',
  BENEFICIAL_OWNER = 'BENEFICIAL_OWNER',
  DIRECTOR = 'DIRECTOR',
  GUARDIAN = 'GUARDIAN',
}
