import { givenIds, idNumber, unmatchedIds } from '../domain/unmatched-ids.ts'
import type { Held, Scope, Totals, Trace } from '../operations/ports/passage-catalog.ts'
import type { Db, Engine } from './engine.ts'
import { readHeld } from './held.ts'
import { heldIds } from './held-ids.ts'
import { measure, measureFreed, measureTraced } from './measure.ts'
import { readIds } from './pack-ids.ts'
import { where } from './where.ts'

/** What a scope holds, told in less memory than a list of it. */
export interface Members {
  readonly totals: Totals
  /** Packed id ranges. */
  readonly ids: Uint8Array
  readonly held: readonly Held[]
  readonly unmatched: readonly string[]
}

/** How many maps a scope holds now, and their trace if a plan is to be compared. */
export async function countMembers(trx: Db, engine: Engine, { scope, plan }: { scope: Scope; plan: string | undefined }) {
  const condition = where(scope, engine)
  const none: Trace | undefined = undefined
  return plan === undefined ? { ...(await measure(trx, condition)), trace: none } : measureTraced(trx, condition, plan)
}

/** Which maps these are, what they amount to, and what holds keep of the scope. */
export async function readMembers(
  trx: Db,
  engine: Engine,
  { scope, counted }: { scope: Scope; counted: Awaited<ReturnType<typeof countMembers>> },
): Promise<Members> {
  const condition = where(scope, engine)
  const given = new Set(givenIds(scope.selection).map(idNumber))
  const found = new Set<number>()
  const onId = (id: number) => {
    if (given.has(id)) found.add(id)
  }
  const freed = await measureFreed(trx, scope.organization, { ...counted, condition })
  const ids = await readIds(trx, condition, { extent: counted, onId })
  const held = await readKept(trx, engine, scope)
  const kept = heldIds(held, scope.selection)
  return {
    totals: { count: counted.count, size: counted.size, ...freed },
    ids,
    held,
    unmatched: unmatchedIds(scope.selection, id => found.has(id) || kept.has(id)),
  }
}

/** What holds keep of a scope. */
export function readKept(trx: Db, engine: Engine, { without, ...scope }: Scope): Promise<readonly Held[]> {
  return readHeld(trx, engine, { holds: without ?? [], within: where(scope, engine) })
}
