import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Problem } from '../domain/problem.ts'
import type { Selection } from '../domain/selection.ts'
import { openMapReader } from '../symbolication/map-reader.ts'
import { Interrupted } from './affected.ts'
import { deleteMaps } from './delete.ts'
import { getJsMap } from './get-js-map.ts'
import { list } from './list.ts'
import { preview } from './preview.ts'
import { restoreMaps } from './restore.ts'
import { allOf, jsEvent, receive, type Stores, uploadJs, withStores } from './stores.fixture.ts'
import { keepUpload } from './upload.ts'

const request = { actor: 'key_1', address: '192.0.2.7', at: 1000, reason: 'a test', force: false, requestKey: undefined }
const looking = { actor: 'key_1', at: 900, planTtl: 3600 }
const rules = { undoWindow: 500, deleteLimit: 0, safeDelete: false }

describe('a deletion', () => {
  test('affects what its preview said, and a restoration undoes it', () =>
    withStores(async stores => {
      await uploadMany(stores, 3)
      const selection = shop(['1', '3', '77'])
      const foreseen = await preview(stores.catalog, { organization: 1, selection, state: 'live' }, looking)
      assert.equal(foreseen.dryRun, true)
      assert.equal(foreseen.operation, undefined)
      assert.equal(foreseen.plan?.expiresAt, 4500)
      const deleted = await deleteMaps(stores.catalog, { organization: 1, selection, plan: undefined }, { request, rules })
      assert.equal(deleted.dryRun, false)
      assert.deepEqual(deleted.operation, { id: 'op_1', undoUntil: 1500 })
      assert.deepEqual([deleted.totals, deleted.unmatched], [foreseen.totals, foreseen.unmatched])
      assert.deepEqual(deleted.unmatched, ['77'])
      const shown = await allOf(deleted.pages)
      assert.deepEqual(
        shown,
        (await allOf(foreseen.pages)).map(map => ({ ...map, stateVersion: undefined })).map(({ stateVersion: _, ...map }) => map),
      )
      const restored = await restoreMaps(stores.catalog, { organization: 1, selection, plan: undefined }, request)
      assert.deepEqual(restored.operation, { id: 'op_2', undoUntil: undefined })
      assert.deepEqual(await allOf(restored.pages), shown)
    }))

  test('of nothing is not found, for dry and real runs alike', () =>
    withStores(async stores => {
      await uploadMany(stores, 1)
      const nothing = { organization: 1, selection: shop(['9']), state: 'live' } as const
      await assert.rejects(preview(stores.catalog, nothing, looking), isNotFound(/No live js map/))
      await assert.rejects(deleteMaps(stores.catalog, { ...nothing, plan: undefined }, { request, rules }), isNotFound(/No live js map/))
      await assert.rejects(
        restoreMaps(stores.catalog, { organization: 1, selection: shop(), plan: undefined }, request),
        isNotFound(/No deleted js map/),
      )
    }))

  test('of more maps than a preview reads at once is foreseen and answered in full', () =>
    withStores(async stores => {
      await uploadMany(stores, 620)
      const scope = { organization: 1, selection: shop(), state: 'live' } as const
      const foreseen = await preview(stores.catalog, scope, looking)
      assert.equal(foreseen.totals.count, 620)
      const seen = (await allOf(foreseen.pages)).map(map => map.id)
      const deleted = await deleteMaps(stores.catalog, { ...scope, plan: undefined }, { request, rules })
      assert.deepEqual(deleted.totals, foreseen.totals)
      assert.deepEqual(
        (await allOf(deleted.pages)).map(map => map.id),
        seen,
      )
      assert.equal(new Set(seen).size, 620)
    }))

  test('of few maps tells what it did, though some have been moved on since', () =>
    withStores(async stores => {
      await uploadMany(stores, 2)
      const selection = shop()
      const deleted = await deleteMaps(stores.catalog, { organization: 1, selection, plan: undefined }, { request, rules })
      await restoreMaps(stores.catalog, { organization: 1, selection: shop(['2']), plan: undefined }, request)
      assert.deepEqual(
        (await allOf(deleted.pages)).map(map => map.id),
        [1, 2],
      )
    }))

  test('of many whose maps are moved on while its answer is sent does not look complete', () =>
    withStores(async stores => {
      await uploadMany(stores, 620)
      const selection = shop()
      const deleted = await deleteMaps(stores.catalog, { organization: 1, selection, plan: undefined }, { request, rules })
      await restoreMaps(stores.catalog, { organization: 1, selection: shop(['602']), plan: undefined }, request)
      await assert.rejects(allOf(deleted.pages), Interrupted)
    }))

  test('foreseen of many does not look complete when some go while the answer is sent', () =>
    withStores(async stores => {
      await uploadMany(stores, 620)
      const foreseen = await preview(stores.catalog, { organization: 1, selection: shop(), state: 'live' }, looking)
      await deleteMaps(stores.catalog, { organization: 1, selection: shop(['7']), plan: undefined }, { request, rules })
      await assert.rejects(allOf(foreseen.pages), Interrupted)
    }))

  test('foreseen of many is not disturbed by uploads', () =>
    withStores(async stores => {
      await uploadMany(stores, 620)
      const foreseen = await preview(stores.catalog, { organization: 1, selection: shop(), state: 'live' }, looking)
      await uploadJs(stores, 'late.js')
      assert.equal((await allOf(foreseen.pages)).length, 620)
    }))
})

