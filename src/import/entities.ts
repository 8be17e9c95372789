import type { Entity } from './entity.ts';
import { account, accountAttribute, accountHolder, accountRouting, customerAccountLink } from './obp/account.ts';
import { attributeDefinition, bank } from './obp/bank.ts';
import {
  customer,
  customerAddress,
  customerAttribute,
  socialMediaHandle,
  taxResidence,
  userCustomerLink,
} from './obp/customer.ts';
import { customerLink } from './obp/customer-link.ts';
import { kycCheck, kycDocument, kycMedia, kycStatus } from './obp/kyc.ts';
import { crmEvent, customerMessage, meeting, meetingInvitee } from './obp/meeting.ts';
import { entitlement, user, userAttribute } from './obp/user.ts';

/** All entities that can be imported. Rows are written in this order, so an entity comes after those to which it refers. */
export const entities = [
  bank,
  user,
  userAttribute,
  entitlement,
  attributeDefinition,
  customer,
  account,
  accountRouting,
  accountHolder,
  accountAttribute,
  customerAccountLink,
  customerAddress,
  customerAttribute,
  customerLink,
  socialMediaHandle,
  taxResidence,
  kycCheck,
  kycDocument,
  kycMedia,
  kycStatus,
  meeting,
  meetingInvitee,
  customerMessage,
  crmEvent,
  userCustomerLink,
] as const satisfies readonly Entity[];

export type EntityName = (typeof entities)[number]['name'];

export function entityOf(name: string): Entity {
  const entity = entities.find((candidate) => candidate.name === name);
  if (entity === undefined) throw new Error(`No entity ${name}`);
  return entity;
}
