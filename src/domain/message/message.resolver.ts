import { and, eq, sql } from 'drizzle-orm';
import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { Authenticated, RequiresRole } from '../../auth/requires-role.ts';
import { PageArguments } from '../../connection.ts';
import type { Context } from '../../context.ts';
import { newestOfCustomer, newestWhere } from '../../newest-first.ts';
import { customerAt, loadCustomer } from '../customer/customer.loader.ts';
import { Customer } from '../customer/customer.type.ts';
import { userCustomerLink } from '../user-customer-link/user-customer-link.table.ts';
import { customerMessage } from './message.table.ts';
import { CustomerMessage, CustomerMessageConnection } from './message.type.ts';

const messagesOfCustomer = newestOfCustomer(customerMessage, 'date');
