import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Upload } from '../../domain/upload.ts'
import type { Catalog } from '../../operations/ports/catalog.ts'
import type { Hold } from '../../operations/ports/hold-catalog.ts'
import type { Db } from '../engine.ts'
import { checkWeights } from './check-weights.fixture.ts'
import { lease, purgeDue, purgePiece } from './purge-due.fixture.ts'
import { seededRandom } from './random.fixture.ts'
import {
  declareNew,
  deletion,
  digestOf,
  jsUpload,
  made,
  mapsOf,
  type OpenCatalog,
  put,
  remove,
  restoration,
  samples,
  scopeOf,
  withCatalog,
} from './sample-uploads.fixture.ts'

const first = { organization: 1, operation: 1 }
const size = 'bytes of 0'.length

/** The end of deleted maps. */
export function describePurges(open: OpenCatalog): void {
  const onCatalog = (body: (catalog: Catalog, db: Db) => Promise<void>) => () => withCatalog(open, body)
  const onDeleted = (count: number, body: (catalog: Catalog, db: Db) => Promise<void>) =>
    onCatalog(async (catalog, db) => {
      for (let number = 0; number < count; number++) await put(catalog, jsUpload(String(number)))
      await remove(catalog)
      await body(catalog, db)
    })

  describe('a purge', () => {
    test(
      'takes nothing before the undo window has passed, by no path',
      onDeleted(3, async (catalog, db) => {
        assert.deepEqual(await catalog.due(1999, undefined, 10), [])
        assert.deepEqual(await catalog.previewPurge(1, 1999), { count: 0, size: 0, freedSize: 0, held: 0 })
        const early = await purgePiece(catalog, first, { from: undefined, limit: 10, at: 1999 })
        assert.deepEqual(early, { count: 0, size: 0, freedSize: 0, held: 0, next: undefined })
        assert.deepEqual(await statesOf(db), { deleted: 3 })
        assert.deepEqual(await catalog.due(2000, undefined, 10), [first])
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
        assert.deepEqual(await purgeDue(catalog, 2500, 2), { count: 5, size: 5 * size, freedSize: 5 * size, held: 0 })
        const [operation, ...older] = await catalog.listOperations(1, { before: undefined, limit: 10 })
        assert.deepEqual(
          older.map(each => each.kind),
          ['deletion'],
        )
        assert.deepEqual([operation?.kind, operation?.to, operation?.of, operation?.actor.id], ['purge', 'purged', 1, 'mapkeep'])
        assert.deepEqual(operation?.totals, { count: 5, size: 5 * size, freedSize: 5 * size, sharedSize: 0 })
        const members = await catalog.operationMembers(1, 2, { after: 0, limit: 10 })
        assert.deepEqual(
          members.map(member => [member.id, member.state]),
          [1, 2, 3, 4, 5].map(id => [id, 'purged']),
        )
        assert.deepEqual(await purgeEvents(catalog), [
          { to: 'purged', purges: 'op_1', begun: true },
          { to: 'purged', purges: 'op_1', count: 5, size: 5 * size, freed_size: 5 * size, held: 0 },
        ])
        assert.deepEqual(await catalog.due(9999, undefined, 10), [])
        assert.deepEqual(await purgeDue(catalog, 9999), { count: 0, size: 0, freedSize: 0, held: 0 })
        assert.equal((await purgeEvents(catalog)).length, 2)
      }),
    )

    test(
      'goes on where it was cut off, as the same operation',
      onDeleted(5, async catalog => {
        const piece = await purgePiece(catalog, first, { from: undefined, limit: 2, at: 2000 })
        assert.deepEqual([piece.count, piece.next], [2, { id: 2, held: 0 }])
        assert.deepEqual(await catalog.due(2000, undefined, 10), [first])
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
        const piece = await purgePiece(catalog, first, { from: undefined, limit: 2, at: 2000 })
        const restored = made(await catalog.move(scopeOf(samples(), 'deleted'), restoration, {}))
        assert.equal(restored.totals.count, 3)
        assert.deepEqual(await catalog.move(scopeOf(samples([1, 2]), 'deleted'), restoration, {}), { refused: 'nothing' })
        const rest = await purgePiece(catalog, first, { from: piece.next, limit: 10, at: 2000 })
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

  describe('a hold', () => {
    test(
      'keeps maps from being purged until it is released',
      onDeleted(4, async (catalog, db) => {
        await catalog.placeHold(holdOn(['2', '3']), undefined)
        assert.deepEqual(await catalog.previewPurge(1, 2000), { count: 2, size: 2 * size, freedSize: 2 * size, held: 2 })
        assert.deepEqual(await purgeDue(catalog, 2000, 1), { count: 2, size: 2 * size, freedSize: 2 * size, held: 2 })
        assert.deepEqual(await statesOf(db), { deleted: 2, purged: 2 })
        assert.deepEqual((await purgeEvents(catalog)).at(-1)?.held, 2)
        assert.deepEqual((await purgeDue(catalog, 2100)).held, 2, 'it is looked at again')
        assert.equal((await purgeEvents(catalog)).length, 2, 'but nothing is to be told')
        await catalog.releaseHold(1, 'hld_test', { actor: 'key_1', address: undefined, at: 2200 })
        assert.deepEqual(await purgeDue(catalog, 2300), { count: 2, size: 2 * size, freedSize: 2 * size, held: 0 })
        assert.deepEqual(await catalog.due(9999, undefined, 10), [])
      }),
    )

    test(
      'that comes in the middle keeps the rest',
      onDeleted(4, async (catalog, db) => {
        const piece = await purgePiece(catalog, first, { from: undefined, limit: 2, at: 2000 })
        await catalog.placeHold({ ...holdOn([]), selector: { service: 'sh*' } }, undefined)
        const rest = await purgePiece(catalog, first, { from: piece.next, limit: 10, at: 2000 })
        assert.deepEqual([rest.count, rest.held, rest.next], [0, 2, undefined])
        assert.deepEqual(await statesOf(db), { deleted: 2, purged: 2 })
        assert.deepEqual(await catalog.due(2000, undefined, 10), [first])
      }),
    )
  })

  describe('a content that', () => {
    test(
      'other maps have, too, stays, and weighs on the last one that has it',
      onCatalog(async (catalog, db) => {
        for (const name of ['a', 'b', 'c']) await put(catalog, sharing(name, ['common', `own ${name}`]))
        await remove(catalog, [1, 2])
        const { freedSize } = await purgeDue(catalog, 2000)
        assert.equal(freedSize, 'own a'.length + 'own b'.length)
        const { references, weights } = await checkWeights(db)
        assert.equal(references[`1 ${digestOf('common')}`], 1)
        assert.deepEqual(weights['1 3'], { own_size: 'common'.length + 'own c'.length, shared_contents: 0 })
        assert.deepEqual(
          (await catalog.condemned(10)).map(copy => copy.digest),
          [digestOf('own a'), digestOf('own b')].sort(),
        )
      }),
    )

    test(
      'the deleted maps share among themselves goes with the last of them',
      onCatalog(async (catalog, db) => {
        for (const name of ['a', 'b', 'c']) await put(catalog, sharing(name, ['common']))
        await remove(catalog)
        const pieces = []
        for (let from = { id: 0, held: 0 }; from.id < 3; from = { id: from.id + 1, held: 0 }) {
          pieces.push((await purgePiece(catalog, first, { from, limit: 1, at: 2000 })).freedSize)
          await checkWeights(db)
        }
        assert.deepEqual(pieces, [0, 0, 'common'.length])
      }),
    )

    test(
      'an upload under way relies on stays; without a map it is condemned later',
      onDeleted(2, async (catalog, db) => {
        const [kept, lost] = [await declareNew(catalog, jsUpload('0')), await declareNew(catalog, jsUpload('1'))]
        assert.deepEqual([kept.write, lost.write], [[], []])
        assert.deepEqual(await purgeDue(catalog, 2000), { count: 2, size: 2 * size, freedSize: 0, held: 0 })
        assert.deepEqual(await catalog.condemned(10), [])
        assert.equal((await catalog.commitUpload(kept.intent, jsUpload('0')))?.id, 3)
        await catalog.abandonUpload(lost.intent)
        assert.equal(await catalog.condemnUnreferenced(10), 1)
        assert.deepEqual(
          (await catalog.condemned(10)).map(copy => copy.digest),
          [digestOf('bytes of 1')],
        )
        await checkWeights(db)
      }),
    )

    test(
      'was purged is written anew by the next upload',
      onDeleted(1, async (catalog, db) => {
        const old = (await catalog.detail(1, 1))?.files[0]?.copy
        await purgeDue(catalog, 2000)
        const next = await declareNew(catalog, jsUpload('0'))
        assert.equal(next.write.length, 1)
        await catalog.commitUpload(next.intent, jsUpload('0'))
        assert.deepEqual(await catalog.condemned(10), [old])
        await catalog.forgetCopies(old ? [old] : [])
        assert.deepEqual((await catalog.detail(1, 2))?.files[0]?.copy, next.write[0])
        await checkWeights(db)
      }),
    )

    test(
      'was purged while it was being compressed does not come back',
      onDeleted(1, async (catalog, db) => {
        const copy = (await catalog.detail(1, 1))?.files[0]?.copy
        assert.ok(copy)
        const smaller = await catalog.reserveCopy(copy, 'gzip')
        await purgeDue(catalog, 2000)
        assert.equal(await catalog.switchCopy(copy, smaller, 5), false)
        assert.equal((await catalog.condemned(10)).length, 2)
        await checkWeights(db)
      }),
    )
  })

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
        assert.equal(await catalog.purgeMaps(first, { ...piece, at: 2000, until: 3000 }), undefined, 'it was never taken')
        await catalog.takeLease(lease, 2000, 2100)
        assert.equal((await catalog.purgeMaps(first, { ...piece, at: 2500, until: 2600 }))?.count, 1)
        assert.equal(await catalog.takeLease(other, 2550, 9000), false)
        assert.equal(await catalog.takeLease(other, 2600, 9000), true)
        const before = await statesOf(db)
        assert.equal(await catalog.purgeMaps(first, { ...piece, at: 2700, until: 2800 }), undefined)
        assert.deepEqual(await statesOf(db), before)
      }),
    )
  })

  test(
    'undoing a deletion that was purged in part is refused with counts; in part it brings back the rest',
    onDeleted(5, async (catalog, db) => {
      await purgePiece(catalog, first, { from: undefined, limit: 2, at: 2000 })
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

  test(
    'what a deletion announced to free, and what a preview says, is what its purge condemns',
    onCatalog(async (catalog, db) => {
      const random = seededRandom(7)
      for (let round = 0; round < 12; round++) {
        for (let number = 0; number < 8; number++) await put(catalog, sharing(`${round} ${number}`, random.some(contents, 1, 4)))
        const live = await mapsOf(catalog, scopeOf(samples()))
        const chosen = random.some(live?.map(map => map.id) ?? [], 1, 9)
        const at = 1000 + round * 2000
        const moved = made(await catalog.move(scopeOf(samples(chosen)), { ...deletion, at, undoUntil: at + 1000 }, {}))
        const preview = await catalog.previewPurge(1, at + 1000)
        assert.deepEqual(preview, { count: chosen.length, size: moved.totals.size, freedSize: moved.totals.freedSize, held: 0 })
        assert.deepEqual(await purgeDue(catalog, at + 1000, 3), preview)
        await checkWeights(db)
      }
    }),
  )
}

const contents = Array.from({ length: 20 }, (_, at) => 'x'.repeat(at + 1))

/** A js map with these contents. */
function sharing(name: string, texts: readonly string[]): Upload {
  const files = texts.map((text, at) => ({ part: `part_${at}`, fileName: undefined, digest: digestOf(text), size: text.length }))
  return jsUpload(name, { files, size: 10 })
}

function holdOn(ids: readonly string[]): Hold {
  const by = { reason: 'LTS', owner: 'team', createdBy: 'key_1', createdAt: 1500, expiresAt: undefined, releasedAt: undefined }
  return { organization: 1, id: 'hld_test', selector: { ids }, ...by }
}

async function statesOf(db: Db): Promise<Record<string, number>> {
  const rows = await db.selectFrom('source_map').select(['deleted_at', 'purged_at']).where('organization', '=', 1).execute()
  const states: Record<string, number> = {}
  for (const { deleted_at, purged_at } of rows) {
    const state = purged_at !== null ? 'purged' : deleted_at !== null ? 'deleted' : 'live'
    states[state] = (states[state] ?? 0) + 1
  }
  return states
}

/** What the trail tells of purges, oldest first. */
async function purgeEvents(catalog: Catalog): Promise<Readonly<Record<string, unknown>>[]> {
  const query = { organization: 1, actions: ['purge'], actor: undefined, subject: undefined, since: undefined, until: undefined } as const
  const events = await catalog.auditEvents(query, undefined, 100)
  // Those of one millisecond come in any order
  return events.map(event => event.detail).sort((a, b) => Number(b.begun ?? false) - Number(a.begun ?? false))
}
