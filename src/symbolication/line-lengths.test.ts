import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lineLengths } from './line-lengths.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)

test('every line break of ECMAScript ends a line, and CR LF is one', () => {
  assert.deepEqual(lineLengths([utf8('a\nbb\r\nccc\rdddd\u2028e\u2029')]), [1, 2, 3, 4, 1, 0])
})

test('characters are UTF-16 code units, as in the columns of a map', () => {
  assert.deepEqual(lineLengths([utf8('ä😀')]), [3])
})

test('a byte order mark is not counted', () => {
  assert.deepEqual(lineLengths([utf8('\uFEFFab')]), [2])
})

test('an empty file has one empty line', () => {
  assert.deepEqual(lineLengths([]), [0])
})

test('pieces may end anywhere, also within a character or a line break', () => {
  const whole = utf8('aä\r\n😀b\n\rc')
  const single = [...whole].map(byte => Uint8Array.of(byte))
  assert.deepEqual(lineLengths(single), [2, 3, 0, 1])
})
