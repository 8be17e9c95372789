import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstDifference } from './answers.ts';

const answer = { customer: { id: '1', addresses: [{ city: 'Bristol' }, { city: null }] } };

test('the same answer has no difference, whatever the order of its fields', () => {
  const { id, addresses } = answer.customer;

  assert.equal(firstDifference(answer, { customer: { addresses, id } }), null);
});

test('another value, a field too few or too many, and another length of a list are told with their place', () => {
  const other = (addresses: object[]) => firstDifference(answer, { customer: { id: '1', addresses } });

  assert.equal(other([{ city: 'Bath' }, { city: null }]), 'data.customer.addresses[0].city is "Bath", not "Bristol"');
  assert.equal(other([{ city: 'Bristol' }, {}]), 'data.customer.addresses[1].city is undefined, not null');
  assert.equal(
    other([{ city: 'Bristol', county: null }, { city: null }]),
    'data.customer.addresses[0].county is null, not undefined',
  );
  assert.equal(other([{ city: 'Bristol' }]), 'data.customer.addresses has 1 items, not 2');
});
