import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Attributes } from '../../domain/fields.ts'
import type { Catalog } from '../../operations/ports/catalog.ts'
import {
  deletion,
  jsUpload,
  made,
  mapsOf,
  type OpenCatalog,
  onCatalogOf,
  put,
  remove,
  samples,
  scopeOf,
  uploadOf,
} from './sample-uploads.fixture.ts'

const uuid = '1b4e28ba-2fa1-11d2-883f-0016d3cca427'

/** Answers for those who have a build's names, not a map's id. */
export function describeLookUps(open: OpenCatalog): void {
  const onCatalog = onCatalogOf(open)

  describe('a js map is found', () => {
    const find = (catalog: Catalog, fileName: string, version = '1.0') => catalog.findJs(1, { service: 'shop', version, fileName })
    const putPath = (catalog: Catalog, name: string, attributes: Attributes) =>
      put(catalog, jsUpload(name, { attributes: { service: 'shop', version: '1.0', ...attributes } }))

    test(
      'by its file name, or by its path without the leading slash',
      onCatalog(async catalog => {
        const id = await putPath(catalog, 'a', { file_name: 'app.js', absolute_path: '/js/app.js' })
        assert.equal(await find(catalog, 'js/app.js'), id)
        assert.equal(await find(catalog, 'app.js'), id)
        for (const other of ['s/app.js', 'x/js/app.js', 'App.js', 'js/', 'pp.js'])
          assert.equal(await find(catalog, other), undefined, other)
        assert.equal(await find(catalog, 'app.js', '2.0'), undefined)
        const bare = await putPath(catalog, 'b', { file_name: 'bare.js', absolute_path: 'bare.js' })
        assert.equal(await find(catalog, 'bare.js'), bare)
      }),
    )

    test(
      'as the newest of several, and not when it is deleted',
      onCatalog(async catalog => {
        const path = { file_name: 'app.js', absolute_path: '/js/app.js' }
        const [one, two] = [await putPath(catalog, 'a', path), await putPath(catalog, 'b', path)]
        assert.equal(await find(catalog, 'js/app.js'), two)
        await remove(catalog, [two])
        assert.equal(await find(catalog, 'js/app.js'), one)
        await remove(catalog, [one])
        assert.equal(await find(catalog, 'js/app.js'), undefined)
      }),
    )

    test(
      'by debug id in any case, the newest first',
      onCatalog(async catalog => {
        await put(catalog, jsUpload('a', { attributes: { debug_id: uuid.toUpperCase() } }))
        assert.equal(await catalog.findJs(1, { debugId: uuid }), 1)
        await put(catalog, jsUpload('b', { attributes: { debug_id: uuid } }))
        assert.equal(await catalog.findJs(1, { debugId: uuid.toUpperCase() }), 2)
        await put(catalog, jsUpload('c', { attributes: { debug_id: 'Not-Hex' } }))
        assert.equal(await catalog.findJs(1, { debugId: 'Not-Hex' }), 3)
        assert.equal(await catalog.findJs(1, { debugId: 'not-hex' }), undefined, 'case means something where it is no id')
        await put(catalog, uploadOf({ kind: 'react', attributes: { debug_id: 'ff' } }, 'd'))
        assert.equal(await catalog.findJs(1, { debugId: 'ff' }), undefined, 'other kinds do not answer')
      }),
    )
  })

  test(
    'debug ids exist as long as a live js map has them',
    onCatalog(async catalog => {
      const release = { service: 'shop', version: '1.0' }
      await put(catalog, jsUpload('a', { attributes: { ...release, debug_id: uuid.toUpperCase() } }))
      await put(catalog, jsUpload('b', { attributes: { ...release, debug_id: 'Odd-One' } }))
      assert.deepEqual(await catalog.existingDebugIds(1, [uuid, 'ffff', 'Odd-One', 'odd-one']), [uuid, 'Odd-One'])
      assert.deepEqual(await catalog.existingDebugIds(1, []), [])
      const many = Array.from({ length: 3000 }, (_, number) => number.toString(16))
      assert.deepEqual(await catalog.existingDebugIds(1, [...many, uuid]), [uuid])
      await remove(catalog, [1])
      assert.deepEqual(await catalog.existingDebugIds(1, [uuid]), [])
    }),
  )

  test(
    'the repository of a release is that of its newest map that knows one, of any kind',
    onCatalog(async catalog => {
      const info = () => catalog.repositoryInfo(1, 'shop', '1.0')
      const repository = (commit: string) => ({ url: 'https://example.com/shop.git', commit })
      assert.deepEqual(await info(), { status: 'not_found' })
      await put(catalog, jsUpload('a'))
      assert.deepEqual(await info(), { status: 'no_repository' })
      await put(catalog, jsUpload('b', { repository: repository('one') }))
      await put(catalog, jsUpload('c', { kind: 'jvm', attributes: { service: 'shop', version: '1.0' }, repository: repository('two') }))
      await put(catalog, jsUpload('d'))
      assert.deepEqual(await info(), { status: 'success', ...repository('two') })
      await put(catalog, jsUpload('e', { repository: repository('three') }))
      assert.deepEqual(await info(), { status: 'success', ...repository('three') })
      await remove(catalog)
      assert.deepEqual(await info(), { status: 'success', ...repository('two') })
      assert.deepEqual(await catalog.repositoryInfo(1, 'shop', '9'), { status: 'not_found' })
    }),
  )

  test(
    'symbol files answer to each of their ids, once',
    onCatalog(async catalog => {
      const elf = (name: string, attributes: Attributes) =>
        put(catalog, uploadOf({ kind: 'elf', attributes, overwrite: name === 'b' }, name))
      await elf('a', { arch: 'x86_64', gnu_build_id: 'ABCD', file_hash: 'ff00', symbol_source: 'debug_info' })
      await elf('b', { go_build_id: 'Go/Id', file_hash: 'FF00' })
      await elf('c', { gnu_build_id: 'other' })
      await put(catalog, uploadOf({ kind: 'ndk', attributes: { build_id: 'abcd' } }, 'd'))
      const [a, b] = (await catalog.symbolFiles(1, ['abcd', 'FF00', 'Go/Id', 'unknown'])).toSorted((one, two) => one.id - two.id)
      assert.deepEqual(a, {
        id: 1,
        arch: 'x86_64',
        symbolSource: 'debug_info',
        overwrite: false,
        gnuBuildId: 'ABCD',
        goBuildId: undefined,
        fileHash: 'ff00',
      })
      assert.deepEqual([b?.id, b?.overwrite, b?.goBuildId], [2, true, 'Go/Id'])
      assert.equal((await catalog.symbolFiles(1, ['go/id'])).length, 0, 'Go build ids are case-sensitive')
      assert.deepEqual(await catalog.symbolFiles(1, []), [])
      made(await catalog.move(scopeOf({ kind: 'elf', criteria: [{ filter: 'id', values: ['1'] }] }), deletion, {}))
      assert.equal((await catalog.symbolFiles(1, ['abcd'])).length, 0)
    }),
  )

  test(
    'the detail of a map names its files, its uploader and its repository',
    onCatalog(async catalog => {
      const key = {
        id: 'key_1',
        type: 'api',
        name: 'CI',
        creator: 'me',
        permissions: [],
        createdAt: 1,
        expiresAt: undefined,
        hash: 'h',
      } as const
      await catalog.createKey({ ...key, organizationName: 'default' })
      const repository = { url: 'https://example.com/shop.git', commit: 'abc' }
      await put(catalog, jsUpload('a', { repository }))
      await put(catalog, jsUpload('b', { uploader: 'gone' }))
      const detail = await catalog.detail(1, 1)
      assert.ok(detail)
      const { map, files, ...rest } = detail
      assert.deepEqual([map.id, map.kind, map.size, map.attributes.file_name], [1, 'js', 10, 'a.js'])
      assert.ok(Math.abs(map.createdAt - Date.now()) < 60_000)
      assert.deepEqual(
        files.map(file => [file.part, file.fileName, file.size, file.storedSize, file.copy.codec]),
        [['source_map', 'a.js.map', 10, 10, 'identity']],
      )
      assert.deepEqual(rest, {
        state: 'live',
        uploader: { id: 'key_1', name: 'CI' },
        repository,
        deletedAt: undefined,
        purgedAt: undefined,
        undoUntil: undefined,
        operation: undefined,
      })
      assert.deepEqual((await catalog.detail(1, 2))?.uploader, { id: 'gone', name: 'gone' })
      assert.equal((await catalog.detail(1, 2))?.repository, undefined)
      assert.equal(await catalog.detail(1, 3), undefined)
      assert.equal((await mapsOf(catalog, scopeOf(samples()), 5))?.length, 2)
    }),
  )
}
