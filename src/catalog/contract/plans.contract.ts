import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Selection } from '../../domain/selection.ts'
import { everyOperation, holdOf, idsOf, onMapsOf, type PlanWish, place, plan, release } from './passages.fixture.ts'
import { deletion, idsIn, jsUpload, made, type OpenCatalog, put, remove, restoration, samples, scopeOf } from './sample-uploads.fixture.ts'
import { changes } from './stale-plans.fixture.ts'

/** Stored previews, and that carrying one out does what was previewed or nothing. */
export function describePlans(open: OpenCatalog): void {
  const onMaps = onMapsOf(open)

  describe('a plan', () => {
    for (const many of [false, true])
      test(
        `of ${many ? 'many' : 'few'} is carried out on what was previewed, whatever was uploaded since`,
        onMaps(4, async catalog => {
          const seen = await plan(catalog, { id: 'p', many })
          await put(catalog, jsUpload('late'))
          await remove(catalog, [await put(catalog, jsUpload('later'))])
          const moved = made(await catalog.move(scopeOf(samples()), deletion, { plan: 'p' }))
          assert.deepEqual([idsIn(moved.members), moved.totals, moved.repeated], [[1, 2, 3, 4], seen.totals, false])
          assert.deepEqual([await idsOf(catalog, 'live'), await idsOf(catalog, 'deleted')], [[5], [1, 2, 3, 4, 6]])
          assert.equal((await catalog.operation(1, moved.operation))?.plan, 'p')
        }),
      )

    test(
      'of a restoration is carried out, too',
      onMaps(3, async catalog => {
        await remove(catalog, [1, 3])
        await plan(catalog, { id: 'p', scope: scopeOf(samples(), 'deleted') })
        await remove(catalog, [await put(catalog, jsUpload('late'))])
        const moved = made(await catalog.move(scopeOf(samples(), 'deleted'), restoration, { plan: 'p' }))
        assert.deepEqual(idsIn(moved.members), [1, 3])
        assert.deepEqual(await idsOf(catalog, 'deleted'), [4])
      }),
    )

    for (const [change, { prepare, happen }] of Object.entries(changes))
      test(
        `is stale when ${change}, and nothing happens`,
        onMaps(10, async catalog => {
          await prepare?.(catalog)
          const { totals } = await plan(catalog, { id: 'few' })
          await plan(catalog, { id: 'many', many: true })
          await happen(catalog)
          const { totals: now } = await catalog.previewMany(scopeOf(samples()), { at: deletion.at, plan: 'now' })
          const state = async () => [
            await idsOf(catalog, 'live'),
            await idsOf(catalog, 'deleted'),
            await catalog.listOperations(1, everyOperation),
          ]
          const before = await state()
          for (const name of ['few', 'many', 'latest'])
            assert.deepEqual(await catalog.move(scopeOf(samples()), deletion, { plan: name }), {
              refused: 'stale',
              planned: totals.count,
              now: now.count,
            })
          assert.deepEqual(await state(), before)
          await plan(catalog, { id: 'new', at: deletion.at })
          const moved = await catalog.move(scopeOf(samples()), deletion, { plan: 'new' })
          assert.equal('refused' in moved, now.count === 0)
        }),
      )

    test(
      'is not stale for what happens to maps outside of it',
      onMaps(6, async catalog => {
        await remove(catalog, [6])
        const scope = scopeOf(samples([1, 2, 3]))
        await plan(catalog, { id: 'p', scope })
        await remove(catalog, [4])
        await put(catalog, jsUpload('map 4'))
        await catalog.move(scopeOf(samples([6]), 'deleted'), restoration, {})
        await place(catalog, holdOf('h', { ids: ['5'] }))
        await place(catalog, holdOf('other', { service: '*' }, { organization: 2 }))
        assert.deepEqual(idsIn(made(await catalog.move(scope, deletion, { plan: 'p' })).members), [1, 2, 3])
      }),
    )

    test(
      'is unknown when there is none, when it is another organization’s and when it has expired',
      onMaps(2, async catalog => {
        await put(catalog, jsUpload('map 0', { organization: 2 }))
        await plan(catalog, { id: 'theirs', scope: { ...scopeOf(samples()), organization: 2 } })
        await plan(catalog, { id: 'old', expiresAt: 1000 })
        await plan(catalog, { id: 'good', expiresAt: 1001 })
        for (const name of ['none', 'theirs', 'old'])
          assert.deepEqual(await catalog.move(scopeOf(samples()), deletion, { plan: name }), { refused: 'unknown_plan' })
        assert.deepEqual(await idsOf(catalog, 'live'), [1, 2])
        made(await catalog.move(scopeOf(samples()), deletion, { plan: 'good' }))
      }),
    )

    test(
      'is refused for another selection and for the other direction, also when it has been carried out',
      onMaps(3, async catalog => {
        await plan(catalog, { id: 'p' })
        for (const live of [[1, 2, 3], []]) {
          for (const other of others)
            assert.deepEqual(await catalog.move(scopeOf(other), deletion, { plan: 'p' }), { refused: 'other_selection' })
          const back = await catalog.move(scopeOf(samples(), 'deleted'), restoration, { plan: 'p' })
          assert.deepEqual(back, { refused: 'other_selection' })
          assert.deepEqual(await idsOf(catalog, 'live'), live)
          if (live.length > 0) made(await catalog.move(scopeOf(samples()), deletion, { plan: 'p' }))
        }
      }),
    )

    test(
      'does not care for the order of filters and values',
      onMaps(3, async catalog => {
        const criteria = [
          { filter: 'service', values: ['shop', 'till'] },
          { filter: 'version', values: ['1.0', '2.0'] },
        ] as const
        await plan(catalog, { id: 'p', scope: scopeOf({ kind: 'js', criteria }) })
        const shuffled = [...criteria].reverse().map(({ filter, values }) => ({ filter, values: [...values].reverse() }))
        const moved = made(await catalog.move(scopeOf({ kind: 'js', criteria: shuffled }), deletion, { plan: 'p' }))
        assert.deepEqual(idsIn(moved.members), [1, 2, 3])
      }),
    )

    test(
      'that was carried out repeats its answer: at once, when maps have moved on, when it has expired and when it is forgotten',
      onMaps(4, async catalog => {
        await place(catalog, holdOf('h', { ids: ['4'] }))
        const scope = scopeOf(samples([1, 2, 3, 4, 77, 'x']))
        await plan(catalog, { id: 'p', scope })
        const again = (at: number) => catalog.move(scope, { ...deletion, at, actor: 'key_9', undoUntil: 9999 }, { plan: 'p', limit: 1 })
        const first = made(await catalog.move(scope, deletion, { plan: 'p' }))
        assert.deepEqual([first.unmatched, first.held.map(each => idsIn(each.ids)), first.undoUntil], [['77', 'x'], [[4]], 2000])
        const repeated = { ...first, repeated: true }
        assert.deepEqual(await again(1001), repeated)
        await catalog.move(scopeOf(samples([2]), 'deleted'), restoration, {})
        await release(catalog, 'h')
        assert.deepEqual(await again(1002), repeated)
        assert.deepEqual(await again(6000), repeated)
        assert.equal(await catalog.forgetPlans(6000, 10), 1)
        assert.deepEqual(await again(6001), repeated)
        assert.deepEqual([await idsOf(catalog, 'live'), (await catalog.listOperations(1, everyOperation)).length], [[2, 4], 2])
      }),
    )

    test(
      'carried out many times at once is one operation',
      onMaps(30, async catalog => {
        await plan(catalog, { id: 'p' })
        const answers = await Promise.all(
          Array.from({ length: 25 }, async (_, number) => {
            if (number % 5 === 0) await put(catalog, jsUpload(`late ${number}`))
            return made(await catalog.move(scopeOf(samples()), deletion, { plan: 'p' }))
          }),
        )
        assert.equal(answers.filter(answer => !answer.repeated).length, 1)
        const told = answers.map(answer => JSON.stringify({ ...answer, members: idsIn(answer.members), repeated: undefined }))
        assert.equal(new Set(told).size, 1)
        assert.equal((await catalog.listOperations(1, everyOperation)).length, 1)
        assert.equal((await idsOf(catalog, 'live')).length, 5)
      }),
    )

    test(
      'and another of the same maps: the one that comes second is stale',
      onMaps(3, async catalog => {
        for (const id of ['p', 'q']) await plan(catalog, { id })
        const answers = await Promise.all(['p', 'q'].map(id => catalog.move(scopeOf(samples()), deletion, { plan: id })))
        assert.equal(answers.filter(answer => !('refused' in answer)).length, 1)
        assert.deepEqual(
          answers.filter(answer => 'refused' in answer),
          [{ refused: 'stale', planned: 3, now: 0 }],
        )
      }),
    )

    test(
      'is forgotten when it has expired, some at a time, and no other',
      onMaps(1, async catalog => {
        const wishes: PlanWish[] = [1000, 1001, 2000, 3000].map(expiresAt => ({ id: `p${expiresAt}`, expiresAt }))
        for (const wish of wishes) await plan(catalog, wish)
        assert.deepEqual(
          [await catalog.forgetPlans(2000, 2), await catalog.forgetPlans(2000, 2), await catalog.forgetPlans(2000, 2)],
          [2, 1, 0],
        )
        assert.deepEqual(await catalog.move(scopeOf(samples()), deletion, { plan: 'p2000' }), { refused: 'unknown_plan' })
        made(await catalog.move(scopeOf(samples()), deletion, { plan: 'p3000' }))
      }),
    )
  })
}

const others: readonly Selection[] = [
  samples([1]),
  { kind: 'js', criteria: [{ filter: 'service', values: ['shop'] }] },
  { ...samples(), kind: 'react' },
]
