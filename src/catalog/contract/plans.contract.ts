import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { sql } from 'kysely'
import type { Selection } from '../../domain/selection.ts'
import type { Catalog } from '../../operations/ports/catalog.ts'
import type { Db } from '../engine.ts'
import { requestText } from '../plans.ts'
import { holdOf, idsOf, type PlanWish, place, plan, putMany, release, undoing } from './passages.fixture.ts'
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
  scopeOf,
  withCatalog,
} from './sample-uploads.fixture.ts'

/** Stored previews, and that carrying one out does what was previewed or nothing. */
export function describePlans(open: OpenCatalog): void {
  const onMaps = (count: number, body: (catalog: Catalog, db: Db) => Promise<void>) => () =>
    withCatalog(open, async (catalog, db) => {
      await putMany(catalog, count)
      await body(catalog, db)
    })

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
          const state = async () => [await idsOf(catalog, 'live'), await idsOf(catalog, 'deleted'), await catalog.listOperations(1, all)]
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
        assert.deepEqual([await idsOf(catalog, 'live'), (await catalog.listOperations(1, all)).length], [[2, 4], 2])
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
        assert.equal((await catalog.listOperations(1, all)).length, 1)
        assert.equal((await idsOf(catalog, 'live')).length, 5)
      }),
    )

    test(
      'and another of the same maps: the second is stale',
      onMaps(3, async catalog => {
        for (const id of ['p', 'q']) await plan(catalog, { id })
        const answers = await Promise.all(['p', 'q'].map(id => catalog.move(scopeOf(samples()), deletion, { plan: id })))
        made(answers[0] ?? { refused: 'nothing' })
        assert.deepEqual(answers[1], { refused: 'stale', planned: 3, now: 0 })
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

  describe('the latest plan', () => {
    test(
      'is the newest one of the same key and the same request',
      onMaps(2, async catalog => {
        await plan(catalog, { id: 'older', at: 900 })
        await put(catalog, jsUpload('late'))
        await plan(catalog, { id: 'newer', at: 901 })
        await plan(catalog, { id: 'narrower', at: 902, scope: scopeOf(samples([1])) })
        await put(catalog, jsUpload('later'))
        await plan(catalog, { id: 'of another key', at: 903, actor: 'key_2' })
        const moved = made(await catalog.move(scopeOf(samples()), deletion, { plan: 'latest' }))
        assert.deepEqual(idsIn(moved.members), [1, 2, 3])
        assert.equal((await catalog.operation(1, moved.operation))?.plan, 'newer')
        assert.deepEqual(await catalog.move(scopeOf(samples()), deletion, { plan: 'latest' }), { ...moved, repeated: true })
      }),
    )

    test(
      'is missing for another key, another request, another organization and after it has expired',
      onMaps(2, async catalog => {
        await put(catalog, jsUpload('a', { organization: 2 }))
        await plan(catalog, { id: 'p', expiresAt: 1000 })
        await plan(catalog, { id: 'q', actor: 'key_2' })
        await plan(catalog, { id: 'r', scope: scopeOf(samples([1])) })
        await plan(catalog, { id: 's', scope: { ...scopeOf(samples()), organization: 2 } })
        assert.deepEqual(await catalog.move(scopeOf(samples()), deletion, { plan: 'latest' }), { refused: 'no_preview' })
        assert.deepEqual(await idsOf(catalog, 'live'), [1, 2])
      }),
    )

    test(
      'is not carried out once more when it has been undone, and does not say that it stands',
      onMaps(3, async catalog => {
        await plan(catalog, { id: 'p' })
        const moved = made(await catalog.move(scopeOf(samples()), deletion, { plan: 'latest' }))
        made(await catalog.move(scopeOf(samples([2]), 'deleted'), restoration, {}))
        assert.deepEqual(await catalog.move(scopeOf(samples()), deletion, { plan: 'latest' }), { refused: 'stale', planned: 3, now: 2 })
        assert.deepEqual(await catalog.move(scopeOf(samples()), deletion, { plan: 'p' }), { ...moved, repeated: true })
        assert.deepEqual(await idsOf(catalog, 'live'), [2])
      }),
    )

    test(
      'can be stale',
      onMaps(2, async catalog => {
        await plan(catalog, { id: 'p' })
        await remove(catalog, [1])
        assert.deepEqual(await catalog.move(scopeOf(samples()), deletion, { plan: 'latest' }), { refused: 'stale', planned: 2, now: 1 })
      }),
    )
  })

  describe('the name of a request', () => {
    test(
      'makes its repetition give the first answer and do nothing',
      onMaps(3, async catalog => {
        const first = made(await catalog.move(scopeOf(samples()), deletion, { requestKey: 'k' }))
        await put(catalog, jsUpload('late'))
        const again = await catalog.move(scopeOf(samples()), { ...deletion, at: 9000 }, { requestKey: 'k', limit: 1 })
        assert.deepEqual(again, { ...first, repeated: true })
        assert.deepEqual(await idsOf(catalog, 'live'), [4])
        made(await catalog.move(scopeOf(samples()), { ...deletion, actor: 'key_2' }, { requestKey: 'k' }))
        assert.deepEqual(await idsOf(catalog, 'live'), [])
      }),
    )

    test(
      'used many times at once makes one operation, while uploads come in',
      onMaps(5, async catalog => {
        const answers = await Promise.all(
          Array.from({ length: 20 }, async (_, number) => {
            await put(catalog, jsUpload(`late ${number}`))
            return made(await catalog.move(scopeOf(samples()), deletion, { requestKey: 'k' }))
          }),
        )
        assert.equal(answers.filter(answer => !answer.repeated).length, 1)
        assert.equal(new Set(answers.map(answer => answer.operation)).size, 1)
        assert.equal((await catalog.listOperations(1, all)).length, 1)
      }),
    )

    test(
      'is refused for another request',
      onMaps(4, async catalog => {
        await plan(catalog, { id: 'p', scope: scopeOf(samples([1])) })
        await plan(catalog, { id: 'q', scope: scopeOf(samples([1])) })
        made(await catalog.move(scopeOf(samples([1])), deletion, { requestKey: 'k', plan: 'p' }))
        const refused = { refused: 'other_request' }
        assert.deepEqual(await catalog.move(scopeOf(samples([2])), deletion, { requestKey: 'k' }), refused)
        assert.deepEqual(await catalog.move(scopeOf(samples([1])), deletion, { requestKey: 'k', plan: 'q' }), refused)
        assert.deepEqual(await catalog.move(scopeOf(samples([1]), 'deleted'), restoration, { requestKey: 'k' }), refused)
        const undone = await catalog.undo({ organization: 1, operation: 1 }, undoing, { partial: false, requestKey: 'k' })
        assert.deepEqual(undone, refused)
        assert.deepEqual(await idsOf(catalog, 'deleted'), [1])
      }),
    )

    test(
      'makes a repetition hear the refusal once more, though the request would be granted by now',
      onMaps(3, async catalog => {
        const ask = (name: string, limit?: number) => catalog.move(scopeOf(samples()), deletion, { requestKey: name, limit })
        assert.deepEqual(await ask('k', 2), { refused: 'too_many', count: 3, limit: 2 })
        assert.deepEqual(await ask('k'), { refused: 'too_many', count: 3, limit: 2 })
        await place(catalog, holdOf('h', { kind: 'js' }))
        const refused = await ask('held')
        assert.equal('refused' in refused && refused.refused, 'held')
        await release(catalog, 'h')
        assert.deepEqual(await ask('held'), refused)
        made(await ask('another'))
        assert.deepEqual(await ask('gone'), { refused: 'nothing' })
        await put(catalog, jsUpload('late'))
        assert.deepEqual(await ask('gone'), { refused: 'nothing' })
        assert.deepEqual(await idsOf(catalog, 'live'), [4])
      }),
    )

    test(
      'keeps a repetition away from what was uploaded since it first came, though that was never answered',
      onMaps(2, async (catalog, db) => {
        const ask = () => catalog.move(scopeOf(samples()), deletion, { requestKey: 'k' })
        assert.equal('refused' in (await catalog.move(scopeOf(samples(['no id'])), deletion, { requestKey: 'other' })), true)
        // As a crash leaves it: the request was noted, and nothing became of it
        await db.insertInto('request').columns(['organization', 'actor', 'key', 'request', 'mark', 'at']).expression(noted(db)).execute()
        await put(catalog, jsUpload('late'))
        assert.deepEqual(idsIn(made(await ask()).members), [1, 2])
        assert.deepEqual(await idsOf(catalog, 'live'), [3])
      }),
    )
  })

  describe('the limit', () => {
    test(
      'refuses a larger deletion, unless it is forced, with or without a plan',
      onMaps(5, async catalog => {
        await place(catalog, holdOf('h', { ids: ['5'] }))
        for (const name of [undefined, 'p']) {
          if (name) await plan(catalog, { id: name })
          assert.deepEqual(await catalog.move(scopeOf(samples()), deletion, { plan: name, limit: 3 }), {
            refused: 'too_many',
            count: 4,
            limit: 3,
          })
          assert.deepEqual(await idsOf(catalog, 'live'), [1, 2, 3, 4])
          const moved = made(await catalog.move(scopeOf(samples()), { ...deletion, forced: true }, { plan: name, limit: 3 }))
          assert.deepEqual([moved.totals.count, (await catalog.operation(1, moved.operation))?.forced], [4, true])
          // Restorations have no limit
          made(await catalog.move(scopeOf(samples(), 'deleted'), restoration, { limit: 3 }))
        }
        made(await catalog.move(scopeOf(samples()), deletion, { limit: 4 }))
      }),
    )
  })
}

/** The name `k` as the first sending of a deletion of all samples notes it. */
function noted(db: Db) {
  const request = requestText('deleted', samples())
  return db
    .selectFrom('organization')
    .select([
      'number',
      sql.lit('key_1').as('actor'),
      sql.lit('k').as('key'),
      sql.lit(request).as('request'),
      'last_map_id',
      sql.lit(1).as('at'),
    ])
    .where('number', '=', 1)
}

const all = { before: undefined, limit: 100 }

const others: readonly Selection[] = [
  samples([1]),
  { kind: 'js', criteria: [{ filter: 'service', values: ['shop'] }] },
  { ...samples(), kind: 'react' },
]

interface Change {
  readonly prepare?: (catalog: Catalog) => Promise<unknown>
  readonly happen: (catalog: Catalog) => Promise<unknown>
}

const restore = (catalog: Catalog, ids: readonly number[]) => catalog.move(scopeOf(samples(ids), 'deleted'), restoration, {})

/** What makes a plan of all samples stale, which are ten. */
const changes: Readonly<Record<string, Change>> = {
  'a member was deleted': { happen: catalog => remove(catalog, [2]) },
  'all members were deleted': { happen: catalog => remove(catalog) },
  'a member was deleted and restored': {
    happen: async catalog => {
      await remove(catalog, [2])
      await restore(catalog, [2])
    },
  },
  'a member was declared again': { happen: catalog => put(catalog, jsUpload('map 3')) },
  'a member is newly held': { happen: catalog => place(catalog, holdOf('h', { ids: ['4'] })) },
  'all members are newly held': { happen: catalog => place(catalog, holdOf('h', { service: 'sh*' })) },
  'a hold on one was released': {
    prepare: catalog => place(catalog, holdOf('h', { ids: ['4'] })),
    happen: catalog => release(catalog, 'h'),
  },
  'a hold on one has expired': {
    prepare: catalog => place(catalog, holdOf('h', { ids: ['4'] }, { expiresAt: deletion.at })),
    happen: async () => {},
  },
  'a map was restored into the selection': {
    prepare: catalog => remove(catalog, [5]),
    happen: catalog => restore(catalog, [5]),
  },
  'an operation was undone into the selection': {
    prepare: catalog => remove(catalog, [5]),
    happen: catalog => catalog.undo({ organization: 1, operation: 1 }, undoing, { partial: false }),
  },
  'one member went and another map came': {
    prepare: catalog => remove(catalog, [5]),
    happen: async catalog => {
      await restore(catalog, [5])
      await remove(catalog, [6])
    },
  },
  // The sums of ids, of their squares and of state versions stay as they were
  'members were swapped for others that add up to the same': {
    prepare: async catalog => {
      for (const number of [0, 3, 5, 6]) for (let time = 0; time < 2; time++) await put(catalog, jsUpload(`map ${number}`))
      await remove(catalog, [2, 3, 5, 8])
    },
    happen: async catalog => {
      await remove(catalog, [1, 4, 6, 7])
      await restore(catalog, [2, 3, 5, 8])
    },
  },
}
