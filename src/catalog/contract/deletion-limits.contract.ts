import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { holdOf, idsOf, onMapsOf, place, plan } from './passages.fixture.ts'
import { deletion, made, type OpenCatalog, restoration, samples, scopeOf } from './sample-uploads.fixture.ts'

/** How many maps a deletion may take. */
export function describeDeletionLimits(open: OpenCatalog): void {
  const onMaps = onMapsOf(open)

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
