/** A proposal can be decided only once. */
export enum KycStatusProposalState {
  PROPOSED = 'PROPOSED',
  CONFIRMED = 'CONFIRMED',
  REJECTED = 'REJECTED',
}
