import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { unpackRanges } from '../../domain/id-ranges.ts'
import type { Catalog } from '../../operations/ports/catalog.ts'
import { idsOf } from './passages.fixture.ts'
import {
  deletion,
  idsIn,
  jsUpload,
  made,
  mapsOf,
  type OpenCatalog,
  put,
  restoration,
  samples,
  scopeOf,
  withCatalog,
} from './sample-uploads.fixture.ts'

/** The passages between live and deleted. */
export function describeMoves(open: OpenCatalog): void {
  const onMaps = (count: number, body: (catalog: Catalog) => Promise<void>) => () =>
    withCatalog(open, async catalog => {
      await Promise.all(Array.from({ length: count }, (_, number) => put(catalog, jsUpload(`map ${number}`))))
      await body(catalog)
    })

  describe('a move', () => {
    test(
      'there and back leaves the maps as they were, under their ids',
      onMaps(5, async catalog => {
        const before = await mapsOf(catalog, scopeOf(samples()), 10)
        assert.equal(made(await catalog.move(scopeOf(samples([2, 4])), deletion, {})).totals.count, 2)
        assert.deepEqual(await idsOf(catalog, 'live'), [1, 3, 5])
        assert.deepEqual(await idsOf(catalog, 'deleted'), [2, 4])
        assert.equal(made(await catalog.move(scopeOf(samples(), 'deleted'), restoration, {})).totals.count, 2)
        const after = await mapsOf(catalog, scopeOf(samples()), 10)
        assert.deepEqual(
          after?.map(map => ({ ...map, stateVersion: 0 })),
          before?.map(map => ({ ...map, stateVersion: 0 })),
        )
        assert.deepEqual(
          after?.map(map => map.stateVersion),
          [1, 3, 1, 3, 1],
        )
      }),
    )

    test(
      'says what it moved',
      onMaps(6, async catalog => {
        const moved = made(await catalog.move(scopeOf(samples([1, 2, 3, 5, 77, 'x'])), deletion, {}))
        const size = 'bytes of map 0'.length * 4
        assert.deepEqual(
          { ...moved, members: [...unpackRanges(moved.members)] },
          {
            operation: 1,
            totals: { count: 4, size, freedSize: size, sharedSize: 0 },
            members: [
              { first: 1, last: 3 },
              { first: 5, last: 5 },
            ],
            held: [],
            unmatched: ['77', 'x'],
            undoUntil: 2000,
            repeated: false,
          },
        )
        const maps = await catalog.membersOf(1, 1, [1, 2, 3, 5])
        assert.deepEqual(
          maps.map(map => [map.id, map.attributes.service]),
          [1, 2, 3, 5].map(id => [id, 'shop']),
        )
      }),
    )

    test(
      'that matches nothing is no operation',
      onMaps(2, async catalog => {
        assert.equal(made(await catalog.move(scopeOf(samples()), deletion, {})).operation, 1)
        assert.deepEqual(await catalog.move(scopeOf(samples()), deletion, {}), { refused: 'nothing' })
        assert.deepEqual(await catalog.move(scopeOf(samples(['no id']), 'deleted'), restoration, {}), { refused: 'nothing' })
        const restored = made(await catalog.move(scopeOf(samples(), 'deleted'), restoration, {}))
        assert.deepEqual([restored.operation, restored.undoUntil], [2, undefined])
      }),
    )

    test(
      'takes each map once, however many overlapping ones run at the same time',
      onMaps(60, async catalog => {
        const third = (rest: number) => Array.from({ length: 60 }, (_, at) => at + 1).filter(id => id % 3 !== rest)
        const moves = await Promise.all(
          Array.from({ length: 12 }, (_, number) =>
            catalog.move(scopeOf(samples(number === 11 ? undefined : third(number % 3))), deletion, {}),
          ),
        )
        const members = moves.flatMap(moved => ('refused' in moved ? [] : idsIn(moved.members)))
        assert.deepEqual(
          members.sort((a, b) => a - b),
          Array.from({ length: 60 }, (_, at) => at + 1),
        )
        assert.deepEqual(moves.flatMap(moved => ('refused' in moved ? [] : [moved.operation])).sort(), [1, 2])
        assert.deepEqual(
          moves.filter(moved => 'refused' in moved),
          Array.from({ length: 10 }, () => ({ refused: 'nothing' })),
        )
        assert.deepEqual(await idsOf(catalog, 'live'), [])
      }),
    )

    test(
      'of a map that is being uploaded again leaves at most one of the two live',
      onMaps(1, async catalog => {
        const [moved, ...ids] = await Promise.all([
          catalog.move(scopeOf(samples([1])), deletion, {}),
          ...Array.from({ length: 8 }, () => put(catalog, jsUpload('map 0'))),
        ])
        assert.equal(made(moved).totals.count, 1)
        const live = await idsOf(catalog, 'live')
        assert.ok(live.length <= 1)
        assert.ok(ids.every(id => id === 1 || live.includes(id)))
      }),
    )

    test(
      'has members only as long as it is their last operation',
      onMaps(3, async catalog => {
        await catalog.move(scopeOf(samples()), deletion, {})
        await catalog.move(scopeOf(samples([2]), 'deleted'), restoration, {})
        const membersOf = async (operation: number) => (await catalog.membersOf(1, operation, [1, 2, 3])).map(map => map.id)
        assert.deepEqual(await membersOf(1), [1, 3])
        assert.deepEqual(await membersOf(2), [2])
        assert.deepEqual(await catalog.membersOf(1, 1, [1, 3]).then(maps => maps.length), 2)
        assert.deepEqual(await catalog.membersOf(2, 1, [1, 2, 3]), [])
        assert.deepEqual(
          (await catalog.membersOf(1, undefined, [1, 2, 3])).map(map => map.id),
          [1, 2, 3],
        )
        assert.deepEqual(await catalog.membersOf(2, undefined, [1, 2, 3]), [])
        assert.deepEqual(await catalog.membersOf(1, 1, []), [])
      }),
    )

    test(
      'is told by the detail of its maps',
      onMaps(2, async catalog => {
        await catalog.move(scopeOf(samples([1])), deletion, {})
        const state = async (id: number) => {
          const detail = await catalog.detail(1, id)
          return detail && [detail.state, detail.deletedAt, detail.undoUntil, detail.operation, detail.purgedAt]
        }
        assert.deepEqual(await state(1), ['deleted', 1000, 2000, 1, undefined])
        assert.deepEqual(await state(2), ['live', undefined, undefined, undefined, undefined])
        await catalog.move(scopeOf(samples([1]), 'deleted'), restoration, {})
        assert.deepEqual(await state(1), ['live', undefined, undefined, 2, undefined])
      }),
    )
  })
}
