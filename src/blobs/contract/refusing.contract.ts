import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../../domain/problem.ts'
import { copyOf, large, pieces, plenty, small } from './samples.ts'
import type { OpenStore } from './store-under-test.ts'

/** What a store refuses, and that it leaves nothing then. */
export function refusing(open: OpenStore): void {
  for (const bytes of [small, large]) {
    test(`a file of ${bytes.length} bytes is refused one byte below its size, names the limit and leaves nothing`, async t => {
      const { store, names } = await open(t)
      const limit = bytes.length - 1
      await assert.rejects(store.receive(pieces(bytes), limit), (error: unknown) => {
        assert.ok(error instanceof Problem)
        assert.equal(error.code, 'too_large')
        assert.match(error.message, new RegExp(`\\b${limit} bytes`))
        return true
      })
      assert.deepEqual(await names(), [])
    })

    test(`a source that fails after ${bytes.length} bytes passes its own error on and leaves nothing`, async t => {
      const { store, names } = await open(t)
      const fault = new Error('connection lost')
      await assert.rejects(store.receive(failing(bytes, fault), plenty), error => error === fault)
      assert.deepEqual(await names(), [])
    })
  }

  test('a name that could lead elsewhere is refused', async t => {
    const { store } = await open(t)
    const spooled = await store.receive(pieces(small), plenty)
    for (const bad of [{ generation: '../../x' }, { digest: '../up' }, { organization: -1 }]) {
      await assert.rejects(store.keep(spooled, { ...copyOf(small), ...bad }), RangeError)
    }
    await store.discard(spooled)
  })
}

async function* failing(bytes: Buffer, fault: Error): AsyncGenerator<Uint8Array> {
  yield* pieces(bytes)
  throw fault
}
