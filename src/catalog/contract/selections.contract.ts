import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FilterName } from '../../domain/filters.ts'
import { kind, kindNames } from '../../domain/kinds.ts'
import type { Selection } from '../../domain/selection.ts'
import type { Scope } from '../../operations/ports/passage-catalog.ts'
import { checkList, checkMove, checkReads } from './check-selection.fixture.ts'
import { seededRandom } from './random.fixture.ts'
import { randomSelection, storeRandomMaps } from './random-maps.fixture.ts'
import {
  jsUpload,
  mapsOf,
  type OpenCatalog,
  onCatalogOf,
  put,
  putAll,
  remove,
  samples,
  sampleTerms,
  scopeOf,
} from './sample-uploads.fixture.ts'
import { sumOf, traceOf, walk } from './walk-scope.fixture.ts'

const seed = 20250704

/** That all ways to look at a selection agree with each other and with a plain reading of the contract. */
export function describeSelections(open: OpenCatalog): void {
  const onCatalog = onCatalogOf(open)

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
        const upload = (number: number) =>
          jsUpload(`map ${number}`, { attributes: { service: services[number % 3] ?? '', version: '1.0' } })
        await putAll(
          catalog,
          Array.from({ length: 800 }, (_, number) => upload(number)),
        )
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

function* allSelections(random: ReturnType<typeof seededRandom>): Generator<Selection> {
  for (let round = 0; round < 5; round++)
    for (const name of kindNames) for (const leading of [...kind(name).filters, undefined]) yield randomSelection(random, name, leading)
}

function criterion(filter: FilterName, values: readonly string[]) {
  return { filter, values } as const
}
