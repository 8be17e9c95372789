import { getTableColumns, getTableName } from 'drizzle-orm';
import { type GraphQLObjectType, isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { bookkeeping, typeNameOf, unrecordedTables } from '../../src/changes/collected-changes.ts';
import { storedFieldOf } from '../../src/changes/stored-field.ts';
import { shownFieldOf } from '../../src/domain/change/shown-field.ts';
import { fieldsVisibleOfCustomer } from '../../src/domain/change/visible-fields.ts';
import type { Context } from '../../src/graph/context.ts';
import { gatewaySchema } from '../../src/schema.ts';
import { allTables } from '../support/stored.ts';

const schema = await gatewaySchema();

/** The columns, or whole tables, that no field of the schema shows. A change of them is never shown. */
const unshown: Record<string, string> = {
  'AccountAttribute.accountId': 'The change contains the ID of the account.',
  'AccountRouting.accountId': 'The change contains the ID of the account.',
  'EntitlementRequest.isProposedByClaim': 'Only decides who can approve the request.',
  'Meeting.creatorUserId': 'Only decides who can read the meeting.',
  'MeetingInvitee.userId': 'Only decides who can read the meeting.',
  CustomerHistory: 'Repeats other changes.',
};

/** Tables of the outbox and of the audit trail, whose rows are not recorded as changes. */
const ofRecords = /^(change|audit_.*)$/;

/** The tables whose changes belong to a bank, so that streams and back ends can read them. */
const shownTables = allTables.filter((table) => {
  const name = getTableName(table);
  const hasBank = 'bankId' in getTableColumns(table) || ['bank', 'meeting_invitee'].includes(name);
  return hasBank && !unrecordedTables.has(name) && !ofRecords.test(name);
});

function fieldsOfType(typeName: string): ReturnType<GraphQLObjectType['getFields']> | null {
  const type = schema.getType(typeName);
  return isObjectType(type) ? type.getFields() : null;
}

describe('the name of a change', () => {
  test.each(shownTables.map((table) => [getTableName(table), table] as const))(
    'is that of a field of the schema for each column of %s',
    (_name, table) => {
      const rowType = typeNameOf(table);
      const columns = Object.keys(getTableColumns(table)).filter((name) => !bookkeeping.has(name));
      const unknown = columns.filter((column) => {
        if (unshown[rowType] !== undefined || unshown[`${rowType}.${column}`] !== undefined) return false;
        const { typeName, fieldName } = shownFieldOf(storedFieldOf({ typeName: rowType, column, attribute: null }));
        return fieldName === null || fieldsOfType(typeName)?.[fieldName] === undefined;
      });

      expect(
        unknown,
        'Map each of these columns to the field that shows it in src/changes/field-of-column.ts, so that its access rule applies, or add a reason in this file.',
      ).toEqual([]);
    },
  );

  test('has no reason to be unshown if a field shows it, or no column', () => {
    const names = shownTables.flatMap((table) => {
      const typeName = typeNameOf(table);
      return [typeName, ...Object.keys(getTableColumns(table)).map((column) => `${typeName}.${column}`)];
    });
    expect(Object.keys(unshown).filter((name) => !names.includes(name))).toEqual([]);
    const shown = Object.keys(unshown).filter((stored) => {
      const { typeName, fieldName } = shownFieldOf(stored);
      const fields = fieldsOfType(typeName);
      return fieldName === null ? fields !== null : fields?.[fieldName] !== undefined;
    });
    expect(shown).toEqual([]);
  });

  test('is shown only if the schema has the field, or the type of a deleted object', async () => {
    const view = { schema, context: {} as Context, bankId: 'b', customerId: 'c' };
    const stored = ['Customer', 'Customer.faceImageUrl', 'Customer.faceImageDate', 'Customer.legalName'];
    const unknown = [
      'Customer.legalNameOfSpouse',
      'Customer.faceImageUrl2',
      'Suspicion',
      'Suspicion.text',
      'Customer.',
    ];

    expect(await fieldsVisibleOfCustomer(view, [...unknown, ...stored])).toEqual([
      'Customer',
      'Customer.faceImage',
      'Customer.legalName',
    ]);
  });
});
