import { idPages, unpackRanges } from '../domain/id-ranges.ts'
import type { Member, Operation, OperationCatalog } from '../operations/ports/operation-catalog.ts'
import type { Db } from './engine.ts'
import { idsAfter } from './ids-after.ts'
import { allShownColumns, toPlainMap } from './row.ts'
import type { OperationTable } from './schema.ts'

/** Most ids that one query names: a page of a thousand and the one after it. */
const mostIds = 1001

/** What was done, and to which maps. */
export function operations(db: Db): OperationCatalog {
  return {
    async listOperations(organization, { before, limit }) {
      const all = operationsOf(db, organization).orderBy('operation.number', 'desc').limit(limit)
      const rows = await (before === undefined ? all : all.where('operation.number', '<', before)).execute()
      return rows.map(toOperation)
    },

    async operation(organization, number) {
      const row = await operationsOf(db, organization).where('operation.number', '=', number).executeTakeFirst()
      return row && toOperation(row)
    },

    async operationMembers(organization, number, { after, limit }) {
      const packed = await packedMembers(db, organization, number)
      const members: Member[] = []
      if (!packed) return members
      for (const ids of idPages(
        idsAfter(unpackRanges(packed.ranges), after),
        packed.purge === undefined ? Math.min(limit, mostIds) : mostIds,
      )) {
        members.push(...(await readMembers(db, organization, { ids, purge: packed.purge })))
        if (members.length >= limit) break
      }
      return members.slice(0, limit)
    },
  }
}

/** Without their members, which may be long. */
function operationsOf(db: Db, organization: number) {
  return db
    .selectFrom('operation')
    .leftJoin('access_key', join =>
      join.onRef('access_key.id', '=', 'operation.actor').onRef('access_key.organization', '=', 'operation.organization'),
    )
    .select(['operation.number', 'operation.kind', 'operation.to_state', 'operation.of_operation', 'operation.actor', 'operation.address'])
    .select(['operation.at', 'operation.undo_until', 'operation.reason', 'operation.selection', 'operation.forced', 'operation.plan'])
    .select(['operation.count', 'operation.size', 'operation.freed_size', 'operation.shared_size', 'operation.left_members'])
    .select('access_key.name as actor_name')
    .select(({ selectFrom }) =>
      selectFrom('operation as undo')
        .select(({ fn }) => fn.max('undo.number').as('number'))
        .where('undo.organization', '=', organization)
        .whereRef('undo.of_operation', '=', 'operation.number')
        .where('undo.kind', '=', 'undo')
        .as('undone_by'),
    )
    .where('operation.organization', '=', organization)
}

interface OperationRow extends Omit<OperationTable, 'organization' | 'members' | 'held' | 'request_key' | 'request' | 'unpurged'> {
  readonly actor_name: string | null
  readonly undone_by: number | null
}

function toOperation(row: OperationRow): Operation {
  return {
    number: row.number,
    kind: row.kind,
    to: row.to_state,
    // Work in the background and the command line have no key, and go by their own names
    actor: { id: row.actor, name: row.actor_name ?? row.actor },
    address: row.address ?? undefined,
    at: row.at,
    undoUntil: row.undo_until ?? undefined,
    reason: row.reason ?? undefined,
    forced: row.forced === 1,
    selection: row.kind === 'deletion' || row.kind === 'restoration' ? JSON.parse(row.selection) : undefined,
    of: row.of_operation ?? undefined,
    undoneBy: row.undone_by ?? undefined,
    plan: row.plan ?? undefined,
    totals: { count: row.count, size: row.size, freedSize: row.freed_size, sharedSize: row.shared_size },
    left: row.left_members === null ? undefined : JSON.parse(row.left_members),
  }
}

interface PackedMembers {
  readonly ranges: Uint8Array
  /** The purge that must have taken a map for it to be a member. */
  readonly purge: number | undefined
}

/** A purge takes members of a deletion as holds allow, so which ones is said by their rows. */
async function packedMembers(db: Db, organization: number, number: number): Promise<PackedMembers | undefined> {
  const read = (of: number) =>
    db
      .selectFrom('operation')
      .select(['kind', 'of_operation', 'members'])
      .where('organization', '=', organization)
      .where('number', '=', of)
      .executeTakeFirst()
  const found = await read(number)
  const purged = found?.kind === 'purge' && found.of_operation !== null ? await read(found.of_operation) : undefined
  const row = purged ?? found
  return row && { ranges: Buffer.from(row.members, 'base64'), purge: purged && number }
}

async function readMembers(
  db: Db,
  organization: number,
  { ids, purge }: { ids: readonly number[]; purge: number | undefined },
): Promise<Member[]> {
  const first = ids[0] ?? 0
  const last = ids.at(-1) ?? 0
  const contiguous = last - first + 1 === ids.length
  const query = db
    .selectFrom('source_map')
    .select([...allShownColumns, 'deleted_at', 'purged_at', 'last_operation', 'purge_operation'])
    .where('organization', '=', organization)
  const chosen = contiguous ? query.where('id', '>=', first).where('id', '<=', last) : query.where('id', 'in', [...ids])
  const rows = await (purge === undefined ? chosen : chosen.where('purge_operation', '=', purge)).orderBy('id').execute()
  return rows.map(row => ({
    ...toPlainMap(row),
    state: row.purged_at !== null ? 'purged' : row.deleted_at !== null ? 'deleted' : 'live',
    lastOperation: row.purge_operation ?? row.last_operation ?? undefined,
  }))
}
