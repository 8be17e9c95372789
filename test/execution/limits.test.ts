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

/** All collections of a customer, with the default page sizes of connections. */
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

/** Returns the messages of the limits that the operation exceeds. */
function refusals(text: string, limits: Partial<typeof defaultLimits> = {}): string[] {
  const rules = operationLimits({ ...defaultLimits, ...limits });
  return validate(schema, parse(text), rules).map(({ message }) => message);
}

/** Reads the list cost from the message of the error, because every operation exceeds a limit of -1. */
function listCost(text: string, variables: Record<string, unknown> = {}, operationName?: string): number {
  return costOf(parse(text), variables, operationName);
}

function costOf(document: DocumentNode, variables: Record<string, unknown> = {}, operationName?: string): number {
  const message = checkListCost(schema, document, operationName, variables, -1)?.message ?? '';
  return Number(/list cost is ([\d,]+), but/.exec(message)?.[1]?.replaceAll(',', ''));
}

/** Returns fragments that spread the next one twice, so that they expand to 2 to the power of `count` fields. */
function doublingFragments(count: number, leaf = 'addresses { id }'): string {
  const fragments = Array.from(
    { length: count },
    (_, index) => `fragment F${index} on Customer { a: parent { ...F${index + 1} } b: parent { ...F${index + 1} } }`,
  );
  return `query ($first: Int) { customer { ...F0 } } ${fragments.join(' ')} fragment F${count} on Customer { ${leaf} }`;
}

/** Counts how often the selections of a document are read while `work` runs. */
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
  test('is allowed up to the limit, and refused with both numbers above it', () => {
    const text = '{ customer { parent { addresses { id } } } }';
    expect(refusals(text, { maxDepth: 4 })).toEqual([]);
    expect(refusals(text, { maxDepth: 3 })).toEqual([
      "The operation is nested too deeply. This operation's depth is 4, but must be at most 3.",
    ]);
  });

  test('does not depend on fragments and inline fragments', () => {
    const text = `
      { customer { ...Parent } }
      fragment Parent on Customer { ... on Customer { parent { ... { ...Addresses } } } }
      fragment Addresses on Customer { addresses { id } }
    `;
    expect(refusals(text, { maxDepth: 4 })).toEqual([]);
    expect(refusals(text, { maxDepth: 3 })).toHaveLength(1);
  });

  test('is checked for every operation of a document', () => {
    expect(refusals('query A { me { id } } query B { customer { parent { id } } }', { maxDepth: 2 })).toHaveLength(1);
  });

  test('includes fields that are excluded by @skip and @include', () => {
    expect(
      refusals('{ customer @skip(if: true) { parent @include(if: false) { id } } }', { maxDepth: 2 }),
    ).toHaveLength(1);
  });
});

describe('the number of aliases', () => {
  test('is allowed up to the limit, and refused above it', () => {
    const text = '{ a: me { b: id } c: me { id } }';
    expect(refusals(text, { maxAliases: 3 })).toEqual([]);
    expect(refusals(text, { maxAliases: 2 })).toEqual([
      "The operation has too many aliases. This operation's number of aliases is 3, but must be at most 2.",
    ]);
  });

  test('includes the aliases of a fragment for each spread', () => {
    const text = '{ customer { ...F parent { ...F } } } fragment F on Customer { a: id b: id }';
    expect(refusals(text, { maxAliases: 4 })).toEqual([]);
    expect(refusals(text, { maxAliases: 3 })).toHaveLength(1);
  });
});

