import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foldCase, isCaseless, isUuid } from './caseless.ts'

const uuid = '0BF1BB2E-4B1D-4B6F-A3A0-C6D5E4F30102'

test('hex digits and dashed UUIDs are folded to lower case', () => {
  for (const value of ['ABCDEF0123', 'a', uuid]) assert.equal(foldCase(value), value.toLowerCase())
})

test('everything else keeps its case', () => {
  for (const value of ['', 'Release', 'ABC-DEF', 'ABCG', ' AB', 'AB\n', `${uuid}A`, 'aB/cD_eF-0', `{${uuid}}`]) {
    assert.equal(isCaseless(value), false, JSON.stringify(value))
    assert.equal(foldCase(value), value)
  }
})

test('only the dashed form counts as a UUID', () => {
  assert.equal(isUuid(uuid), true)
  for (const value of [uuid.replaceAll('-', ''), `${uuid} `, `${uuid}\n`, uuid.slice(1), '', uuid.replace('B', 'G')])
    assert.equal(isUuid(value), false)
})
