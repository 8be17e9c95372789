import { manyBy } from '../../database/batch.ts';
import { customerAccountLink } from './customer-account-link.table.ts';

export const accountLinksByCustomer = manyBy(customerAccountLink, ['customerId'], { orderBy: ['createdAt', 'id'] });
