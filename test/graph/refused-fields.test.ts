import { gzipSync } from 'node:zlib';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bank } from '../../src/domain/bank/bank.table.ts';
import { type Gateway, type ResponseError, startGateway, type TestUser } from '../support/gateway.ts';
import { insertCustomer } from '../support/rows.ts';

const lists = ['addresses', 'attributes', 'taxResidences', 'socialMediaHandles', 'kycChecks', 'kycDocuments'];
/** The lists with the longest names. */
const longestLists = [
  'inverseCustomerLinks',
  'kycStatusProposals',
  'attributes',
  'socialMediaHandles',
  'correlatedUsers',
  'taxResidences',
];
/** The lists that require the reason of the caller at some banks. */
const kycLists = ['kycChecks', 'kycDocuments', 'kycMedia', 'kycStatuses', 'kycStatusProposals', 'kycGaps'];

const pageOf = (selected: readonly string[]) => `query ($bankId: ID!) {
  customers(bankId: $bankId, first: 100) { nodes { id ${selected.map((list) => `${list} { __typename }`).join(' ')} } }
}`;
const page = pageOf(lists);

/** The paths at which data is null. */
function nullPaths(data: unknown, path: (string | number)[] = []): string[] {
  if (data === null) return [JSON.stringify(path)];
  if (typeof data !== 'object') return [];
  const steps = Array.isArray(data) ? data.entries() : Object.entries(data as object);
  return [...steps].flatMap(([step, value]) => nullPaths(value, [...path, step]));
}

function errorPaths(errors: readonly ResponseError[]): string[] {
  return errors.map(({ path }) => JSON.stringify(path));
}

describe.each(['compiled', 'interpreted'] as const)('refused fields with %s execution', (execution) => {
  let gateway: Gateway;
  let clerk: TestUser;
  /** Can read KYC material, but states no reason. */
  let officer: TestUser;

  beforeAll(async () => {
    gateway = await startGateway({ environment: { GATEWAY_EXECUTION: execution } });
    for (const bankId of ['gh.29.uk', 'rbs']) await gateway.createBank(bankId);
    const rows = Array.from({ length: 100 }, () => insertCustomer(gateway.database, { bankId: 'gh.29.uk' }));
    await Promise.all([...rows, insertCustomer(gateway.database, { bankId: 'rbs' })]);
    clerk = await gateway.createUser({
      roles: [
        ['CanGetCustomers', 'gh.29.uk'],
        ['CanGetCustomers', 'rbs'],
      ],
    });
    await gateway.database.transaction((transaction) =>
      transaction.update(bank).set({ kycReasonRequired: true }).where(eq(bank.id, 'gh.29.uk')),
    );
    officer = await gateway.createUser({
      roles: [
        ['CanGetCustomers', 'gh.29.uk'],
        ['CanGetAnyKycChecks', null],
        ['CanGetAnyKycDocuments', null],
        ['CanGetAnyKycMedia', null],
        ['CanGetAnyKycStatuses', null],
      ],
    });
  });
  afterAll(() => gateway.stop());

  test('have an error at each null, in the order of the response', async () => {
    const { data, errors } = await gateway.query(clerk.token, page, { bankId: 'gh.29.uk' });

    expect(errorPaths(errors)).toEqual(nullPaths(data));
    expect(errors).toHaveLength(600);
  });

  test('have one whole error, and short ones with the first sentence of the message', async () => {
    const { errors } = await gateway.query(clerk.token, page, { bankId: 'gh.29.uk' });

    const whole = errors.slice(0, lists.length);
    for (const [index, error] of whole.entries()) {
      expect(error).toEqual({
        message: expect.stringMatching(/^OBP-20006: User is missing one or more roles: Can/),
        locations: [{ line: 2, column: expect.any(Number) }],
        path: ['customers', 'nodes', 0, lists[index]],
        extensions: {
          code: 'FORBIDDEN',
          obpCode: 'OBP-20006',
          key: 'OBP-20006',
          bankId: 'gh.29.uk',
          missingRoles: expect.arrayContaining([expect.any(String)]),
        },
      });
      expect(errors[lists.length * 99 + index]).toEqual({
        message: 'OBP-20006: User is missing one or more roles.',
        path: ['customers', 'nodes', 99, lists[index]],
        extensions: { code: 'FORBIDDEN', key: 'OBP-20006' },
      });
    }
  });

  test('have a whole error for each bank', async () => {
    const { errors } = await gateway.query(
      clerk.token,
      '{ banks { customers(first: 2) { nodes { addresses { id } } } } }',
    );

    expect(errors.map(({ path, extensions }) => [path?.[1], path?.[4], extensions.bankId])).toEqual([
      [0, 0, 'gh.29.uk'],
      [0, 1, undefined],
      [1, 0, 'rbs'],
    ]);
  });

  test.each([
    ['a role', longestLists],
    ['a reason', kycLists],
  ] as const)(
    'for want of %s have errors 10 %% below 130 kB, and below 5 kB compressed, on a page of 100 customers with six lists',
    async (missing, six) => {
      const { token } = missing === 'a role' ? clerk : officer;
      const { errors } = await gateway.query(token, pageOf(six), { bankId: 'gh.29.uk' });

      const text = JSON.stringify(errors);
      expect(errors).toHaveLength(600);
      expect(text.length).toBeLessThan(117_000);
      expect(gzipSync(text).length).toBeLessThan(4_500);
    },
  );
});
