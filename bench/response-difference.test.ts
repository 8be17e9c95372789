import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { firstDifference } from './response-difference.ts';

const data = { customer: { id: '1', addresses: [{ city: 'Bristol' }, { city: null }] } };

describe('firstDifference', () => {
  test('ignores the order of fields', () => {
    const { id, addresses } = data.customer;

    assert.equal(firstDifference(data, { customer: { addresses, id } }), null);
  });

  test('reports the path of a different value, a missing or additional field, or a list of another length', () => {
    const differenceOf = (addresses: object[]) => firstDifference(data, { customer: { id: '1', addresses } });

    assert.equal(
      differenceOf([{ city: 'Bath' }, { city: null }]),
      'data.customer.addresses[0].city is "Bath", not "Bristol"',
    );
    assert.equal(differenceOf([{ city: 'Bristol' }, {}]), 'data.customer.addresses[1].city is undefined, not null');
    assert.equal(
      differenceOf([{ city: 'Bristol', county: null }, { city: null }]),
      'data.customer.addresses[0].county is null, not undefined',
    );
    assert.equal(differenceOf([{ city: 'Bristol' }]), 'data.customer.addresses has a length of 1, not 2');
  });
});
