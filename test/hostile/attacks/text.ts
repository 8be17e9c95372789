/** Long texts that are slow to normalise, to match or to parse. */
import { type Attack, attack, inParallel, operation, type Scene } from '../attack.ts';
import { keepAliveAgent, type Reply } from '../client.ts';
import { everyPlace, type Place } from '../every-argument.ts';
import { hostileTexts, longestText, phoneNumbers, repeated, textsOfScalars } from '../texts.ts';

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
    { right: refused, bounds },
  );
});

const login =
  'mutation($username: String!, $password: String!) { login(username: $username, password: $password) { token } }';

const logins: Attack[] = ['combining marks in the wrong order', 'Hangul in parts', 'digits'].flatMap((name) =>
  ['username', 'password'].map((argument) => {
    const variables = { username: 'hostile.local.0', password: 'x', [argument]: hostileTexts[name] };
    return operation(`login.${argument}: ${name}`, { query: login, variables }, { right: refused, bounds });
  }),
);

const eightAtOnce = operation(
  'createUser: eight at once with combining marks',
  {
    query: createUser,
    variables: { input: { ...newUser, firstName: hostileTexts['combining marks in the wrong order'] } },
  },
  { times: 8, parallel: 8, right: refused, bounds: { cpuMilliseconds: 300, bytes: 20_000 } },
);

const manyFields = operation(
  'createUser: every field with a share of combining marks',
  () => {
    const part = 'a\u0300\u0323'.repeat(longestText / 20);
    return { query: createUser, variables: { input: { ...newUser, firstName: part, lastName: part, username: part } } };
  },
  { right: refused, bounds },
);

const reason = operation(
  'requestEntitlement.reason: combining marks',
  {
    query:
      'mutation($r: String!) { requestEntitlement(input: { roleName: CanGetMeetings, bankId: "hostile.01", reason: $r }) { __typename } }',
    variables: { r: hostileTexts['combining marks in the wrong order'] },
  },
  { as: 'registered', right: refused, bounds },
);

const idempotencyKey = operation(
  'createAccount.idempotencyKey: white space',
  {
    query:
      'mutation($k: String) { createAccount(bankId: "hostile.01", idempotencyKey: $k, input: { label: "a", branchId: "b", productCode: "c", balance: { currency: "EUR", amount: "0" } }) { __typename } }',
    variables: { k: hostileTexts['white space before a letter'] },
  },
  { as: 'registered', right: refused, bounds },
);

const twenty = operation(
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
  { as: 'clerk', right: refused, bounds: { ...bounds, bytes: 20_000 } },
);

const list = operation(
  'customers: attribute filter and cursor with combining marks',
  {
    query:
      'query($t: String!) { a: customers(bankId: "hostile.01", filter: { attribute: { name: $t, value: $t } }) { nodes { id } } b: customers(bankId: "hostile.01", after: $t) { nodes { id } } }',
    variables: { t: hostileTexts['combining marks in the wrong order'] },
  },
  { as: 'clerk', right: refused, bounds },
);

function textFor({ name, scalar }: Place, index: number): string {
  const texts = Object.values(hostileTexts);
  const usual = texts[index % texts.length] ?? '';
  if (/phone/i.test(name)) return phoneNumbers[index % phoneNumbers.length] ?? usual;
  const own = textsOfScalars[scalar];
  return own?.[index % own.length] ?? usual;
}

/** Sends a text to each place. `check` names the most expensive place. */
function everyArgument(name: string, shift: number): Attack {
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
    const places = everyPlace().filter((_, index) => index % everyArgument.parts === shift);
    costs.clear();
    const replies = await inParallel(places.length, 1, async (index) => {
      const place = places[index];
      if (place === undefined) throw new Error('There is no such place.');
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
  return attack(name, sendAll, {
    right: { statuses: [200, 400, 429], never: ['OBP-50000'] },
    bounds: { cpuMilliseconds: 3_000, bytes: 600_000 },
    check: async () => {
      const [most] = [...costs].toSorted(([, one], [, other]) => other - one);
      if (most !== undefined && most[1] > everyArgument.most) return `${most[0]} takes ${most[1].toFixed(0)} ms of CPU`;
      return null;
    },
  });
}
everyArgument.parts = 3;
everyArgument.most = 400;

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
    { as: 'clerk', right: { statuses: [200, 400] }, bounds: { ...bounds, bytes: 30_000 } },
  ),
);

export const textAttacks: Attack[] = [
  ...anonymous,
  ...logins,
  eightAtOnce,
  manyFields,
  reason,
  idempotencyKey,
  twenty,
  list,
  ...phonePatterns,
  everyArgument('every String, ID and scalar of the schema, 1 of 3', 0),
  everyArgument('every String, ID and scalar of the schema, 2 of 3', 1),
  everyArgument('every String, ID and scalar of the schema, 3 of 3', 2),
];
