/** Requests that one caller repeats. */
import { type Attack, attack, inParallel, type Scene } from '../attack.ts';
import { keepAliveAgent, type Reply } from '../client.ts';

const limited = ['RATE_LIMITED'];

/** Sends operations of one caller over `parallel` connections. */
async function sendRepeatedly(
  scene: Scene,
  { times, parallel, token }: { times: number; parallel: number; token: string | null },
  query: (index: number) => string,
): Promise<Reply[]> {
  const agent = keepAliveAgent();
  agent.maxSockets = parallel;
  const address = scene.newAddress();
  const replies = await inParallel(times, parallel, (index) =>
    scene.send({
      agent,
      address,
      token,
      body: JSON.stringify({ query: query(index) }),
      headers: { 'x-reason': 'attack' },
    }),
  );
  agent.destroy();
  return replies;
}

const statuses = [200, 400, 429];

/** Describes the first missing header of a rate limit, or returns null. */
function missingHeader(replies: readonly Reply[]): string | null {
  const refused = replies.find(({ status }) => status === 429);
  if (refused === undefined) return 'a response must have the status 429';
  for (const name of ['retry-after: ', 'ratelimit: ', 'ratelimit-policy: ']) {
    if (!refused.head.toLowerCase().includes(name)) return `the response with status 429 must have the header ${name}`;
  }
  const [first] = replies;
  return first?.head.toLowerCase().includes('ratelimit-policy: ')
    ? null
    : 'the first response must have the header RateLimit-Policy';
}

/** Returns the number of audit events of a user. */
async function eventCountOf(scene: Scene, userId: string): Promise<number> {
  const { token } = scene.newUser('clerk');
  const query = `{ auditEvents(userId: "${userId}", first: 100) { totalCount } }`;
  const { text } = await scene.send({ token, body: JSON.stringify({ query }) });
  return Number(/"totalCount":(\d+)/.exec(text)?.[1]);
}

/** An attack whose refusals are aggregated, so that not every one of them adds an audit event. */
function refusals(
  name: string,
  query: (index: number, scene: Scene) => string,
  { times = 400, banks = 0 }: { times?: number; banks?: number } = {},
): Attack {
  const maxEventsPerMinute = 175;
  const minute = () => Math.floor(Date.now() / 60_000);
  let userId = '';
  let begin = 0;
  return attack(
    `refusals: ${name}`,
    async (scene) => {
      const { id, token } = scene.newUser('registered');
      userId = id;
      begin = minute();
      return sendRepeatedly(scene, { times, parallel: 4, token }, (index) => query(index, scene));
    },
    {
      expected: { statuses, never: ['OBP-50000', 'Tripman'] },
      bounds: { cpuMilliseconds: times * 7.5, bytes: times * 2_500, silentSeconds: 1 },
      check: async (scene) => {
        // The limits of each minute in which it was attacked, which are at least two, and one event for each bank.
        const maxEvents = maxEventsPerMinute * Math.max(2, minute() - begin + 1) + banks;
        const events = await eventCountOf(scene, userId);
        return events <= maxEvents ? null : `${times} refusals added ${events} audit events`;
      },
    },
  );
}

const manyRefusals: Attack[] = [
  refusals(
    '400 customers',
    (index, { world }) =>
      `{ customer(bankId: "${world.bankId}", customerId: "${world.customerIds[index]}") { legalName } }`,
  ),
  refusals('100 banks', (index) => `{ customers(bankId: "hostile.bank.${index % 100}") { nodes { legalName } } }`, {
    times: 600,
    banks: 100,
  }),
  refusals('400 banks that do not exist', (index) => `{ customers(bankId: "none.${index}") { nodes { legalName } } }`),
  refusals(
    '400 customers that do not exist',
    (index, { world }) => `{ kycChecks(bankId: "${world.bankId}", customerId: "none-${index}") { id } }`,
  ),
  refusals(
    '400 mutations',
    (index, { world }) =>
      `mutation { updateCustomerNumber(bankId: "${world.bankId}", customerId: "${world.customerIds[index]}", input: { customerNumber: "${index}" }) { customer { id } } }`,
  ),
  refusals(
    'one operation at 2,002 banks',
    (index) => (index === 0 ? '{ banks { customerAttributeDefinitions { id } } }' : '{ __typename }'),
    { banks: 2_002 },
  ),
  refusals('400 users', (index) => `mutation { unlockUser(userId: "user-${index}") { __typename } }`),
];

