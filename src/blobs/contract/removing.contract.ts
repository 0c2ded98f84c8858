import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MissingCopy } from '../../operations/ports/blob-store.ts'
import { copyOf, large, put, putAs, readAll, small } from './samples.ts'
import type { OpenStore } from './store-under-test.ts'

/** Removing, and being ready. */
export function removing(open: OpenStore): void {
  test('removing takes the named copy only, and removing it again is no error', async t => {
    const { store, names } = await open(t)
    const [gone, stays] = [await put(store, small), await put(store, small)]
    await store.remove(gone)
    await store.remove(gone)
    await store.remove(copyOf(large))
    await assert.rejects(store.read(gone), MissingCopy)
    assert.deepEqual(await readAll(store, stays), small)
    assert.equal((await names()).length, 1)
  })

  test('a store that works says so and leaves nothing of the trial', async t => {
    const { store, names } = await open(t)
    await store.check()
    assert.deepEqual(await names(), [])
  })

  test('sweeping takes nothing that was kept', async t => {
    const { store } = await open(t)
    const copy = await putAs(store, large, 'brotli')
    await store.sweep()
    assert.deepEqual(await readAll(store, copy), large)
  })
}
