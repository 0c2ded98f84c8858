import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { firstDeletion, onDeletedOf, statesOf } from './deleted-maps.fixture.ts'
import { lease } from './purge-due.fixture.ts'
import { type OpenCatalog, onCatalogOf } from './sample-uploads.fixture.ts'

/** That one purges at a time. */
export function describePurgeLeases(open: OpenCatalog): void {
  const onCatalog = onCatalogOf(open)
  const onDeleted = onDeletedOf(open)

  describe('the lease', () => {
    test(
      'is one holder’s until it runs out or is given back',
      onCatalog(async catalog => {
        const other = { name: 'purge', holder: 'other' } as const
        assert.equal(await catalog.takeLease(lease, 1000, 2000), true)
        assert.equal(await catalog.takeLease(other, 1999, 3000), false)
        assert.equal(await catalog.takeLease(lease, 1500, 2500), true)
        assert.equal(await catalog.takeLease(other, 2499, 3000), false)
        assert.equal(await catalog.takeLease(other, 2500, 3000), true)
        await catalog.dropLease(lease)
        assert.equal(await catalog.takeLease(lease, 2600, 3600), false)
        await catalog.dropLease(other)
        assert.equal(await catalog.takeLease(lease, 2600, 3600), true)
      }),
    )

    test(
      'that was lost means that nothing is done, one that ran out is kept by working on',
      onDeleted(2, async (catalog, db) => {
        const other = { name: 'purge', holder: 'other' } as const
        const piece = { from: undefined, limit: 1, actor: 'mapkeep', lease }
        assert.equal(await catalog.purgeMaps(firstDeletion, { ...piece, at: 2000, until: 3000 }), undefined, 'it was never taken')
        await catalog.takeLease(lease, 2000, 2100)
        assert.equal((await catalog.purgeMaps(firstDeletion, { ...piece, at: 2500, until: 2600 }))?.count, 1)
        assert.equal(await catalog.takeLease(other, 2550, 9000), false)
        assert.equal(await catalog.takeLease(other, 2600, 9000), true)
        const before = await statesOf(db)
        assert.equal(await catalog.purgeMaps(firstDeletion, { ...piece, at: 2700, until: 2800 }), undefined)
        assert.deepEqual(await statesOf(db), before)
      }),
    )
  })
}
