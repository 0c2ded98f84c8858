import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Problem } from '../domain/problem.ts'
import { findFile, findMap, readStored } from './read-file.ts'
import { jsEvent, receive, type Stores, textOf, uploadJs, withStores } from './stores.fixture.ts'
import { compressBlobs, condemnUnreferenced, removeCondemned, type Tidying } from './tidy-blobs.ts'
import { keepUpload } from './upload.ts'

function tidying({ catalog, blobs }: Pick<Tidying, 'catalog' | 'blobs'>): Tidying {
  const onFault = (error: unknown) => assert.fail(String(error))
  return { catalog, blobs, codec: 'gzip', pause: async () => {}, onFault }
}

describe('an upload', () => {
  test('can be read back byte by byte, under its digest', () =>
    withStores(async stores => {
      const id = await uploadJs(stores, 'app.js')
      assert.equal(await contentOf(stores, id, 'source_map'), 'source_map bytes of app.js 1.0')
      assert.equal(await contentOf(stores, id, 'minified_file'), 'minified_file bytes of app.js 1.0')
      const { map, files } = await findMap(stores.catalog, 1, id)
      assert.equal(map.size, 'source_map bytes of app.js 1.0'.length, 'the size is that of the map alone')
      assert.deepEqual(map.attributes, {
        service: 'shop',
        version: '1.0',
        absolute_path: '/js/app.js',
        domain: 'example.com',
        file_name: 'app.js',
      })
      assert.equal(files.length, 2)
    }))

  test('that is repeated twenty times at once is one map and leaves one copy of each file', () =>
    withStores(async stores => {
      const ids = await Promise.all(Array.from({ length: 20 }, () => uploadJs(stores, 'app.js')))
      assert.deepEqual(new Set(ids), new Set([1]))
      await removeCondemned(tidying(stores))
      assert.equal((await stores.filesKept()).length, 2)
      assert.deepEqual(await stores.catalog.condemned(10), [])
      assert.equal(await contentOf(stores, 1, 'source_map'), 'source_map bytes of app.js 1.0')
    }))

  test('of bytes that are there already keeps them once', () =>
    withStores(async stores => {
      await keepUpload(stores, await receive(stores, jsEvent('app.js', '1.0'), 'same'))
      await keepUpload(stores, await receive(stores, jsEvent('app.js', '2.0'), 'same'))
      assert.equal((await stores.filesKept()).length, 2)
      assert.equal(await contentOf(stores, 2, 'source_map'), 'source_map same')
    }))

  test('that fails leaves neither a map nor bytes behind', () =>
    withStores(async stores => {
      const received = await receive(stores, jsEvent('app.js'), 'bytes')
      const failing = {
        ...stores,
        blobs: {
          ...stores.blobs,
          keep: async (...args: Parameters<typeof stores.blobs.keep>) => {
            if (received.files[1]?.spooled.digest === args[1].digest) throw new Error('the disk is full')
            await new Promise(resolve => setTimeout(resolve, 50))
            await stores.blobs.keep(...args)
          },
        },
      }
      await assert.rejects(keepUpload(failing, received), /the disk is full/)
      await removeCondemned(tidying(stores))
      assert.deepEqual(await stores.filesKept(), [])
      await assert.rejects(findMap(stores.catalog, 1, 1), isProblem('not_found'))
      assert.equal(await uploadJs(stores, 'app.js'), 1)
    }))

  test('that had to start over and never came through leaves bytes that the background removes, but not those of maps', () =>
    withStores(async stores => {
      const id = await uploadJs(stores, 'kept.js')
      const commitUpload: typeof stores.catalog.commitUpload = (intent, upload) => {
        const lost = { part: 'lost', fileName: undefined, digest: '0'.repeat(64), size: 1 }
        return stores.catalog.commitUpload(intent, { ...upload, files: [...upload.files, lost] })
      }
      const received = await receive(stores, jsEvent('app.js'), 'bytes')
      await assert.rejects(keepUpload({ ...stores, catalog: { ...stores.catalog, commitUpload } }, received), isProblem('unavailable'))
      assert.equal((await stores.filesKept()).length, 4)
      assert.equal(await condemnUnreferenced(tidying(stores)), 2)
      await removeCondemned(tidying(stores))
      assert.equal((await stores.filesKept()).length, 2)
      assert.equal(await contentOf(stores, id, 'source_map'), 'source_map bytes of kept.js 1.0')
      assert.equal(await uploadJs(stores, 'app.js'), 2)
    }))

  test('that cannot even be described leaves nothing of what was received behind', () =>
    withStores(async stores => {
      const received = await receive(stores, jsEvent('app.js'), 'bytes')
      const discarded: string[] = []
      const discard = async (spooled: Parameters<typeof stores.blobs.discard>[0]) => {
        discarded.push(spooled.digest)
        await stores.blobs.discard(spooled)
      }
      const undescribed = { ...received, description: { ...received.description, identity: undefined as unknown as readonly string[] } }
      await assert.rejects(keepUpload({ ...stores, blobs: { ...stores.blobs, discard } }, undescribed))
      assert.deepEqual(
        discarded,
        received.files.map(file => file.spooled.digest),
      )
      assert.deepEqual(await stores.filesKept(), [])
    }))

  test('is the same bytes after it was compressed, and its old copy is gone', () =>
    withStores(async stores => {
      const long = 'a line that comes again and again\n'.repeat(2000)
      const id = await keepUpload(stores, await receive(stores, jsEvent('app.js'), long))
      assert.equal(await compressBlobs(tidying(stores)), 2)
      assert.equal(await compressBlobs(tidying(stores)), 0)
      const stale = await findFile(stores.catalog, 1, { id, part: 'source_map' })
      assert.ok(stale.storedSize < stale.size / 10)
      assert.equal(stale.copy.codec, 'gzip')
      assert.equal(await removeCondemned(tidying(stores)), 2)
      assert.equal((await stores.filesKept()).length, 2)
      assert.equal(await contentOf(stores, id, 'source_map'), `source_map ${long}`)
    }))

  test('can be read while a compressed copy takes the place of the one that was looked up', () =>
    withStores(async stores => {
      const long = 'a line that comes again and again\n'.repeat(2000)
      const id = await keepUpload(stores, await receive(stores, jsEvent('app.js'), long))
      const file = await findFile(stores.catalog, 1, { id, part: 'source_map' })
      await compressBlobs(tidying(stores))
      await removeCondemned(tidying(stores))
      assert.equal(await textOf(await readStored(stores, 1, { id, file })), `source_map ${long}`)
    }))
})

test('a file that a map does not have is not found, and the map says which ones it has', () =>
  withStores(async stores => {
    const id = await uploadJs(stores, 'app.js')
    const missing = await findFile(stores.catalog, 1, { id, part: 'elf_symbol_file' }).catch((error: unknown) => error)
    assert.ok(missing instanceof Problem)
    assert.match(missing.message, /it has minified_file, source_map/)
    await assert.rejects(findFile(stores.catalog, 2, { id, part: 'source_map' }), isProblem('not_found'))
  }))

async function contentOf(stores: Stores, id: number, part: string): Promise<string> {
  const file = await findFile(stores.catalog, 1, { id, part })
  return textOf(await readStored(stores, 1, { id, file }))
}

function isProblem(code: Problem['code']): (error: unknown) => boolean {
  return error => error instanceof Problem && error.code === code
}
