import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readRange } from './byte-range.ts'

describe('a Range header', () => {
  const cases: readonly (readonly [string | undefined, number, ReturnType<typeof readRange>])[] = [
    [undefined, 10, undefined],
    ['bytes=0-3', 10, { first: 0, last: 3 }],
    ['bytes=4-', 10, { first: 4, last: 9 }],
    ['bytes=-3', 10, { first: 7, last: 9 }],
    ['bytes=-30', 10, { first: 0, last: 9 }],
    ['bytes=9-100', 10, { first: 9, last: 9 }],
    ['bytes=10-', 10, 'unsatisfiable'],
    ['bytes=-0', 10, 'unsatisfiable'],
    ['bytes=0-', 0, 'unsatisfiable'],
    ['bytes=-5', 0, 'unsatisfiable'],
    ['bytes=5-4', 10, undefined],
    ['bytes=-', 10, undefined],
    ['bytes=0-1,3-4', 10, undefined],
    ['items=0-1', 10, undefined],
    ['bytes=a-b', 10, undefined],
  ]
  for (const [header, size, expected] of cases) {
    test(`${header} of ${size} bytes is ${JSON.stringify(expected) ?? 'the whole file'}`, () => {
      assert.deepEqual(readRange(header, size), expected)
    })
  }
})
