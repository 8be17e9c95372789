import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { type ErrorKey, errorKeys, GatewayError, gatewayError } from '../../src/base/errors.ts';
import { isRole, roleScope, roles } from '../../src/base/roles.ts';
import catalogue from '../catalogue.json' with { type: 'json' };

describe('gatewayError', () => {
  test("begins the message with OBP's code and text", () => {
    const error = gatewayError('OBP-30046', { bankId: 'gh.29.uk' });
    expect(error).toBeInstanceOf(GatewayError);
    expect(error.message).toBe('OBP-30046: Customer not found. Please specify a valid value for CUSTOMER_ID.');
    expect(error.extensions).toEqual({
      code: 'NOT_FOUND',
      obpCode: 'OBP-30046',
      key: 'OBP-30046',
      bankId: 'gh.29.uk',
    });
  });

  test('returns the plain text and no OBP code for a failure that OBP does not have', () => {
    const error = gatewayError('VERSION_CONFLICT', { currentVersion: 7, message: 'The request was decided before.' });
    expect(error.message).toBe(
      'The object has changed since it was read, so read it again. The request was decided before.',
    );
    expect(error.extensions).toEqual({ code: 'CONFLICT', obpCode: null, key: 'VERSION_CONFLICT', currentVersion: 7 });
  });

  test('lists the missing roles in the message and in the extensions', () => {
    const error = gatewayError('OBP-20006', { missingRoles: ['CanGetCustomer'] });
    expect(error.message).toBe('OBP-20006: User is missing one or more roles: CanGetCustomer');
    expect(error.extensions.missingRoles).toEqual(['CanGetCustomer']);
    expect(
      gatewayError('OBP-20006', { missingRoles: ['CanGetKycChecksAtOneBank', 'CanGetAnyKycChecks'] }).message,
    ).toBe('OBP-20006: User is missing one or more roles: CanGetKycChecksAtOneBank or CanGetAnyKycChecks');
    expect(gatewayError('OBP-20006', { missingRoles: [] }).message).toBe(
      'OBP-20006: User is missing one or more roles: no role allows access to the data of others.',
    );
  });

  test("ends OBP's text with a full stop if another sentence follows", () => {
    expect(gatewayError('OBP-30007').message).toMatch(/ specified by BANK_ID$/);
    expect(gatewayError('OBP-30007', { message: 'The link is switched off.' }).message).toMatch(
      / specified by BANK_ID\. The link is switched off\.$/,
    );
  });

  test('keeps the cause and the HTTP status out of the response', () => {
    const cause = new Error('unique constraint customer_bank_id_number');
    const error = gatewayError('INVALID_TOKEN', { cause, http: { status: 401 } });
    expect(error.cause).toBe(cause);
    expect(error.extensions.http).toEqual({ status: 401 });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      message: 'The token is invalid or expired.',
      extensions: { code: 'UNAUTHENTICATED', obpCode: null, key: 'INVALID_TOKEN' },
    });
  });

  test('has a text for every error of the catalogue, and accepts no other key', () => {
    const codes = new Set(catalogue.flatMap(({ errors }) => errors));
    expect(codes.size).toBeGreaterThan(30);
    for (const code of codes) {
      expect(gatewayError(code as ErrorKey).message).toMatch(new RegExp(`^${code}: .*\\S$`));
    }
    expectTypeOf<'OBP-99999'>().not.toExtend<ErrorKey>();
    expectTypeOf<'OBP-30046'>().toExtend<ErrorKey>();
  });
});

describe('roles', () => {
  test('contain every role of the catalogue with its scope', () => {
    for (const name of catalogue.flatMap(({ anyOfRoles }) => anyOfRoles)) {
      const role = name.replace('*', '');
      if (!isRole(role)) throw new Error(`${role} is in the catalogue and not in roles.ts`);
      expect(roleScope(role), role).toBe(name.endsWith('*') ? 'system' : 'bank');
    }
  });

  test('are sorted by name, and isRole rejects other names', () => {
    expect(Object.keys(roles)).toEqual(Object.keys(roles).sort());
    expect(isRole('CanDoEverything')).toBe(false);
    expect(isRole('toString')).toBe(false);
  });
});

test('the gateway can fail with every error that is documented', () => {
  const folder = join(import.meta.dirname, '../../src');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && file !== join('base', 'errors.ts'),
  );
  const code = files.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
  expect(errorKeys.filter((key) => !code.includes(`'${key}'`))).toEqual([]);
});
