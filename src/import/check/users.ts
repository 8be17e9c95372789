import { localProvider } from '../../auth/password.ts';
import { comparedUsername } from '../../base/identifiers.ts';
import { accountHolder as accountHolderTable } from '../../domain/account/account-holder.table.ts';
import { type UserRow, user as userTable } from '../../domain/user/user.table.ts';
import { storedRows } from '../existing-rows.ts';
import { identityOf } from '../row.ts';
import { type Checking, pagesOf } from './checking.ts';

async function storedUsers({ database }: Checking, names: string[], rows: readonly object[]): Promise<UserRow[]> {
  return (await storedRows(database, userTable, names, rows)) as UserRow[];
}

/**
 * Whether the user cannot log in, because the user is a local user without a password. Users of identity providers have no
 * password here either; their providers are URLs.
 */
function cannotLogIn({ passwordHash, provider }: Pick<UserRow, 'passwordHash' | 'provider'>): boolean {
  return passwordHash === null && !/^https?:/i.test(provider);
}

interface UserWithoutId {
  number: number;
  provider: string;
  username: string;
  email: string | null;
}

/** Whether the record is of this user, and not of another person who registered the username first. */
function isSameUser({ email }: UserWithoutId, stored: UserRow): boolean {
  const areKnown = email !== null && stored.email !== null;
  if (cannotLogIn(stored)) return !areKnown || hasSameEmail(email, stored);
  return hasSameEmail(email, stored) && !stored.awaitsEmailValidation;
}

function hasSameEmail(email: string | null, stored: UserRow): boolean {
  return email !== null && email.toLowerCase() === stored.email?.toLowerCase();
}

/**
 * Removes users without IDs whose usernames belong to other users in the database. A username alone does not prove that the
 * users are the same, because any person can register a free username.
 */
export async function checkUsersWithoutId(checking: Checking): Promise<void> {
  const { removeInvalid } = checking;
  const withoutId = `
    select number, row ->> 'provider' as provider, row ->> 'username' as username, row ->> 'email' as email
    from staged where entity = 'user' and without_id = 1`;
  const name = ['provider', 'username'];
  for (const rows of pagesOf<UserWithoutId>(checking, withoutId)) {
    const stored = await storedUsers(checking, name, rows);
    const userOf = new Map(stored.map((row) => [identityOf(name, row), row]));
    for (const row of rows) {
      const existing = userOf.get(identityOf(name, { ...row }));
      if (existing === undefined || isSameUser(row, existing)) continue;
      const reason = hasSameEmail(row.email, existing)
        ? 'must be validated by the user with this username in the database'
        : 'must be that of the user with this username in the database';
      removeInvalid(row.number, 'email', `${reason}. If the record is of that user, add the user_id.`);
    }
  }
  checkOwnersOfParts(checking);
}

/** The attributes and entitlements of an invalid user cannot be written. */
function checkOwnersOfParts(checking: Checking): void {
  // The unary + removes the type of the column, without which SQLite uses the index on the username in the row.
  const ofInvalidUser = `
    select s.number from staged s
    where s.entity in ('userAttribute', 'entitlement') and s.username is not null and not exists (
      select 1 from staged u
      where u.entity = 'user' and u.row ->> 'username' = +s.username and u.row ->> 'provider' = s.provider)`;
  for (const rows of pagesOf<{ number: number }>(checking, ofInvalidUser)) {
    for (const { number } of rows) checking.removeInvalid(number, 'username', 'must be that of a valid user');
  }
}

interface Owner {
  number: number;
  username: string;
  bankId: string;
  accountId: string;
  /** The ID of the user with this username in the files. */
  id: string | null;
  withoutId: number | null;
  provider: string | null;
  /** Whether a user of that username in the files is invalid. */
  isInvalid: number;
}

const ownersWithoutId = `
  select h.number, h.username, h.bank_id as bankId, h.row ->> 'accountId' as accountId,
    u.key as id, u.without_id as withoutId, u.row ->> 'provider' as provider, r.username is not null as isInvalid
  from staged h
  left join staged u on u.number = (
    select v.number from staged v where v.entity = 'user' and v.row ->> 'username' = +h.username
    order by v.row ->> 'provider' <> '${localProvider}', v.without_id, v.number limit 1)
  left join invalid_user r on r.username = h.username
  where h.entity = 'accountHolder' and h.username is not null`;

/**
 * Assigns the owners of accounts, whom OBP names only by username, to users: to a user in the files, or to a user in the
 * database who cannot have registered the username. If there is none, the owner becomes a placeholder.
 */
