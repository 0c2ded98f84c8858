import { unmatchedIds } from '../domain/unmatched-ids.ts'
import type { Preview, Scope } from '../operations/ports/passage-catalog.ts'
import type { Db, Engine } from './engine.ts'
import { holdsOn, readHeld } from './held.ts'
import { heldIds } from './held-ids.ts'
import { lastId } from './last-id.ts'
import { where } from './where.ts'

/** The scope as it is now: bounded by the highest id, so that later uploads lie outside, and without what holds keep. */
export async function narrow(trx: Db, scope: Scope, at: number): Promise<Preview['seen']> {
  return { ...scope, upTo: await lastId(trx, scope.organization), without: await holdsOn(trx, scope, at) }
}

/** What holds keep of a scope that was narrowed so, and which ids it asks for that are neither kept nor found. */
export async function keptAndUnmatched(
  trx: Db,
  engine: Engine,
  { scope, seen, isFound }: { scope: Scope; seen: Preview['seen']; isFound: (id: number) => boolean },
): Promise<Pick<Preview, 'held' | 'unmatched'>> {
  const within = where({ ...scope, upTo: seen.upTo }, engine)
  const held = await readHeld(trx, engine, { holds: seen.without ?? [], within })
  const kept = heldIds(held, scope.selection)
  return { held, unmatched: unmatchedIds(scope.selection, id => isFound(id) || kept.has(id)) }
}
