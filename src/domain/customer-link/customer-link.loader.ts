import { manyBy, oneBy } from '../../database/batch.ts';
import { customerLink } from './customer-link.table.ts';

export const customerLinkById = oneBy(customerLink, 'id');
export const linksOfCustomer = manyBy(customerLink, ['customerId'], { orderBy: ['createdAt', 'id'] });
export const linksToCustomer = manyBy(customerLink, ['linkedCustomerId'], { orderBy: ['createdAt', 'id'] });
