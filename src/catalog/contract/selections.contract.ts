import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FieldName } from '../../domain/fields.ts'
import type { FilterName } from '../../domain/filters.ts'
import { kind, kindNames } from '../../domain/kinds.ts'
import type { Selection } from '../../domain/selection.ts'
import type { SourceMap } from '../../domain/source-map.ts'
import type { Catalog } from '../../operations/ports/catalog.ts'
import type { PagePosition, Preview, Scope, TracedMap } from '../../operations/ports/passage-catalog.ts'
import { seededRandom } from './random.fixture.ts'
import { randomSelection, storeRandomMaps } from './random-maps.fixture.ts'
import { isMeant, type ModelMap } from './reference-filter.fixture.ts'
import {
  deletion,
  idsIn,
  jsUpload,
  mapsOf,
  type OpenCatalog,
  put,
  remove,
  restoration,
  samples,
  sampleTerms,
  scopeOf,
  withCatalog,
} from './sample-uploads.fixture.ts'

const seed = 20250704

/** That all ways to look at a selection agree with each other and with a plain reading of the contract. */
export function describeSelections(open: OpenCatalog): void {
  const onCatalog = (body: (catalog: Catalog) => Promise<void>) => () => withCatalog(open, body)

  describe('a selection', () => {
    test(
      'means the same maps to previews, totals, pages, lists and moves, for every kind and filter',
      onCatalog(async catalog => {
        const random = seededRandom(seed)
        const maps = await storeRandomMaps(catalog, random, 420)
        let operation = 0
        for (const selection of allSelections(random)) {
          const organization = random.chance(0.8) ? 1 : 2
          const context = { catalog, maps, scope: { organization, selection, state: random.chance(0.5) ? 'live' : 'deleted' } } as const
          await checkReads(context)
          await checkList(context)
          if (random.chance(0.4)) operation = await checkMove(context, operation)
        }
        assert.ok(operation > 20, `${operation} moves were made`)
      }),
    )

    test(
      'of more maps than a page holds is walked in full, each map once',
      onCatalog(async catalog => {
        const services = ['a', 'b', 'c']
        const put2 = (number: number) =>
          put(catalog, jsUpload(`map ${number}`, { attributes: { service: services[number % 3] ?? '', version: '1.0' } }))
        await Promise.all(Array.from({ length: 1600 }, (_, number) => put2(number)))
        for (const chosen of [['a'], ['a', 'c'], ['a', 'b', 'c'], ['none', 'b', 'a']]) {
          const scope = scopeOf({ kind: 'js', criteria: [criterion('service', chosen), criterion('version', ['1.0', '2.0'])] })
          const seen = await catalog.previewMany(scope, sampleTerms)
          const { maps: walked, trace } = await walk(catalog, seen.seen)
          assert.equal(new Set(walked.map(map => map.id)).size, seen.totals.count)
          assert.deepEqual({ ...sumOf(walked), trace }, traceOf(seen))
        }
      }),
    )

    test(
      'ignores what was uploaded after its totals were taken',
      onCatalog(async catalog => {
        await put(catalog, jsUpload('a'))
        const { seen } = await catalog.previewMany(scopeOf(samples()), sampleTerms)
        await put(catalog, jsUpload('b'))
        assert.equal(seen.upTo, 1)
        assert.deepEqual(
          (await walk(catalog, seen)).maps.map(map => map.id),
          [1],
        )
        assert.equal((await catalog.previewMany(scopeOf(samples()), sampleTerms)).totals.count, 2)
      }),
    )

    test(
      'has totals whose pages agree with them while uploads come in',
      onCatalog(async catalog => {
        const uploading = Promise.all(Array.from({ length: 400 }, (_, number) => put(catalog, jsUpload(`map ${number}`))))
        let done = false
        const finished = uploading.then(() => {
          done = true
        })
        while (!done) {
          const seen = await catalog.previewMany(scopeOf(samples()), sampleTerms)
          const { maps, trace } = await walk(catalog, seen.seen)
          assert.deepEqual({ ...sumOf(maps), trace }, traceOf(seen))
        }
        await finished
      }),
    )

    test(
      'takes two spellings of one id as one',
      onCatalog(async catalog => {
        const attributes = { build_id: 'AbCd' }
        await put(catalog, jsUpload('a', { kind: 'il2cpp', attributes }))
        const selection = { kind: 'il2cpp', criteria: [criterion('build_id', ['abcd', 'ABCD'])] } as const
        assert.equal((await walk(catalog, { ...scopeOf(selection), upTo: 1 })).maps.length, 1)
        assert.equal((await catalog.list({ organization: 1, selection, withDebugId: false }, { before: undefined }, 10)).length, 1)
      }),
    )

    test(
      'of a given number of maps is few, of one more is not',
      onCatalog(async catalog => {
        for (const name of ['a', 'b', 'c']) await put(catalog, jsUpload(name))
        assert.equal((await mapsOf(catalog, scopeOf(samples()), 3))?.length, 3)
        assert.equal(await catalog.previewFew(scopeOf(samples()), sampleTerms, 2), undefined)
      }),
    )

    test(
      'names the given ids that match nothing, as they were given',
      onCatalog(async catalog => {
        for (const name of ['a', 'b']) await put(catalog, jsUpload(name))
        await remove(catalog, [2])
        const given = ['1', '2', '3', '01', 'one', '1.0', '99999999999999999999']
        const unmatchedOf = async (scope: Scope) => {
          const [few, many] = [await catalog.previewFew(scope, sampleTerms, 9), await catalog.previewMany(scope, sampleTerms)]
          assert.deepEqual(few?.unmatched, many.unmatched)
          return many.unmatched
        }
        assert.deepEqual(await unmatchedOf(scopeOf(samples(given))), given.slice(1))
        assert.deepEqual(
          await unmatchedOf(scopeOf(samples(given), 'deleted')),
          given.filter(id => id !== '2'),
        )
        assert.deepEqual(await unmatchedOf(scopeOf(samples())), [])
      }),
    )
  })
}

interface Context {
  readonly catalog: Catalog
  readonly maps: readonly ModelMap[]
  readonly scope: Scope
}

function* allSelections(random: ReturnType<typeof seededRandom>): Generator<Selection> {
  for (let round = 0; round < 5; round++)
    for (const name of kindNames) for (const leading of [...kind(name).filters, undefined]) yield randomSelection(random, name, leading)
}

async function checkReads({ catalog, maps, scope }: Context): Promise<void> {
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

async function checkList({ catalog, maps, scope }: Context): Promise<void> {
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
async function checkMove({ catalog, maps, scope }: Context, before: number): Promise<number> {
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

/** All pages of a scope, and the trace that they add up to. */
async function walk(catalog: Catalog, scope: Scope): Promise<{ maps: TracedMap[]; trace: string }> {
  const found: TracedMap[] = []
  let sum = 0
  let from: PagePosition | undefined
  do {
    const page = await catalog.page(scope, { plan: sampleTerms.plan, from })
    found.push(...page.maps)
    sum += page.mix
    from = page.next
  } while (from)
  return { maps: found, trace: String(sum) }
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

function sumOf(maps: readonly Pick<TracedMap, 'size'>[]) {
  return { count: maps.length, size: maps.reduce((total, map) => total + map.size, 0) }
}

/** The same as a preview says it, and its trace. */
function traceOf({ totals: { count, size }, trace }: Preview) {
  return { count, size, trace }
}

function byId(a: { id: number }, b: { id: number }): number {
  return a.id - b.id
}

function criterion(filter: FilterName, values: readonly string[]) {
  return { filter, values } as const
}
