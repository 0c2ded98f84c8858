import assert from 'node:assert/strict'
import type { FieldName } from '../../domain/fields.ts'
import { kind } from '../../domain/kinds.ts'
import type { SourceMap } from '../../domain/source-map.ts'
import type { Catalog } from '../../operations/ports/catalog.ts'
import type { Scope, TracedMap } from '../../operations/ports/passage-catalog.ts'
import { isMeant, type ModelMap } from './reference-filter.fixture.ts'
import { deletion, idsIn, restoration, sampleTerms } from './sample-uploads.fixture.ts'
import { sumOf, traceOf, walk } from './walk-scope.fixture.ts'

interface Context {
  readonly catalog: Catalog
  readonly maps: readonly ModelMap[]
  readonly scope: Scope
}

/** Asserts that previews and pages find what is meant. */
export async function checkReads({ catalog, maps, scope }: Context): Promise<void> {
  const wanted = expected(maps, scope).map(toTraced)
  const why = JSON.stringify(scope)
  const few = await catalog.previewFew(scope, sampleTerms, 1000)
  assert.deepEqual(few?.maps?.map(withoutTime), wanted, why)
  const many = await catalog.previewMany(scope, sampleTerms)
  assert.deepEqual({ ...few, maps: undefined }, many, why)
  const walked = await walk(catalog, many.seen)
  assert.deepEqual(walked.maps.map(withoutTime).sort(byId), wanted, why)
  assert.deepEqual(traceOf(many), { ...sumOf(wanted), trace: walked.trace }, why)
  const given = scope.selection.criteria.find(each => each.filter === 'id')?.values ?? []
  assert.deepEqual(
    many.unmatched,
    given.filter(id => !wanted.some(map => String(map.id) === id)),
    why,
  )
}

/** Asserts that the list and its count find what is meant. */
export async function checkList({ catalog, maps, scope }: Context): Promise<void> {
  const { organization, selection } = scope
  for (const withDebugId of selection.kind === 'js' ? [false, true] : [false]) {
    const query = { organization, selection, withDebugId }
    const live = expected(maps, { ...scope, state: 'live' }).filter(map => !withDebugId || map.attributes.debug_id !== undefined)
    const newest = live.map(map => map.id).reverse()
    const why = JSON.stringify(query)
    const idsAt = async (position: Parameters<Catalog['list']>[1]) => (await catalog.list(query, position, 7)).map(map => map.id)
    assert.equal(await catalog.count(query), newest.length, why)
    assert.deepEqual(await idsAt({ before: undefined }), newest.slice(0, 7), why)
    assert.deepEqual(await idsAt({ offset: 3 }), newest.slice(3, 10), why)
    const [, second] = newest
    if (second) assert.deepEqual(await idsAt({ before: second }), newest.slice(2, 9), why)
  }
}

/** Moves the maps of the scope in the catalog and in the model; gives the number of the last operation. */
export async function checkMove({ catalog, maps, scope }: Context, before: number): Promise<number> {
  const wanted = expected(maps, scope)
  const why = JSON.stringify(scope)
  const moved = await catalog.move(scope, scope.state === 'live' ? deletion : restoration, {})
  if (wanted.length === 0) assert.deepEqual(moved, { refused: 'nothing' }, why)
  if ('refused' in moved) {
    assert.equal(wanted.length, 0, why)
    return before
  }
  for (const map of wanted) {
    map.deleted = !map.deleted
    map.stateVersion++
  }
  const members = idsIn(moved.members)
  assert.deepEqual(
    members,
    wanted.map(map => map.id),
    why,
  )
  assert.deepEqual([moved.totals.count, moved.totals.size], [wanted.length, wanted.reduce((sum, map) => sum + map.size, 0)], why)
  const shown = await catalog.membersOf(scope.organization, moved.operation, members)
  assert.deepEqual(
    shown.map(withoutTime),
    wanted.map(map => withoutVersion(toTraced(map))),
    why,
  )
  return before + 1
}

function expected(maps: readonly ModelMap[], { organization, selection, state }: Scope): ModelMap[] {
  return maps.filter(map => map.organization === organization && map.deleted === (state === 'deleted') && isMeant(map, selection))
}

function toTraced({ id, kind: name, size, attributes, stateVersion }: ModelMap): Omit<TracedMap, 'createdAt'> {
  const shown = kind(name).attributes.filter(each => attributes[each] !== undefined)
  return {
    id,
    kind: name,
    size,
    stateVersion,
    attributes: Object.fromEntries(shown.map((each: FieldName) => [each, attributes[each] ?? ''])),
  }
}

function withoutTime<M extends SourceMap>({ createdAt: _, ...map }: M): Omit<M, 'createdAt'> {
  return map
}

function withoutVersion<M extends { stateVersion: number }>({ stateVersion: _, ...map }: M): Omit<M, 'stateVersion'> {
  return map
}

function byId(a: { id: number }, b: { id: number }): number {
  return a.id - b.id
}
