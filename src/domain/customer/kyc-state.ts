/** The state of a customer in the KYC process, by the statuses of the timeline that are not retracted. */
export enum KycState {
  NEVER_ASSESSED = 'NEVER_ASSESSED',
  OK = 'OK',
  NOT_OK = 'NOT_OK',
}
