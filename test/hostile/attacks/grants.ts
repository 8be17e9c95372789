/** Grants of roles to the caller through another user. */
import { type Attack, attack, type Scene } from '../attack.ts';
import type { Reply } from '../client.ts';

const query =
  'mutation($u: ID!, $r: Role!, $b: ID) { grantEntitlement(userId: $u, input: { roleName: $r, bankId: $b }) { entitlement { id } } }';

function grant(scene: Scene, token: string, userId: string, roleName: string, bankId: string | null): Promise<Reply> {
  return scene.send({ token, body: JSON.stringify({ query, variables: { u: userId, r: roleName, b: bankId } }) });
}

/** A response without errors would be a grant. */
const expected = {
  statuses: [200],
  keys: ['APPROVAL_REQUIRED', 'OBP-20006', 'OBP-30221', 'FORBIDDEN'],
  maxSuccesses: 0,
};

export const grantAttacks: Attack[] = [
  attack(
    'grants: a granter appoints a user who grants a role to the granter',
    async (scene) => {
      const granter = scene.newUser('granter');
      const appointee = scene.newUser('registered');
      const { bankId } = scene.world;
      return [
        await grant(scene, granter.token, appointee.id, 'CanCreateEntitlementAtOneBank', bankId),
        await grant(scene, appointee.token, granter.id, 'CanGetCustomer', bankId),
      ];
    },
    { expected },
  ),
  attack(
    'grants: a super admin appoints a user who grants a role to the super admin',
    async (scene) => {
      const admin = scene.newUser('superAdmin');
      const appointee = scene.newUser('registered');
      const { bankId } = scene.world;
      return [
        await grant(scene, admin.token, appointee.id, 'CanCreateEntitlementAtAnyBank', null),
        await grant(scene, admin.token, appointee.id, 'CanDeleteEntitlementAtAnyBank', null),
        await grant(scene, appointee.token, admin.id, 'CanGetCustomersAtAnyBank', null),
        await grant(scene, appointee.token, admin.id, 'CanGetCustomer', bankId),
      ];
    },
    { expected },
  ),
  attack(
    'links: a holder of CanCreateUserCustomerLink creates a link to the caller',
    async (scene) => {
      const clerk = scene.newUser('clerk');
      const { bankId, customerIds } = scene.world;
      const link =
        'mutation($b: ID!, $c: ID!, $u: ID!) { createUserCustomerLink(bankId: $b, customerId: $c, input: { userId: $u }) { userCustomerLink { id } } }';
      return [
        await scene.send({
          token: clerk.token,
          body: JSON.stringify({ query: link, variables: { b: bankId, c: customerIds[5], u: clerk.id } }),
        }),
      ];
    },
    {
      expected: {
        statuses: [200],
        maxSuccesses: 0,
        keys: ['OBP-20006', 'FORBIDDEN', 'SELF_LINK_REFUSED'],
      },
    },
  ),
];
