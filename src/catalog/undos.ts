import { type IdRange, packRanges, unpackRanges } from '../domain/id-ranges.ts'
import type { Held, Left, NotUndone, Passage, PassageCatalog, Totals, Undone, UndoTerms } from '../operations/ports/passage-catalog.ts'
import type { Db, Engine } from './engine.ts'
import { activeHolds, readHeld } from './held.ts'
import { measure, measureFreed } from './measure.ts'
import { findRepeated, passageColumns } from './moves.ts'
import { type MapCondition, readIds } from './pack-ids.ts'
import { fromBase64, nextOperation, recordOperation, toMoved } from './record-operation.ts'
import type { OperationTable } from './schema.ts'
import { Conflict, inTransaction } from './transaction.ts'
import { type Found, findMembers, memberCondition, type Search } from './undo-members.ts'

interface Target {
  readonly organization: number
  readonly operation: number
}

interface Wish {
  readonly target: Target
  readonly passage: Omit<Passage, 'to'>
  readonly terms: UndoTerms
}

/** The reversal of operations. */
export function undos(db: Db, engine: Engine): Pick<PassageCatalog, 'undo'> {
  return {
    undo: (target, passage, terms) =>
      inTransaction(db, async trx => {
        await engine.lockOrganization(trx, target.organization)
        return undo(trx, engine, { target, passage, terms })
      }),
  }
}

async function undo(trx: Db, engine: Engine, wish: Wish): Promise<Undone | NotUndone> {
  const { target, passage, terms } = wish
  const request = `undo ${target.operation}${terms.partial ? ' partial' : ''}`
  const earlier = await findRepeated(trx, target.organization, { requestKey: terms.requestKey, actor: passage.actor })
  if (earlier) return earlier.request === request ? repeat(earlier) : { refused: 'other_request' }
  const row = await operationRow(trx, target)
  if (!row) return { refused: 'unknown_operation' }
  if (row.kind === 'purge') return { refused: 'purge' }
  const to = row.to_state === 'deleted' ? 'live' : 'deleted'
  // Nothing keeps a map from being restored
  const holds = to === 'deleted' ? await activeHolds(trx, target.organization, passage.at) : []
  const found = await findMembers(trx, engine, { row, holds })
  const left = { purged: found.purged, movedOn: row.count - found.all - found.purged, held: found.all - found.count }
  const isWhole = found.count === row.count
  if (found.count === 0 || !(isWhole || terms.partial))
    return { refused: 'left', undoable: found.count, left, undoneBy: await newestUndo(trx, target) }
  if (to === 'deleted' && !passage.forced && terms.limit !== undefined && found.count > terms.limit)
    return { refused: 'too_many', count: found.count, limit: terms.limit }
  return finish(trx, engine, { row, passage: { ...passage, to }, terms, request, holds, found, left })
}

function repeat(earlier: OperationTable): Undone {
  const left: Left = earlier.left_members === null ? { purged: 0, movedOn: 0, held: 0 } : JSON.parse(earlier.left_members)
  return { ...toMoved(earlier, () => []), to: earlier.to_state === 'live' ? 'live' : 'deleted', left }
}

function operationRow(trx: Db, { organization, operation }: Target): Promise<OperationTable | undefined> {
  const operations = trx.selectFrom('operation').selectAll().where('organization', '=', organization)
  return operations.where('number', '=', operation).executeTakeFirst()
}

async function newestUndo(trx: Db, { organization, operation }: Target): Promise<number | undefined> {
  const undone = await trx
    .selectFrom('operation')
    .select('number')
    .where('organization', '=', organization)
    .where('of_operation', '=', operation)
    .where('kind', '=', 'undo')
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
  return undone?.number
}

interface Work extends Search {
  readonly passage: Passage
  readonly terms: UndoTerms
  readonly request: string
  readonly found: Found
  readonly left: Left
}

async function finish(trx: Db, engine: Engine, work: Work): Promise<Undone> {
  const { row, passage, terms, request, found, left } = work
  const { organization } = row
  const members = found.count === row.count ? fromBase64(row.members) : await readMemberIds(trx, engine, work)
  const held = await readHeldMembers(trx, engine, work)
  const number = await nextOperation(trx, organization)
  await moveMembers(trx, engine, { ...work, number })
  const totals = await totalsOf(trx, { organization, number, found })
  const undoUntil = passage.to === 'deleted' ? passage.undoUntil : undefined
  const isPartial = found.count !== row.count
  const { requestKey } = terms
  const made = { organization, number, kind: 'undo', passage, selection: 'null', request, requestKey, plan: undefined } as const
  await recordOperation(trx, { ...made, of: row.number, totals, members, held, left: isPartial ? left : undefined })
  return { operation: number, totals, members, held, unmatched: [], undoUntil, repeated: false, to: passage.to, left }
}

async function readMemberIds(trx: Db, engine: Engine, { row, holds, found }: Work): Promise<Uint8Array> {
  const ranges: IdRange[] = []
  for (const stretch of found.stretches) {
    const condition = memberCondition(engine, { row, stretch, holds })
    ranges.push(...unpackRanges(await readIds(trx, condition, { extent: await measure(trx, condition) })))
  }
  return packRanges(ranges)
}

async function readHeldMembers(trx: Db, engine: Engine, { row, holds, found }: Work): Promise<readonly Held[]> {
  if (found.all === found.count) return []
  const byHold = new Map<string, { held: Held; ranges: IdRange[] }>()
  for (const stretch of found.stretches) {
    const within = memberCondition(engine, { row, stretch, holds: [] })
    for (const held of await readHeld(trx, engine, { holds, within })) {
      const known = byHold.get(held.hold) ?? { held, ranges: [] }
      known.ranges.push(...unpackRanges(held.ids))
      byHold.set(held.hold, known)
    }
  }
  return [...byHold.values()].map(({ held, ranges }) => ({ ...held, ids: packRanges(ranges) }))
}

async function moveMembers(trx: Db, engine: Engine, { row, holds, passage, found, number }: Work & { number: number }): Promise<void> {
  let moved = 0n
  for (const stretch of found.stretches) {
    const { numUpdatedRows } = await trx
      .updateTable('source_map')
      .set(set => passageColumns(passage, number, set('state_version', '+', 1)))
      .where(memberCondition(engine, { row, stretch, holds }))
      .executeTakeFirstOrThrow()
    moved += numUpdatedRows
  }
  if (Number(moved) !== found.count) throw new Conflict(`operation ${number} moved ${moved} maps instead of ${found.count}`)
}

/** Taken after the maps were moved, since then they are easily told from all others. */
async function totalsOf(trx: Db, { organization, number, found }: { organization: number; number: number; found: Found }): Promise<Totals> {
  const { first, last } = found
  const condition: MapCondition = builder =>
    builder.and([
      builder('organization', '=', organization),
      builder('id', '>=', first),
      builder('id', '<=', last),
      builder('last_operation', '=', number),
    ])
  return { count: found.count, size: found.size, ...(await measureFreed(trx, organization, { ...found, condition })) }
}
