import assert from 'node:assert/strict'
import type { Catalog } from '../../operations/ports/catalog.ts'
import type { Held, Moved } from '../../operations/ports/passage-catalog.ts'
import type { Db } from '../engine.ts'
import type { Random } from './random.fixture.ts'
import { referenceTotals } from './reference-totals.fixture.ts'
import { idsIn } from './sample-uploads.fixture.ts'

/** A map as the model remembers it. */
interface ModelMap {
  readonly id: number
  readonly service: string
  state: 'live' | 'deleted' | 'purged'
  last: number | undefined
  version: number
}

interface ModelOperation {
  readonly to: 'live' | 'deleted' | 'purged'
  readonly members: readonly number[]
  readonly undoUntil: number | undefined
  undoneBy: number | undefined
}

interface ModelHold {
  readonly id: string
  readonly keeps: (map: ModelMap) => boolean
}

/** A catalog, and what it should keep. */
export interface Model {
  readonly catalog: Catalog
  readonly db: Db
  readonly random: Random
  readonly maps: ModelMap[]
  readonly operations: ModelOperation[]
  /** Oldest first. */
  holds: ModelHold[]
  placed: number
  readonly seen: Record<string, number>
}

interface Divided {
  readonly free: readonly ModelMap[]
  readonly held: readonly { hold: string; ids: readonly number[] }[]
}

/** Which of these maps holds keep, each told by its oldest hold. */
export function divide({ holds }: Model, maps: readonly ModelMap[], to: 'live' | 'deleted'): Divided {
  if (to === 'live') return { free: maps, held: [] }
  const keeperOf = (map: ModelMap) => holds.find(hold => hold.keeps(map))?.id
  const held = holds.map(({ id }) => ({ hold: id, ids: maps.filter(map => keeperOf(map) === id).map(map => map.id) }))
  return { free: maps.filter(map => keeperOf(map) === undefined), held: held.filter(each => each.ids.length > 0) }
}

/** Asserts what a passage answered. */
export async function checkMoved(model: Model, moved: Moved, { free, held }: Divided): Promise<void> {
  const ids = free.map(map => map.id)
  assert.deepEqual([moved.operation, idsIn(moved.members), moved.repeated], [model.operations.length + 1, ids, false])
  assert.deepEqual(readable(moved.held), held)
  assert.deepEqual(moved.totals, await referenceTotals(model.db, 1, ids))
  assert.deepEqual((await model.catalog.operation(1, moved.operation))?.totals, moved.totals)
}

/** Has the model do what the catalog did. */
export function apply({ operations }: Model, maps: readonly ModelMap[], to: 'live' | 'deleted'): void {
  for (const map of maps) {
    map.state = to
    map.last = operations.length + 1
    map.version++
  }
}

/** The rows of maps that the catalog keeps, as the model would tell them. */
export async function rowsOf({ db }: Model): Promise<unknown[]> {
  const rows = await db
    .selectFrom('source_map')
    .select(['id', 'deleted_at', 'purged_at', 'last_operation', 'state_version'])
    .where('organization', '=', 1)
    .orderBy('id')
    .execute()
  return rows.map(row => {
    const state = row.purged_at !== null ? 'purged' : row.deleted_at !== null ? 'deleted' : 'live'
    return [row.id, state, row.last_operation ?? undefined, state === 'purged' ? Number.NaN : row.state_version]
  })
}

/** The rows of maps that the catalog should keep. */
export function rowsIn({ maps }: Model): unknown[] {
  return maps.map(map => [map.id, map.state, map.last, map.version])
}

/** Held maps with their ids as numbers. */
export function readable(held: readonly Held[]) {
  return held.map(({ hold, ids }) => ({ hold, ids: idsIn(ids) }))
}

/** Notes what happened. */
export function count(seen: Record<string, number>, outcome: string): void {
  seen[outcome] = (seen[outcome] ?? 0) + 1
}
