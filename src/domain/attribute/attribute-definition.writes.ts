import { randomUUID } from 'node:crypto';
import { and, count, eq, sql } from 'drizzle-orm';
import { noteChange } from '../../audit/changes.ts';
import { gatewayError } from '../../base/errors.ts';
import type { Queries } from '../../database/database.ts';
import { lockedForWriting } from '../../database/lock.ts';
import { assertInput } from '../../graph/input.ts';
import { bank } from '../bank/bank.table.ts';
import { customerCategory, type definitionValues } from './attribute-definition.rules.ts';
import { type AttributeDefinitionRow, attributeDefinition } from './attribute-definition.table.ts';
import type { AttributeType } from './attribute-type.ts';

/** How many definitions of customer attributes a bank has at most: they are given as a plain list. */
const maxDefinitions = 500;

function ofCustomersAt(bankId: string) {
  return and(eq(attributeDefinition.bankId, bankId), eq(attributeDefinition.category, customerCategory));
}

/** The types that the bank's active definitions give to names. */
export async function definedTypes(transaction: Queries, bankId: string): Promise<Map<string, AttributeType>> {
  const definitions = await transaction
    .select({ name: attributeDefinition.name, type: attributeDefinition.type })
    .from(attributeDefinition)
    .where(and(ofCustomersAt(bankId), eq(attributeDefinition.isActive, true)));
  return new Map(definitions.map(({ name, type }) => [name, type]));
}

/** OBP-10001 where the name is defined with another type; a name that is not defined is free. */
export function assertDefinedType(
  types: ReadonlyMap<string, AttributeType>,
  { name, type }: { name: string; type: AttributeType },
  field: string,
): void {
  const defined = types.get(name);
  const reason = `is not ${defined}, which is what the bank has defined for this name`;
  assertInput(defined === undefined || defined === type, `${field}.type`, reason);
}

/**
 * Creates the definition of this name, or replaces all of it but its id; that there is one already is found out by the
 * database, so that two at once both succeed. `expectedVersion` 0 only creates, another one only replaces.
 */
export async function createOrUpdateDefinition(
  transaction: Queries,
  bankId: string,
  values: ReturnType<typeof definitionValues>,
  expectedVersion: number | null | undefined,
): Promise<AttributeDefinitionRow> {
  // One after another at a bank, so that it is known what was before, and the limit holds.
  await lockedForWriting(transaction.select({ id: bank.id }).from(bank).where(eq(bank.id, bankId)));
  const now = new Date();
  const changed = { ...values, updatedAt: now, version: sql`${attributeDefinition.version} + 1` };
  const named = and(ofCustomersAt(bankId), eq(attributeDefinition.name, values.name));
  const expected = expectedVersion == null ? undefined : eq(attributeDefinition.version, expectedVersion);
  const [before] = await lockedForWriting(transaction.select().from(attributeDefinition).where(named));
  const [row] = expectedVersion
    ? await transaction.update(attributeDefinition).set(changed).where(and(named, expected)).returning()
    : await transaction
        .insert(attributeDefinition)
        .values({ ...values, id: randomUUID(), bankId, createdAt: now, updatedAt: now })
        .onConflictDoUpdate({
          target: [attributeDefinition.bankId, attributeDefinition.category, attributeDefinition.name],
          set: changed,
          setWhere: expected,
        })
        .returning();
  if (row === undefined) {
    const [current] = await transaction.select().from(attributeDefinition).where(named);
    throw gatewayError('VERSION_CONFLICT', { currentVersion: current?.version ?? 0, field: 'expectedVersion' });
  }
  noteChange(transaction, attributeDefinition, before ?? null, row);
  if (row.version === 1) await checkNumberOfDefinitions(transaction, bankId);
  return row;
}

async function checkNumberOfDefinitions(transaction: Queries, bankId: string): Promise<void> {
  const [counted] = await transaction.select({ total: count() }).from(attributeDefinition).where(ofCustomersAt(bankId));
  if (Number(counted?.total ?? 0) <= maxDefinitions) return;
  const message = `A bank has at most ${maxDefinitions} definitions of customer attributes.`;
  throw gatewayError('TOO_MANY_ITEMS', { message, limit: maxDefinitions });
}

/** Deletes a definition of this bank; one of another bank, or not of customer attributes, is not found. */
export async function deleteDefinition(
  transaction: Queries,
  bankId: string,
  id: string,
  expectedVersion: number | null | undefined,
): Promise<AttributeDefinitionRow> {
  const own = and(ofCustomersAt(bankId), eq(attributeDefinition.id, id));
  const expected = expectedVersion == null ? undefined : eq(attributeDefinition.version, expectedVersion);
  const [row] = await transaction.delete(attributeDefinition).where(and(own, expected)).returning();
  if (row !== undefined) {
    noteChange(transaction, attributeDefinition, row, null);
    return row;
  }
  const [current] = await transaction.select().from(attributeDefinition).where(own);
  if (current === undefined) throw gatewayError('OBP-30071');
  throw gatewayError('VERSION_CONFLICT', { currentVersion: current.version, field: 'expectedVersion' });
}
