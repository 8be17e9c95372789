import { Writable } from 'node:stream';
import { isObjectType } from 'graphql';
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
