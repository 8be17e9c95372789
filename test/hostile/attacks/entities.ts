/** References of federation that are many, deep, or of wrong types. */
import { type Attack, operation, type Scene } from '../attack.ts';

const bounds = { cpuMilliseconds: 150, bytes: 20_000 };

const query = `query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Customer { legalName } } }`;
const typeNames = ['Account', 'Bank', 'Customer', 'KycCheck', 'KycDocument', 'KycMedia', 'User'];

const times = <Item>(count: number, itemOf: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => itemOf(index));

function references(
  name: string,
  r: unknown | ((scene: Scene) => unknown),
  options: Parameters<typeof operation>[2] = {},
): Attack {
  const representationsIn = (scene: Scene) => (typeof r === 'function' ? r(scene) : r);
  return operation(`_entities: ${name}`, (scene) => ({ query, variables: { r: representationsIn(scene) } }), {
    as: 'clerk',
    expected: { statuses: [200, 400], keys: ['OBP-10001', 'OBP-30046'], never: ['OBP-50000', 'Tripman'] },
    ...options,
    bounds: { ...bounds, ...options.bounds },
  });
}

/** Whether each of the objects in the list is null, and has an error of its own. */
const refusedEach = { cpuMilliseconds: 600, bytes: 400_000 };

export const entityAttacks: Attack[] = [
  references(
    '6,000 references',
    times(6_000, (index) => ({ __typename: 'Customer', id: `c${index}` })),
    {
      expected: { statuses: [200], keys: ['TOO_MANY_ITEMS'] },
    },
  ),
  references(
    '1,000 unknown IDs',
    times(1_000, (index) => ({ __typename: 'Customer', id: `unknown-${index}` })),
    {
      bounds: refusedEach,
    },
  ),
  references(
    '1,000 unknown IDs of all types',
    times(1_000, (index) => ({ __typename: typeNames[index % typeNames.length], id: `unknown-${index}` })),
    { expected: { statuses: [200], keys: ['OBP-30046'], never: ['OBP-50000'] }, bounds: refusedEach },
  ),
  references(
    '1,000 references to one customer',
    ({ world }: Scene) => times(1_000, () => ({ __typename: 'Customer', id: world.customerIds[1] })),
    { expected: { statuses: [200], never: ['"errors"'] }, bounds: { cpuMilliseconds: 250, bytes: 80_000 } },
  ),
  references(
    '1,000 equal references by a caller without roles',
    ({ world }: Scene) => times(1_000, () => ({ __typename: 'Customer', id: world.heavyCustomerId })),
    {
      as: 'registered',
      expected: { statuses: [200], keys: ['OBP-20006'], never: ['Tripman'] },
      bounds: refusedEach,
    },
  ),
  operation(
    '_entities: 20 lists of 1,000 references to one customer',
    ({ world }) => ({
      query: `query ($r: [_Any!]!) { ${times(20, (index) => `a${index}: _entities(representations: $r) { ... on Customer { id } }`).join(' ')} }`,
      variables: { r: times(1_000, () => ({ __typename: 'Customer', id: world.customerIds[2] })) },
    }),
    {
      as: 'clerk',
      expected: { statuses: [200], never: ['"errors"'] },
      bounds: { cpuMilliseconds: 600, bytes: 1_500_000 },
    },
  ),
  references(
    'types that are unknown',
    [
      'Meeting',
      'Query',
      '_Entity',
      'customer',
      '__proto__',
      'constructor',
      'toString',
      '',
      ' Customer',
      'Customer\u0000',
    ].map((__typename) => ({ __typename, id: 'a' })),
    { expected: { statuses: [200], keys: ['OBP-10001'] } },
  ),
  references(
    'type names and IDs of wrong types',
    [1, true, null, [], ['Customer'], { toString: 'Customer' }].flatMap((value) => [
      { __typename: value, id: 'a' },
      { __typename: 'Customer', id: value },
    ]),
    { expected: { statuses: [200], keys: ['OBP-10001'] } },
  ),
  ...[1, 'Customer', true, null, [[]], [{ __typename: 'Customer', id: 'a' }, 1], {}].map((value) =>
    references(`${JSON.stringify(value)} as the list`, value, {
      expected: { statuses: [200, 400], keys: ['OBP-10001'] },
    }),
  ),
  references('an ID of 230,000 characters', [{ __typename: 'Customer', id: 'a'.repeat(230_000) }], {
    expected: { statuses: [200], keys: ['OBP-30046'], never: ['aaaa'] },
  }),
  references(
    'IDs that are not texts of an ID',
    ['\u0000', '\ud800', '%', "' or 1=1 --", 'a\nb', 'Account~a~b', `Account~${'~'.repeat(5_000)}`, ''].flatMap((id) =>
      typeNames.map((__typename) => ({ __typename, id })),
    ),
    { expected: { statuses: [200], keys: ['OBP-30046'], never: ['OBP-50000', '1=1'] }, bounds: { bytes: 40_000 } },
  ),
  references(
    'one reference with 10,000 other fields',
    [Object.fromEntries([['__typename', 'Customer'], ['id', 'a'], ...times(10_000, (index) => [`f${index}`, index])])],
    { expected: { statuses: [200], keys: ['OBP-30046'] } },
  ),
  references(
    '1,000 references with another field of 200 characters',
    times(1_000, (index) => ({ __typename: 'Customer', id: `u${index}`, note: 'x'.repeat(180) })),
    {
      bounds: refusedEach,
    },
  ),
  operation(
    '_entities: a literal 400 levels deep',
    {
      query: `{ _entities(representations: [{ __typename: "Customer", id: "a", deep: ${'{ a: '.repeat(400)}1${' }'.repeat(400)} }]) { __typename } }`,
    },
    { as: 'clerk', expected: { statuses: [200, 400], never: ['OBP-50000'] }, bounds },
  ),
];
