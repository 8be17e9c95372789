import { getTableName, gt } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditEventOf } from '../../src/audit/audit-event.ts';
import { openAuditTrail } from '../../src/audit/audit-trail.ts';
import { customerHistory } from '../../src/changes/customer-history.table.ts';
import { CustomerHistoryObject } from '../../src/changes/customer-history-object.ts';
import type { Database } from '../../src/database/database.ts';
import { insertRows } from '../../src/database/insert-rows.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { frequentCandidates } from '../../src/database/search.ts';
import { AttributeType } from '../../src/domain/attribute/attribute-type.ts';
import {
  type AuditEventFilter,
  type auditEventFilters,
  auditEventPage,
  auditEventPageOfCustomer,
} from '../../src/domain/audit-event/audit-event.list.ts';
import '../../src/domain/account/searched-routing.ts';
import { bank } from '../../src/domain/bank/bank.table.ts';
import { setRetentionDays } from '../../src/domain/bank/bank-administration.ts';
import { CrmEventResolver } from '../../src/domain/crm-event/crm-event.resolver.ts';
import { CrmEventSort } from '../../src/domain/crm-event/crm-event.type.ts';
import { CrmEventState } from '../../src/domain/crm-event/crm-event-state.ts';
import { customerPage } from '../../src/domain/customer/customer.list.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { CustomerSort, SortDirection, toCustomer } from '../../src/domain/customer/customer.type.ts';
import { derivedAttributeColumns } from '../../src/domain/customer/customer-attribute.rules.ts';
import { customerAttribute } from '../../src/domain/customer/customer-attribute.table.ts';
import type { CustomerFilter } from '../../src/domain/customer/customer-filter.type.ts';
import { firehose } from '../../src/domain/customer/customer-firehose.ts';
import { findCustomerByNumber, isLookAlikeStored } from '../../src/domain/customer/customer-number.ts';
import { KycState } from '../../src/domain/customer/kyc-state.ts';
import { holdsInForce } from '../../src/domain/customer/legal-hold.list.ts';
import type { LockedCustomer } from '../../src/domain/customer/locked-customer.ts';
import {
  historyWithout,
  laterChanges,
  replacements,
} from '../../src/domain/customer-history/customer-history.loader.ts';
import '../../src/domain/kyc/searched-document.ts';
import { fillCanonicalIdentifiers } from '../../src/domain/identifier/canonical-identifiers.ts';
import { collidingIdentifiers } from '../../src/domain/identifier/colliding-identifiers.ts';
import { expiringDocumentPage } from '../../src/domain/kyc/kyc-document.list.ts';
import { kycDocument } from '../../src/domain/kyc/kyc-document.table.ts';
import { kycGapPage } from '../../src/domain/kyc/kyc-gap.list.ts';
import type { KycGapKind } from '../../src/domain/kyc/kyc-gap.type.ts';
import { dueReviewPage } from '../../src/domain/kyc/kyc-review.list.ts';
import { type KycStatusProposalFilter, kycStatusProposalPage } from '../../src/domain/kyc/kyc-status-proposal.list.ts';
import { KycStatusProposalState } from '../../src/domain/kyc/kyc-status-proposal-state.ts';
import { MeetingResolver } from '../../src/domain/meeting/meeting.resolver.ts';
import { CustomerMessageResolver } from '../../src/domain/message/message.resolver.ts';
import { belongingEntries } from '../../src/domain/onboarding/belongings.ts';
import { pastRetentionPage } from '../../src/domain/onboarding/past-retention.list.ts';
import { duplicatesWithDocuments } from '../../src/domain/possible-duplicate/possible-duplicate.loader.ts';
import { user } from '../../src/domain/user/user.table.ts';
import { type Page, PageArguments } from '../../src/graph/connection.ts';
import { type Context, type ContextParts, createContext } from '../../src/graph/context.ts';
import { generateCustomers } from '../../src/import/generate.ts';
import { customersNumbered } from '../../src/import/numbered-customers.ts';
import { createMigratedDatabaseUrl, dialectUnderTest } from '../support/database-url.ts';
import { contextParts } from '../support/gateway.ts';
import { explain, type SentStatement, updateStatistics } from '../support/query-plans.ts';
import {
  insertCustomer,
  insertCustomers,
  insertKycStatusProposal,
  insertLegalHold,
  insertUser,
} from '../support/rows.ts';

