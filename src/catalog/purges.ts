import { sql } from 'kysely'
import { idPages, unpackRanges } from '../domain/id-ranges.ts'
import type { Hold } from '../operations/ports/hold-catalog.ts'
import type { Due, PurgeCatalog, Purged, PurgeFigures, PurgePiece } from '../operations/ports/purge-catalog.ts'
import { dropReferences, lockTheirContents } from './drop-references.ts'
import type { Db, Engine } from './engine.ts'
import { hasIds } from './has-ids.ts'
import { activeHolds, keptByNone } from './held.ts'
import { idsAfter } from './ids-after.ts'
import { keepLease, keptUntil, leases } from './leases.ts'
import { measure, measureFreed } from './measure.ts'
import type { MapCondition } from './pack-ids.ts'
import { closePurge, growPurge, openPurge } from './purge-operation.ts'
import { fromBase64 } from './record-operation.ts'
import { inSnapshot, inTransaction } from './transaction.ts'

/** Most times that one piece looks for maps where there are none to purge. */
const looks = 20

/** The end of deleted maps. */
export function purges(db: Db, engine: Engine): PurgeCatalog {
  return {
    ...leases(db),

    due: (at, after, limit) => dueAfter(db, { at, after, limit }),

    purgeMaps: (due, piece) =>
      inTransaction(db, async trx => {
        await engine.lockOrganization(trx, due.organization)
        if ((await keptUntil(trx, piece.at)) !== undefined) return undefined
        return (await keepLease(trx, piece.lease, piece.until)) ? purgeNext(trx, engine, { due, piece }) : undefined
      }),

    previewPurge: (organization, at) => inSnapshot(db, trx => preview(trx, engine, { organization, at })),
  }
}

async function dueAfter(db: Db, { at, after, limit }: { at: number; after: Due | undefined; limit: number }): Promise<readonly Due[]> {
  const place = after && (await undoUntilOf(db, after))
  const rows = await db
    .selectFrom('operation')
    .select(['organization', 'number as operation'])
    // Word for word as the index over what is due says it
    .where(sql<boolean>`unpurged = 1`)
    .where('undo_until', '<=', at)
    .$if(after !== undefined, query =>
      query.where(is =>
        is(is.refTuple('undo_until', 'organization', 'number'), '>', is.tuple(place ?? 0, after?.organization ?? 0, after?.operation ?? 0)),
      ),
    )
    .orderBy('undo_until')
    .orderBy('organization')
    .orderBy('number')
    .limit(limit)
    .execute()
  return rows
}

async function undoUntilOf(db: Db, { organization, operation }: Due): Promise<number | undefined> {
  const row = await db
    .selectFrom('operation')
    .select('undo_until')
    .where('organization', '=', organization)
    .where('number', '=', operation)
    .executeTakeFirst()
  return row?.undo_until ?? undefined
}

async function purgeNext(trx: Db, engine: Engine, { due, piece }: { due: Due; piece: PurgePiece }): Promise<Purged> {
  const { at, actor, from } = piece
  const members = await dueMembers(trx, due, at)
  if (!members) return { count: 0, size: 0, freedSize: 0, held: 0, next: undefined }
  const found = await findNext(trx, engine, { due, piece, members })
  const purger = { due, actor, at }
  const purged = { count: found.maps.length, size: found.maps.reduce((sum, map) => sum + map.size, 0), freedSize: 0, held: found.held }
  if (purged.count > 0) {
    const number = await openPurge(trx, purger)
    const ids = found.maps.map(map => map.id)
    // Before their rows, since uploads take the two in this order
    await lockTheirContents(trx, { engine, organization: due.organization, ids })
    await makeTombstones(trx, engine, { due, ids, number, at })
    const shared = found.maps.some(map => map.shared_contents > 0)
    purged.freedSize = await dropReferences(trx, { engine, organization: due.organization, ids, shared })
    await growPurge(trx, { organization: due.organization, number }, purged)
  }
  const held = (from?.held ?? 0) + found.held
  if (found.lastId === undefined) await closePurge(trx, purger, held)
  return { ...purged, next: found.lastId === undefined ? undefined : { id: found.lastId, held } }
}