export async function checkOwners(checking: Checking): Promise<void> {
  const { staging } = checking;
  const setUser = staging.database.prepare(
    `update staged set username = null, row = json_set(row, '$.userId', ?) where number = ?`,
  );
  const setProvider = staging.database.prepare('update staged set provider = ? where number = ?');
  for (const rows of pagesOf<Owner>(checking, ownersWithoutId)) {
    for (const { number, id, withoutId, provider } of rows) {
      if (id === null) continue;
      if (withoutId === 0) setUser.run(id, number);
      else setProvider.run(provider, number);
    }
    const notInFiles = rows.filter(({ id }) => id === null);
    const decide = await ownerDecisions(checking, notInFiles);
    for (const owner of notInFiles) {
      const decision = decide(owner);
      if ('userId' in decision) setUser.run(decision.userId, owner.number);
      else if ('reason' in decision) checking.removeInvalid(owner.number, 'owners', decision.reason);
      else setProvider.run(localProvider, owner.number);
    }
  }
}

/** An owner is a user of the database, invalid, or a placeholder. */
type OwnerDecision = { userId: string } | { reason: string } | { isPlaceholder: true };

async function ownerDecisions(checking: Checking, owners: Owner[]): Promise<(owner: Owner) => OwnerDecision> {
  const users = await storedUsers(checking, ['username'], owners);
  const usersOf = Map.groupBy(users, ({ username }) => username);
  const holderKey = ['bankId', 'accountId', 'userId'];
  const candidates = owners.flatMap(({ username, bankId, accountId }) =>
    (usersOf.get(username) ?? []).map(({ id }) => ({ bankId, accountId, userId: id })),
  );
  const storedHolders = await storedRows(checking.database, accountHolderTable, holderKey, candidates);
  const holders = new Set(storedHolders.map((row) => identityOf(holderKey, row)));
  const isFree = await freePlaceholderNames(
    checking,
    owners.map(({ username }) => username),
  );
  return ({ username, bankId, accountId, isInvalid }) => {
    const namesakes = usersOf.get(username) ?? [];
    const local = namesakes.find(({ provider }) => provider === localProvider);
    const [owner] = local === undefined ? namesakes : [local];
    if (isInvalid === 1) return { reason: 'must be valid users' };
    if (owner === undefined) {
      return isFree(username)
        ? { isPlaceholder: true }
        : { reason: 'must have the spelling of the username of the user' };
    }
    if (holders.has(identityOf(holderKey, { bankId, accountId, userId: owner.id }))) return { userId: owner.id };
    if (local === undefined && namesakes.length > 1) {
      return { reason: 'must be unique in the database. Add the record of the intended user, with the user_id.' };
    }
    if (cannotLogIn(owner)) return { userId: owner.id };
    return {
      reason:
        'must not be users who can have registered the username themselves. Add the record of the intended user, with the user_id.',
    };
  };
}

/** Creates placeholders for users who are only referenced by ID. The username of a placeholder is the ID. */
export async function checkReferencedUsers(checking: Checking): Promise<void> {
  const { staging, removeInvalid } = checking;
  const addPlaceholder = staging.database.prepare('insert or ignore into user_placeholder values (?)');
  const notInFiles = `
    select s.number, s.entity, r.user_id as id from user_reference r join staged s on s.number = r.number
    where not exists (select 1 from staged u where u.entity = 'user' and u.key = r.user_id and u.without_id = 0)`;
  for (const rows of pagesOf<{ number: number; entity: string; id: string }>(checking, notInFiles)) {
    const known = new Set((await storedUsers(checking, ['id'], rows)).map(({ id }) => id));
    const unknown = rows.filter(({ id }) => !known.has(id));
    const isFree = await freePlaceholderNames(
      checking,
      unknown.map(({ id }) => id),
    );
    for (const { number, entity, id } of unknown) {
      // These are parts of a user's record, so the user is in the files, but invalid.
      if (entity === 'userAttribute' || entity === 'entitlement') {
        removeInvalid(number, 'user_id', 'must be the ID of a valid user');
      } else if (!isFree(id)) {
        removeInvalid(number, 'user_id', 'must be the ID of a user, not the username of another user');
      } else addPlaceholder.run(id);
    }
  }
}

/**
 * Decides which usernames placeholders can have: usernames that neither a user in the files or the database nor another
 * placeholder has in another spelling.
 */
async function freePlaceholderNames(checking: Checking, usernames: string[]): Promise<(username: string) => boolean> {
  const { database } = checking.staging;
  const names = usernames.map((name) => ({ provider: localProvider, canonicalUsername: comparedUsername(name) }));
  const stored = await storedUsers(checking, ['provider', 'canonicalUsername'], names);
  const storedNames = new Set(stored.map((row) => row.canonicalUsername));
  const findClaim = database.prepare<[string]>(
    `select 1 from claim c join staged s on s.number = c.number where c.kind = 'user.canonicalUsername' and c.value = ?`,
  );
  const reserve = database.prepare('insert or ignore into placeholder_name values (?, ?)');
  const findReserved = database
    .prepare<[string], string>('select username from placeholder_name where canonical = ?')
    .pluck();
  return (username) => {
    const canonical = comparedUsername(username);
    const isClaimed = findClaim.get(JSON.stringify([localProvider, canonical])) !== undefined;
    if (storedNames.has(canonical) || isClaimed) return false;
    reserve.run(canonical, username);
    return findReserved.get(canonical) === username;
  };
}