const bankId = 'gh.29.uk';

let databaseUrl: string;
let drop: () => Promise<void>;
let database: Database;
let parts: ContextParts;
let context: Context;
let sent: SentStatement[] = [];

beforeAll(async () => {
  ({ url: databaseUrl, drop } = await createMigratedDatabaseUrl());
  database = await openDatabase(databaseUrl, {
    onStatement: (statement, parameters) => sent.push({ statement, parameters }),
  });
  parts = await contextParts(databaseUrl, database);
  context = createContext(parts);
  await generateCustomers(database, { count: 2000, bankIds: [bankId] });
  await recordAuditEvents();
  await updateStatistics(databaseUrl);
});

afterAll(async () => {
  await database.close();
  await drop();
});

/** Records events of two banks, two users, and a hundred customers, over many hours. */
async function recordAuditEvents(): Promise<void> {
  const trail = await openAuditTrail({ database, secret: context.config.secret });
  const events = Array.from({ length: 4000 }, (_, index) =>
    auditEventOf({
      kind: 'READ',
      outcome: 'SUCCEEDED',
      at: new Date(Date.UTC(2024, 0, 1, 0, index)).toISOString(),
      bankId: index % 2 === 0 ? bankId : 'another.bank',
      userId: `user-${index % 2}`,
      customerIds: [`customer-${index % 100}`],
    }),
  );
  await trail.record(events);
  await trail.close();
}

/** Runs `work`, and returns the query plan of each statement that it has sent. */
async function plansOf(work: () => Promise<unknown>): Promise<string[]> {
  sent = [];
  await work();
  return explain(databaseUrl, sent);
}

/** The plan without the scan of a subquery that is named like the table. */
function withoutSubquery(plan: string): string {
  const isSubquery = /^(CO-ROUTINE|MATERIALIZE) customer$/m.test(plan);
  return isSubquery ? plan.replace(/^SCAN customer$/m, '') : plan;
}

/** A scan of all rows of a table: SQLite's SCAN without an index, PostgreSQL's Seq Scan. */
const fullScan =
  dialectUnderTest === 'sqlite'
    ? /SCAN (customer|customer_attribute|kyc_status_proposal)\b(?! USING)/
    : /Seq Scan on customer/;

function page(filter: CustomerFilter, sortBy = CustomerSort.LAST_OK_DATE, ofBank: string | null = bankId) {
  const list = { field: 'Query.customers', bankId: ofBank, filter, sortBy, sortDirection: SortDirection.DESC };
  return async () => {
    const { totalCount, pageInfo } = await customerPage(context, list, new PageArguments(), toCustomer);
    await totalCount;
    return pageInfo;
  };
}

/** A scan of all rows of a table that a search reads. */
const fullScanOfSearch =
  dialectUnderTest === 'sqlite'
    ? /SCAN (customer|account_routing|customer_account_link|kyc_document)\b(?! USING)/
    : /Seq Scan on (customer|account_routing|kyc_document)/;

/** The context of a caller who can search for identifiers of all kinds. */
function searchContext(): Context {
  const { user } = parts;
  if (user === null) throw new Error('The context has no caller.');
  const systemRoles = new Set([...user.systemRoles, 'CanGetAnyKycDocuments']);
  const bankRoles = new Map([[bankId, new Set(['CanGetCustomerOverview'])]]);
  return createContext({ ...parts, user: { ...user, systemRoles, bankRoles } });
}

/** A value for each filter, which the compiler requires for a new one, too. */
const filterValues: Required<CustomerFilter> = {
  search: 'eve trip',
  customerNumber: '1',
  legalNameStartsWith: 'eve',
  legalNameContains: 'eve',
  email: 'eveline@example.com',
  mobilePhoneNumber: '+447972444876',
  dateOfBirth: '1990-01-01',
  kycState: KycState.NOT_OK,
  hasOpenKycStatusProposal: true,
  kycStatus: true,
  branchId: 'DERBY6',
  createdFrom: new Date(0),
  createdBefore: new Date(),
  updatedFrom: new Date(0),
  updatedBefore: new Date(),
  lastOkFrom: new Date(0),
  lastOkBefore: new Date(),
  attributes: [
    { name: 'RISK_SCORE', from: '7' },
    { name: 'SEGMENT', value: 'GOLD' },
  ],
};
const filters: [name: string, filter: CustomerFilter][] = [
  ['no filter', {}],
  ...Object.entries(filterValues).map(([name, value]): [string, CustomerFilter] => [name, { [name]: value }]),
  ['an exact attribute', { attributes: [{ name: 'SEGMENT', value: 'GOLD' }] }],
  ['an attribute in a range', { attributes: [{ name: 'RISK_SCORE', from: '7', to: '9' }] }],
  ['a pattern of mobilePhoneNumber', { mobilePhoneNumber: '%381%' }],
  ['several filters', { kycStatus: true, mobilePhoneNumber: '%381%', createdFrom: new Date(0) }],
];

