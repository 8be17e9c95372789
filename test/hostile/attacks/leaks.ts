/** Errors that could repeat secrets, or describe what the caller cannot see. */
import { type Attack, type OperationOptions, operation } from '../attack.ts';
import { maxTextBytes } from '../texts.ts';

const secret = 'My-Secret-Pa55word';
const never = [secret, 'Did you mean', 'must have a selection of subfields', 'OBP-50000', 'node_modules', '    at '];
const bounds = { cpuMilliseconds: 100, bytes: 4_000 };
const statuses = [200, 400, 429];

const createUser = 'mutation($i: CreateUserInput!) { createUser(input: $i) { user { id } } }';
const login = 'mutation($u: String!, $p: String!) { login(username: $u, password: $p) { token } }';
const validInput = {
  username: 'hostile.leak.1',
  email: 'l@example.org',
  firstName: 'a',
  lastName: 'b',
  password: secret,
};

function leak(
  name: string,
  query: string,
  variables?: unknown,
  { expected, ...options }: OperationOptions = {},
): Attack {
  return operation(
    `leak: ${name}`,
    { query, variables },
    {
      ...options,
      expected: { statuses, never, ...expected },
      bounds: { ...bounds, ...options.bounds },
    },
  );
}

const values: Attack[] = [
  leak('an unknown input field next to a password', createUser, { i: { ...validInput, extra: 1 } }),
  leak('a missing input field next to a password', createUser, { i: { password: secret } }),
  leak('an unknown input field with a typo', createUser, { i: { ...validInput, usernam: 'a' } }),
  leak('a null next to a password', createUser, { i: { ...validInput, firstName: null } }),
  leak('a password that is an object', createUser, { i: { ...validInput, password: { secret } } }),
  leak('a password that is a list', login, { u: 'a', p: [secret] }),
  leak('a password as the input', createUser, { i: secret }),
  leak('a list of inputs', createUser, { i: [validInput, { ...validInput, extra: 1 }] }),
  leak('a password as an email address', createUser, { i: { ...validInput, email: secret } }),
  leak('a password as a username', login, { u: { secret }, p: 'x' }),
  leak(
    'a password in a literal with an unknown field',
    `mutation { createUser(input: { username: "a", password: "${secret}", extra: 1 }) { user { id } } }`,
  ),
  leak(
    'a password in a literal of the wrong type',
    `mutation { login(username: "a", password: ["${secret}"]) { token } }`,
  ),
  leak(
    'a password in an enum literal',
    `mutation { login(username: "a", password: ${secret.replaceAll('-', '_')}) { token } }`,
    undefined,
    { expected: { never: [...never, secret.replaceAll('-', '_')] } },
  ),
  leak(
    'a password in an email literal',
    `mutation { createUser(input: { username: "a", firstName: "a", lastName: "b", password: "x", email: "${secret}" }) { user { id } } }`,
  ),
  leak(
    'a password in a default value',
    `mutation($p: Int = "${secret}") { login(username: "a", password: $p) { token } }`,
  ),
  leak('a password in a document that does not parse', `mutation { login(username: "a", password: "${secret}" `),
  leak('a password after an illegal character', `mutation { login(username: "a", password: "${secret}"; ) { token } }`),
  leak('a password in an illegal string', `mutation { login(username: "a", password: "${secret}\\q") { token } }`),
  leak('a password as a directive argument', `{ __typename @skip(if: "${secret}") }`),
  leak('a password for an enum', 'query($s: CustomerSort) { customers(bankId: "a", sortBy: $s) { totalCount } }', {
    s: secret,
  }),
  leak('a password for an integer', 'query($s: Int) { customers(bankId: "a", first: $s) { totalCount } }', {
    s: secret,
  }),
  leak('a password for a date', 'query($f: CustomerFilter) { customers(bankId: "a", filter: $f) { totalCount } }', {
    f: { createdFrom: secret },
  }),
  leak('a password as a name in variables', createUser, { i: { ...validInput, [secret]: 1 } }),
  leak('three long unknown fields', createUser, {
    i: {
      ...validInput,
      a: 'x'.repeat(maxTextBytes / 3),
      b: 'y'.repeat(maxTextBytes / 3),
      c: 'z'.repeat(maxTextBytes / 4),
    },
  }),
  leak('150 kB next to missing input fields', createUser, { i: { password: 'x'.repeat(150_000) } }),
  leak('a long value for a boolean', 'query($b: Boolean!) { __typename @include(if: $b) }', {
    b: 'x'.repeat(maxTextBytes),
  }),
  leak('a long list for a text', login, { u: Array.from({ length: 20_000 }, () => 'x'), p: 'y' }),
  leak('a variable that is missing', login, { u: 'a' }),
  leak('missing variables', login, undefined),
];

