/** The lists from which KYC officers work: proposals, documents that expire, and gaps in the evidence. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KycStatusProposalState } from '../../src/domain/kyc/kyc-status-proposal-state.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { importRecords } from '../support/import-records.ts';
import { insertCustomer, insertKycDocument, insertKycStatusProposal } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';

let gateway: Gateway;
let officer: TestUser;
/** Holds the roles at the other bank only. */
let stranger: TestUser;

beforeAll(async () => {
  gateway = await startGateway();
  for (const id of [bankId, otherBankId]) await gateway.createBank(id);
  const roles = [
    ...(['CanGetKycStatusesAtOneBank', 'CanGetKycDocumentsAtOneBank', 'CanGetCustomer'] as const),
    ...(['CanCloseCustomer', 'CanConfirmKycStatus'] as const),
  ];
  officer = await gateway.createUser({ roles: roles.map((role) => [role, bankId] as const) });
  stranger = await gateway.createUser({ roles: roles.map((role) => [role, otherBankId] as const) });
});

afterAll(() => gateway.stop());

interface Connection {
  nodes: Record<string, unknown>[];
  totalCount: number;
  pageInfo: { endCursor: string | null; hasNextPage: boolean };
}

const closing = '{ date: "2024-05-31", reason: "Moved abroad" }';

/** Calls a mutation of a customer. Returns the key of its error. */
async function mutate(field: string, customerId: string, args = ''): Promise<unknown> {
  const { errors } = await gateway.query(
    officer.token,
    `mutation { ${field}(bankId: "${bankId}", customerId: "${customerId}"${args}) { __typename } }`,
  );
  return errors[0]?.extensions.key ?? null;
}

/** Reads a connection in pages of one item, and expects the same items in one page. */
async function readAll(field: string, args: string, selection: string): Promise<Record<string, unknown>[]> {
  const read = async (page: string) => {
    const { data, errors } = await gateway.query<Record<string, Connection>>(
      officer.token,
      `{ ${field}(bankId: "${bankId}"${args}${page}) {
        nodes { ${selection} } totalCount pageInfo { endCursor hasNextPage } } }`,
    );
    expect(errors).toEqual([]);
    return data?.[field] as Connection;
  };
  const { nodes, totalCount } = await read('');
  const single: Record<string, unknown>[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await read(`, first: 1${cursor === undefined ? '' : `, after: "${cursor}"`}`);
    single.push(...page.nodes);
    cursor = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  }
  expect(single).toEqual(nodes);
  expect(totalCount).toBe(nodes.length);
  return nodes;
}

async function expectRefused(field: string, args: string): Promise<void> {
  for (const { token } of [stranger, await gateway.createUser()]) {
    const { data, errors } = await gateway.query(token, `{ ${field}(bankId: "${bankId}"${args}) { totalCount } }`);
    expect(data).toEqual({ [field]: null });
    expect(errors[0]?.extensions).toMatchObject({ obpCode: 'OBP-20006' });
  }
}

describe('kycStatusProposals', () => {
  const at = (day: string) => new Date(`2024-06-${day}T00:00:00Z`);
  let [first, second]: { id: string }[] = [];

  beforeAll(async () => {
    [first, second] = [
      await insertCustomer(gateway.database, { bankId }),
      await insertCustomer(gateway.database, { bankId }),
    ];
    const elsewhere = await insertCustomer(gateway.database, { bankId: otherBankId });
    const propose = (customerId: string, id: string, day: string, others: object = {}) =>
      insertKycStatusProposal(gateway.database, {
        ...{ bankId, customerId, id, proposedByUserId: officer.id, createdAt: at(day), date: at(day) },
        ...others,
      });
    await propose(first.id, 'open-2', '02');
    await propose(second.id, 'open-1', '01');
    const decided = { decidedByUserId: stranger.id, decidedAt: at('10') };
    await propose(first.id, 'confirmed-3', '03', { state: KycStatusProposalState.CONFIRMED, ...decided });
    const decisionReason = 'The passport had expired';
    await propose(second.id, 'rejected-4', '04', {
      state: KycStatusProposalState.REJECTED,
      ...decided,
      decisionReason,
    });
    await propose(elsewhere.id, 'elsewhere', '01', { bankId: otherBankId });
  });

  const idsOf = async (args = '') => (await readAll('kycStatusProposals', args, 'id')).map(({ id }) => id);

  test('returns the proposals of the bank, oldest first, with the customer, the officers, and the reason', async () => {
    const nodes = await readAll(
      'kycStatusProposals',
      ', state: REJECTED',
      'id createdAt decisionReason customer { id } proposedBy { username } decidedBy { username }',
    );

    expect(await idsOf()).toEqual(['open-1', 'open-2', 'confirmed-3', 'rejected-4']);
    expect(nodes).toEqual([
      {
        ...{ id: 'rejected-4', createdAt: at('04').toISOString(), decisionReason: 'The passport had expired' },
        ...{ customer: { id: second?.id }, proposedBy: { username: officer.username } },
        decidedBy: { username: stranger.username },
      },
    ]);
  });

  test.each([
    [', state: PROPOSED', ['open-1', 'open-2']],
    [', state: CONFIRMED', ['confirmed-3']],
    [', proposedBefore: "2024-06-02T00:00:00Z"', ['open-1']],
    [', state: PROPOSED, proposedBefore: "2024-06-03T00:00:00Z"', ['open-1', 'open-2']],
  ])('%s returns %j', async (args, ids) => {
    expect(await idsOf(args)).toEqual(ids);
  });

  test('returns the proposals of one customer', async () => {
    expect(await idsOf(`, customerId: "${first?.id}"`)).toEqual(['open-2', 'confirmed-3']);
    expect(await idsOf(`, customerId: "${first?.id}", state: CONFIRMED`)).toEqual(['confirmed-3']);
  });

  test('fails with OBP-30046 for a customer of another bank', async () => {
    const { id } = await insertCustomer(gateway.database, { bankId: otherBankId });
    const { errors } = await gateway.query(
      officer.token,
      `{ kycStatusProposals(bankId: "${bankId}", customerId: "${id}") { totalCount } }`,
    );

    expect(errors[0]?.extensions.obpCode).toBe('OBP-30046');
  });

  test('contains the open proposal of a closed customer, which can only be rejected', async () => {
    const { id: customerId } = await insertCustomer(gateway.database, { bankId });
    const { id } = await insertKycStatusProposal(gateway.database, {
      ...{ bankId, customerId, proposedByUserId: stranger.id },
    });
    expect(await mutate('closeCustomer', customerId, `, input: ${closing}`)).toBeNull();
    const open = `, state: PROPOSED, customerId: "${customerId}"`;
    expect(await idsOf(open)).toEqual([id]);

    expect(await mutate('confirmKycStatus', customerId, `, id: "${id}"`)).toBe('CUSTOMER_CLOSED');
    expect(await idsOf(open)).toEqual([id]);
    expect(await mutate('rejectKycStatus', customerId, `, id: "${id}", reason: "Closed"`)).toBeNull();
    expect(await idsOf(open)).toEqual([]);
  });

  test('is refused without a role at the bank', () => expectRefused('kycStatusProposals', ''));
});

