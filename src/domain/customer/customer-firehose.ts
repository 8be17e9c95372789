import { and, asc, desc, eq, gte, lte, sql } from 'drizzle-orm';
import { gatewayError } from '../../base/errors.ts';
import { inKeys, keyValues } from '../../database/batch.ts';
import { statement } from '../../database/statement.ts';
import type { Context } from '../../graph/context.ts';
import { customer } from './customer.table.ts';
import { type Customer, SortDirection, toCustomer } from './customer.type.ts';
import { attributeSearchValue } from './customer-attribute.rules.ts';
import { customerAttribute } from './customer-attribute.table.ts';
import type { AttributeFilter } from './customer-filter.type.ts';

const maxLimit = 500;
const earliest = new Date(Date.UTC(1, 0, 1));
const latest = new Date(Date.UTC(9999, 11, 31));

export interface FirehoseArguments {
  bankId: string;
  /** Defaults to 500. The other arguments have defaults, too. */
  limit: number | null;
  offset: number | null;
  sortDirection: SortDirection | null;
  fromDate: Date | null;
  toDate: Date | null;
  /** Customers must have one of these attributes. The offset and limit apply to these customers. */
  attributes: AttributeFilter[] | null;
}

function pageStatement(withAttributes: boolean, descending: boolean) {
  const { customerId, bankId, name, valueSearch, value } = customerAttribute;
  const order = descending ? desc : asc;
  return statement((queries) => {
    const withAttribute = queries
      .select({ customerId })
      .from(customerAttribute)
      .where(and(eq(bankId, sql.placeholder('bankId')), inKeys([name, valueSearch, value])));
    return queries
      .select()
      .from(customer)
      .where(
        and(
          eq(customer.bankId, sql.placeholder('bankId')),
          gte(customer.updatedAt, sql.param(sql.placeholder('fromDate'), customer.updatedAt)),
          lte(customer.updatedAt, sql.param(sql.placeholder('toDate'), customer.updatedAt)),
          withAttributes ? sql`${customer.id} in ${withAttribute}` : undefined,
        ),
      )
      .orderBy(order(customer.lastOkDateOrder), order(customer.id))
      .limit(sql.placeholder('limit'))
      .offset(sql.placeholder('offset'));
  });
}

const statements = {
  all: { ASC: pageStatement(false, false), DESC: pageStatement(false, true) },
  withAttributes: { ASC: pageStatement(true, false), DESC: pageStatement(true, true) },
};

/** The firehose of OBP. @throws OBP-00012 if the setting is off. */
export async function firehose(context: Context, options: FirehoseArguments): Promise<Customer[]> {
  if (!context.config.customerFirehose) throw gatewayError('OBP-00012');
  const { attributes } = options;
  const limit = options.limit ?? maxLimit;
  const offset = options.offset ?? 0;
  if (offset < 0) throw gatewayError('OBP-10024', { field: 'offset' });
  if (limit < 1 || limit > maxLimit) {
    throw gatewayError('OBP-10025', { message: `limit must be from 1 to ${maxLimit}.`, field: 'limit' });
  }
  if (attributes?.length === 0) return [];
  const { all, withAttributes } = statements;
  const page = (attributes == null ? all : withAttributes)[options.sortDirection ?? SortDirection.DESC];
  const keys = (attributes ?? []).map(({ name, value }) => [name, attributeSearchValue(value), value]);
  const rows = await page(context.readDatabase(), {
    bankId: options.bankId,
    fromDate: options.fromDate ?? earliest,
    toDate: options.toDate ?? latest,
    limit,
    offset,
    ...(attributes == null ? {} : keyValues(keys)),
  });
  return rows.map(toCustomer);
}
