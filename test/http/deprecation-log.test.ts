import { Writable } from 'node:stream';
import { isInputObjectType, isObjectType } from 'graphql';
import { expect, test } from 'vitest';
import { createLogger } from '../../src/base/logger.ts';
import { deprecation } from '../../src/graph/deprecation.ts';
import { openDeprecationLog } from '../../src/http/deprecation-log.ts';
import { gatewaySchema } from '../../src/schema.ts';
import { startGateway } from '../support/gateway.ts';

const message = 'deprecated fields used';

test('operations with deprecated fields are counted for each client, without their values', async () => {
  const schema = await gatewaySchema();
  const bank = schema.getType('Bank');
  const field = isObjectType(bank) ? bank.getFields().shortName : undefined;
  if (field === undefined) throw new Error('There is no field Bank.shortName.');
  field.deprecationReason = deprecation('Use `fullName` instead.', '2027-06-30');
  const gateway = await startGateway({ schema });
  const asClient = (name: string | null, document: string) =>
    gateway.query(null, document, {}, name === null ? {} : { 'apollographql-client-name': name });

  await asClient('web', '{ banks { shortName } }');
  await asClient('web', '{ banks { shortName fullName } }');
  await asClient('web', '{ banks { fullName } }');
  await asClient('app', '{ unknown }');
  await asClient(null, '{ banks { shortName } }');
  await gateway.stop();

  const lines = gateway.logged.filter(({ msg }) => msg === message);
  expect(lines.map(({ clientName, operations }) => ({ clientName, operations }))).toEqual([
    { clientName: 'web', operations: { 'Bank.shortName': 2 } },
    { clientName: null, operations: { 'Bank.shortName': 1 } },
  ]);
});

test('operations are counted whose variables have a deprecated input field', async () => {
  const schema = await gatewaySchema();
  const input = schema.getType('CreateBankInput');
  const field = isInputObjectType(input) ? input.getFields().logoUrl : undefined;
  if (field === undefined) throw new Error('There is no field CreateBankInput.logoUrl.');
  field.deprecationReason = deprecation('Use `websiteUrl` instead.', '2027-06-30');
  const gateway = await startGateway({ schema });
  const create = 'mutation ($input: CreateBankInput!) { createBank(input: $input) { bank { id } } }';
  const names = { shortName: 'Bank', fullName: 'The Bank' };

  for (const logoUrl of ['https://bank.example/logo.png', null, undefined]) {
    await gateway.query(null, create, { input: { bankId: 'b', ...names, logoUrl } });
  }
  await gateway.stop();

  const lines = gateway.logged.filter(({ msg }) => msg === message);
  expect(lines.map(({ operations }) => operations)).toEqual([{ 'CreateBankInput.logoUrl': 2 }]);
  expect(JSON.stringify(lines)).not.toContain('logo.png');
});

test('at most 100 clients are counted by their names', () => {
  const lines: Record<string, unknown>[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  });
  const log = openDeprecationLog(createLogger('info', { destination }));

  for (let client = 0; client < 1_000; client += 1) log.count(`client-${client}`, ['Bank.shortName']);
  log.count('client-0', []);
  log.close();

  expect(lines).toHaveLength(101);
  expect(lines.find(({ clientName }) => clientName === null)).toMatchObject({ operations: { 'Bank.shortName': 900 } });
});
