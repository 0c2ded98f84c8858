import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { HoldSelector } from '../../domain/hold.ts'
import type { Selection } from '../../domain/selection.ts'
import type { Catalog } from '../../operations/ports/catalog.ts'
import type { Hold } from '../../operations/ports/hold-catalog.ts'
import type { Held } from '../../operations/ports/passage-catalog.ts'
import { holdOf, idsOf, place, plan, purge, putMany, release, undoing } from './passages.fixture.ts'
import { type Random, seededRandom } from './random.fixture.ts'
import {
  deletion,
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
  uploadOf,
  withCatalog,
} from './sample-uploads.fixture.ts'

/** Rules that keep maps from being deleted and purged. */
export function describeHolds(open: OpenCatalog): void {
  const onMaps = (count: number, body: (catalog: Catalog) => Promise<void>) => () =>
    withCatalog(open, async catalog => {
      await putMany(catalog, count)
      await body(catalog)
    })

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
      'keeps uploads that come later, until it expires or is released',
      onMaps(1, async catalog => {
        await place(catalog, holdOf('long', { service: 'shop' }))
        await place(catalog, holdOf('short', { version: '1.*' }, { expiresAt: 3000 }))
        await put(catalog, jsUpload('late'))
        const remove = async (at: number) => catalog.move(scopeOf(samples()), { ...deletion, at, undoUntil: at }, {})
        assert.deepEqual(heldBy(await remove(1000)), [['long', [1, 2]]])
        await release(catalog, 'long')
        assert.deepEqual(heldBy(await remove(2999)), [['short', [1, 2]]])
        assert.deepEqual(idsIn(made(await remove(3000)).members), [1, 2])
      }),
    )

    test(
      'keeps deleted maps from being purged, and from nothing else',
      onMaps(4, async catalog => {
        await remove(catalog)
        await place(catalog, holdOf('h', { ids: ['2', '3'] }))
        made(await catalog.move(scopeOf(samples([3]), 'deleted'), restoration, {}))
        await purge(catalog, 2001)
        const states = await Promise.all([1, 2, 3, 4].map(async id => (await catalog.detail(1, id))?.state))
        assert.deepEqual(states, ['purged', 'deleted', 'live', 'purged'])
        made(await catalog.move(scopeOf(samples([2]), 'deleted'), restoration, {}))
        await catalog.releaseHold(1, 'h', { actor: 'k', address: undefined, at: 1 })
        await remove(catalog)
      }),
    )

    test(
      'tells each map it kept once, by the oldest hold that did',
      onMaps(6, async catalog => {
        await place(catalog, holdOf('b', { ids: ['2', '3', '4'] }, { createdAt: 20 }))
        await place(catalog, holdOf('a', { ids: ['4', '5'] }, { createdAt: 30 }))
        await place(catalog, holdOf('c', { ids: ['1', '2'] }, { createdAt: 10 }))
        await place(catalog, holdOf('d', { ids: ['1', '5'] }, { createdAt: 40 }))
        const told = [
          ['c', [1, 2]],
          ['b', [3, 4]],
          ['a', [5]],
        ]
        const seen = await catalog.previewFew(scopeOf(samples()), sampleTerms, 9)
        assert.deepEqual(toldBy(seen?.held ?? []), told)
        assert.deepEqual(
          seen?.maps?.map(map => map.id),
          [6],
        )
        const moved = made(await catalog.move(scopeOf(samples([1, 2, 3, 4, 5, 6, 7])), deletion, {}))
        assert.deepEqual([toldBy(moved.held), idsIn(moved.members), moved.unmatched], [told, [6], ['7']])
      }),
    )

    test(
      'that keeps everything makes a deletion refused',
      onMaps(3, async catalog => {
        await place(catalog, holdOf('h', { service: 'shop' }))
        const refused = await catalog.move(scopeOf(samples([1, 2, 9])), deletion, {})
        assert.deepEqual(heldBy(refused), [['h', [1, 2]]])
        const nothing = await catalog.move(scopeOf(samples([9])), deletion, {})
        assert.deepEqual(nothing, { refused: 'nothing' })
        assert.deepEqual(await catalog.listOperations(1, { before: undefined, limit: 9 }), [])
        await release(catalog, 'h')
        assert.deepEqual(await idsOf(catalog, 'live'), [1, 2, 3])
      }),
    )

    test(
      'of another organization does nothing',
      onMaps(2, async catalog => {
        await put(catalog, jsUpload('map 0', { organization: 2 }))
        await place(catalog, holdOf('h', { service: 'shop' }, { organization: 2 }))
        await place(catalog, holdOf('i', { ids: ['1'] }, { organization: 2 }))
        assert.deepEqual((await catalog.previewMany(scopeOf(samples()), sampleTerms)).held, [])
        assert.equal(await catalog.releaseHold(1, 'h', { actor: 'k', address: undefined, at: 1 }), false)
        assert.deepEqual(await catalog.listHolds(1, { at: 1000, all: true }), [])
        await remove(catalog)
        const theirs = { ...scopeOf(samples()), organization: 2 }
        assert.deepEqual(heldBy(await catalog.move(theirs, deletion, {})), [['h', [1]]])
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

    test(
      'is listed newest first, with those that have ended when these are asked for',
      onMaps(1, async catalog => {
        const kept = holdOf('kept', { kind: 'js', service: 'sh*', version: '1*', ids: ['1'] }, { createdAt: 10 })
        await place(catalog, kept)
        await place(catalog, holdOf('expired', { kind: 'ios' }, { createdAt: 20, expiresAt: 1000 }))
        await place(catalog, holdOf('released', { kind: 'ios' }, { createdAt: 30 }))
        await release(catalog, 'released')
        assert.equal(await catalog.releaseHold(1, 'released', { actor: 'k', address: undefined, at: 1 }), false)
        assert.equal(await catalog.releaseHold(1, 'none', { actor: 'k', address: undefined, at: 1 }), false)
        const ids = async (at: number, all: boolean) => (await catalog.listHolds(1, { at, all })).map(each => each.id)
        assert.deepEqual(await catalog.listHolds(1, { at: 1000, all: false }), [kept])
        assert.deepEqual(
          [await ids(999, false), await ids(1000, true)],
          [
            ['expired', 'kept'],
            ['released', 'expired', 'kept'],
          ],
        )
        assert.deepEqual((await catalog.listHolds(1, { at: 1000, all: true }))[0]?.releasedAt, 800)
      }),
    )

    test(
      'placed between a preview and its execution makes the plan stale only when it touches it',
      onMaps(3, async catalog => {
        const scope = scopeOf(samples([1, 2]))
        await plan(catalog, { id: 'p', scope })
        await plan(catalog, { id: 'q', scope })
        await place(catalog, holdOf('h', { ids: ['3'] }))
        await place(catalog, holdOf('i', { kind: 'ios' }))
        made(await catalog.move(scope, deletion, { plan: 'p' }))
        made(await catalog.undo({ organization: 1, operation: 1 }, undoing, { partial: false }))
      }),
    )

    for (const seed of [1, 2])
      test(
        `that was answered is obeyed by all that comes later, in random story ${seed}`,
        { timeout: 300_000 },
        onMaps(0, async catalog => {
          const story = await tellStory(catalog, seededRandom(seed))
          assert.ok(story.deleted > 500 && story.kept > 500 && story.refused > 20, JSON.stringify(story))
        }),
      )

    test(
      'is one of very many, by ids or by patterns, and deletions, undos and previews go on',
      onMaps(1000, async catalog => {
        const ids = Array.from({ length: 999 }, (_, at) => String(at + 1))
        for (let number = 0; number < 40; number++) await place(catalog, holdOf(`i${number}`, { ids }))
        for (let number = 0; number < 900; number++) await place(catalog, holdOf(`p${number}`, { service: `other ${number}*` }))
        const selection: Selection = { kind: 'js', criteria: [{ filter: 'id', values: ['1', '1000'] }] }
        const moved = made(await catalog.move(scopeOf(selection), deletion, {}))
        assert.deepEqual([idsIn(moved.members), toldBy(moved.held)], [[1000], [['i0', [1]]]])
        made(await catalog.move(scopeOf(selection, 'deleted'), restoration, {}))
        made(await catalog.undo({ organization: 1, operation: 2 }, undoing, { partial: false }))
        for (let number = 940; number < 1000; number++) await place(catalog, holdOf(`q${number}`, { service: 'any' }))
        await assert.rejects(place(catalog, holdOf('one too many', { service: 'any' })), /There are 1000 holds already/)
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

interface HeldMap {
  readonly id: number
  readonly kind: string
  readonly service?: string | undefined
  readonly version?: string | undefined
}

/** Plainly, by regular expressions. */
function matches({ kind, service, version, ids }: HoldSelector, map: HeldMap): boolean {
  const fits = (pattern: string | undefined, value: string | undefined) => {
    if (pattern === undefined) return true
    const escaped = pattern.split('*').map(piece => piece.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    return value !== undefined && new RegExp(`^${escaped.join('.*')}$`, 's').test(value)
  }
  return (
    (kind === undefined || kind === map.kind) &&
    fits(service, map.service) &&
    fits(version, map.version) &&
    (ids === undefined || ids.includes(String(map.id)))
  )
}

function toldBy(held: readonly Held[]): unknown[] {
  return held.map(each => [each.hold, idsIn(each.ids)])
}

function heldBy(answer: object): unknown[] {
  assert.ok('refused' in answer && answer.refused === 'held' && 'held' in answer, JSON.stringify(answer))
  return toldBy(answer.held as readonly Held[])
}

/** What happens at the same time in a story, and what of it has been answered. */
interface Story {
  readonly catalog: Catalog
  readonly random: Random
  readonly maps: Map<number, HeldMap>
  /** Holds that were answered and that nobody has asked to release. */
  readonly standing: Map<string, Hold>
  operations: number
  deleted: number
  kept: number
  refused: number
}

/** Several at once place holds and try to delete in every way there is; checks every answer. */
async function tellStory(catalog: Catalog, random: Random): Promise<Story> {
  const story: Story = { catalog, random, maps: new Map(), standing: new Map(), operations: 0, deleted: 0, kept: 0, refused: 0 }
  for (let number = 0; number < 60; number++) await upload(story)
  for (let round = 0; round < 250; round++) {
    const size = 2 + random.below(10)
    await Promise.all(Array.from({ length: size }, () => random.pick(steps)(story)))
  }
  return story
}

type Step = (story: Story) => Promise<unknown>

async function upload({ catalog, random, maps }: Story): Promise<void> {
  const attributes = { service: `s${random.below(6)}`, version: `${random.below(4)}.${random.below(3)}` }
  const kind = random.chance(0.8) ? 'js' : 'react'
  const id = await put(catalog, uploadOf({ kind, attributes }, `${random.below(1e9)}`))
  maps.set(id, { id, kind, ...attributes })
}

async function placeRandom({ catalog, random, standing, maps }: Story): Promise<void> {
  const selectors: HoldSelector[] = [
    { service: `s${random.below(6)}`, version: `${random.below(4)}.*` },
    { version: `*.${random.below(3)}`, kind: 'react' },
    { ids: random.some([...maps.keys()], 1, 4).map(String) },
  ]
  const hold = holdOf(`h${random.below(1e9)}`, random.pick(selectors))
  await place(catalog, hold)
  standing.set(hold.id, hold)
}

async function releaseRandom({ catalog, random, standing }: Story): Promise<void> {
  // So that there are always some, and never so many that nothing can be deleted
  if (standing.size < 6) return
  const id = random.pick([...standing.keys()])
  standing.delete(id)
  await release(catalog, id)
}

function randomScope({ random, maps }: Story, state: 'live' | 'deleted') {
  const byRelease: Selection = {
    kind: random.chance(0.8) ? 'js' : 'react',
    criteria: [
      { filter: 'service', values: [`s${random.below(6)}`, `s${random.below(6)}`] },
      ...(random.chance(0.5) ? [{ filter: 'version', values: [`${random.below(4)}.${random.below(3)}`] } as const] : []),
    ],
  }
  const ids: Selection = { kind: 'js', criteria: [{ filter: 'id', values: random.some([...maps.keys()], 1, 9).map(String) }] }
  return scopeOf(random.chance(0.6) ? byRelease : ids, state)
}

/** Nothing that a hold keeps was moved which had been answered before this was asked. */
async function check(story: Story, ask: () => Promise<object>): Promise<void> {
  const before = [...story.standing.values()]
  const answer = await ask()
  if ('refused' in answer) {
    if (answer.refused !== 'nothing') story.refused++
    return
  }
  const { members, held, operation } = answer as { members: Uint8Array; held: readonly Held[]; operation: number }
  story.operations = Math.max(story.operations, operation)
  if ('to' in answer && answer.to === 'live') return
  story.kept += held.reduce((sum, each) => sum + idsIn(each.ids).length, 0)
  for (const id of idsIn(members)) {
    story.deleted++
    const map = story.maps.get(id)
    const keeping = map && before.find(hold => matches(hold.selector, map))
    assert.equal(keeping, undefined, `map ${id} was deleted in spite of ${JSON.stringify(keeping)}`)
  }
}

const steps: readonly Step[] = [
  upload,
  upload,
  placeRandom,
  releaseRandom,
  story => check(story, () => story.catalog.move(randomScope(story, 'live'), deletion, {})),
  story => check(story, () => story.catalog.move(randomScope(story, 'live'), deletion, {})),
  async story => {
    const [scope, id] = [randomScope(story, 'live'), `p${story.random.below(1e9)}`]
    await plan(story.catalog, { id, scope, many: story.random.chance(0.5) })
    if (story.random.chance(0.5)) await placeRandom(story)
    await check(story, () => story.catalog.move(scope, deletion, { plan: id }))
  },
  story => story.catalog.move(randomScope(story, 'deleted'), restoration, {}),
  story => story.catalog.move(scopeOf({ kind: 'js', criteria: [] }, 'deleted'), restoration, {}),
  story => {
    const target = { organization: 1, operation: 1 + story.random.below(story.operations + 1) }
    return check(story, () => story.catalog.undo(target, undoing, { partial: story.random.chance(0.7) }))
  },
]