test('a list says how many there are, when it is asked or can tell', () =>
  withStores(async stores => {
    await uploadMany(stores, 5)
    const query = { organization: 1, selection: shop(), withDebugId: false }
    const ids = (maps: readonly { id: number }[]) => maps.map(map => map.id)
    const first = await list(stores.catalog, query, { number: 1, size: 2, withTotal: true })
    assert.deepEqual([ids(first.maps), first.more, first.total], [[5, 4], true, 5])
    const last = await list(stores.catalog, query, { number: 3, size: 2, withTotal: true })
    assert.deepEqual([ids(last.maps), last.more, last.total], [[1], false, 5])
    const past = await list(stores.catalog, query, { number: 4, size: 2, withTotal: true })
    assert.deepEqual([ids(past.maps), past.more, past.total], [[], false, 5])
    const all = await list(stores.catalog, query, { after: undefined, size: 5, withTotal: false })
    assert.deepEqual([ids(all.maps), all.more, all.total], [[5, 4, 3, 2, 1], false, 5])
    const below = await list(stores.catalog, query, { after: 4, size: 2, withTotal: false })
    assert.deepEqual([ids(below.maps), below.more, below.total], [[3, 2], true, undefined])
  }))

test('the content of a js map is read until it is deleted', () =>
  withStores(async stores => {
    const sourceMap = JSON.stringify({ version: 3, sources: ['a.ts'], names: [], mappings: 'AAAA' })
    const received = await receive(stores, jsEvent('app.js'), part => (part === 'source_map' ? sourceMap : 'let a\nlet bc'))
    await keepUpload(stores, received)
    const mapReader = openMapReader()
    const query = { service: 'shop', version: '1.0', fileName: 'js/app.js' }
    try {
      const { content, ...found } = await getJsMap({ ...stores, mapReader }, 1, query)
      assert.deepEqual(found, { id: 1, path: 'js/app.js' })
      const { mappings, minifiedLineLengths } = JSON.parse(Buffer.from(content).toString())
      assert.deepEqual([mappings, minifiedLineLengths], ['AAAA', [5, 6]])
      await deleteMaps(stores.catalog, { organization: 1, selection: shop(), plan: undefined }, { request, rules })
      await assert.rejects(getJsMap({ ...stores, mapReader }, 1, query), isNotFound(/No live js map/))
    } finally {
      await mapReader.close()
    }
  }))

async function uploadMany(stores: Stores, count: number): Promise<void> {
  for (let done = 0; done < count; done += 62)
    await Promise.all(Array.from({ length: Math.min(62, count - done) }, (_, at) => uploadJs(stores, `file ${done + at}.js`)))
}

function shop(ids?: readonly string[]): Selection {
  const release = [
    { filter: 'service', values: ['shop'] },
    { filter: 'version', values: ['1.0'] },
  ] as const
  return { kind: 'js', criteria: ids ? [...release, { filter: 'id', values: ids }] : release }
}

function isNotFound(detail: RegExp): (error: unknown) => boolean {
  return error => error instanceof Problem && error.code === 'not_found' && detail.test(error.message)
}
