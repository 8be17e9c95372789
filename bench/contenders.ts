import { join } from 'node:path';
import { type DatabaseName, gatewayCommand } from './installation.ts';
import { postgraphileIds, postgraphileOverview, postgraphilePage } from './postgraphile-operations.ts';
import {
  idsDocument,
  meDocument,
  newAddress,
  overviewDocument,
  pageDocument,
  pageSize,
  readBankId,
  type Workload,
  writeBankId,
  writeDocument,
} from './workloads.ts';

export const contenderNames = [
  'gateway',
  'baseline',
  'mercurius',
  'apollo',
  'postgraphile',
  'bare transactions',
] as const;
export type ContenderName = (typeof contenderNames)[number];

/** A POST request before it is encoded. */
export interface Post {
  path: string;
  body: object;
}

/** The requests of each workload to a server. */
export interface Protocol {
  overview(customerId: string): Post;
  /** Requests the page after a cursor. Null requests the first page. */
  page(after: string | null): Post;
  me(): Post;
  write(customerId: string): Post;
}

export interface Contender {
  name: ContenderName;
  databases: readonly DatabaseName[];
  workloads: readonly Workload[];
  /** The arguments of Node.js. */
  command: readonly string[];
  /** Null if the contender runs the clients itself (servers/bare-transactions.ts). */
  protocol: Protocol | null;
  /** Whether its cursors differ from the gateway's, so that they must be requested from it. */
  hasOwnCursors: boolean;
}

/** Every server runs with the gateway's size of the young generation. */
const peer = (file: string) => ['--max-semi-space-size=32', join(import.meta.dirname, 'servers', file)];

function graphql(query: string, variables: object, operationName?: string): Post {
  return { path: '/graphql', body: { query, variables, operationName } };
}

const gatewayProtocol: Protocol = {
  overview: (customerId) => graphql(overviewDocument, { bankId: readBankId, customerId }, 'CustomerOverview'),
  page: (after) => graphql(pageDocument, { bankId: readBankId, first: pageSize, after }, 'OverviewOfPage'),
  me: () => graphql(meDocument, {}),
  write: (customerId) => graphql(writeDocument, { bankId: writeBankId, customerId, input: newAddress }),
};

const baselineProtocol: Protocol = {
  overview: (customerId) => ({ path: '/overview', body: { bankId: readBankId, customerId } }),
  page: (after) => ({ path: '/page', body: { bankId: readBankId, first: pageSize, after } }),
  me: () => ({ path: '/me', body: {} }),
  write: () => notSupported('Bare transactions are the baseline for writes.'),
};

const postgraphileProtocol: Protocol = {
  overview: (customerId) => graphql(postgraphileOverview, { bankId: readBankId, customerId }, 'CustomerOverview'),
  page: (after) => graphql(postgraphilePage, { bankId: readBankId, first: pageSize, after }, 'OverviewOfPage'),
  me: () => notSupported('PostGraphile does not authenticate callers.'),
  write: () => notSupported('PostGraphile does not check roles.'),
};

function notSupported(reason: string): never {
  throw new Error(reason);
}

const both = ['sqlite', 'postgresql'] as const;
const reads = ['overview', 'page', 'me'] as const;

export const contenders: readonly Contender[] = [
  {
    name: 'gateway',
    databases: both,
    workloads: ['overview', 'page', 'me', 'write'],
    command: [...gatewayCommand, 'serve', '--workers', '1'],
    protocol: gatewayProtocol,
    hasOwnCursors: false,
  },
  {
    name: 'baseline',
    databases: both,
    workloads: reads,
    command: peer('baseline/main.ts'),
    protocol: baselineProtocol,
    hasOwnCursors: false,
  },
  {
    name: 'mercurius',
    databases: both,
    workloads: reads,
    command: peer('mercurius.ts'),
    protocol: gatewayProtocol,
    hasOwnCursors: false,
  },
  {
    name: 'apollo',
    databases: both,
    workloads: reads,
    command: peer('apollo.ts'),
    protocol: gatewayProtocol,
    hasOwnCursors: false,
  },
  {
    name: 'postgraphile',
    databases: ['postgresql'],
    workloads: ['overview', 'page'],
    command: peer('postgraphile.ts'),
    protocol: postgraphileProtocol,
    hasOwnCursors: true,
  },
  {
    name: 'bare transactions',
    databases: both,
    workloads: ['write'],
    command: peer('bare-transactions.ts'),
    protocol: null,
    hasOwnCursors: false,
  },
];

/** Returns the contender whose figures the other figures of a workload are divided by. */
export function baselineOf(workload: Workload): ContenderName {
  return workload === 'write' ? 'bare transactions' : 'baseline';
}

/** Requests a page of IDs from the gateway or from PostGraphile. */
export function idsPost({ hasOwnCursors }: Contender, bankId: string, after: string | null): Post {
  return graphql(hasOwnCursors ? postgraphileIds : idsDocument, { bankId, first: pageSize, after });
}