const names: Attack[] = [
  leak('a field with a typo', '{ custome { id } }'),
  leak('a root field without a selection', '{ customer }'),
  leak('root fields without selections', '{ customer banks me customers meetings users account }'),
  leak('a field without required arguments', '{ customer { id } }', undefined, {
    expected: { never: [...never, 'ID!', 'bankId'] },
  }),
  leak('an argument with a typo', '{ bank(bankI: "a") { id } }', undefined, {
    expected: { never: [...never, 'bankId'] },
  }),
  leak('an enum value with a typo', '{ customers(bankId: "a", sortBy: CREATE) { totalCount } }', undefined, {
    expected: { never: [...never, 'CREATED'] },
  }),
  leak(
    'an enum variable with a typo',
    'query($s: CustomerSort) { customers(bankId: "a", sortBy: $s) { totalCount } }',
    { s: 'CREATE' },
    { expected: { never: [...never, 'CREATED'] } },
  ),
  leak('a type with a typo', '{ ... on Custome { id } }', undefined, {
    expected: { never: [...never, '"Customer"'] },
  }),
  leak('a variable of a type with a typo', 'query($a: CustomerFilte) { __typename }', undefined, {
    expected: { never: [...never, 'CustomerFilter'] },
  }),
  leak('an input field with a typo', '{ customers(bankId: "a", filter: { emai: "a" }) { totalCount } }', undefined, {
    expected: { never: [...never, '"email"'] },
  }),
  leak('a directive with a typo', '{ __typename @includ(if: true) }', undefined, {
    expected: { never: [...never, '"@include"'] },
  }),
  leak('a scalar with a selection', '{ me { id { a } } }', undefined, { expected: { never: [...never, 'ID!'] } }),
  leak('a fragment on a scalar', 'fragment f on DateTime { a } { ...f }'),
  leak('a variable of an output type', 'query($a: Customer) { __typename }'),
  leak(
    'a variable of the wrong type',
    'query($a: Int!) { bank(bankId: $a) { id } }',
    { a: 1 },
    { expected: { never: [...never, 'ID!'] } },
  ),
];

const rules: Attack[] = [
  ...['kycChecks', 'kycDocuments', 'kycMedia', 'kycStatuses'].map((field) =>
    leak(
      `${field} with a null character and without a bank`,
      `query($c: ID!) { ${field}(customerId: $c) { __typename } }`,
      { c: '\u0000' },
      { as: 'clerk', expected: { keys: ['OBP-10001'] } },
    ),
  ),
  ...['fullName\u0000', 'a\u0000'].map((id) =>
    leak(
      `bank with a null character in ${JSON.stringify(id)}`,
      'query($b: ID!) { bank(bankId: $b) { id } }',
      { b: id },
      { expected: { keys: ['OBP-30111'] } },
    ),
  ),
  leak(
    'auditEvents with a null character',
    'query($b: ID) { auditEvents(bankId: $b) { totalCount } }',
    { b: '\u0000' },
    { as: 'clerk', expected: { keys: ['OBP-10001', 'OBP-30111'] } },
  ),
  leak(
    'entitlementRequests with a null character',
    'query($b: ID) { entitlementRequests(bankId: $b) { totalCount } }',
    { b: '\u0000' },
    { as: 'granter', expected: { keys: ['OBP-10001', 'OBP-30111'] } },
  ),
  leak('a null character as a literal', '{ kycChecks(customerId: "\\u0000") { id } }', undefined, {
    as: 'clerk',
    expected: { keys: ['OBP-10001'] },
  }),
  leak(
    "a bank's rules for an anonymous caller",
    '{ bank(bankId: "hostile.02") { kycFourEyes kycReasonRequired retentionDays } }',
    undefined,
    { expected: { never: [...never, '"kycReasonRequired":true', '"kycFourEyes":false'] } },
  ),
  leak(
    "every bank's rules for an anonymous caller",
    '{ banks { kycFourEyes kycReasonRequired retentionDays } }',
    undefined,
    {
      expected: { never: [...never, '"kycReasonRequired":true', '"kycFourEyes":false'] },
      // The response contains an error for each field of each of 2,002 banks.
      bounds: { cpuMilliseconds: 1_000, bytes: 2_000_000 },
    },
  ),
];

export const leakAttacks: Attack[] = [...values, ...names, ...rules];
