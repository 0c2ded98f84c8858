import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { previewPurge, purge } from '../purge.ts'
import { jsEvent, receive, type Stores, withStores } from '../stores.fixture.ts'
import { keepUpload } from '../upload.ts'
import { keepBytes } from './keep-bytes.ts'

const lease = { name: 'backup', holder: 'one' } as const
const onFault = (error: unknown) => assert.fail(String(error))
const purgeNow = (stores: Stores) => purge({ ...stores, actor: 'mapkeep', clock: Date.now, pause: async () => {}, onFault })

/** Uploads a map and deletes it for good. */
async function deleteOne(stores: Stores): Promise<void> {
  const id = await keepUpload(stores, await receive(stores, jsEvent('a.js'), 'some bytes'))
  const selection = { kind: 'js', criteria: [{ filter: 'id', values: [String(id)] }] } as const
  const by = { actor: 'key_1', address: undefined, reason: undefined, forced: false, at: 1000, undoUntil: 2000 }
  await stores.catalog.move({ organization: 1, selection, state: 'live' }, { to: 'deleted', ...by }, {})
}

describe('keeping bytes', () => {
  test('lets no purge begin until the work has ended, well or not', () =>
    withStores(async stores => {
      await deleteOne(stores)
      const kept = (await stores.filesKept()).length
      const failing = keepBytes({ ...stores, lease, clock: Date.now }, async assertKept => {
        const { taken, keptUntil, count } = await purgeNow(stores)
        assert.deepEqual([taken, count], [true, 0])
        assert.ok(keptUntil !== undefined && keptUntil > Date.now())
        assertKept()
        throw new Error('the disk is full')
      })
      await assert.rejects(failing, /the disk is full/)
      assert.equal((await previewPurge(stores.catalog, Date.now())).count, 1)
      assert.equal((await stores.filesKept()).length, kept)
      const { taken, count } = await purgeNow(stores)
      assert.deepEqual([taken, count], [false, 1])
      assert.ok((await stores.filesKept()).length < kept)
    }))

  test('is for one backup at a time, but goes on after a killed one of the same name', () =>
    withStores(async ({ catalog }) => {
      await catalog.takeLease({ name: 'backup', holder: 'another' }, Date.now(), Date.now() + 60_000)
      await assert.rejects(
        keepBytes({ catalog, lease, clock: Date.now }, async () => {}),
        /another backup of these stores/,
      )
      await catalog.dropLease({ name: 'backup', holder: 'another' })
      await catalog.takeLease(lease, Date.now(), Date.now() + 60_000)
      assert.equal(await keepBytes({ catalog, lease, clock: Date.now }, async () => 'done'), 'done')
      assert.equal(await catalog.keptUntil(Date.now()), undefined)
    }))

  test('lasts as long as the work, since it is renewed', () =>
    withStores(async ({ catalog }) => {
      let now = 1_000_000
      await keepBytes({ catalog, lease, clock: () => now, renewEvery: 5 }, async assertKept => {
        for (let step = 0; step < 5; step++) {
          now += 50_000
          for (const before = now; (await catalog.keptUntil(before + 50_000)) === undefined; ) await wait(2)
          assertKept()
        }
      })
    }))

  test('that ended too early is told, and never taken up again as if nothing had happened', () =>
    withStores(async ({ catalog }) => {
      let now = 1_000_000
      const work = keepBytes({ catalog, lease, clock: () => now, renewEvery: 1 }, async assertKept => {
        now += 60_000
        await wait(20)
        assertKept()
      })
      await assert.rejects(work, /stood still for too long/)
    }))
})
