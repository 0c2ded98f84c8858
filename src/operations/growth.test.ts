import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diskUsage } from './disk-usage.ts'
import { growthPerDay, growthSince } from './growth.ts'

const day = 86_400_000
const now = 1000 * day

test('growth is spread over seven days, or over the age of a younger store, but over a day at least', () => {
  assert.equal(growthSince(now), now - 7 * day)
  const ages = [0.1, 1, 2, 3.5, 7, 400].map(age => growthPerDay(700, now - age * day, now))
  assert.deepEqual(ages, [700, 700, 350, 200, 100, 100])
  assert.equal(growthPerDay(0, undefined, now), 0)
  assert.equal(growthPerDay(700, now + day, now), 700, 'a clock that was put back')
})

test('days until the volume is full are told only where it fills', async () => {
  const stored = { storedSize: 900, waitingSize: 100, recentSize: 700, firstUploadAt: now - 400 * day }
  const usage = (changes: Partial<typeof stored>) =>
    diskUsage({ catalog: { storedBytes: async () => ({ ...stored, ...changes }) }, freeBytes: async () => 1000 }, now)
  assert.deepEqual(await usage({}), { storedSize: 900, waitingSize: 100, freeSize: 1000, growthPerDay: 100, daysUntilFull: 10 })
  assert.equal((await usage({ recentSize: 0 })).daysUntilFull, undefined)
})