export const limitAttacks: Attack[] = [
  attack(
    'cost: repeated pages of 100 customers with many lists',
    (scene) => {
      const { token } = scene.newUser('clerk');
      const { bankId } = scene.world;
      return sendRepeatedly(
        scene,
        { times: 6, parallel: 1, token },
        () =>
          `{ customers(bankId: "${bankId}", first: 100, filter: { legalNameStartsWith: "eveline tripman 9" }) { nodes { legalName messages(first: 100) { nodes { message } } meetings(first: 100) { nodes { id } } crmEvents(first: 100) { nodes { id } } kycDocuments { number } } } }`,
      );
    },
    {
      expected: { statuses, someKeys: limited, never: ['OBP-50000'] },
      bounds: { cpuMilliseconds: 5_000, bytes: 10_000_000 },
      check: async (_scene, replies) => missingHeader(replies),
    },
  ),
  attack(
    'cost: the documents of 1,000 customers, one page after another',
    (scene) => {
      const { token } = scene.newUser('clerk');
      const { bankId } = scene.world;
      return sendRepeatedly(
        scene,
        { times: 10, parallel: 1, token },
        () =>
          `{ ${Array.from({ length: 4 }, (_, alias) => `a${alias}: customers(bankId: "${bankId}", first: 100, filter: { legalNameStartsWith: "eveline tripman ${alias}" }) { nodes { id ${Array.from({ length: 10 }, (__, inner) => `d${inner}: kycDocuments { number issuePlace media { url } }`).join(' ')} } }`).join(' ')} }`,
      );
    },
    {
      expected: { statuses, someKeys: [...limited, 'QUERY_TOO_COSTLY'], never: ['OBP-50000'] },
      bounds: { cpuMilliseconds: 6_000, bytes: 40_000_000 },
    },
  ),
  attack(
    'cost: 600 operations of anonymous callers of one address',
    (scene) =>
      sendRepeatedly(
        scene,
        { times: 600, parallel: 4, token: null },
        (index) =>
          `{ ${Array.from({ length: 19 }, (_, alias) => `a${alias}: bank(bankId: "hostile.bank.${index}") { id }`).join(' ')} }`,
      ),
    {
      expected: { statuses, someKeys: limited, never: ['OBP-50000'] },
      bounds: { cpuMilliseconds: 4_000, bytes: 2_000_000 },
      check: async (_scene, replies) => missingHeader(replies),
    },
  ),
  ...manyRefusals,
  attack(
    'createAccount: 150 of one user',
    (scene) => {
      const { token } = scene.newUser('registered');
      const { bankId } = scene.world;
      return sendRepeatedly(
        scene,
        { times: 150, parallel: 4, token },
        (index) =>
          `mutation { createAccount(bankId: "${bankId}", input: { label: "a${index}", branchId: "b", productCode: "c", balance: { currency: "EUR", amount: "0" } }) { account { id } } }`,
      );
    },
    {
      expected: { statuses, someKeys: limited, never: ['OBP-50000'] },
      bounds: { cpuMilliseconds: 4_000, bytes: 200_000 },
    },
  ),
  attack(
    'createAccount: the IBAN and the ID of other accounts',
    async (scene) => {
      const { token } = scene.newUser('registered');
      const { bankId, accountIds } = scene.world;
      const claims = [
        `accountId: "${accountIds[0]}"`,
        'accountId: "mine"',
        'accountRoutings: [{ scheme: "IBAN", address: "DE89370400440532013000" }]',
        `accountRoutings: [{ scheme: "SCHEME_0", address: "${accountIds[0]}.0." }]`,
      ];
      return sendRepeatedly(
        scene,
        { times: claims.length, parallel: 1, token },
        (index) =>
          `mutation { createAccount(bankId: "${bankId}", input: { ${claims[index]}, label: "a", branchId: "b", productCode: "c", balance: { currency: "EUR", amount: "0" } }) { account { id } } }`,
      );
    },
    { expected: { statuses, keys: ['OBP-20006'] } },
  ),
];
