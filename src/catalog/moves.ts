import type { Catalog, Moved, Passage, Scope } from '../operations/ports/catalog.ts'
import type { Db, Engine } from './engine.ts'
import { readMembers } from './members.ts'
import { allShownColumns, toPlainMap } from './row.ts'
import { inTransaction } from './transaction.ts'
import { where } from './where.ts'

type Moves = Pick<Catalog, 'move' | 'membersOf'>

/** The passages between live and deleted, and who took part. */
export function moves(db: Db, engine: Engine): Moves {
  return {
    move: (scope, passage) =>
      inTransaction(db, async trx => {
        await engine.lockOrganization(trx, scope.organization)
        return moveAll(trx, engine, { scope, passage })
      }),

    async membersOf(organization, operation, ids) {
      const first = ids[0] ?? 0
      const last = ids.at(-1) ?? 0
      const contiguous = last - first + 1 === ids.length
      const query = db.selectFrom('source_map').select(allShownColumns).where('organization', '=', organization)
      const chosen = contiguous ? query.where('id', '>=', first).where('id', '<=', last) : query.where('id', 'in', [...ids])
      const rows = await chosen.where('last_operation', '=', operation).orderBy('id').limit(ids.length).execute()
      return rows.map(toPlainMap)
    },
  }
}

async function moveAll(trx: Db, engine: Engine, { scope, passage }: { scope: Scope; passage: Passage }): Promise<Moved | undefined> {
  const members = await readMembers(trx, engine, scope)
  if (!members) return undefined
  const operation = await nextOperation(trx, scope.organization)
  await updateRows(trx, engine, { scope, passage, operation, count: members.count })
  const moved = { operation, ...members }
  await recordOperation(trx, { scope, passage, moved })
  return moved
}

async function nextOperation(trx: Db, organization: number): Promise<number> {
  const row = await trx
    .updateTable('organization')
    .set(set => ({ last_operation: set('last_operation', '+', 1) }))
    .where('number', '=', organization)
    .returning('last_operation')
    .executeTakeFirstOrThrow()
  return row.last_operation
}

interface Update {
  readonly scope: Scope
  readonly passage: Passage
  readonly operation: number
  readonly count: number
}

async function updateRows(trx: Db, engine: Engine, { scope, passage, operation, count }: Update): Promise<void> {
  const { numUpdatedRows } = await trx
    .updateTable('source_map')
    .set(set => ({
      deleted_at: passage.to === 'deleted' ? passage.at : null,
      last_operation: operation,
      state_version: set('state_version', '+', 1),
    }))
    .where(where(scope, engine))
    .executeTakeFirstOrThrow()
  if (Number(numUpdatedRows) !== count) throw new Error(`operation ${operation} moved ${numUpdatedRows} maps instead of ${count}`)
}

async function recordOperation(
  trx: Db,
  { scope, passage, moved }: { scope: Scope; passage: Passage; moved: Omit<Moved, 'unmatched'> },
): Promise<void> {
  await trx
    .insertInto('operation')
    .values({
      organization: scope.organization,
      number: moved.operation,
      kind: passage.to === 'deleted' ? 'deletion' : 'restoration',
      actor: passage.actor,
      address: passage.address ?? null,
      at: passage.at,
      undo_until: passage.undoUntil ?? null,
      reason: passage.reason ?? null,
      selection: JSON.stringify(scope.selection),
      count: moved.count,
      size: moved.size,
      members: Buffer.from(moved.members).toString('base64'),
    })
    .execute()
}
