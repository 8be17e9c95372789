/** The objects of a customer whose former values are kept. */
export enum CustomerHistoryObject {
  CUSTOMER = 'CUSTOMER',
  ACCOUNT_LINK = 'ACCOUNT_LINK',
  ADDRESS = 'ADDRESS',
  ATTRIBUTE = 'ATTRIBUTE',
  SOCIAL_MEDIA_HANDLE = 'SOCIAL_MEDIA_HANDLE',
  TAX_RESIDENCE = 'TAX_RESIDENCE',
  USER_LINK = 'USER_LINK',
}

/** The objects by the names of their tables. */
export const historyObjects: ReadonlyMap<string, CustomerHistoryObject> = new Map([
  ['customer', CustomerHistoryObject.CUSTOMER],
  ['customer_account_link', CustomerHistoryObject.ACCOUNT_LINK],
  ['customer_address', CustomerHistoryObject.ADDRESS],
  ['customer_attribute', CustomerHistoryObject.ATTRIBUTE],
  ['social_media_handle', CustomerHistoryObject.SOCIAL_MEDIA_HANDLE],
  ['tax_residence', CustomerHistoryObject.TAX_RESIDENCE],
  ['user_customer_link', CustomerHistoryObject.USER_LINK],
]);
