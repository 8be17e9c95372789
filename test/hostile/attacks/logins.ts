/** Guessed passwords, and registrations with usernames of other users. */
import { type Attack, attack, inParallel, operation, type Scene } from '../attack.ts';
import type { Reply } from '../client.ts';

const bounds = { cpuMilliseconds: 8_000, bytes: 200_000, silentSeconds: 1.5 };
const login = 'mutation($u: String!, $p: String!) { login(username: $u, password: $p) { token } }';
const createUser = 'mutation($input: CreateUserInput!) { createUser(input: $input) { user { id } } }';

const loginBody = (u: string, p: string) => JSON.stringify({ query: login, variables: { u, p } });

/** A response with a token would be a successful login. */
const never = ['"token":"', 'OBP-50000'];
const statuses = [200, 400, 401, 429];

/** Returns the number of guesses whose password was verified, because neither a lock nor a limit applied. */
function verifiedCount(replies: readonly Reply[]): number {
  return replies.filter(({ keys }) => keys.includes('OBP-20004')).length;
}

function guesses(name: string, max: number, send: (scene: Scene) => Promise<Reply[]>): Attack {
  return attack(name, send, {
    expected: { statuses, never },
    bounds,
    check: async (_scene, replies) =>
      verifiedCount(replies) > max
        ? `${verifiedCount(replies)} of ${replies.length} passwords were verified, at most ${max} are allowed`
        : null,
  });
}

const guessing: Attack[] = [
  guesses('login: 100 guesses of one username from one address, 50 in parallel', 10, (scene) => {
    const address = scene.newAddress();
    const { username } = scene.newUser('local');
    return inParallel(100, 50, (index) => scene.send({ address, body: loginBody(username, `guess ${index}`) }));
  }),
  guesses('login: 200 usernames from one address, 40 in parallel', 115, (scene) => {
    const address = scene.newAddress();
    return inParallel(200, 40, (index) =>
      scene.send({ address, body: loginBody(`hostile.spray.${index}`, 'Summer2026!') }),
    );
  }),
  guesses('login: one username from 120 addresses, 40 in parallel', 60, (scene) => {
    const { username } = scene.newUser('local');
    return inParallel(120, 40, (index) =>
      scene.send({ address: scene.newAddress(), body: loginBody(username, `guess ${index}`) }),
    );
  }),
  guesses('login: one username in 60 spellings', 15, (scene) => {
    const address = scene.newAddress();
    const { username } = scene.newUser('local');
    return inParallel(60, 20, (index) => {
      const spelled = [...username].map((letter, bit) => ((index >> bit) & 1 ? letter.toUpperCase() : letter)).join('');
      return scene.send({ address, body: loginBody(spelled, `guess ${index}`) });
    });
  }),
  guesses('login: a new port of X-Forwarded-For for each of 40 guesses', 10, (scene) => {
    const { username } = scene.newUser('local');
    return inParallel(40, 10, (index) =>
      scene.send({
        address: '127.200.0.1',
        headers: { 'x-forwarded-for': `203.0.113.8:${40_000 + index}` },
        body: loginBody(username, `guess ${index}`),
      }),
    );
  }),
  guesses('login: garbage in X-Forwarded-For for each of 60 usernames', 60, (scene) => {
    const garbage = (index: number) =>
      [
        `unknown-${index}`,
        `_hidden${index}`,
        `[2001:db8::1]:${index}`,
        `2001:db8::1%${index}`,
        `"203.0.113.9:${index}"`,
        `203.0.113.9,unknown${index}`,
        `'${index}`,
        `${index}`,
      ][index % 8] ?? '';
    return inParallel(60, 10, (index) =>
      scene.send({
        address: '127.200.0.2',
        headers: { 'x-forwarded-for': garbage(index) },
        body: loginBody(`hostile.forwarded.${index}`, 'Summer2026!'),
      }),
    );
  }),
];

const aliases: Attack[] = [
  operation(
    'login: 20 aliases',
    {
      query: `mutation { ${Array.from({ length: 20 }, (_, index) => `a${index}: login(username: "hostile.local.0", password: "${index}") { token }`).join(' ')} }`,
    },
    { expected: { statuses: [200, 400, 429], keys: ['TOO_MANY_LOGINS_IN_ONE_OPERATION'], never } },
  ),
  operation(
    'login: fragments that repeat the field',
    {
      query:
        'mutation { ...a ...b ... on Mutation { c: login(username: "x", password: "y") { token } } } fragment a on Mutation { a: login(username: "x", password: "y") { token } } fragment b on Mutation { b: login(username: "x", password: "y") { token } }',
    },
    { expected: { statuses: [200, 400, 429], keys: ['TOO_MANY_LOGINS_IN_ONE_OPERATION'], never } },
  ),
  operation(
    'createUser: 20 aliases',
    {
      query: `mutation { ${Array.from({ length: 20 }, (_, index) => `a${index}: createUser(input: { username: "hostile.alias.${index}", email: "a${index}@example.org", firstName: "a", lastName: "b", password: "A password of the attacks, 1!" }) { user { id } }`).join(' ')} }`,
    },
    { expected: { statuses: [200, 400, 429], keys: ['TOO_MANY_NEW_USERS_IN_ONE_OPERATION'], never: ['OBP-50000'] } },
  ),
];

function registration(index: number, input: object = {}): string {
  return JSON.stringify({
    query: createUser,
    variables: {
      input: {
        username: `hostile.registered.${index}`,
        email: `hostile.registered.${index}@example.org`,
        firstName: 'Eve',
        lastName: 'Tripman',
        password: 'A password of the attacks, 1!',
        ...input,
      },
    },
  });
}

const registering: Attack[] = [
  attack(
    'createUser: 60 from one address, 20 in parallel',
    (scene) => {
      const address = scene.newAddress();
      return inParallel(60, 20, (index) => scene.send({ address, body: registration(1_000 + index) }));
    },
    { expected: { statuses, maxSuccesses: 20, someKeys: ['RATE_LIMITED'], never: ['OBP-50000'] }, bounds },
  ),
  attack(
    'createUser: usernames that look like an existing one',
    async (scene) => {
      const address = scene.newAddress();
      const spellings = [
        'hostile.local.0',
        'HOSTILE.LOCAL.0',
        'ｈostile.local.0',
        'hostile.loca\u217c.0',
        'hostile.lo\u0441al.0',
      ];
      return inParallel(spellings.length, 1, (index) =>
        scene.send({ address, body: registration(2_000 + index, { username: spellings[index] }) }),
      );
    },
    { expected: { statuses: [200, 400], keys: ['USERNAME_TAKEN', 'OBP-10001'] }, bounds },
  ),
  attack(
    "createUser: another user's email address as the username",
    async (scene) => [await scene.send({ body: registration(3_000, { username: 'hostile.local.1@example.org' }) })],
    { expected: { statuses: [200, 400], keys: ['USERNAME_TAKEN', 'OBP-10001'] }, bounds },
  ),
];

export const loginAttacks: Attack[] = [...guessing, ...aliases, ...registering];
