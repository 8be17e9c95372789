import { localProvider } from '../auth/password.ts';
import { mapUsername } from '../base/precis.ts';
import { user } from '../domain/user/user.table.ts';
import { type Checking, found } from './check.ts';
import { identityOf, storedRows } from './existing-rows.ts';

/** The columns that only one user can have. Each record claims them by their canonical form. */
const uniqueNames = [
  {
    kind: 'user.canonicalUsername',
    columns: ['provider', 'canonicalUsername'],
    field: 'username',
    reason: 'is the username of another user of the provider, in another spelling',
  },
  {
    kind: 'user.validatedEmail',
    columns: ['validatedEmail'],
    field: 'email',
    reason: 'is the validated email address of another user',
  },
];

interface Claimed {
  number: number;
  value: string;
  username: string;
  provider: string;
  /** Null for a record without an ID. */
  id: string | null;
}

/** Refuses records of different users, in the files or the database, that have the same canonical username or validated address. */
export async function checkUsernames(checking: Checking): Promise<void> {
  const { database, refuse, placeText } = checking;
  for (const { kind, columns, field, reason } of uniqueNames) {
    const twice = `
      select c.number, min(o.number) as other
      from claim c
      join staged s on s.number = c.number
      join claim o on o.kind = c.kind and o.value = c.value and o.number < c.number
      join staged t on t.number = o.number
      where c.kind = '${kind}' and s.row ->> 'username' <> t.row ->> 'username'
      group by c.number`;
    for (const rows of found<{ number: number; other: number }>(checking, twice)) {
      for (const { number, other } of rows) refuse(number, field, `${reason}: ${placeText(other)}`);
    }
    const claimed = `
      select c.number, c.value, s.row ->> 'username' as username, s.row ->> 'provider' as provider, s.row ->> 'id' as id
      from claim c join staged s on s.number = c.number
      where c.kind = '${kind}'`;
    for (const rows of found<Claimed>(checking, claimed)) {
      const names = rows.map(({ value }) => {
        const parts: string[] = JSON.parse(value);
        return Object.fromEntries(columns.map((column, index) => [column, parts[index]]));
      });
      const stored = Map.groupBy(await storedRows(database, user, columns, names), (row) => identityOf(columns, row));
      rows.forEach(({ number, username, provider, id }, index) => {
        const holders = stored.get(identityOf(columns, names[index] ?? {})) ?? [];
        const isOwn = holders.some((row) => row.username === username && row.provider === provider);
        if (!isOwn && holders.some((row) => row.id !== id)) refuse(number, field, `${reason} in the database`);
      });
    }
  }
}

/**
 * Decides which usernames placeholders can have: a username that no user has in another spelling, in the files or the
 * database, nor another placeholder.
 */
export async function freeNamesOfPlaceholders(
  { database, staging }: Checking,
  usernames: string[],
): Promise<(username: string) => boolean> {
  const columns = ['provider', 'canonicalUsername'];
  const names = usernames.map((name) => ({ provider: localProvider, canonicalUsername: mapUsername(name) }));
  const stored = new Set((await storedRows(database, user, columns, names)).map((row) => row.canonicalUsername));
  const claim = staging.database.prepare<[string]>(
    `select 1 from claim c join staged s on s.number = c.number where c.kind = 'user.canonicalUsername' and c.value = ?`,
  );
  const take = staging.database.prepare('insert or ignore into placeholder_name values (?, ?)');
  const taken = staging.database
    .prepare<[string], string>('select username from placeholder_name where canonical = ?')
    .pluck();
  return (username) => {
    const canonical = mapUsername(username);
    if (stored.has(canonical) || claim.get(JSON.stringify([localProvider, canonical])) !== undefined) return false;
    take.run(canonical, username);
    return taken.get(canonical) === username;
  };
}
