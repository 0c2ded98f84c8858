import type { Held, Left, Moved, Passage, Totals } from '../operations/ports/passage-catalog.ts'
import { recordEvent } from './audit.ts'
import type { Db } from './engine.ts'
import type { OperationTable } from './schema.ts'

/** A passage that has just been made, to be written down in the same transaction. */
export interface Made {
  readonly organization: number
  readonly number: number
  readonly kind: 'deletion' | 'restoration' | 'undo'
  readonly passage: Passage
  /** JSON of the selection, or of nothing. */
  readonly selection: string
  readonly request: string
  readonly requestKey: string | undefined
  readonly plan: string | undefined
  readonly of: number | undefined
  readonly totals: Totals
  readonly members: Uint8Array
  readonly held: readonly Held[]
  readonly left: Left | undefined
}

/**
 * The next number of an operation of the organization, under whose lock alone operations are made. Not from a counter beside that of the
 * maps: uploads would wait for a long deletion to give its row back.
 */
export async function nextOperation(trx: Db, organization: number): Promise<number> {
  const { last } = await trx
    .selectFrom('operation')
    .select(({ fn }) => fn.max('number').as('last'))
    .where('organization', '=', organization)
    .executeTakeFirstOrThrow()
  return (last ?? 0) + 1
}

/** Writes an operation down, and its event into the audit trail. */
export async function recordOperation(trx: Db, made: Made): Promise<void> {
  const { organization, number, kind, passage, totals, of, left } = made
  await trx.insertInto('operation').values(toRow(made)).execute()
  await recordEvent(trx, {
    organization,
    action: kind,
    at: passage.at,
    actor: passage.actor,
    address: passage.address,
    subject: `op_${number}`,
    detail: {
      to: passage.to,
      count: totals.count,
      size: totals.size,
      ...(of === undefined ? {} : { undoes: `op_${of}` }),
      ...(passage.reason === undefined ? {} : { reason: passage.reason }),
      ...(passage.forced ? { forced: true } : {}),
      ...(made.plan === undefined ? {} : { plan: made.plan }),
      ...(left ? { left } : {}),
      selection: JSON.parse(made.selection),
    },
  })
}

/** An operation of before as the answer it gave. */
export function toMoved(row: OperationTable, unmatched: (held: readonly Held[], members: Uint8Array) => readonly string[]): Moved {
  const held = heldFromText(row.held)
  const members = fromBase64(row.members)
  return {
    operation: row.number,
    totals: { count: row.count, size: row.size, freedSize: row.freed_size, sharedSize: row.shared_size },
    members,
    held,
    unmatched: unmatched(held, members),
    undoUntil: row.undo_until ?? undefined,
    repeated: true,
  }
}

/** What holds kept, as a text column. */
export function heldToText(held: readonly Held[]): string {
  return JSON.stringify(held.map(({ hold, reason, ids }) => ({ hold, reason, ids: toBase64(ids) })))
}

/** The other way round. */
export function heldFromText(text: string): readonly Held[] {
  const packed: readonly { hold: string; reason: string; ids: string }[] = JSON.parse(text)
  return packed.map(({ ids, ...each }) => ({ ...each, ids: fromBase64(ids) }))
}

/** The bytes of a text column. */
export function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'))
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

function toRow({ organization, number, kind, passage, totals, held, left, ...made }: Made): OperationTable {
  return {
    organization,
    number,
    kind,
    to_state: passage.to,
    of_operation: made.of ?? null,
    actor: passage.actor,
    address: passage.address ?? null,
    at: passage.at,
    undo_until: passage.to === 'deleted' ? (passage.undoUntil ?? null) : null,
    reason: passage.reason ?? null,
    selection: made.selection,
    count: totals.count,
    size: totals.size,
    freed_size: totals.freedSize,
    shared_size: totals.sharedSize,
    members: toBase64(made.members),
    held: heldToText(held),
    left_members: left ? JSON.stringify(left) : null,
    plan: made.plan ?? null,
    request_key: made.requestKey ?? null,
    request: made.request,
    forced: passage.forced ? 1 : 0,
    unpurged: passage.to === 'deleted' ? 1 : 0,
  }
}
