import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gatherBytes } from './gather-bytes.ts'

test('bytes that come one by one are the same, and take no more than twice their number', () => {
  const gathered = gatherBytes()
  for (let at = 0; at < 100_000; at++) {
    gathered.add(Uint8Array.of(at % 251))
    assert.ok(gathered.all().buffer.byteLength <= 2 * gathered.size)
  }
  assert.equal(gathered.size, 100_000)
  assert.ok(gathered.all().every((byte, at) => byte === at % 251))
})

test('a whole file in one piece takes what it has, and what was given out stays as it was', () => {
  const gathered = gatherBytes()
  gathered.add(new Uint8Array(5000).fill(1))
  const first = gathered.all()
  assert.equal(first.buffer.byteLength, 5000)
  gathered.add(Uint8Array.of(2))
  assert.deepEqual([first.length, first.at(-1), gathered.all().at(-1)], [5000, 1, 2])
  gathered.clear()
  assert.deepEqual([gathered.size, gathered.all().length], [0, 0])
})
