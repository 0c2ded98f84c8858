import assert from 'node:assert/strict'
import type { HoldSelector } from '../../domain/hold.ts'
import type { Catalog } from '../../operations/ports/catalog.ts'
import type { Hold } from '../../operations/ports/hold-catalog.ts'
import type { Passage, Preview, Scope } from '../../operations/ports/passage-catalog.ts'
import type { Db } from '../engine.ts'
import { lease, purgePiece } from './purge-due.fixture.ts'
import { deletion, jsUpload, mapsOf, type OpenCatalog, put, samples, scopeOf, withCatalog } from './sample-uploads.fixture.ts'

/** An undo by the key of {@link deletion}, at the same time. */
export const undoing: Omit<Passage, 'to'> = (({ to: _, ...rest }) => rest)(deletion)

/** Uploads `map 0`, `map 1`, …; their ids begin with 1 in an empty organization. */
export async function putMany(catalog: Catalog, count: number): Promise<void> {
  for (let number = 0; number < count; number++) await put(catalog, jsUpload(`map ${number}`))
}

/** What makes a test of a body: it runs on a new catalog with so many maps as {@link putMany} uploads. */
export function onMapsOf(open: OpenCatalog) {
  return (count: number, body: (catalog: Catalog, db: Db) => Promise<void>) => () =>
    withCatalog(open, async (catalog, db) => {
      await putMany(catalog, count)
      await body(catalog, db)
    })
}

/** The page that holds every operation of a test. */
export const everyOperation = { before: undefined, limit: 100 } as const

/** How a plan is made. Times are milliseconds since 1970. */
export interface PlanWish {
  readonly id: string
  readonly scope?: Scope
  readonly actor?: string
  readonly at?: number
  readonly expiresAt?: number
  /** Read as many maps are. */
  readonly many?: boolean
}

/** Previews a scope and stores that as a plan. */
export async function plan(catalog: Catalog, wish: PlanWish): Promise<Preview> {
  const { id, scope = scopeOf(samples()), actor = 'key_1', at = 900, expiresAt = 5000, many = false } = wish
  const terms = { at, plan: id }
  const seen = many ? await catalog.previewMany(scope, terms) : await catalog.previewFew(scope, terms, 1000)
  assert.ok(seen)
  const { totals, trace } = seen
  const to = scope.state === 'live' ? 'deleted' : 'live'
  await catalog.storePlan({ id, actor, to, scope: seen.seen, count: totals.count, trace, createdAt: at, expiresAt })
  return seen
}

/** A hold of organization 1 for ever, placed at time 500. */
export function holdOf(id: string, selector: HoldSelector, changes: Partial<Hold> = {}): Hold {
  const when = { createdAt: 500, expiresAt: undefined, releasedAt: undefined }
  return { organization: 1, id, selector, reason: `reason of ${id}`, owner: 'us', createdBy: 'key_1', ...when, ...changes }
}

/** Places a hold that names no map that is not there. */
export async function place(catalog: Catalog, hold: Hold): Promise<void> {
  assert.deepEqual(await catalog.placeHold(hold, '192.0.2.7'), [])
}

/** Ends a hold of organization 1. */
export async function release(catalog: Catalog, id: string): Promise<void> {
  assert.equal(await catalog.releaseHold(1, id, { actor: 'key_1', address: undefined, at: 800 }), true)
}

/** Ids of the samples in a state that no hold keeps. */
export async function idsOf(catalog: Catalog, state: Scope['state']): Promise<number[]> {
  const maps = await mapsOf(catalog, scopeOf(samples(), state))
  assert.ok(maps)
  return maps.map(map => map.id)
}

/** Takes every map whose undo window has passed by `at`, except held ones. */
export async function purge(catalog: Catalog, at: number): Promise<void> {
  for (const due of await catalog.due(at, undefined, 1000))
    assert.equal((await purgePiece(catalog, due, { from: undefined, limit: 1000, at })).next, undefined)
  await catalog.dropLease(lease)
}
