import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type IdRange, idPages, packRanges, unpackRanges } from './id-ranges.ts'

const far = 2 ** 45
const lists: Readonly<Record<string, readonly IdRange[]>> = {
  'no range': [],
  'one id': [{ first: 1, last: 1 }],
  'the id zero': [{ first: 0, last: 0 }],
  'neighbours and gaps': [
    { first: 1, last: 127 },
    { first: 128, last: 128 },
    { first: 257, last: 16_641 },
    { first: 1_000_000, last: 1_500_000 },
  ],
  'ids beyond 32 bits': [
    { first: 2 ** 31, last: 2 ** 32 },
    { first: far, last: far + 2 ** 40 },
    { first: Number.MAX_SAFE_INTEGER, last: Number.MAX_SAFE_INTEGER },
  ],
}

for (const [what, ranges] of Object.entries(lists))
  test(`${what} can be packed and unpacked`, () => assert.deepEqual([...unpackRanges(packRanges(ranges))], ranges))

test('half a million consecutive ids take a few bytes, as many scattered ones two bytes each', () => {
  assert.ok(packRanges([{ first: 500_001, last: 1_000_000 }]).length <= 6)
  const scattered = Array.from({ length: 1000 }, (_, at) => ({ first: at * 100 + 1, last: at * 100 + 1 }))
  assert.ok(packRanges(scattered).length <= 2000)
})

test('bytes that end in the middle of a number are a fault', () => {
  const packed = packRanges([{ first: 300, last: 900 }])
  for (let length = 1; length < packed.length; length++) assert.throws(() => [...unpackRanges(packed.subarray(0, length))], RangeError)
})

test('ids come in pages of the size asked for, across ranges, the last one shorter', () => {
  const ranges = [
    { first: 1, last: 5 },
    { first: 10, last: 10 },
    { first: 20, last: 23 },
  ]
  assert.deepEqual(
    [...idPages(ranges, 4)],
    [
      [1, 2, 3, 4],
      [5, 10, 20, 21],
      [22, 23],
    ],
  )
  assert.deepEqual(
    [...idPages(ranges, 5)],
    [
      [1, 2, 3, 4, 5],
      [10, 20, 21, 22, 23],
    ],
  )
  assert.deepEqual([...idPages(ranges, 100)].flat().length, 10)
  assert.deepEqual([...idPages([], 3)], [])
})

test('pages are made as they are asked for', () => {
  const pages = idPages([{ first: 1, last: Number.MAX_SAFE_INTEGER - 1 }], 2)
  assert.deepEqual(
    [pages.next().value, pages.next().value],
    [
      [1, 2],
      [3, 4],
    ],
  )
})
