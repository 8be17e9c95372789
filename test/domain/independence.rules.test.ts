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
  test('contains granters and approvers through any chain, and ends in a circle', () => {
    const links = [...approved('ann', 'bob', 'cleo'), ...alone('cleo', 'dan'), ...alone('dan', 'ann')];

    expect([...upstreamOf('dan', links)].sort()).toEqual(['ann', 'bob', 'cleo', 'dan']);
    expect([...upstreamOf('bob', links)]).toEqual([]);
    expect([...upstreamOf('nobody', [])]).toEqual([]);
  });
});

describe('areUnrelated', () => {
  test.each([
    ['the same user', 'ann', 'ann', [], false],
    ['two users without any link', 'ann', 'bob', [], true],
    ['granter and recipient', 'ann', 'bob', alone('ann', 'bob'), false],
    ['approver and recipient', 'ann', 'bob', approved('cleo', 'ann', 'bob'), false],
    ['the ends of a chain', 'ann', 'cleo', [...alone('ann', 'bob'), ...approved('bob', 'dan', 'cleo')], false],
    ['two recipients of one granter', 'ann', 'bob', [...alone('cleo', 'ann'), ...alone('cleo', 'bob')], true],
  ])('judges %s in both directions', (_what, one, other, links, expected) => {
    expect(areUnrelated(one, other, links)).toBe(expected);
    expect(areUnrelated(other, one, links)).toBe(expected);
  });
});

describe('areIndependent', () => {
  test.each([
    ['two whom a third made alone', [...alone('cleo', 'ann'), ...alone('cleo', 'bob')], false],
    [
      'two whom a third made alone through others',
      [...alone('cleo', 'dan'), ...alone('dan', 'ann'), ...alone('cleo', 'bob')],
      false,
    ],
    [
      'two whom the same two granters made',
      [...approved('cleo', 'dan', 'ann'), ...approved('cleo', 'dan', 'bob')],
      true,
    ],
    ['one made alone, one approved', [...alone('cleo', 'ann'), ...approved('cleo', 'dan', 'bob')], true],
  ])('judges %s', (_what, links, expected) => {
    expect(areIndependent('ann', 'bob', links)).toBe(expected);
    expect(areIndependent('bob', 'ann', links)).toBe(expected);
  });
});

describe('canApprove', () => {
  const grant = { approverId: 'bob', granterId: 'ann', recipientId: 'cleo' };

  test.each([
    ['nobody is linked', [], true],
    ['the approver depends on the granter', alone('ann', 'bob'), false],
    ['the granter depends on the approver', alone('bob', 'ann'), false],
    ['the approver approved the right of the granter', approved('dan', 'bob', 'ann'), false],
    ['the approver depends on the recipient', alone('cleo', 'bob'), false],
    ['the recipient approved the right of the approver', approved('dan', 'cleo', 'bob'), false],
    ['the recipient depends on the approver', alone('bob', 'cleo'), false],
    ['the approver approved an earlier role of the recipient', approved('ann', 'bob', 'cleo'), true],
    ['the approver granted an earlier role of the recipient', approved('bob', 'ann', 'cleo'), false],
  ])('if %s', (_what, links, expected) => {
    expect(canApprove(grant, links)).toBe(expected);
  });

  test.each([
    ['the granter', { ...grant, approverId: 'ann' }],
    ['the recipient', { ...grant, approverId: 'cleo' }],
  ])('never by %s', (_who, own) => {
    expect(canApprove(own, [])).toBe(false);
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
  ] as const)('with the setting %s', (setting, expected) => {
    const required = [ordinary, granting, upstream, byBank].map((grant) => isApprovalRequired(setting, grant));

    expect(required).toEqual(expected);
  });
});

test('the roles that empower are all that give or take entitlements, and that of creating a bank, which gives one', () => {
  const named = Object.keys(roles).filter((name) => /^Can(Create|Update|Delete)Entitlement/.test(name));

  expect([...empoweringRoles].sort()).toEqual([...named, 'CanCreateBank'].sort());
});
