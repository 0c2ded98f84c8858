import assert from 'node:assert/strict'
import { test } from 'node:test'
import { members } from './members.ts'

test('the members of uuids are each there once, as sent; other values are one member', () => {
  assert.deepEqual(members('uuids', ' AB, cd,,ab ,EF'), ['ab', 'cd', 'EF'])
  assert.deepEqual(members('uuids', ' , ,'), [])
  assert.deepEqual(members('service', 'a,b'), ['a,b'])
})
