import assert from 'node:assert/strict'
import type { Catalog } from '../../operations/ports/catalog.ts'
import type { Due, Purged, PurgeFigures, PurgePlace } from '../../operations/ports/purge-catalog.ts'

export const lease = { name: 'purge', holder: 'test' } as const

/** Purges all that is due at a time, rows only, in pieces; gives what that amounts to. */
export async function purgeDue(catalog: Catalog, at: number, limit = 100): Promise<PurgeFigures> {
  const total = { count: 0, size: 0, freedSize: 0, held: 0 }
  for (const due of await catalog.due(at, undefined, 1000)) {
    let from: PurgePlace | undefined
    do {
      const piece = await purgePiece(catalog, due, { from, limit, at })
      for (const name of ['count', 'size', 'freedSize', 'held'] as const) total[name] += piece[name]
      from = piece.next
    } while (from)
  }
  await catalog.dropLease(lease)
  return total
}

/** One piece of a purge, under the lease of {@link lease}. */
export async function purgePiece(
  catalog: Catalog,
  due: Due,
  piece: { from: PurgePlace | undefined; limit: number; at: number },
): Promise<Purged> {
  assert.equal(await catalog.takeLease(lease, piece.at, piece.at + 1000), true)
  const purged = await catalog.purgeMaps(due, { ...piece, actor: 'mapkeep', lease, until: piece.at + 1000 })
  assert.ok(purged, 'the lease was lost')
  return purged
}
