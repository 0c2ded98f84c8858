import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { duplicateMember } from './duplicate-member.ts'

describe('a JSON text', () => {
  test('whose objects have each member once is left alone', () => {
    for (const text of [
      '{}',
      '[]',
      '"a"',
      '{"a":1,"b":{"a":2}}',
      '[{"a":1},{"a":2}]',
      '{"a":"\\"b\\":1","b":["a","a"]}',
      '{"a":"}","b":"{"}',
    ])
      assert.equal(duplicateMember(text), undefined, text)
  })

  test('tells a member that an object has twice, however it is written', () => {
    for (const text of ['{"a":1,"a":1}', '{"b":{"a":{},"c":[1], "a" : 2}}', '[{"x":[{"a":1,\n"\\u0061"\n:2}]}]'])
      assert.equal(duplicateMember(text), 'a', text)
  })

  test('is looked through in time that grows with its length, whatever is in it', () => {
    const hostile = `{"a":"${'\\\\'.repeat(200_000)}","b":${'['.repeat(4000)}${']'.repeat(4000)},"b":1}`
    assert.equal(duplicateMember(hostile), 'b')
  })
})
