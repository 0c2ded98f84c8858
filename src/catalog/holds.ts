import { sql } from 'kysely'
import { Problem } from '../domain/problem.ts'
import { idNumber } from '../domain/unmatched-ids.ts'
import type { Hold, HoldCatalog } from '../operations/ports/hold-catalog.ts'
import { recordEvent } from './audit.ts'
import type { Db, Engine } from './engine.ts'
import { active, activeHolds, keptBy, withIds } from './held.ts'
import type { HoldTable } from './schema.ts'
import { inTransaction } from './transaction.ts'

/** Most holds of an organization at a time. */
const mostHolds = 1000

/** So few that their values fit into one statement of any engine. */
const idsAtOnce = 500

/** Rules that keep maps from being deleted or purged. Under the lock that deletions take: what was placed first is seen by the next. */
export function holds(db: Db, engine: Engine): HoldCatalog {
  return {
    placeHold: (hold, address) =>
      inTransaction(db, async trx => {
        await engine.lockOrganization(trx, hold.organization)
        const missing = await missingIds(trx, engine, hold)
        if (missing.length > 0) return missing
        await refuseTooMany(trx, hold)
        await insertHold(trx, hold)
        const { organization, id, selector, reason, owner, createdBy: actor, createdAt: at } = hold
        await recordEvent(trx, {
          organization,
          action: 'hold.placed',
          at,
          actor,
          address,
          subject: id,
          detail: { selector, reason, owner },
        })
        return []
      }),

    releaseHold: (organization, id, { actor, address, at }) =>
      inTransaction(db, async trx => {
        await engine.lockOrganization(trx, organization)
        const { numUpdatedRows } = await trx
          .updateTable('hold')
          .set({ released_at: at })
          .where('organization', '=', organization)
          .where('id', '=', id)
          .where('released_at', 'is', null)
          .executeTakeFirstOrThrow()
        if (numUpdatedRows === 0n) return false
        await recordEvent(trx, { organization, action: 'hold.released', at, actor, address, subject: id, detail: {} })
        return true
      }),

    async listHolds(organization, { at, all }) {
      if (!all) return [...(await activeHolds(db, organization, at))].reverse()
      const every = db.selectFrom('hold').selectAll().where('organization', '=', organization)
      return withIds(db, organization, await every.orderBy('created_at', 'desc').orderBy('id', 'desc').execute())
    },
  }
}

/** A hold by ids is for maps that are there and meet its other conditions: a mistyped one must not look protected. */
async function missingIds(trx: Db, engine: Engine, hold: Hold): Promise<readonly string[]> {
  const { ids, ...others } = hold.selector
  if (!ids) return []
  const numbers = ids.flatMap(id => idNumber(id) ?? [])
  const found = new Set<number>()
  for (let at = 0; at < numbers.length; at += idsAtOnce) {
    const rows = await trx
      .selectFrom('source_map')
      .select('id')
      .where('organization', '=', hold.organization)
      .where('id', 'in', numbers.slice(at, at + idsAtOnce))
      .where('purged_at', 'is', null)
      .where(builder => keptBy(engine, { ...hold, selector: others }, builder))
      .execute()
    for (const { id } of rows) found.add(id)
  }
  return ids.filter(id => !found.has(idNumber(id) ?? 0))
}

/** Every deletion asks all of them. */
async function refuseTooMany(trx: Db, { organization, createdAt }: Hold): Promise<void> {
  const { count } = await active(trx, organization, createdAt).select(sql<number>`count(*)`.as('count')).executeTakeFirstOrThrow()
  if (count < mostHolds) return
  throw new Problem('conflict', `There are ${mostHolds} holds already; release some, or use patterns that cover more`)
}

async function insertHold(trx: Db, hold: Hold): Promise<void> {
  const { organization, id, selector } = hold
  await trx.insertInto('hold').values(toRow(hold)).execute()
  const rows = [...new Set(selector.ids)].map(each => ({ organization, hold: id, id: Number(each) }))
  for (let at = 0; at < rows.length; at += idsAtOnce)
    await trx
      .insertInto('hold_map')
      .values(rows.slice(at, at + idsAtOnce))
      .execute()
}

function toRow({ organization, id, selector, reason, owner, createdBy, createdAt, expiresAt, releasedAt }: Hold): HoldTable {
  return {
    organization,
    id,
    kind: selector.kind ?? null,
    service: selector.service ?? null,
    version: selector.version ?? null,
    by_ids: selector.ids ? 1 : 0,
    reason,
    owner,
    created_by: createdBy,
    created_at: createdAt,
    expires_at: expiresAt ?? null,
    released_at: releasedAt ?? null,
  }
}
