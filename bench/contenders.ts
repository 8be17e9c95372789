import { join } from 'node:path';
import { type DatabaseName, gatewayCommand } from './installation.ts';
import { postgraphileIds, postgraphileOverview, postgraphilePage } from './postgraphile-operations.ts';
import {
  customersOfPage,
  idsDocument,
  meDocument,
  newAddress,
  overviewDocument,
  pageDocument,
  readBankId,
  type Work,
  writeBankId,
  writeDocument,
} from './workloads.ts';

export const entryNames = ['gateway', 'floor', 'mercurius', 'apollo', 'postgraphile', 'bare transactions'] as const;
export type EntryName = (typeof entryNames)[number];

/** A request, not yet written for the wire. */
export interface Post {
  path: string;
  body: object;
}

/** How a server is asked for each work. */
export interface Protocol {
  overview(customerId: string): Post;
  /** The page after the cursor; the first one after null. */
  page(after: string | null): Post;
  me(): Post;
  write(customerId: string): Post;
}

/** Something that is measured. */
export interface Entry {
  name: EntryName;
  databases: readonly DatabaseName[];
  works: readonly Work[];
  /** Arguments of node. */
  command: readonly string[];
  /** Null: it is told once for a round how many clients to be (servers/bare-transactions.ts). */
  protocol: Protocol | null;
  /** Its cursors are its own: those of its pages are found by asking it. */
  hasOwnCursors: boolean;
}

/** Every server gets the young generation that the gateway is started with. */
const peer = (file: string) => ['--max-semi-space-size=32', join(import.meta.dirname, 'servers', file)];

function graphql(query: string, variables: object, operationName?: string): Post {
  return { path: '/graphql', body: { query, variables, operationName } };
}

const ofSchema: Protocol = {
  overview: (customerId) => graphql(overviewDocument, { bankId: readBankId, customerId }, 'CustomerOverview'),
  page: (after) => graphql(pageDocument, { bankId: readBankId, first: customersOfPage, after }, 'OverviewOfPage'),
  me: () => graphql(meDocument, {}),
  write: (customerId) => graphql(writeDocument, { bankId: writeBankId, customerId, input: newAddress }),
};

const ofFloor: Protocol = {
  overview: (customerId) => ({ path: '/overview', body: { bankId: readBankId, customerId } }),
  page: (after) => ({ path: '/page', body: { bankId: readBankId, first: customersOfPage, after } }),
  me: () => ({ path: '/me', body: {} }),
  write: () => notAsked('The floor of writes is the bare transactions.'),
};

const ofPostgraphile: Protocol = {
  overview: (customerId) => graphql(postgraphileOverview, { bankId: readBankId, customerId }, 'CustomerOverview'),
  page: (after) => graphql(postgraphilePage, { bankId: readBankId, first: customersOfPage, after }, 'OverviewOfPage'),
  me: () => notAsked('PostGraphile knows no caller.'),
  write: () => notAsked('PostGraphile checks no role.'),
};

function notAsked(why: string): never {
  throw new Error(why);
}

const both = ['sqlite', 'postgresql'] as const;
const reads = ['overview', 'page', 'me'] as const;

export const entries: readonly Entry[] = [
  {
    name: 'gateway',
    databases: both,
    works: ['overview', 'page', 'me', 'write'],
    command: [...gatewayCommand, 'serve', '--workers', '1'],
    protocol: ofSchema,
    hasOwnCursors: false,
  },
  {
    name: 'floor',
    databases: both,
    works: reads,
    command: peer('baseline/main.ts'),
    protocol: ofFloor,
    hasOwnCursors: false,
  },
  {
    name: 'mercurius',
    databases: both,
    works: reads,
    command: peer('mercurius.ts'),
    protocol: ofSchema,
    hasOwnCursors: false,
  },
  {
    name: 'apollo',
    databases: both,
    works: reads,
    command: peer('apollo.ts'),
    protocol: ofSchema,
    hasOwnCursors: false,
  },
  {
    name: 'postgraphile',
    databases: ['postgresql'],
    works: ['overview', 'page'],
    command: peer('postgraphile.ts'),
    protocol: ofPostgraphile,
    hasOwnCursors: true,
  },
  {
    name: 'bare transactions',
    databases: both,
    works: ['write'],
    command: peer('bare-transactions.ts'),
    protocol: null,
    hasOwnCursors: false,
  },
];

/** What the figures of a work are divided by. */
export function floorOf(work: Work): EntryName {
  return work === 'write' ? 'bare transactions' : 'floor';
}

/** A page of ids alone, of the gateway or of PostGraphile. */
export function idsPost({ hasOwnCursors }: Entry, bankId: string, after: string | null): Post {
  return graphql(hasOwnCursors ? postgraphileIds : idsDocument, { bankId, first: customersOfPage, after });
}
