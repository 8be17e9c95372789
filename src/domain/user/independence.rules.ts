/** One link of a chain: `byUserId` empowered `userId`, alone or together with a second granter. */
export interface Empowerment {
  userId: string;
  byUserId: string;
  as: 'ALONE' | 'GRANTER' | 'APPROVER';
}

/** All users from whom the power of a user came, through any chain of links. The user is not one of them, except in a circle. */
export function upstreamOf(userId: string, links: readonly Empowerment[]): Set<string> {
  const linksByUser = Map.groupBy(links, (link) => link.userId);
  const upstream = new Set<string>();
  const open = [userId];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const { byUserId } of linksByUser.get(next) ?? []) {
      if (upstream.has(byUserId)) continue;
      upstream.add(byUserId);
      open.push(byUserId);
    }
  }
  return upstream;
}

/** Whether two users are different, and neither empowered the other through any chain. */
export function areUnrelated(a: string, b: string, links: readonly Empowerment[]): boolean {
  return a !== b && !upstreamOf(a, links).has(b) && !upstreamOf(b, links).has(a);
}

/**
 * Whether two users are independent: they are unrelated, and no third user empowered both of them without an
 * approver. Such a user could control both. Two users whom the same two granters empowered are independent, because two people
 * approved each of them.
 */
export function areIndependent(a: string, b: string, links: readonly Empowerment[]): boolean {
  if (!areUnrelated(a, b, links)) return false;
  const alone = links.filter((link) => link.as === 'ALONE');
  return upstreamOf(a, alone).isDisjointFrom(upstreamOf(b, alone));
}

/**
 * Whether `approverId` can approve what `granterId` proposed for `recipientId`: the approver must be independent of both. An
 * approval of an earlier role of the recipient does not matter. Otherwise, no two granters could grant a second role.
 */
export function canApprove(
  { approverId, granterId, recipientId }: { approverId: string; granterId: string; recipientId: string },
  links: readonly Empowerment[],
): boolean {
  const isEarlierApproval = ({ userId, byUserId, as }: Empowerment) =>
    as === 'APPROVER' && userId === recipientId && byUserId === approverId;
  return (
    areIndependent(approverId, granterId, links) &&
    areIndependent(
      approverId,
      recipientId,
      links.filter((link) => !isEarlierApproval(link)),
    )
  );
}
