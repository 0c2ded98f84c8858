import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askerOf } from './asker.ts'

const asked = {
  '192.0.2.7': 'address 192.0.2.7',
  '::ffff:192.0.2.7': 'address ::ffff:192.0.2.7',
  unknown: 'address unknown',
  '::1': 'address 0:0:0:0::/64',
  '2001:db8:1:2:3:4:5:6': 'address 2001:db8:1:2::/64',
  '2001:db8:1:2::': 'address 2001:db8:1:2::/64',
  '2001:0db8:0001:0002::9': 'address 2001:db8:1:2::/64',
  '2001:db8::1:2:3:4:5': 'address 2001:db8:0:1::/64',
  'fe80::1:2%eth0': 'address fe80:0:0:0::/64',
}

for (const [address, asker] of Object.entries(asked)) test(`${address} is counted as ${asker}`, () => assert.equal(askerOf(address), asker))
