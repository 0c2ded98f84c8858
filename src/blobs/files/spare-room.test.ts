import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { leastFree, spareRoom } from './spare-room.ts'

const mebibyte = 1024 * 1024

test('64 MiB of a volume stay free for deletions, and a twentieth of one that is small', () => {
  assert.deepEqual(
    [100, 1280, 1281, 1_000_000].map(size => leastFree(size * mebibyte) / mebibyte),
    [5, 64, 64, 64],
  )
})

test('where that is free uploads are let in', () => spareRoom(tmpdir()))
