import { type SQL, sql } from 'drizzle-orm';
import { orderedScan, withoutIndex } from '../../database/search.ts';
import type { Context } from '../../graph/context.ts';
import { assertInput, valid } from '../../graph/input.ts';
import { collectProblems } from '../../graph/input-collection.ts';
import { definitionsByBank } from '../attribute/attribute-definition.loader.ts';
import { customerCategory } from '../attribute/attribute-definition.rules.ts';
import { type Bound, type BoundKind, openBounds, parseBound } from '../attribute/attribute-order.ts';
import { AttributeType } from '../attribute/attribute-type.ts';
import { bank } from '../bank/bank.table.ts';
import { customer } from './customer.table.ts';
import { attributeSearchValue, orderOfAttribute, searchValueLength } from './customer-attribute.rules.ts';
import { customerAttribute } from './customer-attribute.table.ts';
import type { Condition } from './customer-condition.ts';
import type { AttributeFilter } from './customer-filter.type.ts';

interface ExactValue {
  name: string;
  value: string;
}

/** The values of the column `value_order` between which an attribute must be, inclusive. */
interface ValueRange {
  from: string;
  to: string;
}

/** The entries of a filter, sorted and without duplicates, so that equal filters have equal cursors and statements. */
export interface AttributeEntries {
  exact: ExactValue[];
  ranges: ValueRange[];
}

type DefinedTypes = ReadonlyMap<string, AttributeType>;

const boundKinds: Readonly<Record<AttributeType, BoundKind | null>> = {
  STRING: null,
  INTEGER: 'number',
  DOUBLE: 'number',
  DATE_WITH_DAY: 'date',
};

/** The types that the bank has defined for the names of ranges. Exact values are compared as texts. */
export async function definedTypesOf(
  context: Context,
  bankId: string | null,
  filters: readonly AttributeFilter[],
): Promise<DefinedTypes> {
  const hasRanges = filters.some(({ from, to }) => from != null || to != null);
  return hasRanges && bankId !== null ? definedTypesAt(context, bankId) : new Map();
}

/**
 * Checks and parses the entries. Rejects bounds that do not match the type that the bank has defined for the name.
 * @throws OBP-10001 with the name of the field and the broken rule
 */
export function parseAttributeFilters(
  filters: readonly AttributeFilter[],
  field: string,
  types: DefinedTypes,
): AttributeEntries {
  const exact = new Map<string, ExactValue>();
  const ranges = new Map<string, ValueRange>();
  collectProblems(() => {
    for (const [index, filter] of filters.entries()) {
      const { name, value } = filter;
      const range = collectProblems(() => rangeOf(filter, `${field}[${index}]`, types));
      if (range !== null) ranges.set(JSON.stringify(range), range);
      else if (value != null) exact.set(JSON.stringify([name, value]), { name, value });
    }
  });
  return { exact: sortedValues(exact), ranges: sortedValues(ranges) };
}

function sortedValues<Value>(entries: ReadonlyMap<string, Value>): Value[] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}

/** The types of the active definitions, as `definedTypes` returns them for writes. */
async function definedTypesAt(context: Context, bankId: string): Promise<DefinedTypes> {
  const definitions = await context.loader(definitionsByBank).load([bankId, customerCategory]);
  return new Map(definitions.filter(({ isActive }) => isActive).map(({ name, type }) => [name, type]));
}

/** Null for an exact value. */
function rangeOf(filter: AttributeFilter, field: string, types: DefinedTypes): ValueRange | null {
  const { name, value } = filter;
  const isRange = filter.from != null || filter.to != null;
  assertInput(isRange || value != null, field, 'ATTRIBUTE_BOUND_NEEDED');
  if (!isRange) return null;
  assertInput(value == null, `${field}.value`, 'OMITTED_WITH_RANGE');
  const from = boundOf(filter.from, `${field}.from`, types.get(name));
  const to = boundOf(filter.to, `${field}.to`, types.get(name));
  if (from !== null && to !== null) {
    const isSameKind = from.kind === to.kind;
    assertInput(isSameKind, `${field}.to`, from.kind === 'date' ? 'DATE_LIKE_OTHER' : 'NUMBER_LIKE_OTHER', {
      otherField: 'from',
    });
    assertInput(!isSameKind || from.key <= to.key, `${field}.from`, 'AT_MOST_OTHER', { otherField: 'to' });
  }
  const open = openBounds[(from ?? to)?.kind ?? 'number'];
  return { from: orderOfAttribute(name, from?.key ?? open.from), to: orderOfAttribute(name, to?.key ?? open.to) };
}

