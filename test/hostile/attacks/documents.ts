/** Documents that are slow to parse, to validate, to plan, or to measure. */
import { type Attack, attack, inParallel, operation, type Scene } from '../attack.ts';
import { keepAliveAgent } from '../client.ts';
import { maxTextBytes, repeated } from '../texts.ts';

const many = (count: number, textOf: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => textOf(index)).join(' ');

const bounds = { cpuMilliseconds: 100, bytes: 4_000 };

/** Allows every response except an unexpected error. The bounds limit its cost. */
const anyResponse = { statuses: [200, 400], never: ['OBP-50000'] };

const longTokens: Readonly<Record<string, string>> = {
  'a block string of empty lines': `{ bank(bankId: """${'\n '.repeat(maxTextBytes / 3)}""") { id } }`,
  'a block string of quotes': `{ bank(bankId: """${'\\"""'.repeat(maxTextBytes / 10)}""") { id } }`,
  'a string of Unicode escapes': `{ bank(bankId: "${'\\u{10FFFF}'.repeat(maxTextBytes / 12)}") { id } }`,
  'an unterminated string': `{ bank(bankId: "${'a'.repeat(maxTextBytes)}`,
  comments: `${'#\n'.repeat(maxTextBytes / 3)}{ __typename }`,
  'one long comment': `#${'é'.repeat(maxTextBytes / 2)}\n{ __typename }`,
  commas: `{ ${','.repeat(maxTextBytes)} __typename }`,
  'byte order marks': `${'\ufeff'.repeat(maxTextBytes / 3)}{ __typename }`,
  'line breaks before an error': `${'\n'.repeat(maxTextBytes / 2)}{ nothing }`,
  'carriage returns before an error': `${'\\r'.repeat(10)}${'\r'.repeat(maxTextBytes / 2)}{ nothing }`,
  'a long field name': `{ ${'a'.repeat(maxTextBytes)} }`,
  'a long alias': `{ ${'a'.repeat(maxTextBytes)}: __typename }`,
  'a long argument name': `{ bank(${'a'.repeat(maxTextBytes)}: 1) { id } }`,
  'a long directive name': `{ __typename @${'a'.repeat(maxTextBytes)} }`,
  'a long type name': `{ ... on ${'A'.repeat(maxTextBytes)} { id } }`,
  'a long fragment name': `{ ...${'A'.repeat(maxTextBytes)} }`,
  'a long variable name': `query($${'a'.repeat(maxTextBytes)}: Int) { __typename }`,
  'a long operation name': `query ${'a'.repeat(maxTextBytes)} { __typename }`,
  'a long enum value': `{ customers(bankId: "a", sortBy: ${'A'.repeat(maxTextBytes)}) { totalCount } }`,
  'a long integer': `{ customers(bankId: "a", first: ${'9'.repeat(maxTextBytes)}) { totalCount } }`,
  'a number with a long exponent': `{ customers(bankId: "a", first: 1e${'9'.repeat(maxTextBytes)}) { totalCount } }`,
  'an infinite number': '{ customers(bankId: "a", first: 1e400) { totalCount } }',
  'a long decimal literal': `{ customers(bankId: "a", filter: { createdFrom: "${'0'.repeat(maxTextBytes)}" }) { totalCount } }`,
};

const longDocuments = Object.entries(longTokens).map(([name, query]) =>
  operation(
    `document: ${name}`,
    { query },
    {
      expected: anyResponse,
      // The response contains the alias.
      bounds: name === 'a long alias' ? { ...bounds, bytes: maxTextBytes + 1_000 } : bounds,
    },
  ),
);

