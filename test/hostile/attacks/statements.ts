/** Combinations of arguments, each of which needs its own prepared statement. */
import { type Attack, attack, inParallel } from '../attack.ts';
import { keepAliveAgent } from '../client.ts';

const filters: readonly string[] = [
  'branchId: "b"',
  'createdBefore: "2034-05-31T09:30:00Z"',
  'createdFrom: "2014-05-31T09:30:00Z"',
  'customerNumber: "c"',
  'email: "e@example.org"',
  'kycStatus: true',
  'lastOkBefore: "2034-05-31T09:30:00Z"',
  'lastOkFrom: "2014-05-31T09:30:00Z"',
  'legalNameContains: "abc"',
  'legalNameStartsWith: "abc"',
  'mobilePhoneNumber: "+447972444876"',
];
const sorts = ['CREATED', 'CUSTOMER_NUMBER', 'LAST_OK_DATE'].flatMap((sortBy) =>
  ['ASC', 'DESC'].map((direction) => `sortBy: ${sortBy}, sortDirection: ${direction}`),
);

/** Returns the combination with a number, whose bits select the filters and whose remainder selects the sort order. */
function combination(number: number): string {
  const chosenFilters = filters.filter((_, bit) => ((number >> bit) & 1) === 1);
  return `first: 1, filter: { ${chosenFilters.join(', ')} }, ${sorts[(number >> filters.length) % sorts.length]}`;
}

const fieldsOfOperation = 20;

export const statementAttacks: Attack[] = [
  attack(
    'customers: combinations of filters and orders',
    async (scene) => {
      const agent = keepAliveAgent();
      const count = scene.seconds < 10 ? 1_000 : 8_192;
      const users = Array.from({ length: 4 }, () => scene.newUser('clerk'));
      const replies = await inParallel(Math.ceil(count / fieldsOfOperation), 1, (index) => {
        const fields = Array.from({ length: fieldsOfOperation }, (_, field) => {
          // The stride is coprime to the number of combinations, so consecutive ones differ in many filters.
          const number = ((index * fieldsOfOperation + field) * 4_801) % (2 ** filters.length * sorts.length);
          return `a${field}: customers(bankId: "${scene.world.bankId}", ${combination(number)}) { nodes { id } }`;
        });
        const { token } = users[index % users.length] ?? { token: null };
        return scene.send({ agent, token, body: JSON.stringify({ query: `{ ${fields.join(' ')} }` }) });
      });
      agent.destroy();
      return replies;
    },
    {
      expected: { statuses: [200, 429], never: ['OBP-50000'] },
      bounds: { cpuMilliseconds: 20_000, bytes: 3_000_000, megabytes: 90 },
    },
  ),
];
