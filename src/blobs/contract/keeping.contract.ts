import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MissingCopy } from '../../operations/ports/blob-store.ts'
import { at, copyOf, large, pieces, plenty, put, readAll, sha256, small } from './samples.ts'
import type { OpenStore } from './store-under-test.ts'

/** Receiving streams and keeping them under a name. */
export function receivingAndKeeping(open: OpenStore): void {
  for (const [title, bytes] of Object.entries({ 'an empty file': Buffer.alloc(0), 'a small file': small, 'a file of megabytes': large })) {
    test(`${title} comes back as it was, with its digest and size`, async t => {
      const { store, names } = await open(t)
      const spooled = await store.receive(pieces(bytes, 70_001), bytes.length)
      assert.deepEqual({ digest: spooled.digest, size: spooled.size }, { digest: sha256(bytes), size: bytes.length })
      const copy = copyOf(bytes)
      await store.keep(spooled, copy)
      await store.discard(spooled)
      assert.deepEqual(await readAll(store, copy), bytes)
      assert.equal((await names()).length, 1)
    })
  }

  test('many tiny pieces are as good as few large ones', async t => {
    const { store } = await open(t)
    const bytes = large.subarray(0, 600_000)
    const copy = await put(store, bytes, { source: pieces(bytes, 37) })
    assert.deepEqual(await readAll(store, copy), bytes)
  })

  test('what is discarded without being kept leaves nothing, and discarding twice is harmless', async t => {
    const { store, names } = await open(t)
    for (const bytes of [small, large]) {
      const spooled = await store.receive(pieces(bytes), plenty)
      await store.discard(spooled)
      await store.discard(spooled)
    }
    assert.deepEqual(await names(), [])
  })

  test('parallel keeps of the same content make copies that live and die on their own', async t => {
    const { store } = await open(t)
    const copies = await Promise.all([put(store, large), put(store, large), put(store, small), put(store, small)])
    await Promise.all([store.remove(at(copies, 0)), store.remove(at(copies, 2))])
    assert.deepEqual(await readAll(store, at(copies, 1)), large)
    assert.deepEqual(await readAll(store, at(copies, 3)), small)
  })

  test('the same received bytes can be kept again, at once or after the first copy was removed', async t => {
    const { store } = await open(t)
    for (const bytes of [small, large]) {
      const spooled = await store.receive(pieces(bytes), plenty)
      const [first, second, third] = [copyOf(bytes), copyOf(bytes), copyOf(bytes)]
      await Promise.all([store.keep(spooled, first), store.keep(spooled, second)])
      await store.remove(first)
      await store.keep(spooled, third)
      await store.discard(spooled)
      assert.deepEqual(await readAll(store, second), bytes)
      assert.deepEqual(await readAll(store, third), bytes)
    }
  })

  test('what belongs to one organization is never among what belongs to another', async t => {
    const { store, names } = await open(t)
    const copies = await Promise.all([1, 2, 2].map(organization => put(store, small, { organization })))
    await store.compress(await put(store, large, { organization: 2 }), copyOf(large, 'brotli', 2))
    assert.deepEqual((await names()).map(name => name.split('/')[0]).sort(), ['1', '2', '2', '2', '2'])
    await assert.rejects(readAll(store, { ...at(copies, 0), organization: 2 }), MissingCopy)
  })
}
