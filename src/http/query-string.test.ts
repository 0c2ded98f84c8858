import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Problem } from '../domain/problem.ts'
import { parseQuery } from './query-string.ts'

describe('the query string', () => {
  test('keeps every pair in its order, repeated names, too', () => {
    assert.deepEqual(parseQuery('/p?a=1&b=2&a=3'), [
      ['a', '1'],
      ['b', '2'],
      ['a', '3'],
    ])
  })

  test('decodes names and values once, and plus as a blank', () => {
    assert.deepEqual(parseQuery('/p?filter%5Bservice%5D=a+b%2Bc%2520'), [['filter[service]', 'a b+c%20']])
  })

  test('takes commas, semicolons, further equals signs and number signs as data', () => {
    assert.deepEqual(parseQuery('/p?a=1,2;3=4#5'), [['a', '1,2;3=4#5']])
  })

  test('knows names without a value, values without a name and nothing at all', () => {
    assert.deepEqual(parseQuery('/p?a&=b&&'), [
      ['a', ''],
      ['', 'b'],
    ])
    assert.deepEqual(parseQuery('/p?'), [])
    assert.deepEqual(parseQuery('/p'), [])
  })

  test('names every parameter with a broken encoding, and throws no other', () => {
    for (const text of ['%', '%2', '%zz', '%ff', '%c3%28', '%ed%a0%80']) {
      assert.throws(
        () => parseQuery(`/p?good=1&bad=${text}&${text}=1`),
        error => {
          assert.ok(error instanceof Problem)
          assert.deepEqual(
            error.reasons.map(({ source }) => source),
            [{ parameter: 'bad' }, { parameter: text }],
          )
          return true
        },
      )
    }
  })
})
