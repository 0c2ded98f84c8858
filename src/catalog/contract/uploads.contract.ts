import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Upload } from '../../domain/upload.ts'
import type { Catalog } from '../../operations/ports/catalog.ts'
import {
  declareNew,
  digestOf,
  jsUpload,
  made,
  mapsOf,
  type OpenCatalog,
  onCatalogOf,
  put,
  remove,
  restoration,
  samples,
  sampleTerms,
  scopeOf,
  stateVersionOf,
} from './sample-uploads.fixture.ts'

/** What a second upload of the same thing does, and how new maps come to be. */
export function describeUploads(open: OpenCatalog): void {
  const onCatalog = onCatalogOf(open)

  describe('a repeated upload', () => {
    test(
      'with the same bytes is the map that is there, declared once more',
      onCatalog(async catalog => {
        const id = await put(catalog, jsUpload('a'))
        assert.equal(await stateVersionOf(catalog, id), 1)
        assert.equal(await repeated(catalog, jsUpload('a')), id)
        assert.equal(await stateVersionOf(catalog, id), 2)
      }),
    )

    test(
      'tells the repository anew, if it tells one',
      onCatalog(async catalog => {
        const told = (commit: string) => jsUpload('a', { repository: { url: 'https://example.com/shop.git', commit } })
        const id = await put(catalog, jsUpload('a'))
        for (const commit of ['one', 'two']) assert.equal(await put(catalog, told(commit)), id)
        assert.equal(await put(catalog, jsUpload('a')), id)
        assert.equal((await catalog.detail(1, id))?.repository?.commit, 'two')
      }),
    )

    test(
      'with other bytes stands beside the first',
      onCatalog(async catalog => {
        const first = await put(catalog, jsUpload('a'))
        const rebuilt = { ...jsUpload('b'), identity: jsUpload('a').identity }
        const second = await put(catalog, rebuilt)
        assert.notEqual(second, first)
        assert.equal(await repeated(catalog, jsUpload('a')), first)
        assert.equal(await repeated(catalog, rebuilt), second)
      }),
    )

    test(
      'is not blocked by a deleted map, and a restoration puts both side by side',
      onCatalog(async catalog => {
        const first = await put(catalog, jsUpload('a'))
        await remove(catalog, [first])
        const second = await put(catalog, jsUpload('a'))
        assert.notEqual(second, first)
        made(await catalog.move(scopeOf(samples([first]), 'deleted'), restoration, {}))
        assert.deepEqual(
          (await mapsOf(catalog, scopeOf(samples()), 10))?.map(map => map.id),
          [first, second],
        )
        assert.equal(await repeated(catalog, jsUpload('a')), second, 'the newest of equals answers')
      }),
    )

    test(
      'is not the map of another organization',
      onCatalog(async catalog => {
        await put(catalog, jsUpload('a'))
        const declared = await declareNew(catalog, jsUpload('a', { organization: 2 }))
        assert.equal(declared.write.length, 1, 'contents are not shared between organizations')
      }),
    )

    test(
      'twenty at once make one map',
      onCatalog(async catalog => {
        const ids = await Promise.all(Array.from({ length: 20 }, () => put(catalog, jsUpload('a'))))
        assert.deepEqual(new Set(ids), new Set([1]))
        assert.equal((await catalog.previewMany(scopeOf(samples()), sampleTerms)).totals.count, 1)
      }),
    )

    test(
      'that was declared before its twin was committed gives back the copies it wrote',
      onCatalog(async catalog => {
        const [one, two] = [await declareNew(catalog, jsUpload('a')), await declareNew(catalog, jsUpload('a'))]
        assert.equal(new Set([...one.write, ...two.write].map(copy => copy.generation)).size, 2)
        assert.deepEqual(await catalog.commitUpload(one.intent, jsUpload('a')), { id: 1, repeat: false, unneeded: [] })
        assert.deepEqual(await catalog.commitUpload(two.intent, jsUpload('a')), { id: 1, repeat: true, unneeded: two.write })
        assert.deepEqual(await catalog.condemned(10), two.write)
      }),
    )
  })

  describe('a new map', () => {
    test(
      'gets the next id of its organization, in the order of commits',
      onCatalog(async catalog => {
        const first = await declareNew(catalog, jsUpload('a'))
        assert.equal(await put(catalog, jsUpload('b')), 1)
        assert.equal(await put(catalog, jsUpload('a', { organization: 2 })), 1)
        assert.equal((await catalog.commitUpload(first.intent, jsUpload('a')))?.id, 2)
        assert.equal(await put(catalog, jsUpload('c')), 3)
      }),
    )

    test(
      'is never created before the one with the id before',
      onCatalog(async catalog => {
        await Promise.all(Array.from({ length: 200 }, (_, number) => put(catalog, jsUpload(`map ${number}`))))
        const maps = (await mapsOf(catalog, scopeOf(samples()), 200)) ?? []
        assert.deepEqual(
          maps.map(map => map.id),
          Array.from({ length: 200 }, (_, number) => number + 1),
        )
        const times = maps.map(map => map.createdAt)
        assert.deepEqual(
          times,
          [...times].sort((a, b) => a - b),
        )
      }),
    )

    test(
      'may have files of the same bytes, or none',
      onCatalog(async catalog => {
        const [file] = jsUpload('a').files
        assert.ok(file)
        const twice = jsUpload('a', { files: [file, { ...file, part: 'minified_file', fileName: undefined }] })
        const declared = await declareNew(catalog, twice)
        assert.equal(declared.write.length, 1)
        const committed = await catalog.commitUpload(declared.intent, twice)
        assert.deepEqual(
          (await catalog.detail(1, committed?.id ?? 0))?.files.map(each => [each.part, each.fileName, each.copy.digest]),
          [
            ['minified_file', undefined, file.digest],
            ['source_map', 'a.js.map', file.digest],
          ],
        )
        const bare = await put(catalog, jsUpload('b', { kind: 'repository', attributes: {}, files: [], size: 0 }))
        assert.deepEqual((await catalog.detail(1, bare))?.files, [])
      }),
    )
  })

  describe('contents', () => {
    test(
      'that are stored are adopted instead of written again',
      onCatalog(async catalog => {
        await put(catalog, jsUpload('a'))
        const other = jsUpload('b', { files: jsUpload('a').files })
        const declared = await declareNew(catalog, other)
        assert.deepEqual(declared.write, [])
        assert.equal((await catalog.commitUpload(declared.intent, other))?.id, 2)
        const [one, two] = [await catalog.detail(1, 1), await catalog.detail(1, 2)]
        assert.deepEqual(one?.files[0]?.copy, two?.files[0]?.copy)
      }),
    )

    test(
      'that two different maps bring at once are kept once',
      onCatalog(async catalog => {
        const other = jsUpload('b', { files: jsUpload('a').files })
        const [one, two] = [await declareNew(catalog, jsUpload('a')), await declareNew(catalog, other)]
        assert.deepEqual((await catalog.commitUpload(two.intent, other))?.unneeded, [])
        const late = await catalog.commitUpload(one.intent, jsUpload('a'))
        assert.deepEqual(late, { id: 2, repeat: false, unneeded: one.write })
        assert.deepEqual((await catalog.detail(1, 2))?.files[0]?.copy, two.write[0])
      }),
    )

    test(
      'of an abandoned upload are condemned, and a later upload writes new ones',
      onCatalog(async catalog => {
        const declared = await declareNew(catalog, jsUpload('a'))
        assert.deepEqual(await catalog.abandonUpload(declared.intent), declared.write)
        assert.deepEqual(await catalog.condemned(10), declared.write)
        assert.deepEqual(await catalog.abandonUpload(declared.intent), [], 'an ended intent names nothing')
        const again = await declareNew(catalog, jsUpload('a'))
        assert.notEqual(again.write[0]?.generation, declared.write[0]?.generation)
        assert.equal((await catalog.commitUpload(again.intent, jsUpload('a')))?.id, 1)
        assert.deepEqual(await catalog.condemned(10), declared.write)
      }),
    )

    test(
      'of an intent that has ended make no map, and the upload can be declared again',
      onCatalog(async catalog => {
        const declared = await declareNew(catalog, jsUpload('a'))
        await catalog.abandonUpload(declared.intent)
        assert.equal(await catalog.commitUpload(declared.intent, jsUpload('a')), undefined)
        assert.equal((await catalog.previewMany(scopeOf(samples()), sampleTerms)).totals.count, 0)
        assert.equal(await put(catalog, jsUpload('a')), 1)
      }),
    )

    test(
      'of uploads that a stop interrupted are condemned at the next start, those of maps are not',
      onCatalog(async catalog => {
        await put(catalog, jsUpload('a'))
        const [copy] = (await catalog.detail(1, 1))?.files.map(file => file.copy) ?? []
        assert.ok(copy)
        const interrupted = await declareNew(catalog, jsUpload('b'))
        const adopting = await declareNew(catalog, jsUpload('c', { files: jsUpload('a').files }))
        const shrinking = await catalog.reserveCopy(copy, 'gzip')
        await catalog.abandonStaleIntents(Number.MAX_SAFE_INTEGER)
        const generations = (await catalog.condemned(10)).map(each => each.generation)
        assert.deepEqual(new Set(generations), new Set([interrupted.write[0]?.generation, shrinking.generation]))
        assert.deepEqual(await catalog.abandonUpload(adopting.intent), [])
        assert.deepEqual((await catalog.detail(1, 1))?.files[0]?.copy, copy)
      }),
    )

    test(
      'of an upload whose answer was lost are not taken away from its map',
      onCatalog(async catalog => {
        const declared = await declareNew(catalog, jsUpload('a'))
        await catalog.commitUpload(declared.intent, jsUpload('a'))
        assert.deepEqual(await catalog.abandonUpload(declared.intent), [])
        assert.deepEqual(await catalog.commitUpload(declared.intent, jsUpload('a')), { id: 1, repeat: true, unneeded: [] })
        assert.deepEqual(await catalog.condemned(10), [])
        assert.equal((await catalog.detail(1, 1))?.files[0]?.copy.digest, digestOf('bytes of a'))
      }),
    )
  })
}

/** The map that an upload repeats. */
async function repeated(catalog: Catalog, upload: Upload): Promise<number | undefined> {
  const declared = await catalog.declareUpload(upload)
  return 'repeatOf' in declared ? declared.repeatOf : undefined
}
