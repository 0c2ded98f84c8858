import type { Totals } from '../../operations/ports/passage-catalog.ts'
import type { Db } from '../engine.ts'
import { currentCopies } from './current-copies.fixture.ts'

/** What some maps of an organization amount to, found out slowly and plainly: for each content the set of maps that have it. */
export async function referenceTotals(db: Db, organization: number, ids: readonly number[]): Promise<Totals> {
  const { maps, files, copies } = await readRows(db, organization)
  const chosen = new Set(ids)
  const owners = new Map<string, Set<number>>()
  const unpurged = new Set(maps.flatMap(map => (map.purged_at === null ? [map.id] : [])))
  for (const { id, digest } of files) if (unpurged.has(id)) owners.set(digest, (owners.get(digest) ?? new Set()).add(id))
  let [freedSize, sharedSize] = [0, 0]
  for (const { digest, stored_size } of copies) {
    const having = [...(owners.get(digest) ?? [])]
    if (!having.some(id => chosen.has(id))) continue
    if (having.every(id => chosen.has(id))) freedSize += stored_size
    else sharedSize += stored_size
  }
  const size = maps.reduce((sum, map) => sum + (chosen.has(map.id) ? map.size : 0), 0)
  return { count: ids.length, size, freedSize, sharedSize }
}

function readRows(db: Db, organization: number) {
  return db.transaction().execute(async trx => ({
    maps: await trx.selectFrom('source_map').select(['id', 'size', 'purged_at']).where('organization', '=', organization).execute(),
    files: await trx.selectFrom('source_map_file').select(['id', 'digest']).where('organization', '=', organization).execute(),
    copies: await currentCopies(trx).select(['blob.digest', 'copy.stored_size']).where('blob.organization', '=', organization).execute(),
  }))
}
