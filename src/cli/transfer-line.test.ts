import assert from 'node:assert/strict'
import { test } from 'node:test'
import { transferLine } from './transfer-line.ts'

const megabyte = 1024 * 1024

test('files are told with their bytes, the pace of this run and the time left', () => {
  let now = 0
  const text = transferLine(() => now)
  const files = { step: 'files', total: 300, totalSize: 300 * megabyte } as const
  assert.equal(text({ ...files, done: 100, size: 100 * megabyte, movedSize: 0 }), 'copying files: 100 of 300, 100 MB of 300 MB (33 %)')
  now = 10_000
  // What an earlier run has copied says nothing about the pace
  const after = text({ ...files, done: 120, size: 120 * megabyte, movedSize: 20 * megabyte })
  assert.equal(after, 'copying files: 120 of 300, 120 MB of 300 MB (40 %), 2.0 MB/s, 90s left')
})

test('rows are counted while they are copied, and once more while they are compared', () => {
  const text = transferLine(() => 0)
  const rows = { done: 50, total: 200, size: 0, totalSize: 0, movedSize: 0 }
  assert.equal(text({ ...rows, step: 'rows' }), 'copying rows: 50 of 200 (25 %)')
  assert.equal(text({ ...rows, step: 'comparison' }), 'comparing rows: 50 of 200 (25 %)')
})
