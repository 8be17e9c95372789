import { ApolloServer } from '@apollo/server';
import {
  buildSchema,
  type DocumentNode,
  getIntrospectionQuery,
  graphqlSync,
  parse,
  specifiedRules,
  validate,
  visit,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { checkListCost, defaultLimits, operationLimits, operationLimitsPlugin } from '../../src/execution/limits.ts';
import { documentLimits } from '../../src/execution/parse-options.ts';
import { formatError } from '../../src/http/format-error.ts';

const schema = buildSchema(`
  type Query {
    me: User
    customer: Customer
    customers(first: Int, after: String): CustomerConnection
    firehoseCustomers(limit: Int = 500): [Customer!]
  }
  type Mutation { login: User }
  type User { id: ID! name: String customers: [Customer!] }
  type Customer {
    id: ID!
    parent: Customer
    addresses: [Address!]
    accountLinks: [AccountLink!]
    kycChecks: [KycCheck!]
    kycDocuments: [KycDocument!]
    kycMedia: [KycMedia!]
    userLinks: [UserLink!]
    meetings(first: Int): MeetingConnection
    messages(first: Int = 10): MessageConnection
    crmEvents(first: Int): CrmEventConnection
  }
  type Address { id: ID! tags: [String!] }
  type AccountLink { id: ID! account: Account }
  type Account { id: ID! routings: [Routing!] attributes: [Attribute!] contracts: [Contract!] }
  type Routing { scheme: String }
  type Attribute { name: String }
  type Contract { code: String payments: [Attribute!] }
  type KycCheck { id: ID! }
  type KycDocument { id: ID! media: [KycMedia!] }
  type KycMedia { id: ID! document: KycDocument check: KycCheck }
  type UserLink { id: ID! user: User }
  type Meeting { id: ID! keys: Attribute invitees: [Invitee!] }
  type Invitee { name: String contact: Attribute }
  type Message { id: ID! customer: Customer }
  type CrmEvent { id: ID! customer: Customer }
  type PageInfo { hasNextPage: Boolean! }
  type CustomerConnection { edges: [CustomerEdge!]! nodes: [Customer!]! pageInfo: PageInfo! totalCount: Int }
  type CustomerEdge { cursor: String! node: Customer! }
  type MeetingConnection { edges: [MeetingEdge!]! nodes: [Meeting!]! pageInfo: PageInfo! }
  type MeetingEdge { cursor: String! node: Meeting! }
  type MessageConnection { nodes: [Message!]! pageInfo: PageInfo! }
  type CrmEventConnection { nodes: [CrmEvent!]! pageInfo: PageInfo! }
`);

/** Everything around a customer, with the connections' default pages. */
const everything = `
  id
  addresses { id tags }
  accountLinks { account { id routings { scheme } attributes { name } contracts { code payments { name } } } }
  kycChecks { id }
  kycDocuments { id media { id } }
  kycMedia { id document { id } check { id } }
  userLinks { user { id name } }
  meetings { edges { node { id keys { name } invitees { name contact { name } } } } }
  messages { nodes { id } }
  crmEvents { nodes { id } }
`;

/** The limits that are exceeded, as `KEY's text`: amount > limit. */
function refusals(text: string, limits: Partial<typeof defaultLimits> = {}): string[] {
  const rules = operationLimits({ ...defaultLimits, ...limits });
  return validate(schema, parse(text), rules).map(({ message }) => message);
}

/** The list cost as the refusal names it: no operation is within a limit of -1. */
function listCost(text: string, variables: Record<string, unknown> = {}, operationName?: string): number {
  return costOf(parse(text), variables, operationName);
}

function costOf(document: DocumentNode, variables: Record<string, unknown> = {}, operationName?: string): number {
  const message = checkListCost(schema, document, operationName, variables, -1)?.message ?? '';
  return Number(/list cost is (\d+);/.exec(message)?.[1]);
}

/** Fragments that each spread the next one twice: 2 to the power of `count` fields when they are expanded. */
function doublingFragments(count: number, leaf = 'addresses { id }'): string {
  const fragments = Array.from(
    { length: count },
    (_, index) => `fragment F${index} on Customer { a: parent { ...F${index + 1} } b: parent { ...F${index + 1} } }`,
  );
  return `query ($first: Int) { customer { ...F0 } } ${fragments.join(' ')} fragment F${count} on Customer { ${leaf} }`;
}

/** How often the selections of a document are read while `work` runs. */
function selectionsRead(document: DocumentNode, work: (document: DocumentNode) => void): number {
  let reads = 0;
  const watched: DocumentNode = visit(document, {
    SelectionSet: {
      leave(node) {
        return {
          ...node,
          get selections() {
            reads += node.selections.length;
            return node.selections;
          },
        };
      },
    },
  });
  reads = 0;
  work(watched);
  return reads;
}

describe('depth', () => {
  test('an operation as deep as the limit passes, and one level more is refused with both numbers', () => {
    const text = '{ customer { parent { addresses { id } } } }';
    expect(refusals(text, { maxDepth: 4 })).toEqual([]);
    expect(refusals(text, { maxDepth: 3 })).toEqual([
      "The operation is nested too deeply. This operation's depth is 4; at most 3 is allowed.",
    ]);
  });

  test('fragments and inline fragments hide no level and add none', () => {
    const text = `
      { customer { ...Parent } }
      fragment Parent on Customer { ... on Customer { parent { ... { ...Addresses } } } }
      fragment Addresses on Customer { addresses { id } }
    `;
    expect(refusals(text, { maxDepth: 4 })).toEqual([]);
    expect(refusals(text, { maxDepth: 3 })).toHaveLength(1);
  });

  test('every operation of a document is measured', () => {
    expect(refusals('query A { me { id } } query B { customer { parent { id } } }', { maxDepth: 2 })).toHaveLength(1);
  });

  test('what @skip and @include leave out counts', () => {
    expect(
      refusals('{ customer @skip(if: true) { parent @include(if: false) { id } } }', { maxDepth: 2 }),
    ).toHaveLength(1);
  });
});

describe('aliases', () => {
  test('as many aliases as the limit pass, and one more is refused', () => {
    const text = '{ a: me { b: id } c: me { id } }';
    expect(refusals(text, { maxAliases: 3 })).toEqual([]);
    expect(refusals(text, { maxAliases: 2 })).toEqual([
      "The operation has too many aliases. This operation's number of aliases is 3; at most 2 is allowed.",
    ]);
  });

  test('the aliases of a fragment count once for each place where it is spread', () => {
    const text = '{ customer { ...F parent { ...F } } } fragment F on Customer { a: id b: id }';
    expect(refusals(text, { maxAliases: 4 })).toEqual([]);
    expect(refusals(text, { maxAliases: 3 })).toHaveLength(1);
  });
});

describe('root fields', () => {
  test('as many root fields as the limit pass, and one more is refused', () => {
    const text = 'mutation { a: login { id } b: login { id } c: login { id } }';
    expect(refusals(text, { maxRootFields: 3 })).toEqual([]);
    expect(refusals(text, { maxRootFields: 2 })).toEqual([
      "The operation has too many root fields. This operation's number of root fields is 3; at most 2 is allowed.",
    ]);
  });

  test('root fields in fragments count, and fields below the root do not', () => {
    const text = '{ ...F ... { me { id name } } } fragment F on Query { customer { id } customers { totalCount } }';
    expect(refusals(text, { maxRootFields: 3 })).toEqual([]);
    expect(refusals(text, { maxRootFields: 2 })).toHaveLength(1);
  });
});

describe('introspection', () => {
  const introspection = getIntrospectionQuery({
    descriptions: true,
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
    oneOf: true,
  });

  test('the query that playgrounds and code generators send passes, and costs what it returns', () => {
    expect(refusals(introspection)).toEqual([]);
    const { data } = graphqlSync({ schema, source: introspection });
    const objects = JSON.stringify(data).match(/{/g)?.length ?? 0;
    expect(listCost(introspection)).toBeGreaterThan(objects / 2);
    expect(listCost(introspection)).toBeLessThan(objects * 2);
  });

  test('it is no way around the limits: its own depth and cost are bounded', () => {
    const deep = `{ __type(name: "User") { ${'ofType { '.repeat(20)} name ${'}'.repeat(20)} } }`;
    expect(refusals(deep)).toEqual([
      "The operation is nested too deeply. This operation's introspection depth is 22; at most 20 is allowed.",
    ]);
    const many = introspection.replace(/{([\s\S]*?)}\s*fragment/, (_, selections: string) => {
      return `{ ${Array.from({ length: 40 }, (_each, index) => `a${index}: ${selections.trim()}`).join('\n')} } fragment`;
    });
    expect(refusals(many, { maxRootFields: 100 })).toEqual([
      expect.stringMatching(/introspection cost is \d+; at most 10000 is allowed/),
    ]);
  });

  test('a field beside it is measured as ever', () => {
    const text = '{ __schema { queryType { name } } customer { parent { id } } }';
    expect(refusals(text, { maxDepth: 2 })).toHaveLength(1);
    expect(listCost(text)).toBe(2 + 2);
  });
});

describe('list cost', () => {
  test.each([
    { text: '{ me { id name } }', cost: 1, because: 'an object counts one, its scalars nothing' },
    { text: '{ customer { addresses { id tags } } }', cost: 1 + 5, because: 'a plain list is taken to have five' },
    { text: '{ customers { nodes { id } } }', cost: 1 + 50, because: 'a page is 50 when its size is not given' },
    { text: '{ customers(first: null) { nodes { id } } }', cost: 1 + 50, because: 'null is not given' },
    { text: '{ customers(first: 7) { nodes { id } } }', cost: 1 + 7, because: 'a page counts its size' },
    { text: '{ customers(first: 7) { edges { node { id } } } }', cost: 1 + 7 * 2, because: 'an edge is an object too' },
    {
      text: '{ customers(first: 7) { edges { node { id } } nodes { id } } }',
      cost: 1 + 7 * 3,
      because: 'edges and nodes are both answered',
    },
    {
      text: '{ customers(first: 7) { totalCount pageInfo { hasNextPage } } }',
      cost: 1,
      because: 'the page information comes once',
    },
    { text: '{ customer { messages { nodes { id } } } }', cost: 1 + 1 + 10, because: "the argument's default counts" },
    { text: '{ firehoseCustomers { id } }', cost: 500, because: "a limit's default counts" },
    { text: '{ firehoseCustomers(limit: 20) { addresses { id } } }', cost: 20 * (1 + 5), because: 'a limit is a page' },
    {
      text: '{ customers(first: 10) { nodes { crmEvents(first: 20) { nodes { customer { addresses { id } } } } } } }',
      cost: 1 + 10 * (1 + 1 + 20 * (1 + 1 + 5)),
      because: 'pages multiply down the tree',
    },
    {
      text: '{ customers(first: 10) { ...Page } } fragment Page on CustomerConnection { nodes { ... on Customer { addresses { id } } } }',
      cost: 1 + 10 * (1 + 5),
      because: 'fragments count where they are spread',
    },
    {
      text: '{ customers(first: 9) @skip(if: true) { nodes { id } } }',
      cost: 1 + 9,
      because: 'what is skipped counts',
    },
  ])('$because: $text', ({ text, cost }) => {
    expect(validate(schema, parse(text), specifiedRules)).toEqual([]);
    expect(listCost(text)).toBe(cost);
  });

  test('an operation that costs as much as the limit passes, and one below is refused with both numbers', () => {
    const document = parse('{ customers(first: 99) { nodes { id } } }');
    expect(checkListCost(schema, document, undefined, undefined, 100)).toBeNull();
    const error = checkListCost(schema, document, undefined, undefined, 99);
    expect(error?.message).toBe(
      "The operation can return too many objects. This operation's list cost is 100; at most 99 is allowed.",
    );
    expect(error?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', obpCode: null, limit: 99 });
  });

  test('the same document costs what the variables of each request say', () => {
    const document = parse(`
      query ($customers: Int = 10, $events: Int) {
        customers(first: $customers) { nodes { ...Events } }
        customer { ...Events }
      }
      fragment Events on Customer { crmEvents(first: $events) { nodes { id } } addresses { id } }
    `);
    const expected = (customers: number, events: number) => 1 + customers * (1 + 1 + events + 5) + 1 + 1 + events + 5;
    expect(costOf(document, { customers: 100, events: 30 })).toBe(expected(100, 30));
    expect(costOf(document, { customers: 3, events: 2 })).toBe(expected(3, 2));
    expect(costOf(document)).toBe(expected(10, 50));
    expect(costOf(document, { customers: null, events: null })).toBe(expected(50, 50));
  });

  test('a variable without a value leaves the default of the argument', () => {
    const text = 'query ($first: Int) { customer { messages(first: $first) { nodes { id } } } }';
    expect(listCost(text)).toBe(1 + 1 + 10);
    expect(listCost(text, { first: null })).toBe(1 + 1 + 50);
  });

  test('variables named like members of every object are not given either', () => {
    const text = 'query ($constructor: Int = 3) { customers(first: $constructor) { nodes { id } } }';
    expect(listCost(text)).toBe(1 + 3);
  });

  test.each([
    { first: 0, size: 1 },
    { first: -1, size: 1 },
    { first: -2147483648, size: 1 },
    { first: 2.5, size: 3 },
    { first: 2147483647, size: 500 },
    { first: 1e308, size: 500 },
    { first: Number.POSITIVE_INFINITY, size: 500 },
    { first: Number.NaN, size: 50 },
    { first: '7', size: 50 },
    { first: [7], size: 50 },
  ])('a page of $first, which its field refuses, is counted as $size', ({ first, size }) => {
    expect(listCost('query ($first: Int) { customers(first: $first) { nodes { id } } }', { first })).toBe(1 + size);
  });

  test('the operation that is run is the one that is counted', () => {
    const text = 'query A { me { id } } query B { customers(first: 9) { nodes { id } } }';
    expect(listCost(text, {}, 'A')).toBe(1);
    expect(listCost(text, {}, 'B')).toBe(10);
    expect(checkListCost(schema, parse(text), 'C', {}, -1)).toBeNull();
    expect(checkListCost(schema, parse(text), undefined, {}, -1)).toBeNull();
  });
});

describe('what front ends need', () => {
  test.each([
    { title: 'one customer with everything', text: `{ customer { ${everything} } }` },
    {
      title: 'a page of 100 customers with everything',
      text: `{ customers(first: 100) { edges { node { ${everything} } } } }`,
    },
  ])('$title passes', ({ text }) => {
    expect(validate(schema, parse(text, documentLimits.parseOptions), specifiedRules)).toEqual([]);
    expect(refusals(text)).toEqual([]);
    expect(checkListCost(schema, parse(text), undefined, {}, defaultLimits.maxListCost)).toBeNull();
  });

  test('three pages of 100 inside each other do not', () => {
    const text = `{ customers(first: 100) { nodes { crmEvents(first: 100) { nodes { customer {
      crmEvents(first: 100) { nodes { id } } } } } } } }`;
    expect(checkListCost(schema, parse(text), undefined, {}, defaultLimits.maxListCost)).not.toBeNull();
  });
});

describe('the limits are no attack themselves', () => {
  test('fragments that double each other are refused by every limit, with finite numbers', () => {
    const document = parse(doublingFragments(200));
    const messages = validate(schema, document, operationLimits(defaultLimits)).map(({ message }) => message);
    expect(messages).toEqual([
      expect.stringContaining('depth is 203;'),
      expect.stringContaining(`number of aliases is ${Number.MAX_SAFE_INTEGER};`),
    ]);
    expect(costOf(document)).toBe(Number.MAX_SAFE_INTEGER);
  });

  test.each([
    { leaf: 'addresses { id }', variables: {} },
    { leaf: 'crmEvents(first: $first) { nodes { id } }', variables: { first: 100 } },
  ])('the work grows with the length of the document, with $leaf at the end', ({ leaf, variables }) => {
    const read = (count: number) =>
      selectionsRead(parse(doublingFragments(count, leaf)), (document) => {
        costOf(document, variables);
      });
    const growth = [4, 8, 12, 16].map(read);
    expect(growth.map((reads, index) => reads - (growth[index - 1] ?? 0)).slice(1)).toEqual([16, 16, 16]);
  });

  test('a fragment with variables that is spread twice, and twice again, stays one part of the cost', () => {
    const fragments = Array.from(
      { length: 20 },
      (_, index) => `fragment F${index} on Customer { ...F${index + 1} ...F${index + 1} }`,
    );
    const text = `query ($first: Int) { customer { ...F0 } } ${fragments.join(' ')}
      fragment F20 on Customer { crmEvents(first: $first) { nodes { id } } messages(first: $first) { nodes { id } } }`;
    expect(listCost(text, { first: 3 })).toBe(1 + 2 ** 20 * (1 + 3 + 1 + 3));
  });

  test('the rules and every later request share one measurement of the document', () => {
    const document = parse(doublingFragments(20, 'crmEvents(first: $first) { nodes { id } }'));
    const reads = selectionsRead(document, (watched) => {
      costOf(watched, { first: 1 });
    });
    const readsOfAll = selectionsRead(document, (watched) => {
      costOf(watched, { first: 1 });
      costOf(watched, { first: 2 });
      costOf(watched, { first: 3 });
    });
    expect(reads).toBeGreaterThan(0);
    expect(readsOfAll).toBe(reads);
  });

  test.each([
    '{ customer { ...F } } fragment F on Customer { parent { ...F } }',
    '{ customer { ...F } } fragment F on Customer { ...G } fragment G on Customer { ...F crmEvents(first: $x) { ...F } }',
    '{ customer { ...Missing } }',
    '{ customer { ... on Missing { parent { id } } } missing { missing(first: $missing) { id } } }',
    '{ customer { id { id } } }',
  ])('what is not valid is measured all the same: %s', (text) => {
    expect(validate(schema, parse(text), specifiedRules)).not.toEqual([]);
    expect(refusals(text)).toEqual([]);
    expect(listCost(text)).toBeGreaterThan(0);
  });
});

describe('in Apollo Server', () => {
  async function ask(query: string, variables: Record<string, unknown> = {}) {
    const unexpected: unknown[] = [];
    const server = new ApolloServer({
      schema,
      ...documentLimits,
      validationRules: operationLimits(defaultLimits),
      plugins: [operationLimitsPlugin(defaultLimits)],
      formatError: formatError({ onUnexpected: (error) => unexpected.push(error) }),
    });
    const { body, http } = await server.executeOperation({ query, variables });
    await server.stop();
    expect(unexpected).toEqual([]);
    if (body.kind !== 'single') throw new Error('An incremental answer was not asked for.');
    return { status: http.status, ...body.singleResult };
  }

  test('an operation within the limits is answered', async () => {
    const query = 'query ($first: Int) { customers(first: $first) { nodes { id } } }';
    expect(await ask(query, { first: 100 })).toMatchObject({ data: { customers: null } });
  });

  test.each([
    {
      limit: 'depth',
      query: `{ customer { ${'parent { '.repeat(12)} id ${'}'.repeat(12)} } }`,
      message: /nested too deeply.* 14; at most 12/,
    },
    {
      limit: 'aliases',
      query: `{ me { ${Array.from({ length: 51 }, (_, index) => `a${index}: id`).join(' ')} } }`,
      message: /too many aliases.* 51; at most 50/,
    },
    {
      limit: 'root fields',
      query: `mutation { ${Array.from({ length: 21 }, (_, index) => `a${index}: login { id }`).join(' ')} }`,
      message: /too many root fields.* 21; at most 20/,
    },
    {
      limit: 'list cost',
      query: `query ($first: Int) { customers(first: $first) { nodes { crmEvents(first: $first) { nodes { customer {
        crmEvents(first: $first) { nodes { id } } } } } } } }`,
      message: /too many objects.* list cost is \d+; at most 200000/,
    },
    { limit: 'tokens', query: `{ me { ${'id '.repeat(1500)} } }`, message: /too many tokens/ },
  ])(
    'the limit of $limit answers 400 with its own message and LIMIT_EXCEEDED, and runs nothing',
    async ({ query, message }) => {
      const { status, data, errors } = await ask(query, { first: 100 });
      expect(status).toBe(400);
      expect(data).toBeUndefined();
      expect(errors).toHaveLength(1);
      expect(errors?.[0]?.message).toMatch(message);
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', obpCode: null });
    },
  );
});