const nested: Readonly<Record<string, string>> = {
  'unclosed braces': '{'.repeat(maxTextBytes),
  'nested fields': `${'{ me '.repeat(700)}${'}'.repeat(700)}`,
  'nested lists': `{ bank(bankId: ${'['.repeat(700)}${']'.repeat(700)}) { id } }`,
  'nested objects': `{ customers(bankId: "a", filter: ${'{ attribute: '.repeat(350)}1${'}'.repeat(350)}) { totalCount } }`,
  'nested list types': `query($a: ${'['.repeat(700)}Int${']'.repeat(700)}) { __typename }`,
  'nested inline fragments': `${'{ ... on Query '.repeat(300)}{ __typename }${'}'.repeat(300)}`,
  'nested introspection': `{ __schema { types ${'{ fields { type '.repeat(8)}{ name }${'} }'.repeat(8)} } }`,
};

const nestedDocuments = Object.entries(nested).map(([name, query]) =>
  operation(`document: ${name}`, { query }, { expected: anyResponse, bounds }),
);

const wide: Readonly<Record<string, string>> = {
  'one field 1,400 times': `{ me { ${many(1_400, () => 'id')} } }`,
  'one root field 1,400 times': `{ ${many(1_400, () => '__typename')} }`,
  'overlapping fields': `{ me { ${many(300, () => 'customers { id }')} } }`,
  'overlapping fields that are deep': `{ me { ${many(100, () => 'customers { accountLinks { account { bank { id } } } }')} } }`,
  'overlapping fields that are wide': `{ me { ${many(35, () => `accounts { ${many(35, () => 'id')} }`)} } }`,
  'overlapping fields with arguments': `{ bank(bankId: "a") { ${many(110, () => 'customers(first: 1) { nodes { id } }')} } }`,
  'overlapping fields that conflict': `{ me { ${many(90, (index) => `a: customers { a: messages(first: ${index}) { totalCount } }`)} } }`,
  'overlapping fields behind fragments': `{ me { ${many(80, (index) => `...f${index}`)} } } ${many(80, (index) => `fragment f${index} on User { accounts { bank { id } } }`)}`,
  'overlapping fields behind inline fragments': `{ me { ${many(140, () => '... { accounts { bank { id } } }')} } }`,
  'overlapping fields in nested fragments': `{ me { ...f0 } } ${many(60, (index) => `fragment f${index} on User { accounts { id } customers { id } ...f${index + 1} ...f${index + 2} }`)} fragment f60 on User { id } fragment f61 on User { id }`,
  'fragments that include the next one twice': `{ ...f0 } ${many(40, (index) => `fragment f${index} on Query { ...f${index + 1} ...f${index + 1} }`)} fragment f40 on Query { __typename }`,
  'fragments in a cycle': `{ ...f0 } ${many(200, (index) => `fragment f${index} on Query { ...f${(index + 1) % 200} }`)}`,
  'unused fragments': `{ __typename } ${many(200, (index) => `fragment f${index} on Query { __typename }`)}`,
  'unknown fields': `{ ${many(1_000, (index) => `customerz${index}`)} }`,
  'unknown arguments': `{ bank(bankId: "a", ${many(450, (index) => `bankIdd${index}: 1`)}) { id } }`,
  'unknown directives': `{ __typename ${many(650, (index) => `@includ${index}`)} }`,
  'repeated directives': `{ __typename ${many(230, () => '@include(if: true)')} }`,
  'unused variables': `query(${many(350, (index) => `$v${index}: Int`)}) { __typename }`,
  'a variable 350 times': `query(${many(350, () => '$v: Int')}) { __typename }`,
  'variables of unknown types': `query(${many(350, (index) => `$v${index}: Customerz${index}`)}) { __typename }`,
  operations: many(300, (index) => `query q${index} { __typename }`),
  'anonymous operations': many(300, () => '{ __typename }'),
  'type definitions': many(200, (index) => `type A${index} { a: Int }`),
  'introspection 19 times': `{ ${many(19, (index) => `a${index}: __schema { types { name description fields { name description } } }`)} }`,
  'introspection with 49 aliases': `{ __schema { ${many(49, (index) => `a${index}: types { name description fields { name description args { name description } } }`)} } }`,
  'one type introspected 19 times': `{ ${many(19, (index) => `a${index}: __type(name: "Mutation") { fields { name args { name type { name ofType { name } } } } }`)} }`,
  'one type with 49 aliases of its fields': `{ __type(name: "Mutation") { ${many(49, (index) => `a${index}: fields { name description args { name description } }`)} } }`,
  'introspection behind fragments': `{ ${many(20, (index) => `a${index}: __schema { ...f0 }`)} } ${many(8, (index) => `fragment f${index} on __Schema { types { fields { name description } } ...f${index + 1} ...f${index + 1} }`)} fragment f8 on __Schema { types { name } }`,
  'a subscription': 'subscription { customers }',
};

