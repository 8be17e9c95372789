/** Long texts that are slow to normalise, to match, or to parse. */
import { type Attack, attack, inParallel, operation, type Scene } from '../attack.ts';
import { keepAliveAgent, type Reply } from '../client.ts';
import { allPlaces, type Place } from '../every-argument.ts';
import { hostileTexts, maxTextBytes, phoneNumbers, repeated, textsOfScalars } from '../texts.ts';

const refused = {
  keys: ['OBP-10001', 'OBP-30207', 'TEXT_TOO_LONG', 'INVALID_CURSOR', 'OBP-20004', 'OBP-20013', 'RATE_LIMITED'],
};

/** The cost of one text, including transport and JSON. */
const bounds = { cpuMilliseconds: 60, bytes: 3_000 };

const createUser = 'mutation($input: CreateUserInput!) { createUser(input: $input) { user { id } } }';
const newUser = {
  username: 'hostile.new.user',
  email: 'hostile.new.user@example.org',
  firstName: 'Eve',
  lastName: 'Tripman',
  password: 'A password of the attacks, 1!',
};

const anonymous: Attack[] = Object.entries(hostileTexts).map(([name, text], index) => {
  const field = ['firstName', 'lastName', 'username', 'password'][index % 4] ?? 'firstName';
  const input = { ...newUser, [field]: text };
  return operation(
    `createUser.input.${field}: ${name}`,
    { query: createUser, variables: { input } },
    { expected: refused, bounds },
  );
});

const login =
  'mutation($username: String!, $password: String!) { login(username: $username, password: $password) { token } }';

const logins: Attack[] = ['combining marks in the wrong order', 'decomposed Hangul', 'digits'].flatMap((name) =>
  ['username', 'password'].map((argument) => {
    const variables = { username: 'hostile.local.0', password: 'x', [argument]: hostileTexts[name] };
    return operation(`login.${argument}: ${name}`, { query: login, variables }, { expected: refused, bounds });
  }),
);

const parallelRequests = operation(
  'createUser: eight parallel requests with combining marks',
  {
    query: createUser,
    variables: { input: { ...newUser, firstName: hostileTexts['combining marks in the wrong order'] } },
  },
  { times: 8, parallel: 8, expected: refused, bounds: { cpuMilliseconds: 300, bytes: 20_000 } },
);

const manyFields = operation(
  'createUser: combining marks in several fields',
  () => {
    const text = 'a\u0300\u0323'.repeat(maxTextBytes / 20);
    return { query: createUser, variables: { input: { ...newUser, firstName: text, lastName: text, username: text } } };
  },
  { expected: refused, bounds },
);

const reason = operation(
  'requestEntitlement.reason: combining marks',
  {
    query:
      'mutation($r: String!) { requestEntitlement(input: { roleName: CanGetMeetings, bankId: "hostile.01", reason: $r }) { __typename } }',
    variables: { r: hostileTexts['combining marks in the wrong order'] },
  },
  { as: 'registered', expected: refused, bounds },
);

const idempotencyKey = operation(
  'createAccount.idempotencyKey: white space',
  {
    query:
      'mutation($k: String) { createAccount(bankId: "hostile.01", idempotencyKey: $k, input: { label: "a", branchId: "b", productCode: "c", balance: { currency: "EUR", amount: "0" } }) { __typename } }',
    variables: { k: hostileTexts['white space before a letter'] },
  },
  { as: 'registered', expected: refused, bounds },
);

const manyFilters = operation(
  'customers: 20 filters with texts of 12,000 characters each',
  () => {
    const text = 'a\u0300\u0323'.repeat(4_000).slice(0, 12_000);
    const fields = Array.from(
      { length: 20 },
      (_, index) =>
        `a${index}: customers(bankId: "hostile.01", first: 1, filter: { legalNameContains: $t }) { nodes { id } }`,
    );
    return { query: `query($t: String) { ${fields.join(' ')} }`, variables: { t: text } };
  },
  { as: 'clerk', expected: refused, bounds: { ...bounds, bytes: 20_000 } },
);

