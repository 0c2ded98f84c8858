import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Upload } from '../../domain/upload.ts'
import type { Catalog } from '../../operations/ports/catalog.ts'
import type { Db } from '../engine.ts'
import { holdOf, place, purge, undoing } from './passages.fixture.ts'
import { type Random, seededRandom, storySeeds } from './random.fixture.ts'
import { referenceTotals } from './reference-totals.fixture.ts'
import {
  deletion,
  digestOf,
  idsIn,
  jsUpload,
  made,
  type OpenCatalog,
  onCatalogOf,
  put,
  restoration,
  sampleTerms,
  scopeOf,
} from './sample-uploads.fixture.ts'

/** What previews and passages say of bytes. */
export function describeTotals(open: OpenCatalog): void {
  const onCatalog = onCatalogOf(open)

  describe('the bytes of a selection', () => {
    test(
      'that come back are those of contents which no other map has, in whatever state short of purged',
      onCatalog(async (catalog, db) => {
        await put(catalog, uploadOf('a', [1, 2]))
        await put(catalog, uploadOf('b', [2, 3]))
        await put(catalog, uploadOf('c', [3]))
        await put(catalog, uploadOf('a', [1, 2], 2))
        const freed = async (...ids: number[]) => {
          const { totals } = await catalog.previewMany(byIds(ids, 'live'), sampleTerms)
          return [totals.freedSize, totals.sharedSize]
        }
        assert.deepEqual(await freed(1), [size(1), size(2)])
        assert.deepEqual(await freed(1, 2), [size(1) + size(2), size(3)])
        assert.deepEqual(await freed(1, 2, 3), [size(1) + size(2) + size(3), 0])
        made(await catalog.move(byIds([2], 'live'), { ...deletion, undoUntil: 2000 }, {}))
        assert.deepEqual(await freed(1), [size(1), size(2)], 'a deleted map needs its contents')
        await place(catalog, holdOf('h', { ids: ['3'] }))
        assert.deepEqual(await freed(1, 3), [size(1), size(2)], 'and so does a held one')
        await purge(catalog, 2001)
        assert.deepEqual(await freed(1), [size(1) + size(2), 0])
        assert.deepEqual(
          await catalog.previewMany(byIds([1], 'live'), sampleTerms).then(seen => seen.totals),
          await referenceTotals(db, 1, [1]),
        )
      }),
    )

    for (const seed of storySeeds(2))
      test(
        `are what the rows add up to, for previews of few and of many, deletions, restorations and undos (${seed})`,
        { timeout: 120_000 },
        onCatalog(async (catalog, db) => {
          const random = seededRandom(seed)
          let shared = 0
          for (let round = 0; round < 50; round++) {
            await change(catalog, db, random)
            for (const state of ['live', 'deleted'] as const) {
              const scope = byIds(random.some(everyId, 1, 50), state)
              const few = await catalog.previewFew(scope, sampleTerms, 1000)
              const wanted = await referenceTotals(db, 1, few?.maps?.map(map => map.id) ?? [])
              assert.deepEqual(few?.totals, wanted)
              assert.deepEqual(await catalog.previewMany(scope, sampleTerms), { ...few, maps: undefined })
              if (wanted.sharedSize > 0 && wanted.freedSize > 0) shared++
              if (random.chance(0.5)) await checkPassage({ catalog, db, random }, state)
            }
          }
          assert.ok(shared > 20, `${shared}`)
        }),
      )
  })
}

const everyId = Array.from({ length: 90 }, (_, at) => at + 1)
const contents = Array.from({ length: 30 }, (_, at) => at)

function size(content: number): number {
  return 100 + 7 ** (content % 7)
}

function uploadOf(name: string, given: readonly number[], organization = 1): Upload {
  const files = given.map((content, part) => ({
    part: `part ${part}`,
    fileName: undefined,
    digest: digestOf(`content ${content}`),
    size: size(content),
  }))
  return jsUpload(name, { organization, files, size: files.reduce((sum, file) => sum + file.size, 0) })
}

function byIds(ids: readonly number[], state: 'live' | 'deleted') {
  return scopeOf({ kind: 'js', criteria: [{ filter: 'id', values: ids.map(String) }] }, state)
}

/** Uploads, shrinks copies, places holds and purges. */
async function change(catalog: Catalog, db: Db, random: Random): Promise<void> {
  for (let count = random.below(3); count > 0; count--) {
    const given = random.some(contents, 0, 4)
    const twice = given.length > 0 && random.chance(0.3) ? [...given, random.pick(given)] : given
    await put(catalog, uploadOf(`${random.below(1e9)}`, twice, random.chance(0.8) ? 1 : 2))
  }
  const maps = await db.selectFrom('source_map').select('id').where('organization', '=', 1).where('purged_at', 'is', null).execute()
  if (maps.length > 0 && random.chance(0.05)) await place(catalog, holdOf(`h${random.below(1e9)}`, { ids: [String(random.pick(maps).id)] }))
  if (random.chance(0.05)) await purge(catalog, 2001)
  if (random.chance(0.3)) await shrink(catalog, random)
}

async function shrink(catalog: Catalog, random: Random): Promise<void> {
  const found = await catalog.compressible(50)
  if (found.length === 0) return
  const { name } = random.pick(found)
  assert.equal(await catalog.switchCopy(name, await catalog.reserveCopy(name, 'gzip'), 1 + random.below(90)), true)
}

async function checkPassage(
  { catalog, db, random }: { catalog: Catalog; db: Db; random: Random },
  state: 'live' | 'deleted',
): Promise<void> {
  const passage = state === 'live' ? { ...deletion, undoUntil: random.pick([2000, 9000]) } : restoration
  const moved = await catalog.move(byIds(random.some(everyId, 1, 20), state), passage, {})
  if ('refused' in moved) return
  assert.deepEqual(moved.totals, await referenceTotals(db, 1, idsIn(moved.members)))
  assert.deepEqual((await catalog.operation(1, moved.operation))?.totals, moved.totals)
  if (random.chance(0.5)) return
  const undone = await catalog.undo({ organization: 1, operation: 1 + random.below(moved.operation) }, undoing, { partial: true })
  if (!('refused' in undone)) assert.deepEqual(undone.totals, await referenceTotals(db, 1, idsIn(undone.members)))
}
