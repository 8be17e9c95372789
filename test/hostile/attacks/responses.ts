/** Short operations whose responses would be long. */
import { type Attack, attack, inParallel, type OperationOptions, operation, type Scene } from '../attack.ts';
import type { WorldUserKind } from '../world.ts';

/** The default of `GATEWAY_MAX_ANSWER_BYTES`, with room for the parts of a response around the data. */
const maxBytes = 17_000_000;

/** The gateway stops the operation or returns a response within the bounds. */
const expected = { statuses: [200, 400, 429, 503], never: ['OBP-50000', 'OPERATION_TIMED_OUT'] };
const bounds = { cpuMilliseconds: 3_000, bytes: maxBytes, megabytes: 250, silentSeconds: 1.5 };

function response(
  name: string,
  as: WorldUserKind | undefined,
  query: string | ((scene: Scene) => string),
  options: OperationOptions = {},
): Attack {
  return operation(name, (scene) => ({ query: typeof query === 'string' ? query : query(scene) }), {
    as,
    expected,
    headers: { 'x-reason': 'attack', 'content-type': 'application/json' },
    ...options,
    bounds: { ...bounds, ...options.bounds },
  });
}

const aliases = (count: number, field: string) =>
  Array.from({ length: count }, (_, index) => `a${index}: ${field}`).join(' ');

const customer =
  (selection: string) =>
  ({ world }: Scene) =>
    `{ customer(bankId: "${world.bankId}", customerId: "${world.heavyCustomerId}") { ${selection} } }`;

const routings = 'accounts { routings { scheme address } }';

const accounts: Attack[] = [
  response('me.accounts with routings', 'holder', `{ me { ${routings} } }`),
  response('me.accounts with routings, 4 aliases', 'holder', `{ me { ${aliases(4, routings)} } }`),
  response(
    'me.accounts with routings, 20 aliases',
    'holder',
    `{ me { ${aliases(20, 'accounts { routings { scheme address } attributes { name } contracts { __typename } }')} } }`,
  ),
  response('me.accounts with routings, 48 aliases', 'holder', `{ me { ${aliases(48, routings)} } }`, { isLong: true }),
  response('me.accounts with routings, 19 root fields', 'holder', `{ ${aliases(19, `me { ${routings} }`)} }`, {
    isLong: true,
  }),
  response(
    'me.accounts with banks and their names, 24 aliases',
    'holder',
    `{ me { ${aliases(24, 'accounts { bank { id fullName } }')} } }`,
  ),
  response(
    'me.accounts with routings behind fragments',
    'holder',
    `{ me { ${aliases(6, 'accounts { ...r }')} } } fragment r on Account { ${aliases(8, 'routings { ...s }')} } fragment s on AccountRouting { a: address b: address c: address }`,
  ),
  response(
    'accountLinks with routings, 10 aliases',
    'clerk',
    customer(aliases(10, 'accountLinks { account { routings { scheme address } } }')),
  ),
];

const plainLists: Readonly<Record<string, string>> = {
  addresses: 'id line1 city tags',
  attributes: 'name value',
  kycChecks: 'id comments staffName',
  kycDocuments: 'id issuePlace media { url }',
  kycMedia: 'id url',
  kycStatuses: 'id ok date',
  taxResidences: 'domain taxNumber',
  socialMediaHandles: 'type handle',
  userLinks: 'id user { username }',
  correlatedUsers: 'id username attributes { name }',
};

const lists: Attack[] = Object.entries(plainLists).map(([field, selection]) =>
  response(`Customer.${field}: 2,000 rows, 20 aliases`, 'clerk', customer(aliases(20, `${field} { ${selection} }`))),
);

const everything = Object.entries(plainLists)
  .map(([field, selection]) => `${field} { ${selection} }`)
  .join(' ');

