import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ContentName, WrongCount } from '../../operations/ports/inspection-catalog.ts'
import type { Db } from '../engine.ts'
import { declareNew, digestOf, jsUpload, type OpenCatalog, onCatalogOf, put, remove } from './sample-uploads.fixture.ts'
import { contentOf, wrongIn, wrongWeightsIn } from './wrong-rows.fixture.ts'

/** Counts of contents under examination. */
export function describeContentInspection(open: OpenCatalog): void {
  const onCatalog = onCatalogOf(open)

  describe('an inspection of contents', () => {
    test(
      'finds nothing wrong with what uploads, repeats, deletions and open intents leave',
      onCatalog(async catalog => {
        const both = [digestOf('same'), digestOf('same')].map((digest, at) => ({ part: `part${at}`, fileName: undefined, digest, size: 4 }))
        for (const name of ['a', 'b', 'a']) await put(catalog, jsUpload(name, { files: both }))
        await put(catalog, jsUpload('c', { files: [] }))
        await remove(catalog, [1])
        await declareNew(catalog, jsUpload('d'))
        assert.deepEqual(await wrongIn(catalog, 1), [])
        assert.deepEqual(await wrongWeightsIn(catalog, 1), [])
      }),
    )

    test(
      'finds wrong counts, whichever page they are on, and counts them anew',
      onCatalog(async (catalog, db) => {
        for (const name of ['a', 'b', 'c', 'd']) await put(catalog, jsUpload(name))
        await put(catalog, jsUpload('b', { identity: 'another', organization: 2 }))
        await count(db, contentOf('b'), 3)
        await count(db, contentOf('d'), 0)
        const wrong = await wrongIn(catalog, 2)
        assert.deepEqual(
          sorted(wrong),
          sorted([
            { ...contentOf('b'), recorded: 3, counted: 1, withoutCopy: false },
            { ...contentOf('d'), recorded: 0, counted: 1, withoutCopy: false },
          ]),
        )
        assert.equal(await catalog.repairCounts([contentOf('a'), ...wrong]), 2)
        assert.deepEqual(await wrongIn(catalog, 2), [])
      }),
    )

    test(
      'counts deleted maps and not purged ones',
      onCatalog(async (catalog, db) => {
        for (const name of ['a', 'b']) await put(catalog, jsUpload(name))
        await remove(catalog, [1, 2])
        assert.deepEqual(await wrongIn(catalog, 10), [])
        await db.updateTable('source_map').set({ purged_at: 5 }).where('id', '=', 1).execute()
        assert.deepEqual(await wrongIn(catalog, 10), [{ ...contentOf('a'), recorded: 1, counted: 0, withoutCopy: false }])
        assert.deepEqual(await catalog.mapsWith(contentOf('a'), 10), [])
      }),
    )

    test(
      'never counts down to nothing, since what nothing needs is removed',
      onCatalog(async (catalog, db) => {
        for (const name of ['a', 'b']) await put(catalog, jsUpload(name))
        await db.deleteFrom('source_map_file').where('id', '=', 1).execute()
        const wrong = [{ ...contentOf('a'), recorded: 1, counted: 0, withoutCopy: false }]
        assert.deepEqual(await wrongIn(catalog, 10), wrong)
        assert.equal(await catalog.repairCounts([contentOf('a')]), 0)
        assert.deepEqual(await wrongIn(catalog, 10), wrong)
        assert.equal(await catalog.condemnUnreferenced(10), 0)
      }),
    )

    test(
      'finds contents that maps need and that have no stored copy, or no row at all',
      onCatalog(async (catalog, db) => {
        for (const name of ['a', 'b', 'c', 'd']) await put(catalog, jsUpload(name))
        await db.updateTable('blob').set({ generation: null }).where('digest', '=', contentOf('a').digest).execute()
        await db.updateTable('blob_copy').set({ state: 'condemned' }).where('digest', '=', contentOf('b').digest).execute()
        await db.deleteFrom('blob').where('digest', '=', contentOf('c').digest).execute()
        const lost = { counted: 1, withoutCopy: true }
        assert.deepEqual(
          sorted(await wrongIn(catalog, 1)),
          sorted([
            { ...contentOf('a'), recorded: 1, ...lost },
            { ...contentOf('b'), recorded: 1, ...lost },
            { ...contentOf('c'), recorded: undefined, ...lost },
          ]),
        )
      }),
    )

    test(
      'names the maps that have a content, newest first, each once, and none of another organization',
      onCatalog(async catalog => {
        const files = ['one', 'two'].map(part => ({ part, fileName: undefined, digest: contentOf('a').digest, size: 4 }))
        for (const name of ['a', 'b', 'c']) await put(catalog, jsUpload(name, { files }))
        await put(catalog, jsUpload('a', { organization: 2 }))
        await remove(catalog, [2])
        const map = { kind: 'js', service: 'shop', version: '1.0' }
        assert.deepEqual(await catalog.mapsWith(contentOf('a'), 2), [
          { ...map, id: 3, state: 'live' },
          { ...map, id: 2, state: 'deleted' },
        ])
      }),
    )
  })
}

async function count(db: Db, { organization, digest }: ContentName, references: number): Promise<void> {
  const blob = db.updateTable('blob').set({ reference_count: references })
  await blob.where('organization', '=', organization).where('digest', '=', digest).execute()
}

function sorted(wrong: readonly WrongCount[]): WrongCount[] {
  return [...wrong].sort((a, b) => a.digest.localeCompare(b.digest))
}
