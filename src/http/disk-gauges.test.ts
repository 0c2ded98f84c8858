import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMetrics } from './metrics.ts'

const usage = { storedSize: 900, waitingSize: 100, freeSize: 1000, growthPerDay: 100, daysUntilFull: 10 }

async function gauges(...readings: Parameters<ReturnType<typeof createMetrics>['disk']>[]): Promise<Record<string, number>> {
  const metrics = createMetrics()
  for (const [reading] of readings) metrics.disk(reading)
  const lines = (await metrics.text()).matchAll(/^mapkeep_(?:blob|volume)_(\S+) (\S+)$/gm)
  return Object.fromEntries([...lines].map(([, name, value]) => [name, Number(value)]))
}

test('figures about the volume are absent until they are known, and gone when they no longer are', async () => {
  assert.deepEqual(await gauges(), {})
  const known = { stored_bytes: 900, waiting_bytes: 100, free_bytes: 1000, days_until_full: 10 }
  assert.deepEqual(await gauges([usage]), known)
  assert.deepEqual(await gauges([usage], [{ ...usage, freeSize: 0, daysUntilFull: 0 }]), { ...known, free_bytes: 0, days_until_full: 0 })
  assert.deepEqual(await gauges([usage], [undefined]), {})
})

test('days until the volume is full are absent where nothing grows', async () => {
  const { days_until_full, ...rest } = await gauges([usage], [{ ...usage, growthPerDay: 0, daysUntilFull: undefined }])
  assert.equal(days_until_full, undefined)
  assert.deepEqual(rest, { stored_bytes: 900, waiting_bytes: 100, free_bytes: 1000 })
})