function boundOf(value: string | null | undefined, field: string, defined: AttributeType | undefined): Bound | null {
  if (value == null) return null;
  const kind = defined === undefined ? undefined : boundKinds[defined];
  assertInput(kind !== null, field, 'ATTRIBUTE_BOUND_NOT_APPLICABLE', { attributeType: String(defined) });
  const bound = valid(field, () => parseBound(value), null);
  if (bound === null) return null;
  const rule = kind === 'date' ? 'DATE_BOUND' : 'NUMBER_BOUND';
  assertInput(kind === undefined || bound.kind === kind, field, rule, { attributeType: String(defined) });
  return bound;
}

/**
 * The conditions that a customer has all of the attributes. Their placeholders are numbered, because several conditions can have
 * the same name.
 */
export function attributeConditions({ exact, ranges }: AttributeEntries, atBank: boolean): Condition[] {
  return [
    ...exact.map(({ name, value }, index) => {
      const prefix = `attributeValue${index}`;
      const search = attributeSearchValue(value);
      const isWhole = Array.from(value).length < searchValueLength;
      return hasAttribute({
        name: isWhole ? prefix : `${prefix} long`,
        atBank,
        values: { [`${prefix}Name`]: name, [`${prefix}Search`]: search, [`${prefix}Value`]: value },
        ...exactValue(prefix, isWhole),
      });
    }),
    ...ranges.map(({ from, to }, index) => {
      const prefix = `attributeRange${index}`;
      const values = { [`${prefix}From`]: from, [`${prefix}To`]: to };
      return hasAttribute({ name: prefix, atBank, values, ...valueRange(prefix) });
    }),
  ];
}

/** A condition on an attribute: for the index of its value, and for an attribute of a customer. */
interface AttributeCondition {
  indexed: SQL;
  compared: SQL;
}

/** The index alone decides about a value that it contains as a whole. */
function exactValue(prefix: string, isWhole: boolean): AttributeCondition {
  const { name, value, valueSearch } = customerAttribute;
  const [isNamed, search] = [sql`= ${sql.placeholder(`${prefix}Name`)}`, sql`= ${sql.placeholder(`${prefix}Search`)}`];
  const isSame = sql`${value} = ${sql.placeholder(`${prefix}Value`)}`;
  const indexed = sql`${name} ${isNamed} and ${valueSearch} ${search}`;
  return {
    indexed: isWhole ? indexed : sql`${indexed} and ${isSame}`,
    compared: sql`${withoutIndex(name)} ${isNamed} and ${isSame}`,
  };
}

function valueRange(prefix: string): AttributeCondition {
  const [from, to] = [sql.placeholder(`${prefix}From`), sql.placeholder(`${prefix}To`)];
  const within = (column: SQL) => sql`${column} >= ${from} and ${column} <= ${to}`;
  const column = customerAttribute.valueOrder;
  return { indexed: within(sql`${column}`), compared: within(withoutIndex(column)) };
}

interface AttributeSearch extends AttributeCondition {
  name: string;
  atBank: boolean;
  values: Record<string, string>;
}

function hasAttribute({ name, atBank, values, indexed, compared }: AttributeSearch): Condition {
  const { bankId, customerId } = customerAttribute;
  // The indexes contain the bank, so the attributes of other banks are not read.
  const ofBanks = atBank ? sql`= ${sql.placeholder('bankId')}` : sql`in (select ${bank.id} from ${bank})`;
  const found = sql`${customerAttribute} where ${bankId} ${ofBanks} and ${indexed}`;
  const ofCustomer = sql`select 1 from ${customerAttribute} where ${customerId} = ${customer.id} and ${compared}`;
  return {
    name: atBank ? name : `${name} at any bank`,
    sql: sql`${customer.id} in (select ${customerId} from ${found})`,
    asSet: sql`${withoutIndex(customer.id)} in (select ${customerId} from ${found})`,
    values,
    selective: true,
    dependsOnValues: true,
    orderedScan: orderedScan(sql`select 1 from ${found}`, sql`exists (${ofCustomer})`),
    total: sql`select count(distinct ${customerId}) as total from ${found}`,
  };
}
