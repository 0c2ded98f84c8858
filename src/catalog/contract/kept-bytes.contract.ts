import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { firstDeletion, onDeletedOf, statesOf } from './deleted-maps.fixture.ts'
import { lease } from './purge-due.fixture.ts'
import { digestOf, jsUpload, type OpenCatalog, onCatalogOf, put } from './sample-uploads.fixture.ts'

const backup = { name: 'backup', holder: 'one' } as const
const suspension = { name: 'suspension', holder: 'operator' } as const
const hour = 3_600_000

/** That nothing goes while a backup is being made. */
export function describeKeptBytes(open: OpenCatalog): void {
  const onCatalog = onCatalogOf(open)
  const onDeleted = onDeletedOf(open)

  describe('while stored bytes are kept', () => {
    test(
      'it is known until when: as long as anybody keeps them, whatever else is leased',
      onCatalog(async catalog => {
        await catalog.takeLease(lease, 1000, 9000)
        assert.equal(await catalog.keptUntil(1000), undefined)
        await catalog.takeLease(backup, 1000, 2000)
        await catalog.takeLease(suspension, 1000, 5000)
        assert.deepEqual([await catalog.keptUntil(1000), await catalog.keptUntil(4999)], [5000, 5000])
        assert.equal(await catalog.keptUntil(5000), undefined)
        await catalog.dropLease(suspension)
        assert.equal(await catalog.keptUntil(1000), 2000)
      }),
    )

    for (const keeper of [backup, suspension])
      test(
        `by a ${keeper.name}, no copy is named to be removed`,
        onCatalog(async catalog => {
          const file = { part: 'source_map', fileName: 'a.map', digest: digestOf('a'), size: 10_000 }
          await put(catalog, jsUpload('a', { size: 10_000, files: [file] }))
          const [copy] = await catalog.compressible(10)
          assert.ok(copy)
          await catalog.takeLease(keeper, Date.now(), Date.now() + hour)
          const smaller = await catalog.reserveCopy(copy.name, 'gzip')
          assert.equal(await catalog.switchCopy(copy.name, smaller, 2000), true, 'what else is done goes on')
          assert.deepEqual(await catalog.condemned(10), [])
          await catalog.takeLease(keeper, Date.now(), Date.now() - 1)
          assert.deepEqual(await catalog.condemned(10), [copy.name], 'once the lease has run out')
          await catalog.takeLease(keeper, Date.now(), Date.now() + hour)
          await catalog.dropLease(keeper)
          assert.deepEqual(await catalog.condemned(10), [copy.name], 'once it was given back')
        }),
      )

    test(
      'nothing is purged, not even by who was at it already',
      onDeleted(2, async (catalog, db) => {
        const piece = { from: undefined, limit: 1, actor: 'mapkeep', lease, until: 9000 }
        await catalog.takeLease(lease, 2000, 9000)
        assert.equal((await catalog.purgeMaps(firstDeletion, { ...piece, at: 2000 }))?.count, 1)
        await catalog.takeLease(backup, 2100, 3000)
        const before = await statesOf(db)
        assert.equal(await catalog.purgeMaps(firstDeletion, { ...piece, at: 2200 }), undefined)
        assert.deepEqual(await statesOf(db), before)
        assert.equal((await catalog.purgeMaps(firstDeletion, { ...piece, at: 3000 }))?.count, 1)
      }),
    )
  })
}