describe('a look-up of an identifier', () => {
  const number = { bankId, customerNumber: '1', exceptId: '' };
  test.each<[name: string, work: () => Promise<unknown>]>([
    ['a customer number', () => findCustomerByNumber(database, bankId, '1')],
    ['the numbers that look the same as a new one', () => isLookAlikeStored(database.read, number)],
    ['the canonical numbers of an import', () => customersNumbered(database, [number])],
    ['identifiers without a canonical form', () => fillCanonicalIdentifiers(database)],
    ['colliding identifiers', () => collidingIdentifiers(database.read)],
  ])('reads neither the whole table nor all rows of the bank for %s', async (_name, work) => {
    const plans = await plansOf(work);

    expect(plans.length).toBeGreaterThanOrEqual(1);
    for (const plan of plans) {
      expect(plan).not.toMatch(fullScan);
      expect(plan).not.toMatch(/\(bank_id=\?\)$/m);
    }
  });
});

describe.each(filters)('a list of customers with %s', (_name, filter) => {
  test.each(Object.values(CustomerSort))('uses an index if sorted by %s', async (sortBy) => {
    const plans = await plansOf(page(filter, sortBy));

    // The page and the count, on SQLite often also a count of candidates.
    expect(plans.length).toBeGreaterThanOrEqual(2);
    for (const plan of plans) expect(withoutSubquery(plan)).not.toMatch(fullScan);
  });

  test('uses an index across all banks', async () => {
    const plans = await plansOf(page(filter, CustomerSort.LAST_OK_DATE, null));

    for (const plan of plans) expect(withoutSubquery(plan)).not.toMatch(fullScan);
  });
});

/** The look-ups of a plan of SQLite in indexes, such as `(bank_id=? AND branch_id=?)`. */
function lookUpsIn(plan = ''): readonly string[] {
  return plan.match(/\([^()]*\?[^()]*\)|VIRTUAL TABLE INDEX \S+/g) ?? [];
}

// PostgreSQL compares the costs, so it can prefer another index for so few rows.
test.each(dialectUnderTest === 'sqlite' ? Object.entries(filterValues) : [])(
  'the filter %s of a list of customers is looked up in an index',
  async (name, value) => {
    const plans = await plansOf(page({ [name]: value }));
    const counting = plans.at(-1);

    const ofBank = /SEARCH customer USING .*\(bank_id=\?\)$/gm;
    const lookUps = lookUpsIn(counting?.replace(ofBank, ''));
    expect(lookUps, `Add an index for the filter ${name} to customer.table.ts. The plan is:\n${counting}`).not.toEqual(
      [],
    );
  },
);

test.each(['legalNameContains', 'mobilePhoneNumber'] as const)('%s is searched by the trigram index', async (name) => {
  const plans = await plansOf(page({ [name]: name === 'mobilePhoneNumber' ? '%381%' : 'eve' }));

  // A match (M) reads only the index, whereas a `like` (L) would read the row of each candidate.
  const byIndex = dialectUnderTest === 'sqlite' ? /customer_search VIRTUAL TABLE INDEX 0:M/ : /_trigram/;
  for (const plan of plans) expect(plan).toMatch(byIndex);
});

/** A text for each kind of match, and the index that finds it. */
const searches: [kind: string, text: string, index: RegExp][] = [
  ['a customer number', '123456', /customer_compact_number/],
  ['an email address', 'eve@example.com', /customer_email/],
  ['a mobile phone number', '+447972444876', /customer_phone/],
  ['a phone number as an import wrote it', '07972 444876', /customer_written_phone/],
  ['an account routing', 'DE89370400440532013000', /account_routing_compact/],
  ['the number of a KYC document', 'C01X0006H', /kyc_document_number/],
  ['a name', 'eve', /customer_name_word(_bank_id_words_row_number_pk)?\b/],
  ['a name with several words', 'jean-pierre tripman e', /customer_name_word(_bank_id_words_row_number_pk)?\b/],
];