describe('expiringKycDocuments', () => {
  const before = ', before: "2090-01-01"';

  beforeAll(async () => {
    const { id: customerId } = await insertCustomer(gateway.database, { bankId });
    const document = (id: string, expiryDate: string | null, others: object = {}) =>
      insertKycDocument(gateway.database, { bankId, customerId, id, expiryDate, ...others });
    await document('expired', '2021-01-01');
    await document('later', '2089-12-31');
    await document('sooner', '2080-01-01');
    await document('too-late', '2090-01-01');
    await document('never', null);
    await document('retracted', '2080-01-01', { retractedAt: new Date() });
  });

  test.each([
    [before, ['sooner', 'later']],
    [`${before}, includeExpired: true`, ['expired', 'sooner', 'later']],
    [', before: "2022-01-01", includeExpired: true', ['expired']],
    [', before: "2022-01-01"', []],
  ])('%s returns %j, the earliest first', async (args, ids) => {
    const nodes = await readAll('expiringKycDocuments', args, 'kycDocumentId expiryDate customer { id }');
    expect(nodes.map(({ kycDocumentId }) => kycDocumentId)).toEqual(ids);
  });

  test('omits the documents of a customer while the customer is closed', async () => {
    const { id: customerId } = await insertCustomer(gateway.database, { bankId });
    for (const id of ['of-closed-1', 'of-closed-2']) {
      await insertKycDocument(gateway.database, { bankId, customerId, id, expiryDate: '2095-01-01' });
    }
    const ids = async () => {
      const nodes = await readAll('expiringKycDocuments', ', before: "2096-01-01"', 'kycDocumentId customerId');
      return nodes.filter((node) => node.customerId === customerId).map(({ kycDocumentId }) => kycDocumentId);
    };
    expect(await ids()).toEqual(['of-closed-1', 'of-closed-2']);

    expect(await mutate('closeCustomer', customerId, `, input: ${closing}`)).toBeNull();
    expect(await ids()).toEqual([]);
    expect(await mutate('reopenCustomer', customerId)).toBeNull();
    expect(await ids()).toEqual(['of-closed-1', 'of-closed-2']);
  });

  test('omits imported documents of closed customers', async () => {
    const customer = { customer_number: 'closed-1', legal_name: 'Ada', mobile_phone_number: '+44 7400 123456' };
    const ids = { bank_id: bankId, customer_id: 'imported-closed' };
    const document = { id: 'imported', type: 'passport', number: '1', expiry_date: '2095-01-01' };
    const listed: unknown[][] = [];
    for (const closed_on of ['2024-06-01', null]) {
      const records = { customers: [{ ...ids, ...customer, closed_on }], documents: [{ ...ids, ...document }] };
      expect(await importRecords(gateway.database, records, { update: true })).toEqual([]);
      const nodes = await readAll('expiringKycDocuments', ', before: "2096-01-01"', 'kycDocumentId customerId');
      listed.push(nodes.filter(({ customerId }) => customerId === ids.customer_id));
    }

    expect(listed).toEqual([[], [{ kycDocumentId: 'imported', customerId: ids.customer_id }]]);
  });

  test('is refused without a role at the bank', () => expectRefused('expiringKycDocuments', before));
});