/** The members of a deletion whose time has come, as packed ranges; nothing when it has not, or all is done. */
async function dueMembers(trx: Db, { organization, operation }: Due, at: number): Promise<Uint8Array | undefined> {
  const row = await trx
    .selectFrom('operation')
    .select('members')
    .where('organization', '=', organization)
    .where('number', '=', operation)
    .where('to_state', '=', 'deleted')
    .where(sql<boolean>`unpurged = 1`)
    .where('undo_until', '<=', at)
    .executeTakeFirst()
  return row && fromBase64(row.members)
}

interface Found {
  readonly maps: readonly { readonly id: number; readonly size: number; readonly shared_contents: number }[]
  readonly held: number
  /** The highest id that was looked at; nothing when there is none above. */
  readonly lastId: number | undefined
}

interface Search {
  readonly due: Due
  readonly piece: PurgePiece
  readonly members: Uint8Array
}

/** The next members that may go, in one page of ids; pages without any are passed over, though not for long. */
async function findNext(trx: Db, engine: Engine, { due, piece: { from, limit, at }, members }: Search): Promise<Found> {
  const holds = await activeHolds(trx, due.organization, at)
  const pages = idPages(idsAfter(unpackRanges(members), from?.id ?? 0), limit)
  let [held, looked] = [0, 0]
  for (const ids of pages) {
    const waiting = await readWaiting(trx, due, { ids, holds: [], engine })
    const maps = holds.length === 0 ? waiting : await readWaiting(trx, due, { ids, holds, engine })
    held += waiting.length - maps.length
    if (ids.length < limit) return { maps, held, lastId: undefined }
    if (maps.length > 0 || ++looked === looks) return { maps, held, lastId: ids.at(-1) }
  }
  return { maps: [], held, lastId: undefined }
}

/** Those of the ids whose maps still are what the deletion made of them, and which no hold keeps. */
function readWaiting(
  trx: Db,
  { organization, operation }: Due,
  { ids, holds, engine }: { ids: readonly number[]; holds: readonly Hold[]; engine: Engine },
) {
  return trx
    .selectFrom('source_map')
    .select(['id', 'size', 'shared_contents'])
    .where(hasIds<'source_map'>(engine, organization, ids))
    .where('last_operation', '=', operation)
    .where('deleted_at', 'is not', null)
    .where('purged_at', 'is', null)
    .where(builder => builder.and(keptByNone(engine, holds)(builder)))
    .orderBy('id')
    .limit(ids.length)
    .execute()
}

/** What it was stays, and the last operation stays the deletion's, so that the row tells who deleted it. */
async function makeTombstones(
  trx: Db,
  engine: Engine,
  { due: { organization }, ids, number, at }: { due: Due; ids: readonly number[]; number: number; at: number },
): Promise<void> {
  await trx
    .updateTable('source_map')
    .set(set => ({ purged_at: at, purge_operation: number, state_version: set('state_version', '+', 1), own_size: 0, shared_contents: 0 }))
    .where(hasIds<'source_map'>(engine, organization, ids))
    .execute()
  await trx
    .deleteFrom('source_map_event')
    .where(hasIds<'source_map_event'>(engine, organization, ids))
    .execute()
  await trx
    .deleteFrom('shared_content')
    .where(hasIds<'shared_content'>(engine, organization, ids))
    .execute()
}

async function preview(trx: Db, engine: Engine, { organization, at }: { organization: number; at: number }): Promise<PurgeFigures> {
  const holds = await activeHolds(trx, organization, at)
  const all = await measure(trx, isDue(engine, { organization, at, holds: [] }))
  const condition = isDue(engine, { organization, at, holds })
  const free = holds.length === 0 ? all : await measure(trx, condition)
  const { freedSize } = await measureFreed(trx, organization, { ...free, condition })
  return { count: free.count, size: free.size, freedSize, held: all.count - free.count }
}

function isDue(engine: Engine, { organization, at, holds }: { organization: number; at: number; holds: readonly Hold[] }): MapCondition {
  return builder =>
    builder.and([
      builder('organization', '=', organization),
      builder('deleted_at', 'is not', null),
      builder('purged_at', 'is', null),
      builder(
        'last_operation',
        'in',
        builder
          .selectFrom('operation')
          .select('operation.number')
          .where('operation.organization', '=', organization)
          .where(sql<boolean>`operation.unpurged = 1`)
          .where('operation.undo_until', '<=', at),
      ),
      ...keptByNone(engine, holds)(builder),
    ])
}
