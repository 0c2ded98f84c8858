import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Catalog } from '../../operations/ports/catalog.ts'
import { checkWeights } from './check-weights.fixture.ts'
import { declareNew, jsUpload, type OpenCatalog, onCatalogOf, put } from './sample-uploads.fixture.ts'
import { contentOf, wrongIn, wrongWeightsIn } from './wrong-rows.fixture.ts'

/** Copies that were found to be lost or damaged, and how they come back. */
export function describeGivenUpCopies(open: OpenCatalog): void {
  const onCatalog = onCatalogOf(open)

  describe('copies that are given up', () => {
    test(
      'are forgotten if they are stored, and maps weigh less without them',
      onCatalog(async (catalog, db) => {
        await put(catalog, jsUpload('a'))
        for (const identity of ['one', 'two']) await put(catalog, jsUpload('shared', { identity }))
        const { intent, write } = await declareNew(catalog, jsUpload('under way'))
        const copies = (await catalog.knownCopies(undefined, 10)).map(({ name }) => name)
        await catalog.giveUpCopies(copies)
        assert.deepEqual(
          (await catalog.knownCopies(undefined, 10)).map(({ name }) => name),
          write,
        )
        assert.equal((await wrongIn(catalog, 10)).filter(each => each.withoutCopy).length, 2)
        const { weights } = await checkWeights(db)
        assert.deepEqual(weights['1 1'], { own_size: 0, shared_contents: 0 })
        assert.ok(await catalog.commitUpload(intent, jsUpload('under way')))
        assert.deepEqual(await wrongWeightsIn(catalog, 10), [])
      }),
    )

    test(
      'come back with a repeat, for its own map and for all others that have the content',
      onCatalog(async (catalog, db) => {
        const id = await put(catalog, jsUpload('a'))
        const other = await put(catalog, jsUpload('a', { identity: 'another' }))
        await catalog.giveUpCopies((await catalog.knownCopies(undefined, 10)).map(({ name }) => name))
        const twins = [await declareNew(catalog, jsUpload('a')), await declareNew(catalog, jsUpload('a'))]
        const [first, second] = [await committed(catalog, twins[0]), await committed(catalog, twins[1])]
        assert.deepEqual(first, { id, repeat: true, unneeded: [] })
        assert.deepEqual(second, { id, repeat: true, unneeded: twins[1]?.write })
        for (const map of [id, other]) assert.deepEqual((await catalog.detail(1, map))?.files[0]?.copy, twins[0]?.write[0])
        assert.deepEqual(await wrongIn(catalog, 10), [])
        await checkWeights(db)
        assert.equal(await put(catalog, jsUpload('a')), id)
      }),
    )

    test(
      'come back with an upload of their content for another map, too',
      onCatalog(async (catalog, db) => {
        const id = await put(catalog, jsUpload('a'))
        await catalog.giveUpCopies((await catalog.knownCopies(undefined, 10)).map(({ name }) => name))
        assert.equal(await put(catalog, jsUpload('a', { identity: 'another' })), 2)
        assert.equal((await catalog.detail(1, id))?.files.length, 1)
        assert.deepEqual(await wrongIn(catalog, 10), [])
        await checkWeights(db)
      }),
    )

    test(
      'come back when their content had lost its row, or names a copy that is not stored',
      onCatalog(async (catalog, db) => {
        const [first, second] = [await put(catalog, jsUpload('a')), await put(catalog, jsUpload('b'))]
        await db.deleteFrom('blob').where('digest', '=', contentOf('a').digest).execute()
        await db.deleteFrom('blob_copy').execute()
        assert.deepEqual([await put(catalog, jsUpload('a')), await put(catalog, jsUpload('b'))], [first, second])
        assert.deepEqual(await wrongIn(catalog, 10), [])
        assert.equal(await catalog.condemnUnreferenced(10), 0)
        await checkWeights(db)
      }),
    )

    test(
      'only seem lost: nothing is given up before the new bytes are durable, and a copy that took their place stays',
      onCatalog(async (catalog, db) => {
        const id = await put(catalog, jsUpload('a'))
        const [copy] = (await catalog.knownCopies(undefined, 10)).map(({ name }) => name)
        assert.ok(copy)
        const declared = await catalog.declareUpload(jsUpload('a'), [copy])
        assert.ok('intent' in declared)
        assert.deepEqual((await catalog.detail(1, id))?.files[0]?.copy, copy)
        const smaller = await catalog.reserveCopy(copy, 'gzip')
        await catalog.switchCopy(copy, smaller, 3)
        assert.deepEqual(await catalog.commitUpload(declared.intent, jsUpload('a'), [copy]), { id, repeat: true, unneeded: declared.write })
        assert.deepEqual((await catalog.detail(1, id))?.files[0]?.copy, smaller)
        const again = await catalog.declareUpload(jsUpload('a'), [smaller])
        assert.ok('intent' in again)
        assert.deepEqual(await catalog.commitUpload(again.intent, jsUpload('a'), [smaller]), { id, repeat: true, unneeded: [] })
        assert.deepEqual((await catalog.detail(1, id))?.files[0]?.copy, again.write[0])
        await checkWeights(db)
      }),
    )
  })
}

async function committed(catalog: Catalog, declared: { readonly intent: number } | undefined) {
  return catalog.commitUpload(declared?.intent ?? 0, jsUpload('a'))
}
