import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Catalog } from '../../operations/ports/catalog.ts'
import { holdOf, idsOf, onMapsOf, place, purge, release, undoing } from './passages.fixture.ts'
import { storySeeds } from './random.fixture.ts'
import { deletion, idsIn, jsUpload, made, type OpenCatalog, put, remove, restoration, samples, scopeOf } from './sample-uploads.fixture.ts'
import { tellUndoStory } from './undo-story.fixture.ts'

/** The reversal of operations. */
export function describeUndos(open: OpenCatalog): void {
  const onMaps = onMapsOf(open)

  describe('an undo', () => {
    test(
      'reverses a deletion, a restoration, an undo and the undo of an undo',
      onMaps(5, async catalog => {
        await remove(catalog, [2, 4])
        for (const [operation, to, deleted] of [
          [1, 'live', []],
          [2, 'deleted', [2, 4]],
          [3, 'live', []],
          [4, 'deleted', [2, 4]],
        ] as const) {
          const undone = made(await undo(catalog, operation))
          assert.deepEqual(
            [undone.operation, undone.to, idsIn(undone.members), undone.undoUntil, undone.repeated],
            [operation + 1, to, [2, 4], to === 'deleted' ? 2000 : undefined, false],
          )
          assert.deepEqual(await idsOf(catalog, 'deleted'), deleted)
        }
        made(await catalog.move(scopeOf(samples(), 'deleted'), restoration, {}))
        assert.deepEqual(idsIn(made(await undo(catalog, 6)).members), [2, 4])
        assert.deepEqual(await idsOf(catalog, 'live'), [1, 3, 5])
      }),
    )

    test(
      'that deletes leaves a map that was uploaded again since: it is there because of that upload',
      onMaps(3, async catalog => {
        await remove(catalog, [1, 2])
        made(await catalog.move(scopeOf(samples([1, 2]), 'deleted'), restoration, {}))
        assert.equal(await put(catalog, jsUpload('map 0')), 1)
        const left = { purged: 0, movedOn: 1, held: 0 }
        assert.deepEqual(await undo(catalog, 2), { refused: 'left', undoable: 1, left, undoneBy: undefined })
        const undone = made(await undo(catalog, 2, { partial: true }))
        assert.deepEqual([idsIn(undone.members), undone.left], [[2], left])
        assert.deepEqual(await idsOf(catalog, 'live'), [1, 3])
      }),
    )

    test(
      'takes exactly the members, whatever was deleted and uploaded since',
      onMaps(5, async catalog => {
        await remove(catalog, [1, 3])
        await remove(catalog, [2])
        await put(catalog, jsUpload('map 0'))
        await remove(catalog, [5])
        const undone = made(await undo(catalog, 1))
        assert.deepEqual([idsIn(undone.members), undone.left], [[1, 3], nobody])
        assert.deepEqual(
          [await idsOf(catalog, 'live'), await idsOf(catalog, 'deleted')],
          [
            [1, 3, 4, 6],
            [2, 5],
          ],
        )
      }),
    )

    test(
      'is refused with the counts of members that moved on or are purged, unless it may be partial',
      onMaps(8, async catalog => {
        await remove(catalog, [1, 2, 3, 4, 5, 6])
        made(await catalog.move(scopeOf(samples([1, 2]), 'deleted'), restoration, {}))
        await remove(catalog, [2])
        const left = { purged: 0, movedOn: 2, held: 0 }
        assert.deepEqual(await undo(catalog, 1), { refused: 'left', undoable: 4, left, undoneBy: undefined })
        assert.deepEqual(await idsOf(catalog, 'live'), [1, 7, 8])
        const undone = made(await undo(catalog, 1, { partial: true }))
        assert.deepEqual([idsIn(undone.members), undone.left, undone.operation], [[3, 4, 5, 6], left, 4])
        assert.deepEqual((await catalog.operation(1, 4))?.left, left)
        for (const partial of [false, true])
          assert.deepEqual(await undo(catalog, 1, { partial }), {
            refused: 'left',
            undoable: 0,
            left: { purged: 0, movedOn: 6, held: 0 },
            undoneBy: 4,
          })
      }),
    )

    test(
      'of what is purged is refused, and of a purge, too',
      onMaps(4, async catalog => {
        await remove(catalog, [1, 2, 3])
        made(await catalog.move(scopeOf(samples([3]), 'deleted'), restoration, {}))
        await place(catalog, holdOf('h', { ids: ['2'] }))
        await purge(catalog, 2001)
        const left = { purged: 1, movedOn: 1, held: 0 }
        assert.deepEqual(await undo(catalog, 1), { refused: 'left', undoable: 1, left, undoneBy: undefined })
        const purges = (await catalog.listOperations(1, { before: undefined, limit: 9 })).filter(each => each.kind === 'purge')
        assert.equal(purges.length, 1)
        for (const { number } of purges)
          for (const partial of [false, true]) assert.deepEqual(await undo(catalog, number, { partial }), { refused: 'purge' })
        const undone = made(await undo(catalog, 1, { partial: true }))
        assert.deepEqual([idsIn(undone.members), undone.left], [[2], left])
      }),
    )

    test(
      'that deletes obeys holds',
      onMaps(4, async catalog => {
        await remove(catalog, [1, 2, 3])
        made(await catalog.move(scopeOf(samples(), 'deleted'), restoration, {}))
        await place(catalog, holdOf('h', { ids: ['2'] }))
        await place(catalog, holdOf('i', { ids: ['2', '3'] }, { createdAt: 600 }))
        await place(catalog, holdOf('expired', { service: '*' }, { expiresAt: deletion.at }))
        const left = { purged: 0, movedOn: 0, held: 2 }
        assert.deepEqual(await undo(catalog, 2), { refused: 'left', undoable: 1, left, undoneBy: undefined })
        const undone = made(await undo(catalog, 2, { partial: true }))
        const held = undone.held.map(each => [each.hold, each.reason, idsIn(each.ids)])
        assert.deepEqual(held, [
          ['h', 'reason of h', [2]],
          ['i', 'reason of i', [3]],
        ])
        assert.deepEqual([idsIn(undone.members), undone.left], [[1], left])
        await place(catalog, holdOf('all', { service: '*' }))
        made(await undo(catalog, 3))
        assert.deepEqual(await idsOf(catalog, 'deleted'), [], 'nothing keeps a map from being restored')
        const again = await undo(catalog, 4, { partial: true })
        assert.deepEqual(again, { refused: 'left', undoable: 0, left: { purged: 0, movedOn: 0, held: 1 }, undoneBy: undefined })
        for (const name of ['h', 'i', 'all']) await release(catalog, name)
        made(await undo(catalog, 4))
      }),
    )

    test(
      'can follow a partial one for the rest, and a refusal names the newest',
      onMaps(3, async catalog => {
        await remove(catalog)
        made(await catalog.move(scopeOf(samples(), 'deleted'), restoration, {}))
        await place(catalog, holdOf('h', { ids: ['2'] }))
        assert.deepEqual(idsIn(made(await undo(catalog, 2, { partial: true })).members), [1, 3])
        await release(catalog, 'h')
        const rest = made(await undo(catalog, 2, { partial: true }))
        assert.deepEqual([idsIn(rest.members), rest.left.movedOn], [[2], 2])
        const refused = { refused: 'left', undoable: 0, left: { purged: 0, movedOn: 3, held: 0 }, undoneBy: 4 }
        assert.deepEqual(await undo(catalog, 2, { partial: true }), refused)
      }),
    )

    test(
      'that deletes obeys the limit, unless it is forced',
      onMaps(4, async catalog => {
        await remove(catalog, [1, 2, 3])
        made(await undo(catalog, 1, { limit: 1 }))
        assert.deepEqual(await undo(catalog, 2, { limit: 2 }), { refused: 'too_many', count: 3, limit: 2 })
        assert.deepEqual(await idsOf(catalog, 'deleted'), [])
        const forced = made(await undo(catalog, 2, { limit: 2 }, { ...undoing, forced: true }))
        assert.deepEqual([forced.totals.count, (await catalog.operation(1, forced.operation))?.forced], [3, true])
      }),
    )

    test(
      'of no operation, or of another organization’s, is refused',
      onMaps(2, async catalog => {
        await remove(catalog)
        assert.deepEqual(await undo(catalog, 2), { refused: 'unknown_operation' })
        const theirs = await catalog.undo({ organization: 2, operation: 1 }, undoing, { partial: true })
        assert.deepEqual(theirs, { refused: 'unknown_operation' })
      }),
    )

    test(
      'with a name of its request happens once, however often it is asked for',
      onMaps(3, async catalog => {
        await remove(catalog, [1, 2])
        made(await catalog.move(scopeOf(samples([1]), 'deleted'), restoration, {}))
        const terms = { requestKey: 'k', partial: true }
        const answers = await Promise.all(Array.from({ length: 10 }, () => undo(catalog, 1, terms)))
        // Whichever of them came to the lock first
        const [done, ...repeats] = answers.map(made).sort((one, other) => Number(one.repeated) - Number(other.repeated))
        assert.deepEqual([done?.operation, done?.repeated, done?.left], [3, false, { purged: 0, movedOn: 1, held: 0 }])
        for (const repeat of repeats) assert.deepEqual(repeat, { ...done, repeated: true })
        await remove(catalog, [2])
        assert.deepEqual(await undo(catalog, 1, terms), { ...done, repeated: true })
        assert.deepEqual(await undo(catalog, 1, { requestKey: 'k' }), { refused: 'other_request' })
        assert.deepEqual(await undo(catalog, 2, terms), { refused: 'other_request' })
        assert.deepEqual(await catalog.move(scopeOf(samples()), deletion, { requestKey: 'k' }), { refused: 'other_request' })
        assert.deepEqual(await idsOf(catalog, 'deleted'), [2])
      }),
    )

    test(
      'asked for many times at once without a name happens once',
      onMaps(3, async catalog => {
        await remove(catalog)
        const answers = await Promise.all(Array.from({ length: 10 }, () => undo(catalog, 1)))
        const refusals = answers.filter(answer => 'refused' in answer)
        assert.equal(refusals.length, 9)
        const refused = { refused: 'left', undoable: 0, left: { purged: 0, movedOn: 3, held: 0 }, undoneBy: 2 }
        for (const refusal of refusals) assert.deepEqual(refusal, refused)
      }),
    )

    for (const seed of storySeeds(3))
      test(
        `agrees with a plain model of states, members and refusals at every step of random story ${seed}`,
        { timeout: 120_000 },
        onMaps(0, async (catalog, db) => {
          const seen = await tellUndoStory({ catalog, db, seed, steps: 400 })
          for (const [outcome, count] of Object.entries(seen)) assert.ok(count > 0, `${outcome} never happened: ${JSON.stringify(seen)}`)
        }),
      )
  })
}

const nobody = { purged: 0, movedOn: 0, held: 0 }

function undo(catalog: Catalog, operation: number, ...[terms, passage]: [Partial<Parameters<Catalog['undo']>[2]>?, typeof undoing?]) {
  return catalog.undo({ organization: 1, operation }, passage ?? undoing, { partial: false, ...terms })
}
