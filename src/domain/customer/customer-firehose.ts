import { and, asc, desc, eq, gte, lte, type SQL, sql } from 'drizzle-orm';
import { gatewayError } from '../../base/errors.ts';
import { maxPageSizes } from '../../base/page-arguments.ts';
import { jsonTable } from '../../database/json-list.ts';
import { statement } from '../../database/statement.ts';
import { inTuples, tupleValues } from '../../database/tuple-condition.ts';
import type { Context } from '../../graph/context.ts';
import { collectProblems } from '../../graph/input-collection.ts';
import { customer } from './customer.table.ts';
import { type Customer, SortDirection, toCustomer } from './customer.type.ts';
import { attributeSearchValue } from './customer-attribute.rules.ts';
import { customerAttribute } from './customer-attribute.table.ts';
import { type AttributeEntries, definedTypesOf, parseAttributeFilters } from './customer-attribute-filter.ts';
import type { AttributeFilter } from './customer-filter.type.ts';

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

const { name, value, valueSearch, valueOrder } = customerAttribute;
const exactColumns = [name, valueSearch, value];

/** Selects the IDs of the customers that have one of the attributes, whose values are those of `attributeValues`. */
function withOneAttribute(): SQL {
  const { bankId, customerId } = customerAttribute;
  const atBank = sql`${bankId} = ${sql.placeholder('bankId')}`;
  const withExactValue = sql`select ${customerId} from ${customerAttribute} where ${atBank} and ${inTuples(exactColumns, sql.placeholder('exact'))}`;
  const ranges = jsonTable(sql.placeholder('ranges'), 'ranges', ['first', 'last']);
  const isInRange = sql`${valueOrder} >= ranges.first and ${valueOrder} <= ranges.last`;
  const inRange = sql`select ${customerId} from ${ranges} join ${customerAttribute} on ${atBank} and ${isInRange}`;
  return sql`(${withExactValue} union all ${inRange})`;
}

function attributeValues({ exact, ranges }: AttributeEntries): Record<string, string> {
  const exactRows = exact.map(({ name, value }) => [name, attributeSearchValue(value), value]);
  return {
    exact: tupleValues(exactColumns, exactRows),
    ranges: JSON.stringify(ranges.map(({ from, to }) => [from, to])),
  };
}

function pageStatement(withAttributes: boolean, descending: boolean) {
  const order = descending ? desc : asc;
  return statement((queries) =>
    queries
      .select()
      .from(customer)
      .where(
        and(
          eq(customer.bankId, sql.placeholder('bankId')),
          gte(customer.updatedAt, sql.param(sql.placeholder('fromDate'), customer.updatedAt)),
          lte(customer.updatedAt, sql.param(sql.placeholder('toDate'), customer.updatedAt)),
          withAttributes ? sql`${customer.id} in ${withOneAttribute()}` : undefined,
        ),
      )
      .orderBy(order(customer.lastOkDateOrder), order(customer.id))
      .limit(sql.placeholder('limit'))
      .offset(sql.placeholder('offset')),
  );
}

const statements = {
  all: { ASC: pageStatement(false, false), DESC: pageStatement(false, true) },
  withAttributes: { ASC: pageStatement(true, false), DESC: pageStatement(true, true) },
};

/** The firehose of OBP. @throws OBP-00012 if the setting is off. */
export async function firehose(context: Context, options: FirehoseArguments): Promise<Customer[]> {
  if (!context.config.customerFirehose) throw gatewayError('OBP-00012');
  const { attributes } = options;
  const limit = options.limit ?? maxPageSizes.limit;
  const offset = options.offset ?? 0;
  const { all, withAttributes } = statements;
  const page = (attributes == null ? all : withAttributes)[options.sortDirection ?? SortDirection.DESC];
  const types = await definedTypesOf(context, options.bankId, attributes ?? []);
  const entries = collectProblems(() => parseAttributeFilters(attributes ?? [], 'attributes', types));
  if (attributes?.length === 0) return [];
  const rows = await page(context.readDatabase(), {
    bankId: options.bankId,
    fromDate: options.fromDate ?? earliest,
    toDate: options.toDate ?? latest,
    limit,
    offset,
    ...attributeValues(entries),
  });
  return rows.map(toCustomer);
}
