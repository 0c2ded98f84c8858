import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Catalog } from '../../operations/ports/catalog.ts'
import type { Preview, Scope } from '../../operations/ports/passage-catalog.ts'
import {
  deletion,
  jsUpload,
  made,
  type OpenCatalog,
  put,
  restoration,
  samples,
  sampleTerms,
  uploadOf,
  withCatalog,
} from './sample-uploads.fixture.ts'

/** That nobody sees, counts or moves what another organization has. */
export function describeTenants(open: OpenCatalog): void {
  test('organizations are sealed from each other', () =>
    withCatalog(open, async catalog => {
      const [before, untouched] = [await everythingOf(catalog, 2), await everythingOf(catalog, 3)]
      assert.deepEqual(before, untouched, 'an organization that is empty looks like one that does not exist')
      await fill(catalog)
      assert.deepEqual(await everythingOf(catalog, 2), before)
      const mine = await everythingOf(catalog, 1)
      const theirs = (state: Scope['state']) => ({ organization: 2, selection: samples([1, 2, 3]), state })
      assert.deepEqual(await catalog.move(theirs('live'), deletion, {}), { refused: 'nothing' })
      assert.deepEqual(await catalog.move(theirs('deleted'), restoration, {}), { refused: 'nothing' })
      const undone = await catalog.undo({ organization: 2, operation: 1 }, restoration, { partial: true })
      assert.deepEqual(undone, { refused: 'unknown_operation' })
      assert.deepEqual(await everythingOf(catalog, 1), mine)
    }))
}

/** Live and deleted maps of several kinds in organization 1. */
async function fill(catalog: Catalog): Promise<void> {
  const repository = { url: 'https://example.com/shop.git', commit: 'abc' }
  const release = { service: 'shop', version: '1.0' }
  await put(catalog, jsUpload('a', { attributes: { ...release, debug_id: 'abcd', file_name: 'a.js', absolute_path: '/a.js' }, repository }))
  await put(catalog, jsUpload('b'))
  await put(catalog, uploadOf({ kind: 'elf', attributes: { gnu_build_id: 'abcd', file_hash: 'abcd', go_build_id: 'abcd' } }, 'c'))
  await put(catalog, uploadOf({ kind: 'ios', attributes: { uuids: 'abcd' } }, 'd'))
  await put(catalog, jsUpload('e', { attributes: release }))
  assert.equal(made(await catalog.move({ organization: 1, selection: samples([5]), state: 'live' }, deletion, {})).totals.count, 1)
}

/** What every method that reads says of an organization. */
async function everythingOf(catalog: Catalog, organization: number): Promise<unknown[]> {
  const selections = [
    samples(),
    samples([1, 2, 3, 4, 5]),
    { kind: 'ios', criteria: [{ filter: 'uuid', values: ['abcd'] }] },
    { kind: 'elf', criteria: [{ filter: 'gnu_build_id', values: ['abcd'] }] },
    { kind: 'js', criteria: [{ filter: 'debug_id', values: ['abcd'] }] },
  ] as const
  const seen: unknown[] = [
    await catalog.findJs(organization, { debugId: 'abcd' }),
    await catalog.findJs(organization, { service: 'shop', version: '1.0', fileName: 'a.js' }),
    await catalog.existingDebugIds(organization, ['abcd']),
    await catalog.repositoryInfo(organization, 'shop', '1.0'),
    await catalog.symbolFiles(organization, ['abcd']),
    await catalog.membersOf(organization, 1, [5]),
    await Promise.all([1, 2, 3, 4, 5].map(id => catalog.detail(organization, id))),
  ]
  for (const selection of selections) {
    const query = { organization, selection, withDebugId: false }
    seen.push(await catalog.list(query, { before: undefined }, 9), await catalog.list(query, { offset: 0 }, 9), await catalog.count(query))
    for (const state of ['live', 'deleted'] as const) {
      const scope = { organization, selection, state }
      const [few, many] = [await catalog.previewFew(scope, sampleTerms, 9), await catalog.previewMany(scope, sampleTerms)]
      seen.push(withoutScope(few), withoutScope(many), await catalog.page({ ...scope, upTo: 99 }, sampleTerms))
    }
  }
  return seen
}

/** The scope names the organization. */
function withoutScope(preview: Preview | undefined): unknown {
  return preview && { ...preview, seen: preview.seen.upTo }
}
