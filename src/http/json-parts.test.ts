import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonParts } from './json-parts.ts'

const mebibyte = 1024 * 1024

test('a long answer is sent from the memory in which its parts lie, in pieces that leave time to others, and names its length', async () => {
  const long = Buffer.alloc(3 * mebibyte + 1, 'x')
  const parts = [Buffer.from('{"a":"'), long, Buffer.from('"}')]
  const { body, headers } = jsonParts(parts)
  assert.ok(typeof body === 'function')
  const pieces: Uint8Array[] = []
  for await (const piece of await body()) {
    assert.ok(piece instanceof Uint8Array && piece.length <= mebibyte)
    pieces.push(piece)
  }
  assert.ok(Buffer.concat(pieces).equals(Buffer.concat(parts)))
  assert.ok(pieces.slice(1, -1).every(piece => piece.buffer === long.buffer))
  assert.deepEqual(headers, { 'content-type': 'application/json', 'content-length': String(long.length + 8) })
})

test('a short answer is sent whole', () => {
  const { body } = jsonParts([Buffer.from('{"a":'), Buffer.from('1}')])
  assert.equal(String(body), '{"a":1}')
})
