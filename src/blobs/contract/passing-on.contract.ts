import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Codec, type CopyName, DamagedCopy, MissingCopy } from '../../operations/ports/blob-store.ts'
import { copyOf, large, pieces, plenty, put, putAs, readAll, small } from './samples.ts'
import type { OpenStore } from './store-under-test.ts'

const compressed: readonly Codec[] = ['gzip', 'brotli']

/** How copies are passed on to another store in the form they have. */
export function passingOn(open: OpenStore): void {
  for (const codec of compressed)
    test(`a copy kept as ${codec} is passed on as it is, and reads back in another store`, async t => {
      const [one, other] = [await open(t), await open(t)]
      const copy = await putAs(one.store, large, codec)
      const spooled = await other.store.receive(await one.inspection.readStored(copy), plenty)
      assert.equal(spooled.size, await one.store.measure(copy))
      await other.store.keep(spooled, copy)
      await other.store.discard(spooled)
      assert.equal(await other.store.measure(copy), await one.store.measure(copy))
      assert.deepEqual(await readAll(other.store, copy), large)
    })

  test('a copy kept as it came is passed on as well, an empty one, too', async t => {
    const { store, inspection } = await open(t)
    for (const bytes of [small, large, Buffer.alloc(0)])
      assert.deepEqual(await allOf(await inspection.readStored(await put(store, bytes))), bytes)
  })

  test('bytes that are not what their copy says are refused at their end, in every form', async t => {
    const { store, inspection } = await open(t)
    for (const codec of ['identity', ...compressed] as const) {
      const copy = await putBadly(store, codec)
      await assert.rejects(async () => allOf(await inspection.readStored(copy)), DamagedCopy)
    }
  })

  test('a copy that is cut short or goes on after its end is refused', async t => {
    const { store, inspection } = await open(t)
    const whole = await putAs(store, large, 'gzip')
    const bytes = await allOf(await inspection.readStored(whole))
    for (const wrong of [bytes.subarray(0, bytes.length / 2), Buffer.concat([bytes, Buffer.alloc(300_000, 'more')])]) {
      const copy = { ...whole, generation: `wrong${wrong.length}` }
      await keepAs(store, copy, wrong)
      // What comes behind the end of compressed bytes is no part of them, and the length tells of it
      const read = async () => (await allOf(await inspection.readStored(copy))).length
      if (wrong.length < bytes.length) await assert.rejects(read, DamagedCopy)
      else assert.notEqual(await read().catch(() => 0), bytes.length)
    }
  })

  test('a copy that is not there is missing before its first byte', async t => {
    const { inspection } = await open(t)
    await assert.rejects(inspection.readStored(copyOf(small)), MissingCopy)
  })

  test('passing on can be left off in the middle', async t => {
    const { store, inspection } = await open(t)
    for await (const chunk of await inspection.readStored(await putAs(store, large, 'brotli'))) {
      assert.ok(chunk.length > 0)
      break
    }
  })
}

type Store = Awaited<ReturnType<OpenStore>>['store']

async function keepAs(store: Store, copy: CopyName, bytes: Buffer): Promise<void> {
  const spooled = await store.receive(pieces(bytes), plenty)
  await store.keep(spooled, copy)
  await store.discard(spooled)
}

/** Bytes under the name of others. */
async function putBadly(store: Store, codec: Codec): Promise<CopyName> {
  const copy: CopyName = { ...copyOf(small), generation: `bad${codec}`, codec }
  await keepAs(store, copy, large)
  return copy
}

async function allOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}
