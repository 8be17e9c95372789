export enum CrmEventState {
  OPEN = 'OPEN',
  CLOSED = 'CLOSED',
}
