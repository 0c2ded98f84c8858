import { unpackRanges } from '../domain/id-ranges.ts'
import { givenIds, unmatchedIds } from '../domain/unmatched-ids.ts'
import type { Moved, Passage, PassageCatalog, Scope, Terms, Unmoved } from '../operations/ports/passage-catalog.ts'
import type { Db, Engine } from './engine.ts'
import { holdsOn } from './held.ts'
import { heldIds } from './held-ids.ts'
import { lastId } from './last-id.ts'
import { countMembers, type Members, readKept, readMembers } from './members.ts'
import { traceBefore } from './mixture.ts'
import { findPlan, isSame, latestPlan, requestText } from './plans.ts'
import { nextOperation, recordOperation, toMoved } from './record-operation.ts'
import { findRequest, keepRefusal, type NamedRequest, noteRequest, toRefusal } from './requests.ts'
import { allShownColumns, toPlainMap } from './row.ts'
import type { OperationTable, PlanTable } from './schema.ts'
import { stretches } from './stretches.ts'
import { Conflict, inTransaction } from './transaction.ts'
import { findMembers } from './undo-members.ts'
import { where } from './where.ts'

type Moves = Pick<PassageCatalog, 'move' | 'membersOf'>

/** The passages of selections between live and deleted, and who took part. */
export function moves(db: Db, engine: Engine): Moves {
  return {
    async move(scope, passage, terms) {
      const wish = { scope, passage, terms, request: requestText(passage.to, scope.selection) }
      const named = nameOf(wish)
      if (named) await noteRequest(db, engine, named)
      return inTransaction(db, async trx => {
        await engine.lockOrganization(trx, scope.organization)
        return named ? moveNamed(trx, engine, { wish, named }) : move(trx, engine, wish)
      })
    },

    async membersOf(organization, operation, ids) {
      if (ids.length === 0) return []
      const first = ids[0] ?? 0
      const last = ids.at(-1) ?? 0
      const contiguous = last - first + 1 === ids.length
      const query = db.selectFrom('source_map').select(allShownColumns).where('organization', '=', organization)
      const chosen = contiguous ? query.where('id', '>=', first).where('id', '<=', last) : query.where('id', 'in', [...ids])
      const members = operation === undefined ? chosen : chosen.where('last_operation', '=', operation)
      return (await members.orderBy('id').limit(ids.length).execute()).map(toPlainMap)
    },
  }
}

/** Someone's wish for a passage. */
interface Wish {
  readonly scope: Scope
  readonly passage: Passage
  readonly terms: Terms
  readonly request: string
}

function nameOf({ scope, passage, terms, request }: Wish): NamedRequest | undefined {
  if (terms.requestKey === undefined) return undefined
  const { actor, at } = passage
  const asked = [request, terms.plan, passage.forced && 'forced'].filter(Boolean).join(' ')
  return { organization: scope.organization, actor, key: terms.requestKey, request: asked, at }
}

/** A named request is answered once; nothing that came after it first came is in its reach. */
async function moveNamed(trx: Db, engine: Engine, { wish, named }: { wish: Wish; named: NamedRequest }): Promise<Moved | Unmoved> {
  const noted = await findRequest(trx, named)
  if (noted.request !== named.request) return { refused: 'other_request' }
  if (noted.refusal !== null) return toRefusal(noted.refusal)
  const outcome = await move(trx, engine, { ...wish, scope: { ...wish.scope, upTo: noted.mark } })
  if ('refused' in outcome) await keepRefusal(trx, named, outcome)
  return outcome
}

/** Everything is decided under the organization's lock, in the transaction that then writes. */
async function move(trx: Db, engine: Engine, wish: Wish): Promise<Moved | Unmoved> {
  const { scope, passage, terms } = wish
  const earlier = await findRepeated(trx, scope.organization, { ...terms, actor: passage.actor })
  if (earlier) return repeat(earlier, wish)
  const plan = await planFor(trx, wish)
  if (plan && 'refused' in plan) return plan
  const carriedOut = plan && (await findRepeated(trx, scope.organization, { plan: plan.id, actor: passage.actor }))
  if (carriedOut) return (terms.plan === 'latest' && (await outdated(trx, engine, carriedOut))) || repeat(carriedOut, wish)
  // All that follows must mean the same maps: later uploads lie outside
  const mark = plan ? plan.mark : await lastId(trx, scope.organization)
  const narrowed = { ...scope, upTo: Math.min(mark, scope.upTo ?? mark), without: await holdsOn(trx, scope, passage.at) }
  return carryOut(trx, engine, { wish, narrowed, plan })
}

/** An operation that a second request of the same name, or for the same plan, repeats. */
export async function findRepeated(
  trx: Db,
  organization: number,
  { requestKey, plan, actor }: Pick<Terms, 'requestKey' | 'plan'> & { actor: string },
): Promise<OperationTable | undefined> {
  const operations = trx.selectFrom('operation').selectAll().where('organization', '=', organization)
  const named = requestKey && operations.where('actor', '=', actor).where('request_key', '=', requestKey)
  const planned = plan && plan !== 'latest' && operations.where('plan', '=', plan)
  return (named && (await named.executeTakeFirst())) || (planned && (await planned.executeTakeFirst())) || undefined
}

