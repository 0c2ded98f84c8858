import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { CopyName } from '../../operations/ports/blob-store.ts'
import type { Catalog } from '../../operations/ports/catalog.ts'
import { declareNew, digestOf, jsUpload, type OpenCatalog, put, withCatalog } from './sample-uploads.fixture.ts'

/** The life of stored copies after their upload. */
export function describeCopies(open: OpenCatalog): void {
  const onCopy = (body: (catalog: Catalog, copy: CopyName) => Promise<void>) => () =>
    withCatalog(open, async catalog => {
      const size = 10_000
      await put(catalog, jsUpload('a', { size, files: [{ part: 'source_map', fileName: 'a.map', digest: digestOf('a'), size }] }))
      await body(catalog, await currentCopy(catalog))
    })

  describe('a copy', () => {
    test(
      'that was condemned is named to those who wait once it has been seen for so long, and never before',
      onCopy(async catalog => {
        const declared = await catalog.declareUpload(jsUpload('b'))
        assert.ok('intent' in declared)
        await catalog.abandonUpload(declared.intent)
        const seenAt = (at: number) => catalog.longCondemned(10, { at, age: 100 })
        assert.deepEqual(await seenAt(5000), [])
        assert.deepEqual(await seenAt(5099), [])
        assert.deepEqual(await seenAt(5100), declared.write)
        assert.deepEqual(await catalog.condemned(10), declared.write)
      }),
    )

    test(
      'waits for compression unless it is too small to shrink',
      onCopy(async (catalog, copy) => {
        await put(catalog, jsUpload('small'))
        assert.deepEqual(await catalog.compressible(10), [{ name: copy, size: 10_000 }])
        assert.deepEqual(await catalog.compressible(0), [])
      }),
    )

    test(
      'gives way to its compressed twin',
      onCopy(async (catalog, copy) => {
        const smaller = await catalog.reserveCopy(copy, 'gzip')
        assert.deepEqual([smaller.codec, smaller.digest, smaller.organization], ['gzip', copy.digest, 1])
        assert.notEqual(smaller.generation, copy.generation)
        assert.deepEqual(await currentCopy(catalog), copy, 'nothing changes before the twin is there')
        assert.equal(await catalog.switchCopy(copy, smaller, 2_000), true)
        assert.deepEqual(await currentCopy(catalog), smaller)
        assert.equal((await catalog.detail(1, 1))?.files[0]?.storedSize, 2_000)
        assert.equal((await catalog.detail(1, 1))?.files[0]?.size, 10_000)
        assert.deepEqual(await catalog.condemned(10), [copy])
        assert.deepEqual(await catalog.compressible(10), [])
      }),
    )

    test(
      'that came too late is condemned',
      onCopy(async (catalog, copy) => {
        const [first, second] = [await catalog.reserveCopy(copy, 'gzip'), await catalog.reserveCopy(copy, 'brotli')]
        assert.equal(await catalog.switchCopy(copy, first, 2_000), true)
        assert.equal(await catalog.switchCopy(copy, second, 1_000), false)
        assert.deepEqual(await currentCopy(catalog), first)
        assert.deepEqual(new Set(generations(await catalog.condemned(10))), new Set(generations([copy, second])))
      }),
    )

    test(
      'that is current is not given up by who has not heard that it is',
      onCopy(async (catalog, copy) => {
        const smaller = await catalog.reserveCopy(copy, 'gzip')
        assert.equal(await catalog.switchCopy(copy, smaller, 2_000), true)
        await catalog.releaseCopy(smaller)
        await catalog.settleCopy(copy, smaller)
        assert.deepEqual(await currentCopy(catalog), smaller)
        assert.deepEqual(await catalog.condemned(10), [copy])
      }),
    )

    test(
      'that does not shrink is not tried again',
      onCopy(async (catalog, copy) => {
        const smaller = await catalog.reserveCopy(copy, 'gzip')
        await catalog.settleCopy(copy, smaller)
        assert.deepEqual(await catalog.compressible(10), [])
        assert.deepEqual(await catalog.condemned(10), [smaller])
        assert.deepEqual(await currentCopy(catalog), copy)
      }),
    )

    test(
      'is forgotten only when it is condemned',
      onCopy(async (catalog, copy) => {
        const smaller = await catalog.reserveCopy(copy, 'gzip')
        await catalog.forgetCopies([copy, smaller])
        assert.deepEqual(await currentCopy(catalog), copy)
        await catalog.switchCopy(copy, smaller, 2_000)
        await catalog.forgetCopies([copy, smaller])
        assert.deepEqual(await catalog.condemned(10), [])
        assert.deepEqual(await currentCopy(catalog), smaller)
      }),
    )
  })

  describe('a copy that no map uses', () => {
    test(
      'because its upload was to be declared again and never was is condemned, copies of maps are not',
      onCopy(async (catalog, copy) => {
        const [left] = await leaveBehind(catalog)
        assert.equal(await catalog.condemnUnreferenced(10), 1)
        assert.equal(await catalog.condemnUnreferenced(10), 0)
        assert.deepEqual(await catalog.condemned(10), [left])
        assert.deepEqual(await currentCopy(catalog), copy)
      }),
    )

    test(
      'stays as long as an upload under way has adopted it, and becomes its map’s',
      onCopy(async catalog => {
        const [left] = await leaveBehind(catalog)
        const adopting = await declareNew(catalog, jsUpload('b'))
        assert.deepEqual(adopting.write, [])
        assert.equal(await catalog.condemnUnreferenced(10), 0)
        const committed = await catalog.commitUpload(adopting.intent, jsUpload('b'))
        assert.deepEqual((await catalog.detail(1, committed?.id ?? 0))?.files[0]?.copy, left)
        assert.equal(await catalog.condemnUnreferenced(10), 0)
      }),
    )

    test(
      'and is condemned is written anew by the next upload of its content, and never current again',
      onCopy(async catalog => {
        const [left] = await leaveBehind(catalog)
        assert.ok(left)
        const smaller = await catalog.reserveCopy(left, 'gzip')
        assert.equal(await catalog.condemnUnreferenced(10), 1)
        const next = await declareNew(catalog, jsUpload('b'))
        assert.equal(next.write.length, 1)
        assert.equal(await catalog.switchCopy(left, smaller, 5), false)
        const committed = await catalog.commitUpload(next.intent, jsUpload('b'))
        assert.deepEqual((await catalog.detail(1, committed?.id ?? 0))?.files[0]?.copy, next.write[0])
        assert.deepEqual(new Set(generations(await catalog.condemned(10))), new Set(generations([left, smaller])))
      }),
    )

    test(
      'is condemned no more than so many at a time',
      onCopy(async catalog => {
        for (const name of ['b', 'c', 'd']) await leaveBehind(catalog, name)
        assert.deepEqual([await catalog.condemnUnreferenced(2), await catalog.condemnUnreferenced(2)], [2, 1])
      }),
    )
  })
}

/** An upload whose other content was given up meanwhile: what it wrote itself is stored, but there is no map. */
async function leaveBehind(catalog: Catalog, name = 'b'): Promise<readonly CopyName[]> {
  const [file] = jsUpload(name).files
  const declared = await declareNew(catalog, jsUpload(name))
  const lost = { part: 'minified_file', fileName: undefined, digest: digestOf(`lost ${name}`), size: 4 }
  assert.equal(
    await catalog.commitUpload(declared.intent, jsUpload(name, { content: 'other', files: file ? [file, lost] : [] })),
    undefined,
  )
  return declared.write
}

async function currentCopy(catalog: Catalog): Promise<CopyName> {
  const copy = (await catalog.detail(1, 1))?.files[0]?.copy
  assert.ok(copy)
  return copy
}

function generations(copies: readonly CopyName[]): string[] {
  return copies.map(copy => copy.generation)
}
