import { customerCollection } from '../customer/customer-collection.ts';
import { customerAddress } from './address.table.ts';

export const addresses = customerCollection(customerAddress, { notFound: 'OBP-30310', storedAt: 'insertDate' });