const wideDocuments = Object.entries(wide).map(([name, query]) =>
  operation(
    `document: ${name}`,
    { query },
    {
      expected: anyResponse,
      bounds: /introspect|__type|one type/i.test(name)
        ? { cpuMilliseconds: 250, bytes: 3_500_000 }
        : { cpuMilliseconds: 120, bytes: 60_000 },
    },
  ),
);

/** An attack that sends a different document each time, so that no cache contains it. */
function fresh(
  name: string,
  count: (scene: Scene) => number,
  documentOf: (index: number) => string,
  cpuMilliseconds: number,
): Attack {
  return attack(
    name,
    async (scene) => {
      const agent = keepAliveAgent();
      const { token } = scene.newUser('registered');
      const address = scene.newAddress();
      const replies = await inParallel(count(scene), 1, (index) =>
        scene.send({ agent, address, token, body: JSON.stringify({ query: documentOf(index) }) }),
      );
      agent.destroy();
      return replies;
    },
    {
      expected: { statuses: [200, 400, 429], never: ['OBP-50000'] },
      bounds: { cpuMilliseconds, bytes: 3_000_000, megabytes: 150 },
    },
  );
}

const cacheFlood = fresh(
  'document cache: many documents of 1,400 tokens',
  ({ seconds }) => (seconds < 10 ? 80 : 300),
  (index) => `{ me { ${many(1_390, () => 'id')} a${index}: id } }`,
  9_000,
);

const planFlood = attack(
  'plans: combinations of @include',
  async (scene) => {
    const agent = keepAliveAgent();
    const { token } = scene.newUser('registered');
    const address = scene.newAddress();
    const names = Array.from({ length: 12 }, (_, index) => `v${index}`);
    const variables = names.map((name) => `$${name}: Boolean!`).join(' ');
    const fields = names.map((name) => `${name}: me @include(if: $${name}) { id username email firstName lastName }`);
    const query = `query(${variables}) { __typename ${fields.join(' ')} }`;
    const replies = await inParallel(scene.seconds < 10 ? 300 : 4_096, 1, (index) => {
      const values = Object.fromEntries(names.map((name, bit) => [name, ((index >> bit) & 1) === 1]));
      return scene.send({ agent, address, token, body: JSON.stringify({ query, variables: values }) });
    });
    agent.destroy();
    return replies;
  },
  {
    expected: { statuses: [200, 429], never: ['OBP-50000'] },
    bounds: { cpuMilliseconds: 9_000, bytes: 8_000_000, megabytes: 120 },
  },
);

const longNames = operation(
  'operationName: as long as a request allows',
  { query: 'query a { __typename } query b { __typename }', operationName: repeated('a') },
  { expected: { statuses: [400] }, bounds },
);

const unknownOperation = operation(
  'operationName: not in the document',
  { query: 'query a { __typename }', operationName: '__proto__' },
  { expected: { statuses: [400] }, bounds },
);

export const documentAttacks: Attack[] = [
  ...longDocuments,
  ...nestedDocuments,
  ...wideDocuments,
  cacheFlood,
  planFlood,
  longNames,
  unknownOperation,
];
