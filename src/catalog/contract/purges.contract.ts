import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checkWeights } from './check-weights.fixture.ts'
import { firstDeletion, mapSize, onDeletedOf, purgeEvents, statesOf } from './deleted-maps.fixture.ts'
import { purgeDue, purgePiece } from './purge-due.fixture.ts'
import {
  deletion,
  digestOf,
  jsUpload,
  made,
  type OpenCatalog,
  onCatalogOf,
  put,
  restoration,
  samples,
  scopeOf,
} from './sample-uploads.fixture.ts'

/** The end of deleted maps. */
export function describePurges(open: OpenCatalog): void {
  const onCatalog = onCatalogOf(open)
  const onDeleted = onDeletedOf(open)

  describe('a purge', () => {
    test(
      'takes nothing before the undo window has passed, by no path',
      onDeleted(3, async (catalog, db) => {
        assert.deepEqual(await catalog.due(1999, undefined, 10), [])
        assert.deepEqual(await catalog.previewPurge(1, 1999), { count: 0, size: 0, freedSize: 0, held: 0 })
        const early = await purgePiece(catalog, firstDeletion, { from: undefined, limit: 10, at: 1999 })
        assert.deepEqual(early, { count: 0, size: 0, freedSize: 0, held: 0, next: undefined })
        assert.deepEqual(await statesOf(db), { deleted: 3 })
        assert.deepEqual(await catalog.due(2000, undefined, 10), [firstDeletion])
        assert.equal((await purgeDue(catalog, 2000)).count, 3)
        assert.deepEqual(await statesOf(db), { purged: 3 })
      }),
    )

    test(
      'leaves a row that says what it was, who deleted it, which operation took it and when',
      onDeleted(1, async (catalog, db) => {
        const before = await catalog.detail(1, 1)
        await purgeDue(catalog, 2500)
        const detail = await catalog.detail(1, 1)
        assert.deepEqual([detail?.state, detail?.deletedAt, detail?.purgedAt], ['purged', 1000, 2500])
        assert.deepEqual(detail?.map.attributes, before?.map.attributes)
        const row = await db.selectFrom('source_map').selectAll().executeTakeFirstOrThrow()
        assert.deepEqual([row.last_operation, row.purge_operation, row.state_version, row.own_size, row.uploader], [1, 2, 3, 0, 'key_1'])
        assert.deepEqual(await db.selectFrom('source_map_event').selectAll().execute(), [])
        const [file] = await db.selectFrom('source_map_file').selectAll().execute()
        assert.deepEqual([file?.digest, file?.file_name], [digestOf('bytes of 0'), '0.js.map'])
        assert.deepEqual((await catalog.operation(1, 1))?.actor.id, 'key_1')
      }),
    )

    test(
      'is one operation of the deletion, told in the trail when it begins and when it is through',
      onDeleted(5, async catalog => {
        assert.deepEqual(await purgeDue(catalog, 2500, 2), { count: 5, size: 5 * mapSize, freedSize: 5 * mapSize, held: 0 })
        const [operation, ...older] = await catalog.listOperations(1, { before: undefined, limit: 10 })
        assert.deepEqual(
          older.map(each => each.kind),
          ['deletion'],
        )
        assert.deepEqual([operation?.kind, operation?.to, operation?.of, operation?.actor.id], ['purge', 'purged', 1, 'mapkeep'])
        assert.deepEqual(operation?.totals, { count: 5, size: 5 * mapSize, freedSize: 5 * mapSize, sharedSize: 0 })
        const members = await catalog.operationMembers(1, 2, { after: 0, limit: 10 })
        assert.deepEqual(
          members.map(member => [member.id, member.state]),
          [1, 2, 3, 4, 5].map(id => [id, 'purged']),
        )
        assert.deepEqual(await purgeEvents(catalog), [
          { to: 'purged', purges: 'op_1', begun: true },
          { to: 'purged', purges: 'op_1', count: 5, size: 5 * mapSize, freed_size: 5 * mapSize, held: 0 },
        ])
        assert.deepEqual(await catalog.due(9999, undefined, 10), [])
        assert.deepEqual(await purgeDue(catalog, 9999), { count: 0, size: 0, freedSize: 0, held: 0 })
        assert.equal((await purgeEvents(catalog)).length, 2)
      }),
    )

    test(
      'goes on where it was cut off, as the same operation',
      onDeleted(5, async catalog => {
        const piece = await purgePiece(catalog, firstDeletion, { from: undefined, limit: 2, at: 2000 })
        assert.deepEqual([piece.count, piece.next], [2, { id: 2, held: 0 }])
        assert.deepEqual(await catalog.due(2000, undefined, 10), [firstDeletion])
        assert.equal((await purgeDue(catalog, 3000, 2)).count, 3)
        const operations = await catalog.listOperations(1, { before: undefined, limit: 10 })
        assert.deepEqual(
          operations.map(each => [each.kind, each.totals.count]),
          [
            ['purge', 5],
            ['deletion', 5],
          ],
        )
        assert.equal((await purgeEvents(catalog)).length, 2)
      }),
    )

    test(
      'takes what was not restored before, and what it took is not restored',
      onDeleted(5, async (catalog, db) => {
        const piece = await purgePiece(catalog, firstDeletion, { from: undefined, limit: 2, at: 2000 })
        const restored = made(await catalog.move(scopeOf(samples(), 'deleted'), restoration, {}))
        assert.equal(restored.totals.count, 3)
        assert.deepEqual(await catalog.move(scopeOf(samples([1, 2]), 'deleted'), restoration, {}), { refused: 'nothing' })
        const rest = await purgePiece(catalog, firstDeletion, { from: piece.next, limit: 10, at: 2000 })
        assert.deepEqual([rest.count, rest.next], [0, undefined])
        assert.deepEqual(await statesOf(db), { purged: 2, live: 3 })
        assert.deepEqual(await catalog.due(9999, undefined, 10), [])
        await checkWeights(db)
      }),
    )

    test(
      'of a deletion that was restored whole is no operation',
      onDeleted(2, async catalog => {
        made(await catalog.move(scopeOf(samples(), 'deleted'), restoration, {}))
        assert.equal((await purgeDue(catalog, 3000)).count, 0)
        assert.deepEqual(await catalog.due(3000, undefined, 10), [])
        assert.equal((await catalog.listOperations(1, { before: undefined, limit: 10 })).length, 2)
      }),
    )

    test(
      'of maps that were deleted again waits for the later undo window',
      onDeleted(2, async (catalog, db) => {
        made(await catalog.move(scopeOf(samples([1]), 'deleted'), restoration, {}))
        made(await catalog.move(scopeOf(samples([1])), { ...deletion, at: 1600, undoUntil: 5000 }, {}))
        assert.equal((await purgeDue(catalog, 4999)).count, 1)
        assert.deepEqual(await statesOf(db), { deleted: 1, purged: 1 })
        assert.deepEqual(await catalog.due(4999, undefined, 10), [])
        assert.equal((await purgeDue(catalog, 5000)).count, 1)
      }),
    )

    test(
      'takes what an undo deleted, too',
      onDeleted(2, async (catalog, db) => {
        made(await catalog.move(scopeOf(samples(), 'deleted'), restoration, {}))
        const undone = await catalog.undo({ organization: 1, operation: 2 }, { ...deletion, at: 1700, undoUntil: 2700 }, { partial: false })
        assert.ok('operation' in undone)
        assert.deepEqual((await purgeDue(catalog, 2699)).count, 0)
        assert.deepEqual((await purgeDue(catalog, 2700)).count, 2)
        assert.deepEqual(await statesOf(db), { purged: 2 })
      }),
    )
  })

  test(
    'undoing a deletion that was purged in part is refused with counts; in part it brings back the rest',
    onDeleted(5, async (catalog, db) => {
      await purgePiece(catalog, firstDeletion, { from: undefined, limit: 2, at: 2000 })
      const target = { organization: 1, operation: 1 }
      const refused = await catalog.undo(target, restoration, { partial: false })
      assert.deepEqual(refused, { refused: 'left', undoable: 3, left: { purged: 2, movedOn: 0, held: 0 }, undoneBy: undefined })
      const undone = made(await catalog.undo(target, restoration, { partial: true }))
      assert.deepEqual([undone.totals.count, undone.left], [3, { purged: 2, movedOn: 0, held: 0 }])
      assert.deepEqual(await statesOf(db), { purged: 2, live: 3 })
      assert.deepEqual(await catalog.undo({ organization: 1, operation: 2 }, restoration, { partial: true }), { refused: 'purge' })
    }),
  )

  test(
    'a purge leaves other organizations as they are',
    onDeleted(2, async (catalog, db) => {
      await put(catalog, jsUpload('0', { organization: 2 }))
      made(await catalog.move({ ...scopeOf(samples()), organization: 2 }, { ...deletion, undoUntil: 9000 }, {}))
      const others = () => db.selectFrom('source_map').selectAll().where('organization', '=', 2).execute()
      const before = await others()
      assert.deepEqual((await purgeDue(catalog, 8999)).count, 2)
      assert.deepEqual(await others(), before)
      assert.equal((await checkWeights(db)).references[`2 ${digestOf('bytes of 0')}`], 1)
      assert.ok((await catalog.condemned(10)).every(copy => copy.organization === 1))
    }),
  )

  test(
    'deletions come due oldest first, whosesoever they are, page by page',
    onCatalog(async catalog => {
      const undoUntil = [400, 200, 300, 200, 500]
      for (const [at, until] of undoUntil.entries()) {
        const organization = at % 2 === 0 ? 1 : 2
        const id = await put(catalog, jsUpload(String(at), { organization }))
        made(await catalog.move({ ...scopeOf(samples([id])), organization }, { ...deletion, at: 100, undoUntil: until }, {}))
      }
      const all = await catalog.due(499, undefined, 10)
      assert.deepEqual(
        all.map(due => [due.organization, due.operation]),
        [
          [2, 1],
          [2, 2],
          [1, 2],
          [1, 1],
        ],
      )
      for (const [at, due] of all.entries()) assert.deepEqual(await catalog.due(499, due, 2), all.slice(at + 1, at + 3))
    }),
  )
}
