import { randomUUID } from 'node:crypto';
import { and, eq, inArray, isNull, or, type SQL } from 'drizzle-orm';
import { empoweringRoles, type Role } from '../../base/roles.ts';
import type { Queries } from '../../database/database.ts';
import { insertRow } from '../../database/write-row.ts';
import { type EmpowermentRow, empowerment } from './empowerment.table.ts';
import type { Empowerment } from './independence.rules.ts';

/** Stores who empowered a user. The audit event contains the other writes of the transaction. */
export async function recordEmpowerment(
  transaction: Queries,
  values: Pick<EmpowermentRow, 'userId' | 'kind' | 'byUserId'> &
    Partial<Pick<EmpowermentRow, 'approvedByUserId' | 'roleName' | 'bankId'>>,
): Promise<void> {
  await insertRow(transaction, empowerment, { id: randomUUID(), ...values, createdAt: new Date() });
}

/** Roles whose grant connects two users, although it does not empower the holder to grant. */
export interface FurtherRoles {
  roles: readonly Role[];
  bankId: string;
}

function empowers(further: FurtherRoles | null): SQL | undefined {
  const { kind, roleName, bankId } = empowerment;
  return or(
    inArray(kind, ['CREATED', 'ENABLED']),
    inArray(roleName, [...empoweringRoles]),
    further === null
      ? undefined
      : and(inArray(roleName, [...further.roles]), or(isNull(bankId), eq(bankId, further.bankId))),
  );
}

/** The links of the rows. A row can have two: to the granter and to the approver. */
function linksOf(rows: readonly Pick<EmpowermentRow, 'userId' | 'byUserId' | 'approvedByUserId'>[]): Empowerment[] {
  return rows.flatMap(({ userId, byUserId, approvedByUserId }): Empowerment[] =>
    approvedByUserId === null
      ? [{ userId, byUserId, as: 'ALONE' }]
      : [
          { userId, byUserId, as: 'GRANTER' },
          { userId, byUserId: approvedByUserId, as: 'APPROVER' },
        ],
  );
}

/**
 * Reads all links through which these users were empowered, level by level: live, revoked, and expired grants. `further`
 * roles count for the users themselves only, because they do not empower their holders to grant.
 */
export async function empowermentsOf(
  queries: Queries,
  userIds: readonly string[],
  further: FurtherRoles | null = null,
): Promise<Empowerment[]> {
  const links: Empowerment[] = [];
  const seen = new Set(userIds);
  let level = [...seen];
  let condition = empowers(further);
  while (level.length > 0) {
    const { userId, byUserId, approvedByUserId } = empowerment;
    const rows = await queries
      .selectDistinct({ userId, byUserId, approvedByUserId })
      .from(empowerment)
      .where(and(inArray(userId, level), condition));
    const linksOfLevel = linksOf(rows);
    links.push(...linksOfLevel);
    level = [];
    for (const { byUserId: above } of linksOfLevel) {
      if (seen.has(above)) continue;
      seen.add(above);
      level.push(above);
    }
    condition = empowers(null);
  }
  return links;
}
