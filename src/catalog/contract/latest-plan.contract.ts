import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { idsOf, onMapsOf, plan } from './passages.fixture.ts'
import { deletion, idsIn, jsUpload, made, type OpenCatalog, put, remove, restoration, samples, scopeOf } from './sample-uploads.fixture.ts'

/** Carrying out what the same key has previewed last. */
export function describeLatestPlan(open: OpenCatalog): void {
  const onMaps = onMapsOf(open)

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
}
