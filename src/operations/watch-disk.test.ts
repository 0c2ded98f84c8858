import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DiskUsage } from './disk-usage.ts'
import { watchDisk } from './watch-disk.ts'

const figures: DiskUsage = { storedSize: 5, waitingSize: 2, freeSize: 10, growthPerDay: 1, daysUntilFull: 10 }
const later = () => new Promise(resolve => setImmediate(resolve))

test('the watch reads at once, and not again while it is not time', async () => {
  const shown: unknown[] = []
  let readings = 0
  const read = async () => {
    readings++
    return figures
  }
  const watch = watchDisk({ read, show: usage => shown.push(usage), onFault: error => assert.fail(String(error)) })
  await later()
  await later()
  watch.stop()
  assert.deepEqual([readings, shown], [1, [figures]])
})

test('a reading that fails is told of, and takes the old figures away', async () => {
  const [shown, faults]: unknown[][] = [[], []]
  const watch = watchDisk({
    read: () => Promise.reject(new Error('no volume')),
    show: usage => shown?.push(usage),
    onFault: error => faults?.push((error as Error).message),
  })
  await later()
  watch.stop()
  assert.deepEqual([shown, faults], [[undefined], ['no volume']])
})

test('a reading that outlasts the watch is dropped, however it ends', async () => {
  for (const read of [() => later().then(() => figures), () => later().then(() => Promise.reject(new Error('closed')))]) {
    const told: unknown[] = []
    watchDisk({ read, show: usage => told.push(usage), onFault: error => told.push(error) }).stop()
    await later()
    await later()
    assert.deepEqual(told, [])
  }
})
