import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Catalog } from '../../operations/ports/catalog.ts'
import type { ListPosition } from '../../operations/ports/read-catalog.ts'
import { deletion, jsUpload, type OpenCatalog, put, remove, restoration, samples, withCatalog } from './sample-uploads.fixture.ts'

/** Lists of live maps. */
export function describeLists(open: OpenCatalog): void {
  describe('a list', () => {
    test('shows the newest first, by pages or below an id, and stays where it is while maps arrive', () =>
      withCatalog(open, async catalog => {
        for (let number = 1; number <= 7; number++) await put(catalog, jsUpload(`map ${number}`))
        assert.deepEqual(await ids(catalog, { before: undefined }), [7, 6, 5])
        assert.deepEqual(await ids(catalog, { offset: 3 }), [4, 3, 2])
        await put(catalog, jsUpload('late'))
        assert.deepEqual(await ids(catalog, { before: 5 }), [4, 3, 2])
        assert.deepEqual(await ids(catalog, { before: 2 }), [1])
        assert.deepEqual(await ids(catalog, { before: 1 }), [])
        assert.deepEqual(await ids(catalog, { offset: 8 }), [])
      }))

    test('leaves out what is deleted', () =>
      withCatalog(open, async catalog => {
        for (const name of ['a', 'b', 'c']) await put(catalog, jsUpload(name))
        await remove(catalog, [2])
        assert.deepEqual(await ids(catalog, { before: undefined }), [3, 1])
        assert.equal(await catalog.count({ organization: 1, selection: samples(), withDebugId: false }), 2)
      }))

    test('merges several releases in one order', () =>
      withCatalog(open, async catalog => {
        for (let number = 0; number < 12; number++)
          await put(catalog, jsUpload(`map ${number}`, { attributes: { service: `s${number % 3}`, version: `${number % 2}` } }))
        const criteria = [
          { filter: 'service', values: ['s2', 's0', 'none'] },
          { filter: 'version', values: ['1', '0'] },
        ] as const
        const query = { organization: 1, selection: { kind: 'js', criteria }, withDebugId: false } as const
        const listed = await catalog.list(query, { before: 11 }, 5)
        assert.deepEqual(
          listed.map(map => map.id),
          [10, 9, 7, 6, 4],
        )
      }))

    test('of several releases, live or deleted, never shows half of a deletion or restoration', () =>
      withCatalog(open, async catalog => {
        const versions = ['1', '2', '3', '4']
        for (const version of versions) await put(catalog, jsUpload(version, { attributes: { service: 'shop', version } }))
        const criteria = [
          { filter: 'service', values: ['shop'] },
          { filter: 'version', values: versions },
        ] as const
        const query = { organization: 1, selection: { kind: 'js', criteria }, withDebugId: false } as const
        let isOver = false
        const seen = new Set<number>()
        const watch = async () => {
          while (!isOver) {
            seen.add((await catalog.list(query, { before: undefined }, 5)).length)
            seen.add((await catalog.deletedMaps(query, undefined, 5)).maps.length)
          }
        }
        const watching = Promise.all([watch(), watch(), watch()])
        const { organization, selection } = query
        for (let round = 0; round < 50; round++) {
          await catalog.move({ organization, selection, state: 'live' }, deletion, {})
          await catalog.move({ organization, selection, state: 'deleted' }, restoration, {})
        }
        isOver = true
        await watching
        assert.deepEqual([...seen].sort(), [0, 4])
      }))

    test('can be of the maps with a debug id only', () =>
      withCatalog(open, async catalog => {
        await put(catalog, jsUpload('a', { attributes: { debug_id: 'ab' } }))
        await put(catalog, jsUpload('b'))
        await put(catalog, jsUpload('c', { attributes: { debug_id: 'cd', service: 'shop', version: '1.0' } }))
        const query = { organization: 1, selection: { kind: 'js', criteria: [] }, withDebugId: true } as const
        const listed = await catalog.list(query, { before: undefined }, 5)
        assert.deepEqual(
          listed.map(map => map.attributes),
          [{ debug_id: 'cd', service: 'shop', version: '1.0' }, { debug_id: 'ab' }],
        )
        assert.equal(await catalog.count(query), 2)
      }))
  })
}

async function ids(catalog: Catalog, position: ListPosition): Promise<number[]> {
  return (await catalog.list({ organization: 1, selection: samples(), withDebugId: false }, position, 3)).map(map => map.id)
}
