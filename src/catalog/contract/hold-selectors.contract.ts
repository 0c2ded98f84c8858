import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { HoldSelector } from '../../domain/hold.ts'
import type { Selection } from '../../domain/selection.ts'
import { holdOf, onMapsOf, place, purge, release } from './passages.fixture.ts'
import { type Random, seededRandom } from './random.fixture.ts'
import { matches } from './reference-hold.fixture.ts'
import {
  idsIn,
  jsUpload,
  made,
  type OpenCatalog,
  put,
  remove,
  restoration,
  samples,
  sampleTerms,
  scopeOf,
} from './sample-uploads.fixture.ts'

/** Which maps a hold keeps. */
export function describeHoldSelectors(open: OpenCatalog): void {
  const onMaps = onMapsOf(open)

  describe('a hold', () => {
    test(
      'keeps what its patterns match, in which every letter but the star stands for itself',
      onMaps(0, async catalog => {
        const random = seededRandom(5)
        const text = () => Array.from({ length: random.below(5) }, () => random.pick([...letters])).join('')
        const texts = [...new Set(['', ...letters, ...Array.from({ length: 250 }, text)])]
        for (const [at, service] of texts.entries())
          await put(catalog, jsUpload(`${at}`, { attributes: { service, version: texts[texts.length - 1 - at] ?? '' } }))
        for (let round = 0; round < 200; round++) {
          const selector = { [random.chance(0.5) ? 'service' : 'version']: randomPattern(random, texts) }
          const services = random.chance(0.5) ? texts : random.some(texts, 1, 60)
          const selection: Selection = { kind: 'js', criteria: [{ filter: 'service', values: services }] }
          await place(catalog, holdOf(`h${round}`, selector))
          const seen = await catalog.previewMany(scopeOf(selection), sampleTerms)
          const wanted = texts.flatMap((service, at) => {
            const map = { id: at + 1, kind: 'js', service, version: texts[texts.length - 1 - at] } as const
            return services.includes(service) && matches(selector, map) ? [at + 1] : []
          })
          assert.deepEqual(
            seen.held.flatMap(each => idsIn(each.ids)),
            wanted,
            JSON.stringify(selector),
          )
          assert.equal(seen.totals.count, services.length - wanted.length)
          await release(catalog, `h${round}`)
        }
      }),
    )

    test(
      'by service or version keeps no map without them, one by kind or id does',
      onMaps(0, async catalog => {
        await put(catalog, jsUpload('a', { attributes: { service: 'shop' } }))
        await put(catalog, jsUpload('b', { attributes: { version: '1' } }))
        await put(catalog, jsUpload('c', { attributes: {} }))
        const ids = ['1', '2', '3']
        const selection: Selection = { kind: 'js', criteria: [{ filter: 'id', values: ids }] }
        const kept = async (selector: HoldSelector) => {
          const name = JSON.stringify(selector)
          await place(catalog, holdOf(name, selector))
          const { held, unmatched } = await catalog.previewMany(scopeOf(selection), sampleTerms)
          assert.deepEqual(unmatched, [], 'a held map is no unmatched id')
          await release(catalog, name)
          return held.flatMap(each => idsIn(each.ids))
        }
        for (const [selector, wanted] of [
          [{ service: '*' }, [1]],
          [{ version: '*' }, [2]],
          [{ service: '*', version: '*' }, []],
          [{ kind: 'js' }, [1, 2, 3]],
          [{ kind: 'ios' }, []],
          [{ ids: ['3', '1'] }, [1, 3]],
          [{ ids: ['1'], service: 'shop' }, [1]],
        ] as const)
          assert.deepEqual(await kept(selector), wanted, JSON.stringify(selector))
      }),
    )

    test(
      'by ids is refused when one of them is no map of the organization, purged or ruled out by another condition, and keeps nothing then',
      onMaps(3, async catalog => {
        await put(catalog, jsUpload('a', { organization: 2 }))
        await remove(catalog, [2, 3])
        made(await catalog.move(scopeOf(samples([3]), 'deleted'), restoration, {}))
        await purge(catalog, 2001)
        const given = ['1', '2', '3', '4', '007', 'x', '99999999999999999999']
        assert.deepEqual(await catalog.placeHold(holdOf('h', { ids: given }), undefined), ['2', '4', '007', 'x', '99999999999999999999'])
        assert.deepEqual(await catalog.placeHold(holdOf('h', { ids: ['x'] }), undefined), ['x'])
        for (const other of [{ kind: 'ndk' }, { service: 'nope' }, { version: '2*' }] as const)
          assert.deepEqual(await catalog.placeHold(holdOf('h', { ids: ['1'], ...other }), undefined), ['1'])
        assert.deepEqual(await catalog.listHolds(1, { at: 1000, all: true }), [])
        await place(catalog, holdOf('of a live map', { ids: ['1'], kind: 'js', service: 'sh*', version: '1.0' }))
        await release(catalog, 'of a live map')
        await remove(catalog, [1, 3])
        await place(catalog, holdOf('of a deleted map', { ids: ['1'] }))
      }),
    )
  })
}

const letters = '*[]?%_\\\'"^-!ab.é😀'

function randomPattern(random: Random, texts: readonly string[]): string {
  const text = [...random.pick(texts)]
  const cut = () => random.below(text.length + 1)
  const [from, to] = [cut(), cut()]
  const part = (first: number, last = text.length) => text.slice(first, last).join('')
  if (random.chance(0.3)) return part(0)
  if (random.chance(0.5)) return `${part(0, from)}*${part(to)}`
  return `${random.chance(0.5) ? '*' : ''}${part(Math.min(from, to), Math.max(from, to))}*`
}
