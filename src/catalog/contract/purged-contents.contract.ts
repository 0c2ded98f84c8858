import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Upload } from '../../domain/upload.ts'
import { checkWeights } from './check-weights.fixture.ts'
import { firstDeletion, mapSize, onDeletedOf } from './deleted-maps.fixture.ts'
import { purgeDue, purgePiece } from './purge-due.fixture.ts'
import { seededRandom } from './random.fixture.ts'
import {
  declareNew,
  deletion,
  digestOf,
  jsUpload,
  made,
  mapsOf,
  type OpenCatalog,
  onCatalogOf,
  put,
  remove,
  samples,
  scopeOf,
} from './sample-uploads.fixture.ts'

/** What becomes of the contents of purged maps. */
export function describePurgedContents(open: OpenCatalog): void {
  const onCatalog = onCatalogOf(open)
  const onDeleted = onDeletedOf(open)

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
          pieces.push((await purgePiece(catalog, firstDeletion, { from, limit: 1, at: 2000 })).freedSize)
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
        assert.deepEqual(await purgeDue(catalog, 2000), { count: 2, size: 2 * mapSize, freedSize: 0, held: 0 })
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
