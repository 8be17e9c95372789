import { randomUUID } from 'node:crypto';
import { and, count, eq } from 'drizzle-orm';
import { gatewayError } from '../../base/errors.ts';
import { comparedForm } from '../../base/identifiers.ts';
import type { Queries } from '../../database/database.ts';
import { lockedForWriting } from '../../database/lock.ts';
import { deleteRows, insertRow, updateRows } from '../../database/write-row.ts';
import { refusedInput, requireVersion } from '../../graph/input.ts';
import { bank } from '../bank/bank.table.ts';
import { customerCategory, type definitionValues } from './attribute-definition.rules.ts';
import { type AttributeDefinitionRow, attributeDefinition } from './attribute-definition.table.ts';
import type { AttributeType } from './attribute-type.ts';

/** The maximum number of definitions of customer attributes of a bank, because they are returned as a plain list. */
const maxDefinitions = 500;

function ofCustomersAt(bankId: string) {
  return and(eq(attributeDefinition.bankId, bankId), eq(attributeDefinition.category, customerCategory));
}

/** The types of attributes by their names and by the canonical forms of these, from the active definitions of the bank. */
export async function definedTypes(transaction: Queries, bankId: string): Promise<Map<string, AttributeType>> {
  const definitions = await transaction
    .select({ name: attributeDefinition.name, type: attributeDefinition.type })
    .from(attributeDefinition)
    .where(and(ofCustomersAt(bankId), eq(attributeDefinition.isActive, true)));
  const byForm = definitions.map(({ name, type }) => [comparedForm(name), type] as const);
  return new Map([...byForm, ...definitions.map(({ name, type }) => [name, type] as const)]);
}

/** @throws OBP-10001 if the name is defined with another type. Names without a definition can have any type. */
export function assertDefinedType(
  types: ReadonlyMap<string, AttributeType>,
  { name, type }: { name: string; type: AttributeType },
  field: string,
): void {
  const defined = types.get(name) ?? types.get(comparedForm(name));
  if (defined === undefined || defined === type) return;
  throw refusedInput(`${field}.type`, 'DEFINED_ATTRIBUTE_TYPE', { attributeType: defined });
}

/**
 * Creates the definition of a name, or replaces all of it except its ID. If `expectedVersion` is 0, it can only be created; any
 * other expected version can only be replaced.
 */
export async function createOrUpdateDefinition(
  transaction: Queries,
  bankId: string,
  values: ReturnType<typeof definitionValues>,
  expectedVersion: number | null | undefined,
): Promise<AttributeDefinitionRow> {
  // Serializes the writes of definitions at the bank, so that the limit holds and the former values are known.
  await lockedForWriting(transaction.select({ id: bank.id }).from(bank).where(eq(bank.id, bankId)));
  const findStored = () => definitionNamed(transaction, bankId, values.name);
  const now = new Date();
  let before = await findStored();
  if (before === undefined && !expectedVersion) {
    const row = { ...values, id: randomUUID(), bankId, createdAt: now, updatedAt: now };
    const [inserted] = await insertRow(transaction, attributeDefinition, row, 'ignore');
    if (inserted !== undefined) {
      await checkNumberOfDefinitions(transaction, bankId);
      return inserted;
    }
    // An import, which does not lock the bank, inserted the definition in the meantime.
    before = await findStored();
  }
  if (before !== undefined) {
    requireVersion(before, expectedVersion);
    const set = { ...values, updatedAt: now, version: before.version + 1 };
    const where = and(ofCustomersAt(bankId), eq(attributeDefinition.id, before.id));
    const [replaced] = await updateRows(transaction, attributeDefinition, { before, set, where });
    if (replaced !== undefined) return replaced;
  }
  throw gatewayError('VERSION_CONFLICT', { currentVersion: 0, field: 'expectedVersion' });
}

/** Locks and loads the definition of exactly this name or, if there is none, of a name that looks the same. */
async function definitionNamed(
  transaction: Queries,
  bankId: string,
  name: string,
): Promise<AttributeDefinitionRow | undefined> {
  const definitions = await transaction.select().from(attributeDefinition).where(ofCustomersAt(bankId));
  const sameForm = definitions.filter((definition) => comparedForm(definition.name) === comparedForm(name));
  const named = sameForm.find((definition) => definition.name === name) ?? sameForm[0];
  if (named === undefined) return undefined;
  const stored = transaction.select().from(attributeDefinition).where(eq(attributeDefinition.id, named.id));
  return (await lockedForWriting(stored)).at(0);
}

async function checkNumberOfDefinitions(transaction: Queries, bankId: string): Promise<void> {
  const [counted] = await transaction.select({ total: count() }).from(attributeDefinition).where(ofCustomersAt(bankId));
  if (Number(counted?.total ?? 0) <= maxDefinitions) return;
  throw gatewayError('TOO_MANY_ITEMS', { detail: 'DEFINITIONS_OF_BANK', limit: maxDefinitions });
}

/** Deletes a definition of customer attributes. @throws OBP-30071 if the bank does not have it. */
export async function deleteDefinition(
  transaction: Queries,
  bankId: string,
  id: string,
  expectedVersion: number | null | undefined,
): Promise<AttributeDefinitionRow> {
  const own = and(ofCustomersAt(bankId), eq(attributeDefinition.id, id));
  const [stored] = await lockedForWriting(transaction.select().from(attributeDefinition).where(own));
  if (stored === undefined) throw gatewayError('OBP-30071');
  requireVersion(stored, expectedVersion);
  await deleteRows(transaction, attributeDefinition, own);
  return stored;
}