const others: Attack[] = [
  response('Customer: every list at once', 'clerk', customer(everything)),
  response(
    'Customer.messages: 100 of 2,000 characters, 45 aliases',
    'clerk',
    customer(aliases(45, 'messages(first: 100) { nodes { message } edges { node { message } } }')),
  ),
  response(
    'Customer.meetings with invitees',
    'clerk',
    customer(aliases(10, 'meetings(first: 100) { nodes { invitees { contactDetails { name } status } } }')),
  ),
  response('Customer.dobOfDependants: 1,000 days, 49 aliases', 'clerk', customer(aliases(49, 'dobOfDependants'))),
  response(
    'banks: 2,002 banks, 19 aliases',
    undefined,
    `{ ${aliases(19, 'banks { id shortName fullName websiteUrl logoUrl }')} }`,
  ),
  response(
    'me.customers: 1,000 customers',
    'linked',
    '{ me { customers { legalName email addresses { line1 } accountLinks { id } bank { fullName } } } }',
  ),
  response(
    'me.customers: 1,000 customers, 10 aliases',
    'linked',
    `{ me { ${aliases(10, 'customers { legalName email dobOfDependants bank { fullName } }')} } }`,
  ),
  response(
    'myCustomers with lists of lists',
    'linked',
    `{ ${aliases(5, 'myCustomers { accountLinks { account { routings { address } } } taxResidences { taxNumber } }')} }`,
  ),
  response(
    'correlatedEntities: 1,000 customers',
    'linked',
    '{ correlatedEntities { customer { legalName email } users { username email attributes { value } } } }',
  ),
  response(
    'entitlements of a user with every role, 20 aliases',
    'clerk',
    `{ me { ${aliases(20, 'entitlements { roleName bankId }')} } }`,
  ),
  response(
    'exportCustomerData of a customer with thousands of rows',
    'clerk',
    ({ world }) =>
      `{ exportCustomerData(bankId: "${world.bankId}", customerId: "${world.heavyCustomerId}") { __typename } }`,
  ),
  response(
    'customers: pages of 100 with everything',
    'clerk',
    ({ world }) =>
      `{ customers(bankId: "${world.bankId}", first: 100) { nodes { legalName addresses { line1 } attributes { value } accountLinks { account { routings { address } } } kycChecks { comments } } } }`,
    { times: 3 },
  ),
  response(
    'firehoseCustomers: 500',
    'clerk',
    ({ world }) =>
      `{ firehoseCustomers(bankId: "${world.bankId}", limit: 500) { legalName attributes { value } accountLinks { account { routings { address } } } } }`,
  ),
  response(
    'users: 100 with their accounts',
    'clerk',
    '{ users(first: 100) { nodes { username accounts { routings { address } } entitlements { roleName } customers { legalName } } } }',
  ),
];

const longName = 'n'.repeat(100_000);

/** Responses that are long because of names, nulls, or errors, not because of values. */
const overhead: Attack[] = [
  response('me.accounts with an alias of 100,000 characters', 'holder', `{ me { accounts { ${longName}: id } } }`),
  response(
    'me.accounts with routings and an alias of 100,000 characters',
    'holder',
    `{ me { accounts { routings { ${longName}: scheme } } } }`,
  ),
  response('banks with an alias of 100,000 characters', undefined, `{ banks { ${longName}: id } }`),
  response(
    'customers with 45 long aliases that are null',
    'clerk',
    ({ world }) =>
      `{ customers(bankId: "${world.bankId}", first: 100) { nodes { ${Array.from({ length: 45 }, (_, index) => `${'n'.repeat(4_000)}${index}: title`).join(' ')} } } }`,
  ),
  response(
    'customers with 45 pages each that fail',
    'clerk',
    ({ world }) =>
      `{ customers(bankId: "${world.bankId}", first: 100) { nodes { ${aliases(45, 'messages(first: 101) { nodes { id } }')} } } }`,
    { bounds: { bytes: 4_000_000 } },
  ),
  response(
    'customers with 45 pages each whose cursor is long and invalid',
    'clerk',
    ({ world }) =>
      `{ customers(bankId: "${world.bankId}", first: 100) { nodes { ${aliases(45, `messages(after: "${'x'.repeat(4_000)}") { nodes { id } }`)} } } }`,
    { bounds: { bytes: 4_000_000 } },
  ),
];

/** A committed mutation must not be reported as failed because its selection is too large. */
const committed = attack(
  'a mutation that selects more than can be returned',
  async (scene) => {
    const { bankId, heavyCustomerId } = scene.world;
    const { token } = scene.newUser('clerk');
    const query = `mutation { updateCustomerBranch(bankId: "${bankId}", customerId: "${heavyCustomerId}", input: { branchId: "DERBY7" }) { customer { branchId ${aliases(20, 'accountLinks { account { routings { scheme address } } }')} } } }`;
    return [await scene.send({ token, body: JSON.stringify({ query }), headers: { 'x-reason': 'attack' } })];
  },
  { expected: { statuses: [200, 400, 429], never: ['OBP-50000', 'OPERATION_TIMED_OUT'] }, bounds },
);

/** Sends five operations at once, because each could hold its data until the end. */
const parallel = attack(
  'me.accounts with routings, 20 aliases, five at once',
  async (scene) => {
    const { token } = scene.newUser('holder');
    const body = JSON.stringify({ query: `{ me { ${aliases(20, routings)} } }` });
    const address = scene.newAddress();
    return inParallel(5, 5, () => scene.send({ address, token, body }));
  },
  // The last operation might wait for a slot until its deadline.
  {
    expected: { ...expected, never: ['OBP-50000'] },
    isLong: true,
    bounds: { ...bounds, cpuMilliseconds: 12_000, bytes: 5 * maxBytes, megabytes: 400, silentSeconds: 2.5 },
  },
);

export const responseAttacks: Attack[] = [...accounts, ...lists, ...others, ...overhead, committed, parallel];