function repeat(earlier: OperationTable, { scope, terms, request }: Wish): Moved | Unmoved {
  const { plan } = terms
  const samePlan = plan === undefined || plan === 'latest' || earlier.plan === plan
  if (earlier.request !== request || !samePlan) return { refused: earlier.plan === plan ? 'other_selection' : 'other_request' }
  return toMoved(earlier, (held, members) => {
    if (givenIds(scope.selection).length === 0) return []
    const ranges = [...unpackRanges(members)]
    const kept = heldIds(held, scope.selection)
    return unmatchedIds(scope.selection, id => kept.has(id) || ranges.some(({ first, last }) => first <= id && id <= last))
  })
}

/** A client that names no plan asks for a deletion, not for an answer: what has been undone since is not told once more as if it stood. */
async function outdated(trx: Db, engine: Engine, row: OperationTable): Promise<Unmoved | undefined> {
  const { all, purged } = await findMembers(trx, engine, { row, holds: [] })
  return all + purged === row.count ? undefined : { refused: 'stale', planned: row.count, now: all }
}

async function planFor(trx: Db, { scope, passage, terms, request }: Wish): Promise<PlanTable | Unmoved | undefined> {
  const { organization } = scope
  if (terms.plan === undefined) return undefined
  if (terms.plan === 'latest')
    return (await latestPlan(trx, organization, { actor: passage.actor, request, at: passage.at })) ?? { refused: 'no_preview' }
  const plan = await findPlan(trx, organization, { id: terms.plan, at: passage.at })
  if (!plan) return { refused: 'unknown_plan' }
  return plan.request === request ? plan : { refused: 'other_selection' }
}

interface Work {
  readonly wish: Wish
  readonly narrowed: Scope
  readonly plan: PlanTable | undefined
}

async function carryOut(trx: Db, engine: Engine, { wish, narrowed, plan }: Work): Promise<Moved | Unmoved> {
  const { passage, terms } = wish
  const counted = await countMembers(trx, engine, { scope: narrowed, plan: plan?.id })
  if (plan && counted.trace && !isSame(plan, { count: counted.count, trace: counted.trace }))
    return { refused: 'stale', planned: plan.count, now: counted.count }
  if (counted.count === 0) {
    const held = await readKept(trx, engine, narrowed)
    return held.length > 0 ? { refused: 'held', held } : { refused: 'nothing' }
  }
  if (passage.to === 'deleted' && !passage.forced && terms.limit !== undefined && counted.count > terms.limit)
    return { refused: 'too_many', count: counted.count, limit: terms.limit }
  const members = await readMembers(trx, engine, { scope: narrowed, counted })
  return finish(trx, engine, { wish, narrowed, plan, members })
}

async function finish(trx: Db, engine: Engine, { wish, narrowed, plan, members }: Work & { members: Members }): Promise<Moved> {
  const { scope, passage, terms, request } = wish
  const { organization } = scope
  const number = await nextOperation(trx, organization)
  const { numUpdatedRows } = await trx
    .updateTable('source_map')
    .set(set => passageColumns(passage, number, set('state_version', '+', 1)))
    .where(where(narrowed, engine))
    .executeTakeFirstOrThrow()
  const { totals, ids, held, unmatched } = members
  if (Number(numUpdatedRows) !== totals.count)
    throw new Conflict(`operation ${number} moved ${numUpdatedRows} maps instead of ${totals.count}`)
  if (plan && !engine.writesAlone) await assertAsPlanned(trx, { organization, number, plan, ids })
  const undoUntil = passage.to === 'deleted' ? passage.undoUntil : undefined
  await recordOperation(trx, {
    organization,
    number,
    kind: passage.to === 'deleted' ? 'deletion' : 'restoration',
    passage,
    selection: JSON.stringify(scope.selection),
    request,
    requestKey: terms.requestKey,
    plan: plan?.id,
    of: undefined,
    totals,
    members: ids,
    held,
    left: undefined,
  })
  return { operation: number, totals, members: ids, held, unmatched, undoUntil, repeated: false }
}

interface AsPlanned {
  readonly organization: number
  readonly number: number
  readonly plan: PlanTable
  readonly ids: Uint8Array
}

/** An upload may have declared a member again after it was counted and before it was moved. */
async function assertAsPlanned(trx: Db, { organization, number, plan, ids }: AsPlanned): Promise<void> {
  let trace = 0n
  // By their ids: no index knows the last operation, and all maps of the organization would be read
  for (const { first, last } of stretches(unpackRanges(ids))) {
    const stretch = trx.selectFrom('source_map').select(traceBefore(plan.id).as('trace')).where('organization', '=', organization)
    const moved = stretch.where('id', '>=', first).where('id', '<=', last).where('last_operation', '=', number)
    trace += BigInt((await moved.executeTakeFirstOrThrow()).trace)
  }
  if (String(trace) !== plan.trace) throw new Conflict(`operation ${number} moved maps that had changed since they were counted`)
}

/** What a passage writes into each row it moves. */
export function passageColumns<V>(passage: Passage, operation: number, nextVersion: V) {
  return { deleted_at: passage.to === 'deleted' ? passage.at : null, last_operation: operation, state_version: nextVersion }
}
