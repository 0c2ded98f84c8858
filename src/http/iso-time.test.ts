import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isoTime } from './iso-time.ts'

test('a time is read with its zone, to the second or finer', () => {
  assert.equal(isoTime('2026-01-15T10:00:00Z'), Date.UTC(2026, 0, 15, 10))
  assert.equal(isoTime('2026-01-15T10:00Z'), Date.UTC(2026, 0, 15, 10))
  assert.equal(isoTime('2026-01-15T10:00:00.250+02:00'), Date.UTC(2026, 0, 15, 8, 0, 0, 250))
  assert.equal(isoTime('2028-02-29T00:00:00Z'), Date.UTC(2028, 1, 29))
})

test('what is no time, has no zone or is on no calendar is none', () => {
  const none = [
    '',
    'tomorrow',
    '2026',
    '2026-01-15',
    '2026-01-15T10:00:00',
    '2026-02-30T10:00:00Z',
    '2026-13-01T10:00:00Z',
    '1768471200000',
  ]
  for (const text of none) assert.equal(isoTime(text), undefined, text)
})
