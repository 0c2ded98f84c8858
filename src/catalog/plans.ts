import { createHash } from 'node:crypto'
import { canonicalSelection } from '../domain/canonical.ts'
import type { Selection } from '../domain/selection.ts'
import type { PassageCatalog, Trace } from '../operations/ports/passage-catalog.ts'
import type { Db, Engine } from './engine.ts'
import { forgetRates } from './rates.ts'
import { forgetRequests } from './requests.ts'
import type { PlanTable } from './schema.ts'

/** Milliseconds for which the name of a request is remembered that became no operation. */
const rememberRequests = 7 * 86_400_000

/** Stored previews. */
export function plans(db: Db, engine: Engine): Pick<PassageCatalog, 'storePlan' | 'forgetPlans'> {
  return {
    storePlan: plan =>
      engine.relaxed(db, async each => {
        const { id, actor, to, scope, count, trace, createdAt, expiresAt } = plan
        await each
          .insertInto('plan')
          .values({
            organization: scope.organization,
            id,
            actor,
            to_state: to,
            request: requestText(to, scope.selection),
            mark: scope.upTo,
            count,
            trace,
            created_at: createdAt,
            expires_at: expiresAt,
          })
          .execute()
      }),

    async forgetPlans(at, limit) {
      const expired = await db.selectFrom('plan').select(['organization', 'id']).where('expires_at', '<=', at).limit(limit).execute()
      for (const { organization, id } of expired)
        await db.deleteFrom('plan').where('organization', '=', organization).where('id', '=', id).execute()
      const requests = await forgetRequests(db, at - rememberRequests, limit)
      return Math.max(expired.length, requests, await forgetRates(db, at, limit))
    },
  }
}

/** What a request for a passage asks for, as a short text that is the same for the same wish and for no other. */
export function requestText(to: 'live' | 'deleted', selection: Selection): string {
  return `${to} ${createHash('sha256').update(canonicalSelection(selection)).digest('base64url')}`
}

/** The plan of an id that can be carried out at a time. */
export function findPlan(trx: Db, organization: number, { id, at }: { id: string; at: number }): Promise<PlanTable | undefined> {
  return trx
    .selectFrom('plan')
    .selectAll()
    .where('organization', '=', organization)
    .where('id', '=', id)
    .where('expires_at', '>', at)
    .executeTakeFirst()
}

/** The newest plan that a key made by the same request. */
export function latestPlan(
  trx: Db,
  organization: number,
  { actor, request, at }: { actor: string; request: string; at: number },
): Promise<PlanTable | undefined> {
  return trx
    .selectFrom('plan')
    .selectAll()
    .where('organization', '=', organization)
    .where('actor', '=', actor)
    .where('request', '=', request)
    .where('expires_at', '>', at)
    .orderBy('created_at', 'desc')
    .orderBy('mark', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** Whether the members of a plan are what they were. */
export function isSame(plan: PlanTable, { count, trace }: { count: number; trace: Trace }): boolean {
  return plan.count === count && plan.trace === trace
}
