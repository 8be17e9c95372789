import { describe, expect, test } from 'vitest';
import { empoweringRoles, roles } from '../../src/base/roles.ts';
import { isApprovalRequired } from '../../src/domain/user/entitlement-approval.rules.ts';
import {
  areIndependent,
  areUnrelated,
  canApprove,
  type Empowerment,
  upstreamOf,
} from '../../src/domain/user/independence.rules.ts';

/** `by` granted to `userId` alone. */
function alone(by: string, userId: string): Empowerment[] {
  return [{ userId, byUserId: by, as: 'ALONE' }];
}

/** `by` granted to `userId`, which `approver` approved. */
function approved(by: string, approver: string, userId: string): Empowerment[] {
  return [
    { userId, byUserId: by, as: 'GRANTER' },
    { userId, byUserId: approver, as: 'APPROVER' },
  ];
}

describe('upstreamOf', () => {
  test('contains granters and approvers through any chain, and terminates for a circular chain', () => {
    const links = [...approved('ann', 'bob', 'cleo'), ...alone('cleo', 'dan'), ...alone('dan', 'ann')];

    expect([...upstreamOf('dan', links)].sort()).toEqual(['ann', 'bob', 'cleo', 'dan']);
    expect([...upstreamOf('bob', links)]).toEqual([]);
    expect([...upstreamOf('eve', [])]).toEqual([]);
  });
});

describe('areUnrelated', () => {
  test.each([
    ['false for the same user', 'ann', 'ann', [], false],
    ['true for two users without any link', 'ann', 'bob', [], true],
    ['false for a granter and a recipient', 'ann', 'bob', alone('ann', 'bob'), false],
    ['false for an approver and a recipient', 'ann', 'bob', approved('cleo', 'ann', 'bob'), false],
    [
      'false for both ends of a chain',
      'ann',
      'cleo',
      [...alone('ann', 'bob'), ...approved('bob', 'dan', 'cleo')],
      false,
    ],
    ['true for two recipients of one granter', 'ann', 'bob', [...alone('cleo', 'ann'), ...alone('cleo', 'bob')], true],
  ])('is %s, in both directions', (_what, first, second, links, expected) => {
    expect(areUnrelated(first, second, links)).toBe(expected);
    expect(areUnrelated(second, first, links)).toBe(expected);
  });
});

describe('areIndependent', () => {
  test.each([
    ['false for two users whom a third empowered alone', [...alone('cleo', 'ann'), ...alone('cleo', 'bob')], false],
    [
      'false for two users whom a third empowered alone through a chain',
      [...alone('cleo', 'dan'), ...alone('dan', 'ann'), ...alone('cleo', 'bob')],
      false,
    ],
    [
      'true for two users whom the same two granters empowered',
      [...approved('cleo', 'dan', 'ann'), ...approved('cleo', 'dan', 'bob')],
      true,
    ],
    [
      'true for two users of one granter if one of them was approved',
      [...alone('cleo', 'ann'), ...approved('cleo', 'dan', 'bob')],
      true,
    ],
  ])('is %s, in both directions', (_what, links, expected) => {
    expect(areIndependent('ann', 'bob', links)).toBe(expected);
    expect(areIndependent('bob', 'ann', links)).toBe(expected);
  });
});

describe('canApprove', () => {
  const grant = { approverId: 'bob', granterId: 'ann', recipientId: 'cleo' };

  test.each([
    ['true if there are no links', [], true],
    ['false if the approver depends on the granter', alone('ann', 'bob'), false],
    ['false if the granter depends on the approver', alone('bob', 'ann'), false],
    ['false if the approver approved the right of the granter', approved('dan', 'bob', 'ann'), false],
    ['false if the approver depends on the recipient', alone('cleo', 'bob'), false],
    ['false if the recipient approved the right of the approver', approved('dan', 'cleo', 'bob'), false],
    ['false if the recipient depends on the approver', alone('bob', 'cleo'), false],
    ['true if the approver approved an earlier role of the recipient', approved('ann', 'bob', 'cleo'), true],
    ['false if the approver granted an earlier role of the recipient', approved('bob', 'ann', 'cleo'), false],
  ])('is %s', (_what, links, expected) => {
    expect(canApprove(grant, links)).toBe(expected);
  });

  test.each([
    ['the granter', { ...grant, approverId: 'ann' }],
    ['the recipient', { ...grant, approverId: 'cleo' }],
  ])('is false for %s', (_who, ownGrant) => {
    expect(canApprove(ownGrant, [])).toBe(false);
  });
});

describe('isApprovalRequired', () => {
  const ordinary = { roleName: 'CanGetCustomer', isRecipientUpstream: false, isRequiredByBank: false } as const;
  const granting = { ...ordinary, roleName: 'CanCreateEntitlementAtOneBank' } as const;
  const upstream = { ...ordinary, isRecipientUpstream: true };
  const byBank = { ...ordinary, isRequiredByBank: true };

  test.each([
    ['off', [false, false, false, true]],
    ['on', [false, true, true, true]],
    ['every', [true, true, true, true]],
  ] as const)('follows the setting %s', (setting, expected) => {
    const required = [ordinary, granting, upstream, byBank].map((grant) => isApprovalRequired(setting, grant));

    expect(required).toEqual(expected);
  });
});

test('empoweringRoles contains all roles that grant or revoke entitlements, and CanCreateBank, which grants one', () => {
  const named = Object.keys(roles).filter((name) => /^Can(Create|Update|Delete)Entitlement/.test(name));

  expect([...empoweringRoles].sort()).toEqual([...named, 'CanCreateBank'].sort());
});
