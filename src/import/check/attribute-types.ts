import { comparedForm } from '../../base/identifiers.ts';
import { valueRule } from '../../base/value-rules.ts';
import { customerCategory } from '../../domain/attribute/attribute-definition.rules.ts';
import { definedTypes } from '../../domain/attribute/attribute-definition.writes.ts';
import type { AttributeType } from '../../domain/attribute/attribute-type.ts';
import { keysOf } from '../entity.ts';
import { storedRows } from '../existing-rows.ts';
import { attributeDefinition } from '../obp/bank.ts';
import { customerAttribute } from '../obp/customer.ts';
import { identityOf, type Row } from '../row.ts';
import { type Checking, pagesOf } from './checking.ts';

interface TypedAttribute {
  number: number;
  withoutId: number;
  customerId: string;
  bankId: string;
  id: string | null;
  name: string;
  type: AttributeType;
  value: string;
}

const attributes = `
  select s.number, s.without_id as withoutId, s.customer_id as customerId, k.bank_id as bankId,
    s.row ->> 'id' as id, s.row ->> 'name' as name, s.row ->> 'type' as type, s.row ->> 'value' as value
  from staged s join known_customer k on k.id = s.customer_id
  where s.entity = '${customerAttribute.name}'`;

const definitionsOfBank = `
  select row ->> 'name' as name, row ->> 'type' as type from staged
  where entity = '${attributeDefinition.name}' and bank_id = ? and row ->> 'category' = '${customerCategory}'
    and row ->> 'isActive'`;

/** The types of a name. If the files define another type than the database, attributes can have either. */
type DefinedTypes = Map<string, Set<AttributeType>>;

async function typesAtBank({ database, staging }: Checking, bankId: string): Promise<DefinedTypes> {
  const types: DefinedTypes = new Map();
  const staged = staging.database.prepare<[string], { name: string; type: AttributeType }>(definitionsOfBank);
  const inFiles = staged.all(bankId).map(({ name, type }) => [name, type] as const);
  for (const [name, type] of [...inFiles, ...(await definedTypes(database.read, bankId))]) {
    const form = comparedForm(name);
    types.set(form, (types.get(form) ?? new Set()).add(type));
  }
  return types;
}

/** A new attribute must have the type that the bank defined for its name, as in GraphQL. */
export async function checkTypesOfAttributes(checking: Checking): Promise<void> {
  const typesOfBanks = new Map<string, DefinedTypes>();
  for (const page of pagesOf<TypedAttribute>(checking, attributes)) {
    const others: [TypedAttribute, AttributeType][] = [];
    for (const attribute of page) {
      const { bankId, name, type } = attribute;
      const types = typesOfBanks.get(bankId) ?? (await typesAtBank(checking, bankId));
      typesOfBanks.set(bankId, types);
      const defined = types.get(comparedForm(name));
      const [first] = defined ?? [];
      if (first !== undefined && defined?.has(type) === false) others.push([attribute, first]);
    }
    const stored = await storedAttributes(checking, others);
    for (const [attribute, attributeType] of others) {
      if (stored.has(attribute.number)) continue;
      checking.removeInvalid(attribute.number, 'type', valueRule('DEFINED_ATTRIBUTE_TYPE', { attributeType }).text);
    }
  }
}

/** The numbers of the attributes that are stored with this type, for example because the type was defined later. */
async function storedAttributes(
  { database }: Checking,
  others: readonly [TypedAttribute, AttributeType][],
): Promise<Set<number>> {
  const numbers = new Set<number>();
  for (const withoutId of [0, 1]) {
    const rows = others.map(([attribute]) => attribute).filter((attribute) => attribute.withoutId === withoutId);
    const { key, readBy } = keysOf(customerAttribute, withoutId === 1);
    const stored = await storedRows(database, customerAttribute.table, readBy, rows);
    const storedOf = new Map(stored.map((row) => [identityOf(key, row), row]));
    for (const { number, ...row } of rows) {
      if (storedOf.get(identityOf(key, row as Row))?.type === row.type) numbers.add(number);
    }
  }
  return numbers;
}
