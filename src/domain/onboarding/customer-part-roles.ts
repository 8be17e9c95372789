import { gatewayError } from '../../base/errors.ts';
import type { Role } from '../../base/roles.ts';
import { holdsFurtherRole } from '../../graph/access/further-role.ts';
import type { Context } from '../../graph/context.ts';
import { bankRules } from '../bank/bank.loader.ts';
import { refuseSelfLink } from '../user-customer-link/user-customer-link.writes.ts';
import type { PartName, PlacedInput } from './customer-draft.ts';

/** The roles that a part requires in addition to those of the customer. One of them is enough. */
const rolesOfParts = {
  addresses: ['CanCreateCustomerAddress'],
  attributes: ['CanCreateCustomerAttributeAtOneBank', 'CanCreateCustomerAttributeAtAnyBank'],
  taxResidences: ['CanCreateTaxResidence'],
  accountLinks: ['CanCreateCustomerAccountLink'],
  customerLinks: ['CanCreateCustomerLink'],
  kycChecks: ['CanAddKycCheck'],
  kycDocuments: ['CanAddKycDocument'],
  kycMedia: ['CanAddKycMedia'],
  socialMediaHandles: ['CanAddSocialMediaHandle'],
  userLinks: ['CanCreateUserCustomerLink', 'CanCreateUserCustomerLinkAtAnyBank'],
} as const satisfies Record<PartName, readonly Role[]>;

/** @throws OBP-20006 for the first part whose roles the caller lacks; SELF_LINK_REFUSED for a link to the caller. */
export function requireRolesOfParts(context: Context, bankId: string, inputs: readonly PlacedInput[]): void {
  function require(roles: readonly Role[], field: string): void {
    if (!holdsFurtherRole(context, 'Mutation.createCustomer', roles, bankId)) {
      throw gatewayError('OBP-20006', { missingRoles: roles, bankId, field });
    }
  }
  for (const { field, input } of inputs) {
    for (const part of Object.keys(rolesOfParts) as PartName[]) {
      if ((input[part] ?? []).length > 0) require(rolesOfParts[part], `${field}.${part}`);
    }
    if (input.parentCustomerId != null) require(rolesOfParts.customerLinks, `${field}.parentCustomerId`);
    if (input.meeting != null) require(['CanCreateMeeting'], `${field}.meeting`);
    if (input.kycStatus === true) require(['CanAddKycStatus'], `${field}.kycStatus`);
    for (const [index, { userId }] of (input.userLinks ?? []).entries()) {
      refuseSelfLink(context.user?.id, userId, `${field}.userLinks[${index}].userId`);
    }
  }
}

/** The first field with KYC material. */
function kycFieldOf({ field, input }: PlacedInput): string | null {
  if (input.kycStatus === true) return `${field}.kycStatus`;
  const part = (['kycChecks', 'kycDocuments', 'kycMedia'] as const).find((name) => (input[name] ?? []).length > 0);
  return part === undefined ? null : `${field}.${part}`;
}

/** @throws REASON_REQUIRED for the first KYC material if the bank requires a reason and the request has none. */
export async function requireReason(context: Context, bankId: string, inputs: readonly PlacedInput[]): Promise<void> {
  if (context.request.reason !== null) return;
  const [field] = inputs.flatMap((placed) => kycFieldOf(placed) ?? []);
  if (field === undefined || !(await bankRules.wantsReason(context, bankId))) return;
  throw gatewayError('REASON_REQUIRED', { bankId, field });
}