describe.each([bankId, null])('a search at the bank %s', (at) => {
  const list = (text: string) => ({ field: 'Query.customers', bankId: at, filter: { search: text } });

  // The roles for accounts are bank roles.
  const kinds = searches.filter(([kind]) => at !== null || kind !== 'an account routing');

  test.each(kinds)('uses an index for %s', async (_kind, text, index) => {
    const plans = await plansOf(async () => {
      const { totalCount } = await customerPage(searchContext(), list(text), new PageArguments(), toCustomer);
      await totalCount;
    });

    expect(plans.join('\n')).toMatch(index);
    for (const plan of plans) expect(plan).not.toMatch(fullScanOfSearch);
  });

  test('reads a page of names in the order of the index, without sorting', async () => {
    const read = async (after?: string | null) => {
      const { pageInfo } = await customerPage(searchContext(), list('e'.repeat(2)), { first: 1, after }, toCustomer);
      return pageInfo.endCursor;
    };
    await insertCustomers(
      database,
      ['Eetu', 'Eelis', 'Eero'].map((legalName) => ({ bankId, legalName })),
    );
    const first = await read();
    const plans = await plansOf(() => read(first));

    const pages = plans.filter((plan) => /customer_name_word/.test(plan) && /customer\b(?!_)/.test(plan));
    expect(pages).toHaveLength(1);
    expect(pages[0]).not.toMatch(/TEMP B-TREE|Sort {2}\(/);
  });
});

describe('a search that matches thousands of customers', () => {
  const segment = { name: 'SEGMENT', value: 'FREQUENT' };
  const attributeRow = (customerId: string, name: string, type: AttributeType, value: string) => ({
    ...{
      id: `${name} of ${customerId}`,
      bankId,
      customerId,
      name,
      type,
      value,
      ...derivedAttributeColumns({ name, type, value }),
    },
    ...{ createdAt: new Date(), updatedAt: new Date() },
  });
  const email = 'shared@example.com';
  const mobilePhoneNumber = '+44 7911 123456';

  beforeAll(async () => {
    const rows = await insertCustomers(
      database,
      Array.from({ length: frequentCandidates }, (_, index) => ({
        bankId,
        legalName: `Maria Frequent ${index}`,
        email,
        mobilePhoneNumber,
      })),
    );
    await database.transaction((transaction) =>
      insertRows(
        transaction,
        customerAttribute,
        rows.flatMap(({ id }, index) => [
          attributeRow(id, segment.name, AttributeType.STRING, segment.value),
          attributeRow(id, 'SCORE', AttributeType.INTEGER, String(index)),
        ]),
      ),
    );
    await updateStatistics(databaseUrl);
  });

  const frequent: [name: string, filter: CustomerFilter][] = [
    ['legalNameContains', { legalNameContains: 'frequent' }],
    ['legalNameStartsWith', { legalNameStartsWith: 'maria' }],
    ['email', { email }],
    ['mobilePhoneNumber', { mobilePhoneNumber }],
    ['an exact attribute', { attributes: [segment] }],
    ['an attribute in a range', { attributes: [{ name: 'SCORE', from: '0', to: '1e9' }] }],
    ['several attributes', { attributes: [segment, { name: 'SCORE', from: '0' }] }],
    ['several', { legalNameStartsWith: 'maria', email, attributes: [segment] }],
  ];

  test.each(frequent)('reads a page by %s in the order of an index, without sorting', async (_name, filter) => {
    const list = { field: 'Query.customers', bankId, filter };
    const plans = await plansOf(() => customerPage(context, list, new PageArguments(), toCustomer));

    // PostgreSQL must only read in this order, wherever it compares.
    const inOrder = {
      sqlite: /^CO-ROUTINE customer\nSEARCH customer USING COVERING INDEX customer_bank_last_ok/,
      postgresql: /Scan Backward using customer_bank_last_ok/,
    };
    expect(plans.at(-1)).toMatch(inOrder[dialectUnderTest]);
    expect(plans.at(-1)).not.toMatch(/TEMP B-TREE/);
  });

  const names = { search: 'frequ' };
  const [never, always] = [new Date(0), new Date('2090-01-01T00:00:00Z')];
  /** Filters in addition to a name that thousands have, and the index of the filter if few customers meet it. */
  const beside: [name: string, filter: CustomerFilter, index: RegExp | null][] = [
    ['no other filter', {}, null],
    ['a branch without customers', { branchId: 'NOBODY' }, /customer_bank_branch/],
    ['an email address without customers', { email: 'nobody@example.com' }, /customer_email/],
    ['a birth date of few customers', { dateOfBirth: '1990-01-01' }, /customer_date_of_birth/],
    ['a period without customers', { updatedFrom: never, updatedBefore: never }, /customer_bank_updated/],
    [
      'a frequent KYC state, and a branch without customers',
      { kycState: KycState.NEVER_ASSESSED, branchId: 'NOBODY' },
      /customer_bank_branch/,
    ],
    ['a KYC state that thousands have', { kycState: KycState.NEVER_ASSESSED }, null],
    ['filters that thousands meet', { email, createdBefore: always, attributes: [segment] }, null],
  ];

  test.each(beside)('is found by the name or the filter with fewer customers: %s', async (_name, other, index) => {
    for (const sortBy of [null, CustomerSort.LAST_OK_DATE, CustomerSort.CREATED, CustomerSort.LEGAL_NAME]) {
      const read = async (filter: CustomerFilter) => {
        const list = { field: 'Query.customers', bankId, filter, sortBy };
        const { nodes, totalCount } = await customerPage(context, list, { first: 20 }, toCustomer);
        return { ids: nodes.map(({ id }) => id), total: await totalCount };
      };
      let found = { ids: [''], total: 0 };
      const plans = await plansOf(async () => {
        found = await read({ ...names, ...other });
      });
      const expected = await read({ legalNameContains: 'frequ', ...other });

      expect(found.total).toBe(expected.total);
      if (sortBy !== null) expect(found.ids).toEqual(expected.ids);
      expect(found.ids).toHaveLength(expected.ids.length);
      for (const plan of plans) expect(withoutSubquery(plan)).not.toMatch(fullScan);
      // The last two statements are the page and the total, or both in one.
      if (index !== null && dialectUnderTest === 'sqlite') expect(plans.at(-1)).toMatch(index);
    }
  });
});

test.each(Object.values(CustomerSort))(
  'a page of the customers of a bank, sorted by %s, is read in the order of an index, without sorting',
  async (sortBy) => {
    const [plan] = await plansOf(page({}, sortBy));

    // PostgreSQL sorts rows with the same number by their IDs, although each number exists only once.
    expect(plan).not.toMatch(/TEMP B-TREE|(?<!Incremental )Sort {2}\(/);
  },
);

test('the customers past retention are read in the order of two indexes, without sorting', async () => {
  await setRetentionDays(database, bankId, 30);
  const first = await pastRetentionPage(context, bankId, { first: 2 });
  const plans = await plansOf(async () => {
    const firstPage = await pastRetentionPage(context, bankId, { first: 2 });
    await pastRetentionPage(context, bankId, { first: 2, after: firstPage.pageInfo.endCursor });
  });
  await setRetentionDays(database, bankId, null);

  expect(first.nodes).toHaveLength(2);
  for (const plan of plans) expect(plan).not.toMatch(fullScan);
  for (const index of ['customer_bank_closed', 'customer_bank_updated']) {
    const lists = plans.filter((plan) => plan.includes(index));
    expect(lists.length, index).toBeGreaterThanOrEqual(2);
    for (const plan of lists) expect(plan).not.toMatch(/TEMP B-TREE|(?<!Incremental )Sort {2}\(/);
  }
});

test('the legal holds in force at a bank are read in the order of an index', async () => {
  const { id: customerId } = await insertCustomer(database, { bankId });
  await insertLegalHold(database, { bankId, customerId, setByUserId: await insertUser(database) });
  const plans = await plansOf(() => holdsInForce(context, bankId, { first: 2 }));

  for (const plan of plans) expect(plan).not.toMatch(/TEMP B-TREE|SCAN legal_hold(?! USING)/);
});

const [meetings, messages, crmEvents] = [new MeetingResolver(), new CustomerMessageResolver(), new CrmEventResolver()];
const [periodStart, periodEnd] = [new Date('2024-01-01T00:00:00Z'), new Date('2025-01-01T00:00:00Z')];

/** A page of a list of work at the bank. */
type ReadQueue = (page: PageArguments) => Promise<Page<unknown, unknown>>;

const queues: [name: string, read: ReadQueue][] = [
  ['upcomingMeetings', (page) => meetings.upcomingMeetings(bankId, periodStart, periodEnd, page, context)],
  ['upcomingMeetings without a period', (page) => meetings.upcomingMeetings(bankId, null, null, page, context)],
  ['bankMessages', (page) => messages.bankMessages(bankId, null, null, page, context)],
  ['bankMessages of a period', (page) => messages.bankMessages(bankId, periodStart, periodEnd, page, context)],
  ...[null, 'Call'].flatMap((category) =>
    [null, ...Object.values(CrmEventState)].flatMap((state) =>
      Object.values(CrmEventSort).map((sortBy): [string, ReadQueue] => [
        `crmEvents by ${JSON.stringify({ category, state, sortBy })}`,
        (page) => crmEvents.crmEvents(bankId, category, state, periodStart, periodEnd, sortBy, null, page, context),
      ]),
    ),
  ),
];

test.each(queues)('%s is read in the order of an index, without sorting', async (_name, read) => {
  const plans = await plansOf(async () => {
    const { pageInfo, totalCount } = await read({ first: 2 });
    await totalCount;
    await read({ first: 2, after: pageInfo.endCursor });
  });

  expect(plans).toHaveLength(3);
  for (const plan of plans) {
    expect(plan).not.toMatch(/SCAN \w+(?! USING)|Seq Scan/);
    expect(plan).not.toMatch(/TEMP B-TREE|Sort {2}\(/);
  }
});

/** An index and a value for each filter of the audit trail, which the compiler requires for a new one, too. */
const auditFilters: { [Name in keyof typeof auditEventFilters]: { index: string; value: AuditEventFilter[Name] } } = {
  customerId: { index: 'audit_event_customer', value: 'customer-2' },
  userId: { index: 'audit_event_by_user', value: 'user-0' },
  bankId: { index: 'audit_event_by_bank', value: bankId },
  from: { index: 'audit_event_by_time', value: new Date('2024-01-02T00:00:00Z') },
  to: { index: 'audit_event_by_time', value: new Date('2024-01-03T00:00:00Z') },
};
const [ofCustomer, ofUser] = [{ customerId: 'customer-2' }, { userId: 'user-0' }];
const auditIndexes: [index: string, filter: Partial<AuditEventFilter>][] = [
  ['audit_event_by_time', {}],
  ...Object.entries(auditFilters).map(([name, { index, value }]): [string, object] => [index, { [name]: value }]),
  ['audit_event_by_user', { bankId, ...ofUser }],
  ['audit_event_customer', { bankId, ...ofCustomer }],
  ['audit_event_customer', { ...ofCustomer, ...ofUser }],
  ['audit_event_customer', { bankId, ...ofCustomer, ...ofUser }],
];
const periods: [name: string, period: Partial<AuditEventFilter>][] = [
  ['at any time', {}],
  ['from a time on', { from: new Date('2024-01-02T00:00:00Z') }],
  ['before a time', { to: new Date('2024-01-03T00:00:00Z') }],
  ['of a day', { from: new Date('2024-01-02T00:00:00Z'), to: new Date('2024-01-03T00:00:00Z') }],
];

/** Reads the first page, the second page, and the total. */
async function readAuditEvents(filter: Partial<AuditEventFilter>): Promise<void> {
  const page = await auditEventPage(context, filter, { first: 2 });
  await auditEventPage(context, filter, { first: 2, after: page.pageInfo.endCursor });
  await page.totalCount;
}

/** A scan of all rows of a table of the audit trail. */
const isScan = /SCAN audit_event(_customer)?\b(?! USING)|Seq Scan on audit_event/;

describe.each(auditIndexes)('the audit trail by %s with %o', (index, filter) => {
  test.each(periods)('%s is read in the order of an index, without sorting', async (_name, period) => {
    const plans = await plansOf(() => readAuditEvents({ ...filter, ...period }));

    expect(plans).toHaveLength(3);
    for (const plan of plans) {
      expect(plan).not.toMatch(isScan);
      expect(plan).not.toMatch(/TEMP B-TREE|Sort {2}\(/);
    }
    // PostgreSQL chooses by its statistics: for a bank with half of all events, it scans the events of all banks.
    const pages = dialectUnderTest === 'sqlite' ? plans.slice(0, 2) : [];
    for (const plan of pages) expect(plan).toMatch(new RegExp(`INDEX (sqlite_autoindex_)?${index}`));
  });
});

test('the audit trail of one customer and of many uses an index', async () => {
  const rows = await database.read.select().from(customer).limit(2);
  const read = (ids: string[]) => async () => {
    const reading = createContext(parts);
    const pages = await Promise.all(ids.map((id) => auditEventPageOfCustomer(reading, id, { first: 2 })));
    await Promise.all(pages.map((page) => page.totalCount));
  };
  const ids = rows.map(({ id }) => id);

  const plans = [...(await plansOf(read(ids.slice(0, 1)))), ...(await plansOf(read(ids)))];

  expect(plans).toHaveLength(4);
  for (const plan of plans) expect(plan).not.toMatch(isScan);
});

test.each(belongingEntries)('the %s of a customer are found by an index', async (_name, { table, where }) => {
  const [row] = await database.read.select().from(customer).limit(1);
  const plans = await plansOf(() =>
    database.read
      .select()
      .from(table)
      .where(where(row as LockedCustomer)),
  );

  const remedy = `Add an index on customer_id to the table ${getTableName(table)}, because the export and the cascade select its rows.`;
  expect(plans).toHaveLength(1);
  expect(plans[0], remedy).not.toMatch(dialectUnderTest === 'sqlite' ? /SCAN (?!\w+ USING)/ : /Seq Scan/);
});

describe('the history of customers', () => {
  const objectKind = CustomerHistoryObject.CUSTOMER;

  beforeAll(async () => {
    const rows = await database.read.select().from(customer).limit(200);
    const histories = rows.flatMap(({ id: customerId }) =>
      Array.from({ length: 50 }, (_, index) => ({
        ...{ bankId, customerId, object: objectKind, objectId: customerId },
        ...{ changedAt: new Date(index), before: { title: null }, after: { title: 'Dr' } },
      })),
    );
    await database.transaction((transaction) => insertRows(transaction, customerHistory, histories));
    await updateStatistics(databaseUrl);
  });

  test.each([1, 3])('is found by an index for %i customers', async (count) => {
    const rows = await database.read.select().from(customer).limit(count);
    const reading = createContext(parts);
    const changes = rows.map(({ id: customerId }) => ({ customerId, object: objectKind, time: new Date(25) }));

    const plans = await plansOf(async () => {
      const pages = await historyWithout(['kycReviewDate']).forCustomers(
        reading,
        'Customer.history',
        rows,
        { first: 2 },
        (row) => row,
      );
      await reading.loader(replacements).loadAll(pages.flatMap((each) => (each instanceof Error ? [] : each.nodes)));
      await Promise.all(pages.map((each) => (each instanceof Error ? null : each.totalCount)));
      await reading.loader(laterChanges).loadAll(changes);
    });

    expect(plans).toHaveLength(4);
    for (const plan of plans) {
      expect(plan).not.toMatch(/SCAN customer_history(?! USING)|Seq Scan on customer_history/);
      expect(plan).toMatch(/customer_history_customer/);
    }
  });
});

/** The filters of the proposals of a bank, and the index by which SQLite reads them in their order. */
const proposalLists: [filter: Partial<KycStatusProposalFilter>, index: string][] = [
  [{}, 'kyc_status_proposal_bank'],
  [{ proposedBefore: new Date() }, 'kyc_status_proposal_bank'],
  [{ state: KycStatusProposalState.PROPOSED }, 'kyc_status_proposal_bank_state'],
  [{ state: KycStatusProposalState.PROPOSED, proposedBefore: new Date() }, 'kyc_status_proposal_bank_state'],
  [{ customerId: 'customer-1' }, 'kyc_status_proposal_customer'],
  [{ customerId: 'customer-1', proposedBefore: new Date() }, 'kyc_status_proposal_customer'],
  [{ customerId: 'customer-1', state: KycStatusProposalState.PROPOSED }, 'kyc_status_proposal_customer'],
];

describe('a queue of KYC work', () => {
  /** Reads the first page, the second page, and the total, which any index can count. PostgreSQL chooses by its statistics. */
  async function expectInOrder(
    index: string,
    list: (page: PageArguments) => Promise<{ pageInfo: { endCursor: string | null }; totalCount: Promise<number> }>,
  ): Promise<void> {
    const plans = await plansOf(async () => {
      const firstPage = await list({ first: 1 });
      await list({ first: 1, after: firstPage.pageInfo.endCursor });
      await firstPage.totalCount;
    });

    expect(plans).toHaveLength(3);
    for (const plan of plans)
      expect(plan).not.toMatch(/SCAN (?!\w+ USING)|Seq Scan|TEMP B-TREE|Filter: .*closed|(?<!Incremental )Sort {2}\(/);
    for (const plan of dialectUnderTest === 'sqlite' ? plans.slice(0, 2) : []) {
      expect(plan).toMatch(new RegExp(`INDEX ${index} \\(`));
    }
  }

  beforeAll(async () => {
    const [{ id: customerId = '' } = {}] = await database.read.select().from(customer).limit(1);
    const [{ id: proposedByUserId = '' } = {}] = await database.read.select().from(user).limit(1);
    for (let day = 1; day <= 5; day += 1) {
      const date = new Date(Date.UTC(2024, 0, day));
      await insertKycStatusProposal(database, { bankId, customerId, proposedByUserId, date });
    }
    // Few of the documents that expire are of customers who are not closed.
    await database.transaction((transaction) =>
      transaction.update(kycDocument).set({ ofClosedCustomer: true }).where(gt(kycDocument.customerId, '1')),
    );
    await updateStatistics(databaseUrl);
  });

  test.each(proposalLists)('is read in the order of an index for proposals with %o', async (filter, index) => {
    const whole = { customerId: null, state: null, proposedBefore: null, ...filter };
    await expectInOrder(index, (page) => kycStatusProposalPage(context, bankId, whole, page));
  });

  test.each([
    ['NO_SATISFIED_CHECK', 'kyc_gap_no_satisfied_check'],
    ['NO_VALID_DOCUMENT', 'kyc_gap_no_valid_document'],
    ['EVIDENCE_RETRACTED', 'kyc_gap_evidence_retracted'],
    ['MEDIA_MISSING', 'kyc_gap_media_missing'],
  ])('is read in the order of an index for customers with %s', async (kind, index) => {
    await expectInOrder(index, (page) => kycGapPage(context, { bankId, kind: kind as KycGapKind }, page));
  });

  test('is read in the order of an index for customers due for review', async () => {
    const list = { bankId, on: '2090-01-01' };
    await expectInOrder('customer_bank_review', (page) => dueReviewPage(context, list, page));
  });

  test.each([true, false])(
    'is read in the order of an index for documents (includeExpired: %s)',
    async (includeExpired) => {
      const list = { bankId, before: '2090-01-01', includeExpired };
      await expectInOrder('kyc_document_bank_expiry', (page) => expiringDocumentPage(context, list, page));
    },
  );
});

test('the possible duplicates of customers are found by indexes', async () => {
  const rows = await database.read.select().from(customer).limit(3);

  const plans = await plansOf(() => context.loader(duplicatesWithDocuments).loadAll(rows.map(({ id }) => id)));

  expect(plans).toHaveLength(1);
  expect(plans[0]).not.toMatch(fullScan);
  expect(plans[0]).not.toMatch(/SCAN (?!json_each|listed)\w+(?! USING)|Seq Scan/);
  for (const index of ['date_of_birth', 'phone', 'email']) expect(plans[0]).toContain(`customer_${index}`);
  expect(plans[0]).toContain('kyc_document_number');
});

test('the firehose uses an index', async () => {
  const args = { bankId, limit: 10, offset: 0, sortDirection: SortDirection.DESC, fromDate: null, toDate: null };
  const firehoseContext = { ...context, config: { ...context.config, customerFirehose: true } };

  const plans = [
    ...(await plansOf(() => firehose(firehoseContext, { ...args, attributes: null }))),
    ...(await plansOf(() => firehose(firehoseContext, { ...args, attributes: [{ name: 'SEGMENT', value: 'GOLD' }] }))),
    ...(await plansOf(() => firehose(firehoseContext, { ...args, attributes: [{ name: 'RISK_SCORE', from: '7' }] }))),
  ];

  expect(plans).toHaveLength(3);
  for (const plan of plans) expect(plan).not.toMatch(fullScan);
});

test('the pattern detects a statement without an index', async () => {
  const plans = await plansOf(async () => {
    await database.read.select().from(bank);
    sent = [{ statement: 'select * from customer where title = title', parameters: [] }];
  });

  expect(plans[0]).toMatch(fullScan);
});
