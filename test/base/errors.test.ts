import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  definitionOf,
  type ErrorKey,
  errorKeys,
  GatewayError,
  gatewayError,
  requestError,
  textOf,
} from '../../src/base/errors.ts';
import { placeholdersOf } from '../../src/base/message-template.ts';
import { obpErrors } from '../../src/base/obp-errors.ts';
import { ownErrors, requestErrors } from '../../src/base/own-errors.ts';
import { isRole, roleScope, roles } from '../../src/base/roles.ts';
import { valueRule, valueRules } from '../../src/base/value-rules.ts';
import catalogue from '../catalogue.json' with { type: 'json' };

describe('gatewayError', () => {
  test("begins the message with OBP's code and text", () => {
    const error = gatewayError('OBP-30001', { bankId: 'gh.29.uk' });
    expect(error).toBeInstanceOf(GatewayError);
    expect(error.message).toBe('OBP-30001: Bank not found. Please specify a valid value for BANK_ID.');
    expect(error.extensions).toEqual({
      code: 'NOT_FOUND',
      obpCode: 'OBP-30001',
      key: 'OBP-30001',
      bankId: 'gh.29.uk',
    });
  });

  test('returns the plain text and no OBP code for a failure that OBP does not have', () => {
    const error = gatewayError('VERSION_CONFLICT', { currentVersion: 7, detail: 'REQUEST_DECIDED' });
    expect(error.message).toBe(
      'The object has changed since it was read, so read it again. The request is already decided.',
    );
    expect(error.extensions).toEqual({
      code: 'CONFLICT',
      obpCode: null,
      key: 'VERSION_CONFLICT',
      currentVersion: 7,
      detail: 'REQUEST_DECIDED',
    });
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
    expect(gatewayError('OBP-30007', { field: 'input.userId' }).message).toMatch(/ specified by BANK_ID$/);
    expect(gatewayError('OBP-30007', { field: 'input.userId', detail: 'LINK_SWITCHED_OFF' }).message).toMatch(
      / specified by BANK_ID\. The link is switched off\. /,
    );
  });

  test('keeps the cause and the HTTP status out of the response', () => {
    const cause = new Error('unique constraint customer_bank_id_number');
    const error = requestError('INVALID_TOKEN', { cause });
    expect(error.cause).toBe(cause);
    expect(error.extensions.http).toEqual({ status: 401, headers: new Map() });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      message: 'The token is invalid or expired.',
      extensions: { code: 'UNAUTHENTICATED', obpCode: null, key: 'INVALID_TOKEN' },
    });
  });

  test('has a text for every error of the catalogue, and accepts no other key', () => {
    const codes = new Set(catalogue.flatMap(({ errors }) => errors));
    expect(codes.size).toBeGreaterThan(30);
    for (const code of codes) {
      expect(textOf(code as ErrorKey)).toMatch(new RegExp(`^${code}: .*\\S$`));
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

describe('the code', () => {
  const folder = join(import.meta.dirname, '../../src');
  const definitions = new Set(['obp-errors.ts', 'own-errors.ts', 'value-rules.ts'].map((name) => join('base', name)));
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !definitions.has(file),
  );
  const code = files.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');

  test('can fail with every error, detail, and rule that is documented', () => {
    const details = errorKeys.flatMap((key) => Object.keys(definitionOf(key).details ?? {}));
    const names = [...errorKeys, ...details, ...Object.keys(valueRules)];
    expect(names.filter((name) => !code.includes(`'${name}'`))).toEqual([]);
  });

  test('creates errors only through the functions that need the parameters', () => {
    const creators = files.filter((file) => readFileSync(join(folder, file), 'utf8').includes('new GatewayError('));
    expect(creators).toEqual([join('base', 'errors.ts')]);
  });
});

test('a message cannot be written without its parameters', () => {
  // @ts-expect-error: the text of the failure names the missing roles.
  gatewayError('OBP-20006');
  // @ts-expect-error: the sentence states the limit.
  gatewayError('TOO_MANY_ITEMS', { detail: 'BANKS' });
  // @ts-expect-error: the failure has no such detail.
  gatewayError('OBP-30221', { detail: 'BANKS', limit: 1 });
  // @ts-expect-error: the rule states the limit.
  valueRule('MAX_CHARACTERS');
  // @ts-expect-error: one of the failures needs a parameter.
  gatewayError('OBP-30046' as ErrorKey);
  expect(valueRule('MAX_CHARACTERS', { limit: 2_000 }).text).toBe('must be at most 2,000 characters');
});

test('a rule is named in the extensions, with its parameters', () => {
  const rule = valueRule('FROM_TO', { minimum: 1, limit: 100 });
  const error = gatewayError('OBP-10025', { field: 'first', rule });
  expect(error.message).toMatch(/^OBP-10025: wrong value .*! first must be from 1 to 100\.$/);
  expect(error.extensions).toMatchObject({ field: 'first', rule: 'FROM_TO', minimum: 1, limit: 100 });
});

test('definitions declare each parameter once, and their names are sorted', () => {
  for (const texts of [obpErrors, ownErrors, requestErrors, valueRules]) {
    expect(Object.keys(texts)).toEqual(Object.keys(texts).sort());
  }
  for (const key of errorKeys) {
    const { message, parameters = [], details = {} } = definitionOf(key);
    const declared = [...placeholdersOf(message), ...parameters.map((name) => name.replace('?', ''))];
    expect(new Set(declared).size, key).toBe(declared.length);
    for (const name of Object.keys(details)) expect(name, key).toMatch(/^[A-Z][A-Z_0-9]*$/);
  }
});
