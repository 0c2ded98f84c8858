import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ByteRange, MissingCopy } from '../../operations/ports/blob-store.ts'
import { copyOf, large, putAs, readAll, small } from './samples.ts'
import type { OpenStore } from './store-under-test.ts'

/** Reading copies whole and in part. */
export function reading(open: OpenStore): void {
  const ranges: ByteRange[] = [
    { first: 0, last: 0 },
    { first: 1, last: 262_144 },
    { first: 262_143, last: 262_144 },
    { first: 131_071, last: 1_048_577 },
    { first: large.length - 3, last: large.length - 1 },
    { first: large.length - 3, last: large.length + 9 },
    { first: 0, last: large.length - 1 },
  ]

  for (const codec of ['identity', 'gzip', 'brotli'] as const) {
    test(`a range of a copy kept as ${codec} is a range of the bytes as uploaded`, async t => {
      const { store } = await open(t)
      const copy = await putAs(store, large, codec)
      for (const range of ranges) {
        const expected = large.subarray(range.first, range.last + 1)
        assert.deepEqual(await readAll(store, copy, range), expected, JSON.stringify(range))
      }
    })

    test(`a consumer of a copy kept as ${codec} may stop before, at and after the first byte`, async t => {
      const { store } = await open(t)
      const copy = await putAs(store, large, codec)
      await (await store.read(copy))[Symbol.asyncIterator]().return?.()
      for await (const chunk of await store.read(copy)) {
        assert.deepEqual(Buffer.from(chunk), large.subarray(0, chunk.length))
        break
      }
      assert.deepEqual(await readAll(store, copy), large)
    })
  }

  test('a copy that is not there is told before the first byte is asked for', async t => {
    const { store } = await open(t)
    await assert.rejects(store.read(copyOf(small)), MissingCopy)
    await assert.rejects(store.read(copyOf(small, 'brotli')), MissingCopy)
  })

  test('many readers of one copy all get all of it', async t => {
    const { store } = await open(t)
    const copy = await putAs(store, large, 'brotli')
    const readings = await Promise.all(Array.from({ length: 8 }, () => readAll(store, copy)))
    for (const bytes of readings) assert.ok(bytes.equals(large))
  })
}
