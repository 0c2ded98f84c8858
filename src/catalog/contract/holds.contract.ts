import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Selection } from '../../domain/selection.ts'
import type { Held } from '../../operations/ports/passage-catalog.ts'
import { tellHoldStory } from './hold-story.fixture.ts'
import { holdOf, idsOf, onMapsOf, place, plan, purge, release, undoing } from './passages.fixture.ts'
import { seededRandom, storySeeds } from './random.fixture.ts'
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
} from './sample-uploads.fixture.ts'

/** Rules that keep maps from being deleted and purged. */
export function describeHolds(open: OpenCatalog): void {
  const onMaps = onMapsOf(open)

  describe('a hold', () => {
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

    for (const seed of storySeeds(2))
      test(
        `that was answered is obeyed by all that comes later, in random story ${seed}`,
        { timeout: 300_000 },
        onMaps(0, async catalog => {
          const story = await tellHoldStory(catalog, seededRandom(seed))
          assert.ok(story.deleted > 300 && story.kept > 150 && story.refused > 40, JSON.stringify(story))
        }),
      )

    test(
      'is one of very many, by ids or by patterns, and deletions, undos and previews go on',
      onMaps(400, async (catalog, db) => {
        const ids = Array.from({ length: 399 }, (_, at) => String(at + 1))
        for (let number = 0; number < 40; number++) await place(catalog, holdOf(`i${number}`, { ids }))
        await place(catalog, holdOf('p0', { service: 'other 0*' }))
        // Placed one by one they would take most of the time of all these tests
        const placed = await db.selectFrom('hold').selectAll().where('id', '=', 'p0').executeTakeFirstOrThrow()
        const others = Array.from({ length: 899 }, (_, at) => ({ ...placed, id: `p${at + 1}`, service: `other ${at + 1}*` }))
        for (let at = 0; at < others.length; at += 100)
          await db
            .insertInto('hold')
            .values(others.slice(at, at + 100))
            .execute()
        const selection: Selection = { kind: 'js', criteria: [{ filter: 'id', values: ['1', '400'] }] }
        const moved = made(await catalog.move(scopeOf(selection), deletion, {}))
        assert.deepEqual([idsIn(moved.members), toldBy(moved.held)], [[400], [['i0', [1]]]])
        made(await catalog.move(scopeOf(selection, 'deleted'), restoration, {}))
        made(await catalog.undo({ organization: 1, operation: 2 }, undoing, { partial: false }))
        for (let number = 940; number < 1000; number++) await place(catalog, holdOf(`q${number}`, { service: 'any' }))
        await assert.rejects(place(catalog, holdOf('one too many', { service: 'any' })), /There are 1000 holds already/)
      }),
    )
  })
}

function toldBy(held: readonly Held[]): unknown[] {
  return held.map(each => [each.hold, idsIn(each.ids)])
}

function heldBy(answer: object): unknown[] {
  assert.ok('refused' in answer && answer.refused === 'held' && 'held' in answer, JSON.stringify(answer))
  return toldBy(answer.held as readonly Held[])
}
