import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { sql } from 'kysely'
import { checkWeights } from './check-weights.fixture.ts'
import { digestOf, jsUpload, type OpenCatalog, onCatalogOf, put, remove } from './sample-uploads.fixture.ts'
import { contentOf, incompleteIn, wrongWeightsIn } from './wrong-rows.fixture.ts'

/** Weights and files of maps under examination. */
export function describeMapInspection(open: OpenCatalog): void {
  const onCatalog = onCatalogOf(open)

  describe('an inspection of maps', () => {
    test(
      'finds sizes that are out of step, whichever page they are on, and sums them anew',
      onCatalog(async (catalog, db) => {
        for (const name of ['a', 'b', 'c', 'd']) await put(catalog, jsUpload(name))
        await put(catalog, jsUpload('a', { identity: 'another' }))
        await put(catalog, jsUpload('a', { organization: 2 }))
        assert.deepEqual(await wrongWeightsIn(catalog, 2), [])
        await db.updateTable('source_map').set({ own_size: sql`own_size + 1` }).where('organization', '=', 1).where('id', '=', 2).execute()
        await db.updateTable('source_map').set({ shared_contents: 7 }).where('organization', '=', 2).execute()
        await db.updateTable('source_map').set({ shared_contents: 0 }).where('organization', '=', 1).where('id', '=', 5).execute()
        const wrong = await wrongWeightsIn(catalog, 2)
        assert.deepEqual(wrong, [
          { organization: 1, id: 2 },
          { organization: 1, id: 5 },
          { organization: 2, id: 1 },
        ])
        await catalog.repairWeights(wrong)
        assert.deepEqual(await wrongWeightsIn(catalog, 2), [])
      }),
    )

    test(
      'finds maps whose shared contents are listed wrongly, and lists them anew',
      onCatalog(async (catalog, db) => {
        for (const name of ['a', 'b', 'c', 'd', 'e']) await put(catalog, jsUpload(name, { content: name, files: jsUpload('a').files }))
        await put(catalog, jsUpload('alone'))
        await db.updateTable('source_map').set({ deleted_at: 5, purged_at: 6, shared_contents: 0 }).where('id', '=', 5).execute()
        await catalog.repairCounts([contentOf('a')])
        await db.deleteFrom('shared_content').where('id', '=', 2).execute()
        await db.updateTable('shared_content').set({ digest: 'none' }).where('id', '=', 3).execute()
        await db.insertInto('shared_content').values({ organization: 1, id: 4, digest: 'none' }).execute()
        await db
          .insertInto('shared_content')
          .values({ ...contentOf('alone'), id: 6 })
          .execute()
        const wrong = await wrongWeightsIn(catalog, 2)
        assert.deepEqual(
          wrong.map(map => map.id),
          [2, 3, 4, 5, 6],
        )
        await catalog.repairWeights(wrong)
        assert.deepEqual(await wrongWeightsIn(catalog, 2), [])
        await checkWeights(db)
      }),
    )
  })

  describe('an inspection of files', () => {
    test(
      'finds unpurged maps without rows of files that their kind requires, whichever page they are on',
      onCatalog(async (catalog, db) => {
        const file = (part: string) => ({ part, fileName: undefined, digest: digestOf(part), size: 4 })
        const both = ['source_map', 'minified_file'].map(file)
        for (const name of ['a', 'b', 'c', 'd']) await put(catalog, jsUpload(name, { files: both }))
        await put(catalog, jsUpload('optional', { kind: 'react', files: [file('source_map')] }))
        await put(catalog, jsUpload('no file at all is needed', { kind: 'repository', files: [] }))
        await put(catalog, jsUpload('a', { organization: 2, kind: 'jvm', files: [file('jvm_mapping_file')] }))
        assert.deepEqual(await incompleteIn(catalog, 2), [])
        await remove(catalog, [2, 4])
        await db.updateTable('source_map').set({ purged_at: 5 }).where('organization', '=', 1).where('id', '=', 4).execute()
        await db.deleteFrom('source_map_file').where('id', 'in', [1, 4]).execute()
        await db.deleteFrom('source_map_file').where('id', '=', 2).where('part', '=', 'source_map').execute()
        assert.deepEqual(await incompleteIn(catalog, 2), [
          { organization: 1, id: 1, kind: 'js', lacks: ['source_map', 'minified_file'] },
          { organization: 1, id: 2, kind: 'js', lacks: ['source_map'] },
          { organization: 2, id: 1, kind: 'jvm', lacks: ['jvm_mapping_file'] },
        ])
      }),
    )
  })
}
