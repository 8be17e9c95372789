/** The objects of a customer whose former values are kept. */
export enum CustomerHistoryObject {
  CUSTOMER = 'CUSTOMER',
  ACCOUNT_LINK = 'ACCOUNT_LINK',
  ADDRESS = 'ADDRESS',
  ATTRIBUTE = 'ATTRIBUTE',
  CUSTOMER_LINK = 'CUSTOMER_LINK',
  INVERSE_CUSTOMER_LINK = 'INVERSE_CUSTOMER_LINK',
  SOCIAL_MEDIA_HANDLE = 'SOCIAL_MEDIA_HANDLE',
  TAX_RESIDENCE = 'TAX_RESIDENCE',
  USER_LINK = 'USER_LINK',
}

/** A kind of object, and the column that contains the ID of the customer whose history has the changes. */
export interface HistoryPlace {
  object: CustomerHistoryObject;
  customerColumn: 'id' | 'customerId' | 'linkedCustomerId';
}

function ofCustomer(object: CustomerHistoryObject): HistoryPlace[] {
  return [{ object, customerColumn: 'customerId' }];
}

/** The places of changes by the names of the tables. A link between two customers is in the history of both. */
export const historyPlaces: ReadonlyMap<string, readonly HistoryPlace[]> = new Map<string, HistoryPlace[]>([
  ['customer', [{ object: CustomerHistoryObject.CUSTOMER, customerColumn: 'id' }]],
  ['customer_account_link', ofCustomer(CustomerHistoryObject.ACCOUNT_LINK)],
  ['customer_address', ofCustomer(CustomerHistoryObject.ADDRESS)],
  ['customer_attribute', ofCustomer(CustomerHistoryObject.ATTRIBUTE)],
  [
    'customer_link',
    [
      { object: CustomerHistoryObject.CUSTOMER_LINK, customerColumn: 'customerId' },
      { object: CustomerHistoryObject.INVERSE_CUSTOMER_LINK, customerColumn: 'linkedCustomerId' },
    ],
  ],
  ['social_media_handle', ofCustomer(CustomerHistoryObject.SOCIAL_MEDIA_HANDLE)],
  ['tax_residence', ofCustomer(CustomerHistoryObject.TAX_RESIDENCE)],
  ['user_customer_link', ofCustomer(CustomerHistoryObject.USER_LINK)],
]);
