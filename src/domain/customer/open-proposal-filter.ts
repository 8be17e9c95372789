import { sql } from 'drizzle-orm';
import { gatewayError } from '../../base/errors.ts';
import type { Role } from '../../base/roles.ts';
import { orderedScan, withoutIndex } from '../../database/search.ts';
import { holdsFurtherRole } from '../../graph/access/further-role.ts';
import type { Context } from '../../graph/context.ts';
import { bankRules } from '../bank/bank.loader.ts';
import { bank } from '../bank/bank.table.ts';
import { customer } from './customer.table.ts';
import type { Condition, ListPlace } from './customer-condition.ts';

/** The roles with which callers read KYC statuses, and those with which officers propose and confirm them. */
export const proposalRoles = [
  'CanGetAnyKycStatuses',
  'CanGetKycStatusesAtOneBank',
  'CanAddKycStatus',
  'CanConfirmKycStatus',
] as const satisfies readonly Role[];

const field = 'filter.hasOpenKycStatusProposal';

/** The result shows which customers have a proposal, which is KYC material. @throws OBP-20006 or REASON_REQUIRED */
export async function requireProposalAccess(context: Context, list: string, bankId: string | null): Promise<void> {
  if (!holdsFurtherRole(context, list, proposalRoles, bankId)) {
    throw gatewayError('OBP-20006', { missingRoles: proposalRoles, field });
  }
  if (context.request.reason !== null) return;
  // Any of the banks might require a reason.
  if (bankId === null || (await bankRules.wantsReason(context, bankId))) {
    throw gatewayError('REASON_REQUIRED', bankId === null ? { field } : { bankId, field });
  }
}

/** The condition that a customer has a proposal that awaits a decision, or that the customer has none. */
export function openProposalCondition(isOpen: boolean, { atBank }: ListPlace): Condition {
  // The proposals are an entity of their own, whose folder imports this one.
  const ofBanks = atBank ? sql`= ${sql.placeholder('bankId')}` : sql`in (select ${bank.id} from ${bank})`;
  const found = sql`kyc_status_proposal where kyc_status_proposal.bank_id ${ofBanks} and kyc_status_proposal.state = 'PROPOSED'`;
  const exists = sql`exists (select 1 from kyc_status_proposal
    where kyc_status_proposal.customer_id = ${customer.id} and kyc_status_proposal.state = 'PROPOSED')`;
  const place = atBank ? 'at bank' : 'at any bank';
  if (!isOpen) {
    return { name: `noOpenProposal ${place}`, sql: sql`not ${exists}`, values: {}, selective: false, isIndexed: false };
  }
  return {
    name: `openProposal ${place}`,
    sql: sql`${customer.id} in (select customer_id from ${found})`,
    asSet: sql`${withoutIndex(customer.id)} in (select customer_id from ${found})`,
    values: {},
    selective: true,
    orderedScan: orderedScan(sql`select 1 from ${found}`, exists),
    total: sql`select count(distinct customer_id) as total from ${found}`,
  };
}
