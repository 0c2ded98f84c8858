import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { sql } from 'kysely'
import type { Db } from '../engine.ts'
import { requestText } from '../plans.ts'
import { everyOperation, holdOf, idsOf, onMapsOf, place, plan, release, undoing } from './passages.fixture.ts'
import { deletion, idsIn, jsUpload, made, type OpenCatalog, put, restoration, samples, scopeOf } from './sample-uploads.fixture.ts'

/** Requests that are sent again under the same name. */
export function describeNamedRequests(open: OpenCatalog): void {
  const onMaps = onMapsOf(open)

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
        assert.equal((await catalog.listOperations(1, everyOperation)).length, 1)
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
