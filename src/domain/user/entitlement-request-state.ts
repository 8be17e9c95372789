/** A request can be decided only once. */
export enum EntitlementRequestState {
  REQUESTED = 'REQUESTED',
  APPROVED = 'APPROVED',
  REJECTED = 'REJECTED',
}
