import { sql } from 'kysely'
import type { Due, PurgeFigures } from '../operations/ports/purge-catalog.ts'
import { recordEvent } from './audit.ts'
import type { Db } from './engine.ts'
import { nextOperation } from './record-operation.ts'
import type { OperationTable } from './schema.ts'

/** Who purges a deletion and when. */
export interface Purger {
  readonly due: Due
  readonly actor: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/** The purge of a deletion that is under way, begun now if there is none; gives its number. */
export async function openPurge(trx: Db, purger: Purger): Promise<number> {
  const { due, actor, at } = purger
  const underWay = await purgeUnderWay(trx, due)
  if (underWay) return underWay.number
  const number = await nextOperation(trx, due.organization)
  await trx
    .insertInto('operation')
    .values({ ...toRow(due, number), actor, at })
    .execute()
  await recordPurge(trx, purger, { number, detail: { begun: true } })
  return number
}

/** Adds what a piece did. */
export async function growPurge(
  trx: Db,
  { organization, number }: { organization: number; number: number },
  { count, size, freedSize }: Omit<PurgeFigures, 'held'>,
): Promise<void> {
  await trx
    .updateTable('operation')
    .set(set => ({
      count: set('count', '+', count),
      size: set('size', '+', size),
      freed_size: set('freed_size', '+', freedSize),
    }))
    .where('organization', '=', organization)
    .where('number', '=', number)
    .execute()
}

/** When a deletion has been gone through: its purge is over, if there was one, and the deletion is done with unless holds kept maps of it. */
export async function closePurge(trx: Db, purger: Purger, held: number): Promise<void> {
  const { due } = purger
  if (held === 0) await setUnpurged(trx, due, 0)
  const underWay = await purgeUnderWay(trx, due)
  if (!underWay) return
  const { number, count, size, freed_size } = underWay
  await setUnpurged(trx, { organization: due.organization, operation: number }, 0)
  await recordPurge(trx, purger, { number, detail: { count, size, freed_size, held } })
}

/** A purge is under way as long as its own row says that it has maps to go. */
function purgeUnderWay(trx: Db, { organization, operation }: Due) {
  return trx
    .selectFrom('operation')
    .select(['number', 'count', 'size', 'freed_size'])
    .where('organization', '=', organization)
    .where('of_operation', '=', operation)
    .where('kind', '=', 'purge')
    .where(sql<boolean>`unpurged = 1`)
    .executeTakeFirst()
}

async function setUnpurged(trx: Db, { organization, operation }: Due, unpurged: 0 | 1): Promise<void> {
  await trx.updateTable('operation').set({ unpurged }).where('organization', '=', organization).where('number', '=', operation).execute()
}

function recordPurge(trx: Db, { due, actor, at }: Purger, { number, detail }: { number: number; detail: object }): Promise<void> {
  const subject = `op_${number}`
  const told = { to: 'purged', purges: `op_${due.operation}`, ...detail }
  return recordEvent(trx, { organization: due.organization, action: 'purge', at, actor, address: undefined, subject, detail: told })
}

function toRow({ organization, operation }: Due, number: number): Omit<OperationTable, 'actor' | 'at'> {
  return {
    organization,
    number,
    kind: 'purge',
    to_state: 'purged',
    of_operation: operation,
    address: null,
    undo_until: null,
    reason: null,
    selection: 'null',
    count: 0,
    size: 0,
    freed_size: 0,
    shared_size: 0,
    // Which maps it took is said by their rows
    members: '',
    held: '[]',
    left_members: null,
    plan: null,
    request_key: null,
    request: null,
    forced: 0,
    unpurged: 1,
  }
}