describe('the number of root fields', () => {
  test('is allowed up to the limit, and refused above it', () => {
    const text = 'mutation { a: login { id } b: login { id } c: login { id } }';
    expect(refusals(text, { maxRootFields: 3 })).toEqual([]);
    expect(refusals(text, { maxRootFields: 2 })).toEqual([
      "The operation has too many root fields. This operation's number of root fields is 3, but must be at most 2.",
    ]);
  });

  test('includes root fields in fragments, but not fields below the root', () => {
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

  test('is allowed for the query of playgrounds and code generators, which costs about the number of returned objects', () => {
    expect(refusals(introspection)).toEqual([]);
    const { data } = graphqlSync({ schema, source: introspection });
    const objects = JSON.stringify(data).match(/{/g)?.length ?? 0;
    expect(listCost(introspection)).toBeGreaterThan(objects / 2);
    expect(listCost(introspection)).toBeLessThan(objects * 2);
  });

  test('has limits of its own for depth and cost', () => {
    const deep = `{ __type(name: "User") { ${'ofType { '.repeat(20)} name ${'}'.repeat(20)} } }`;
    expect(refusals(deep)).toEqual([
      "The operation is nested too deeply. This operation's introspection depth is 22, but must be at most 20.",
    ]);
    const many = introspection.replace(/{([\s\S]*?)}\s*fragment/, (_, selections: string) => {
      return `{ ${Array.from({ length: 40 }, (_each, index) => `a${index}: ${selections.trim()}`).join('\n')} } fragment`;
    });
    expect(refusals(many, { maxRootFields: 100 })).toEqual([
      expect.stringMatching(/introspection cost is [\d,]+, but must be at most 10,000/),
    ]);
  });

  test('does not change the limits of other fields', () => {
    const text = '{ __schema { queryType { name } } customer { parent { id } } }';
    expect(refusals(text, { maxDepth: 2 })).toHaveLength(1);
    expect(listCost(text)).toBe(2 + 2);
  });
});

describe('list cost', () => {
  test.each([
    { text: '{ me { id name } }', cost: 1, because: 'an object counts as one, and scalars do not count' },
    {
      text: '{ customer { addresses { id tags } } }',
      cost: 1 + 5,
      because: 'a list without pages counts as five items',
    },
    { text: '{ customers { nodes { id } } }', cost: 1 + 50, because: 'the default page size is 50' },
    { text: '{ customers(first: null) { nodes { id } } }', cost: 1 + 50, because: 'null counts as omitted' },
    { text: '{ customers(first: 7) { nodes { id } } }', cost: 1 + 7, because: 'a page counts as its size' },
    { text: '{ customers(first: 7) { edges { node { id } } } }', cost: 1 + 7 * 2, because: 'an edge is an object too' },
    {
      text: '{ customers(first: 7) { edges { node { id } } nodes { id } } }',
      cost: 1 + 7 * 3,
      because: 'edges and nodes are both returned',
    },
    {
      text: '{ customers(first: 7) { totalCount pageInfo { hasNextPage } } }',
      cost: 1,
      because: 'pageInfo exists once for each page',
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
      because: 'fragments count for each spread',
    },
    {
      text: '{ customers(first: 9) @skip(if: true) { nodes { id } } }',
      cost: 1 + 9,
      because: 'skipped fields count',
    },
  ])('$because: $text', ({ text, cost }) => {
    expect(validate(schema, parse(text), specifiedRules)).toEqual([]);
    expect(listCost(text)).toBe(cost);
  });

  test('is allowed up to the limit, and refused with both numbers above it', () => {
    const document = parse('{ customers(first: 99) { nodes { id } } }');
    expect(checkListCost(schema, document, undefined, undefined, 100)).toBeNull();
    const error = checkListCost(schema, document, undefined, undefined, 99);
    expect(error?.message).toBe(
      "The operation can return too many objects. This operation's list cost is 100, but must be at most 99.",
    );
    expect(error?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', obpCode: null, limit: 99 });
  });

  test('depends on the variables of each request', () => {
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

  test('uses the default of the argument if the variable is omitted', () => {
    const text = 'query ($first: Int) { customer { messages(first: $first) { nodes { id } } } }';
    expect(listCost(text)).toBe(1 + 1 + 10);
    expect(listCost(text, { first: null })).toBe(1 + 1 + 50);
  });

  test('treats omitted variables named like members of Object.prototype as omitted', () => {
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
  ])('counts an invalid page size of $first as $size', ({ first, size }) => {
    expect(listCost('query ($first: Int) { customers(first: $first) { nodes { id } } }', { first })).toBe(1 + size);
  });

  test('is that of the executed operation', () => {
    const text = 'query A { me { id } } query B { customers(first: 9) { nodes { id } } }';
    expect(listCost(text, {}, 'A')).toBe(1);
    expect(listCost(text, {}, 'B')).toBe(10);
    expect(checkListCost(schema, parse(text), 'C', {}, -1)).toBeNull();
    expect(checkListCost(schema, parse(text), undefined, {}, -1)).toBeNull();
  });
});

describe('the default limits', () => {
  test.each([
    { title: 'one customer with everything', text: `{ customer { ${everything} } }` },
    {
      title: 'a page of 100 customers with everything',
      text: `{ customers(first: 100) { edges { node { ${everything} } } } }`,
    },
  ])('allow $title', ({ text }) => {
    expect(validate(schema, parse(text, documentLimits.parseOptions), specifiedRules)).toEqual([]);
    expect(refusals(text)).toEqual([]);
    expect(checkListCost(schema, parse(text), undefined, {}, defaultLimits.maxListCost)).toBeNull();
  });

  test('refuse three nested pages of 100', () => {
    const text = `{ customers(first: 100) { nodes { crmEvents(first: 100) { nodes { customer {
      crmEvents(first: 100) { nodes { id } } } } } } } }`;
    expect(checkListCost(schema, parse(text), undefined, {}, defaultLimits.maxListCost)).not.toBeNull();
  });
});

describe('measuring a document', () => {
  test('returns finite numbers for fragments that double each other', () => {
    const document = parse(doublingFragments(200));
    const messages = validate(schema, document, operationLimits(defaultLimits)).map(({ message }) => message);
    expect(messages).toEqual([
      expect.stringContaining('depth is 203,'),
      expect.stringContaining(`number of aliases is ${Number.MAX_SAFE_INTEGER.toLocaleString('en')},`),
    ]);
    expect(costOf(document)).toBe(Number.MAX_SAFE_INTEGER);
  });

  test.each([
    { leaf: 'addresses { id }', variables: {} },
    { leaf: 'crmEvents(first: $first) { nodes { id } }', variables: { first: 100 } },
  ])('takes time proportional to the length of the document, with $leaf at the end', ({ leaf, variables }) => {
    const read = (count: number) =>
      selectionsRead(parse(doublingFragments(count, leaf)), (document) => {
        costOf(document, variables);
      });
    const growth = [4, 8, 12, 16].map(read);
    expect(growth.map((reads, index) => reads - (growth[index - 1] ?? 0)).slice(1)).toEqual([16, 16, 16]);
  });

  test('has one step for a fragment with variables that is spread repeatedly', () => {
    const fragments = Array.from(
      { length: 20 },
      (_, index) => `fragment F${index} on Customer { ...F${index + 1} ...F${index + 1} }`,
    );
    const text = `query ($first: Int) { customer { ...F0 } } ${fragments.join(' ')}
      fragment F20 on Customer { crmEvents(first: $first) { nodes { id } } messages(first: $first) { nodes { id } } }`;
    expect(listCost(text, { first: 3 })).toBe(1 + 2 ** 20 * (1 + 3 + 1 + 3));
  });

  test('happens once for a document, whatever the number of requests is', () => {
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
  ])('also works for an invalid document: %s', (text) => {
    expect(validate(schema, parse(text), specifiedRules)).not.toEqual([]);
    expect(refusals(text)).toEqual([]);
    expect(listCost(text)).toBeGreaterThan(0);
  });
});

describe('Apollo Server', () => {
  async function execute(query: string, variables: Record<string, unknown> = {}) {
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
    if (body.kind !== 'single') throw new Error('The response must not be incremental.');
    return { status: http.status, ...body.singleResult };
  }

  test('executes an operation within the limits', async () => {
    const query = 'query ($first: Int) { customers(first: $first) { nodes { id } } }';
    expect(await execute(query, { first: 100 })).toMatchObject({ data: { customers: null } });
  });

  test.each([
    {
      limit: 'depth',
      query: `{ customer { ${'parent { '.repeat(12)} id ${'}'.repeat(12)} } }`,
      message: /nested too deeply.* 14, but must be at most 12/,
    },
    {
      limit: 'aliases',
      query: `{ me { ${Array.from({ length: 51 }, (_, index) => `a${index}: id`).join(' ')} } }`,
      message: /too many aliases.* 51, but must be at most 50/,
    },
    {
      limit: 'root fields',
      query: `mutation { ${Array.from({ length: 21 }, (_, index) => `a${index}: login { id }`).join(' ')} }`,
      message: /too many root fields.* 21, but must be at most 20/,
    },
    {
      limit: 'list cost',
      query: `query ($first: Int) { customers(first: $first) { nodes { crmEvents(first: $first) { nodes { customer {
        crmEvents(first: $first) { nodes { id } } } } } } } }`,
      message: /too many objects.* list cost is [\d,]+, but must be at most 200,000/,
    },
    { limit: 'tokens', query: `{ me { ${'id '.repeat(1500)} } }`, message: /too many tokens/ },
  ])('responds to too many $limit with 400 and LIMIT_EXCEEDED, and executes nothing', async ({ query, message }) => {
    const { status, data, errors } = await execute(query, { first: 100 });
    expect(status).toBe(400);
    expect(data).toBeUndefined();
    expect(errors).toHaveLength(1);
    expect(errors?.[0]?.message).toMatch(message);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', obpCode: null });
  });
});
