import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DamagedCopy, MissingCopy } from '../../operations/ports/blob-store.ts'
import { copyOf, large, noise, put, readAll, small } from './samples.ts'
import type { OpenStore } from './store-under-test.ts'

/** Compressed copies beside the first. */
export function compressing(open: OpenStore): void {
  for (const codec of ['gzip', 'brotli'] as const) {
    test(`${codec} that pays gives a second, smaller copy and tells its stored bytes`, async t => {
      const { store, names } = await open(t)
      const from = await put(store, large)
      const to = copyOf(large, codec)
      const stored = await store.compress(from, to)
      assert.ok(stored !== undefined && stored > 0 && stored < large.length / 2)
      assert.deepEqual(await readAll(store, from), large)
      assert.deepEqual(await readAll(store, to), large)
      assert.equal((await names()).length, 2)
    })
  }

  for (const [title, bytes] of Object.entries({ noise, 'an empty file': Buffer.alloc(0) })) {
    test(`${title} does not pay, and no copy is left`, async t => {
      const { store, names } = await open(t)
      const from = await put(store, bytes)
      const to = copyOf(bytes, 'brotli')
      assert.equal(await store.compress(from, to), undefined)
      await assert.rejects(store.read(to), MissingCopy)
      assert.equal((await names()).length, 1)
    })
  }

  test('a copy that is not there cannot be compressed, and nothing is left', async t => {
    const { store, names } = await open(t)
    await assert.rejects(store.compress(copyOf(large), copyOf(large, 'brotli')), MissingCopy)
    assert.deepEqual(await names(), [])
  })

  test('a compressed copy that does not have its digest is refused, and nothing is left of it', async t => {
    const { store, names } = await open(t)
    const from = await put(store, large)
    await assert.rejects(store.compress(from, { ...copyOf(small, 'brotli') }), DamagedCopy)
    assert.equal((await names()).length, 1)
  })
}
