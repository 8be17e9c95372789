/** Whether a customer is a person or a company. */
export enum CustomerType {
  RETAIL = 'RETAIL',
  CORPORATE = 'CORPORATE',
}