const listArguments = operation(
  'customers: attribute filter and cursor with combining marks',
  {
    query:
      'query($t: String!) { a: customers(bankId: "hostile.01", filter: { attributes: [{ name: $t, value: $t }, { name: $t, from: $t }] }) { nodes { id } } b: customers(bankId: "hostile.01", after: $t) { nodes { id } } }',
    variables: { t: hostileTexts['combining marks in the wrong order'] },
  },
  { as: 'clerk', expected: refused, bounds },
);

/** The number of attacks among which the places are divided. */
const shares = 3;
/** The maximum CPU time of one place. */
const maxCpuMilliseconds = 400;

function textFor({ name, scalar }: Place, index: number): string {
  const texts = Object.values(hostileTexts);
  const text = texts[index % texts.length] ?? '';
  if (/phone/i.test(name)) return phoneNumbers[index % phoneNumbers.length] ?? text;
  const scalarTexts = textsOfScalars[scalar];
  return scalarTexts?.[index % scalarTexts.length] ?? text;
}

/**
 * An attack that sends a text to each place of a share of the places. It fails with the name of the most expensive
 * place.
 */
function allArguments(share: number): Attack {
  const costs = new Map<string, number>();
  async function sendAll(scene: Scene): Promise<Reply[]> {
    const user = scene.newUser('clerk');
    const agent = keepAliveAgent();
    const address = scene.newAddress();
    const ids = {
      bankId: scene.world.bankId,
      customerId: scene.world.heavyCustomerId,
      accountId: scene.world.accountIds[0] ?? '',
    };
    const places = allPlaces().filter((_, index) => index % shares === share);
    costs.clear();
    const replies = await inParallel(places.length, 1, async (index) => {
      const place = places[index];
      if (place === undefined) throw new Error('The place must exist.');
      const { query } = place;
      const body = JSON.stringify({ query, variables: place.variables('THE PLACE', ids) }).replace('"THE PLACE"', () =>
        JSON.stringify(textFor(place, index)),
      );
      const isAnonymous = /^(login|createUser)\./.test(place.name);
      const before = scene.cpuMilliseconds();
      const reply = await scene.send(isAnonymous ? { body } : { address, agent, token: user.token, body });
      costs.set(`${place.name} ${reply.status} ${reply.keys}`, scene.cpuMilliseconds() - before);
      return reply;
    });
    agent.destroy();
    return replies;
  }
  return attack(`every String, ID, and scalar of the schema, ${share + 1} of ${shares}`, sendAll, {
    expected: { statuses: [200, 400, 429], never: ['OBP-50000'] },
    bounds: { cpuMilliseconds: 3_000, bytes: 600_000 },
    check: async () => {
      const [[place, cost] = ['', 0]] = [...costs].toSorted(([, a], [, b]) => b - a);
      return cost > maxCpuMilliseconds ? `${place} takes ${cost.toFixed(0)} ms of CPU` : null;
    },
  });
}
const phonePatterns: Attack[] = [
  repeated('%1_', ['', '']),
  `${'%'.repeat(40)}123`,
  `${'%_'.repeat(20)}123`,
  '%1%2%3%4%5%6%7%8%9%0%1%2%3%4%123%',
  '_____________________________123',
].map((pattern, index) =>
  operation(
    `customersByMobilePhoneNumber: pattern ${index + 1} of wildcards`,
    {
      query:
        'query($p: String!) { customersByMobilePhoneNumber(bankId: "hostile.01", mobilePhoneNumber: $p, first: 100) { totalCount nodes { id } } }',
      variables: { p: pattern },
    },
    { as: 'clerk', expected: { statuses: [200, 400] }, bounds: { ...bounds, bytes: 30_000 } },
  ),
);

export const textAttacks: Attack[] = [
  ...anonymous,
  ...logins,
  parallelRequests,
  manyFields,
  reason,
  idempotencyKey,
  manyFilters,
  listArguments,
  ...phonePatterns,
  ...Array.from({ length: shares }, (_, share) => allArguments(share)),
];
