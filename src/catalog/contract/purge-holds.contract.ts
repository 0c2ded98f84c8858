import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Hold } from '../../operations/ports/hold-catalog.ts'
import { firstDeletion, mapSize, onDeletedOf, purgeEvents, statesOf } from './deleted-maps.fixture.ts'
import { purgeDue, purgePiece } from './purge-due.fixture.ts'
import type { OpenCatalog } from './sample-uploads.fixture.ts'

/** What holds keep from the purge. */
export function describePurgeHolds(open: OpenCatalog): void {
  const onDeleted = onDeletedOf(open)

  describe('a hold', () => {
    test(
      'keeps maps from being purged until it is released',
      onDeleted(4, async (catalog, db) => {
        await catalog.placeHold(holdOn(['2', '3']), undefined)
        assert.deepEqual(await catalog.previewPurge(1, 2000), { count: 2, size: 2 * mapSize, freedSize: 2 * mapSize, held: 2 })
        assert.deepEqual(await purgeDue(catalog, 2000, 1), { count: 2, size: 2 * mapSize, freedSize: 2 * mapSize, held: 2 })
        assert.deepEqual(await statesOf(db), { deleted: 2, purged: 2 })
        assert.deepEqual((await purgeEvents(catalog)).at(-1)?.held, 2)
        assert.deepEqual((await purgeDue(catalog, 2100)).held, 2, 'it is looked at again')
        assert.equal((await purgeEvents(catalog)).length, 2, 'but nothing is to be told')
        await catalog.releaseHold(1, 'hld_test', { actor: 'key_1', address: undefined, at: 2200 })
        assert.deepEqual(await purgeDue(catalog, 2300), { count: 2, size: 2 * mapSize, freedSize: 2 * mapSize, held: 0 })
        assert.deepEqual(await catalog.due(9999, undefined, 10), [])
      }),
    )

    test(
      'that comes in the middle keeps the rest',
      onDeleted(4, async (catalog, db) => {
        const piece = await purgePiece(catalog, firstDeletion, { from: undefined, limit: 2, at: 2000 })
        await catalog.placeHold({ ...holdOn([]), selector: { service: 'sh*' } }, undefined)
        const rest = await purgePiece(catalog, firstDeletion, { from: piece.next, limit: 10, at: 2000 })
        assert.deepEqual([rest.count, rest.held, rest.next], [0, 2, undefined])
        assert.deepEqual(await statesOf(db), { deleted: 2, purged: 2 })
        assert.deepEqual(await catalog.due(2000, undefined, 10), [firstDeletion])
      }),
    )
  })
}

function holdOn(ids: readonly string[]): Hold {
  const by = { reason: 'LTS', owner: 'team', createdBy: 'key_1', createdAt: 1500, expiresAt: undefined, releasedAt: undefined }
  return { organization: 1, id: 'hld_test', selector: { ids }, ...by }
}
