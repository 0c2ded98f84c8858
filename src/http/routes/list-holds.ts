import { Problem, type Reason } from '../../domain/problem.ts'
import { type Answer, json } from '../answer.ts'
import { collectReasons } from '../collect-reasons.ts'
import { allHoldsParameter, holdsAnswer } from '../hold-description.ts'
import { readFlag } from '../read-flag.ts'
import { renderHold } from '../render-hold.ts'
import type { AskedBy, Route } from '../route.ts'
import { unknownParameters } from '../unknown-parameters.ts'

/** The holds of the organization. */
export const listHolds: Route = {
  method: 'GET',
  path: '/api/mapkeep/v1/holds',
  credentials: 'keys',
  permission: 'mapkeep_admin',
  family: 'read',
  errors: 'objects',
  description: {
    operationId: 'ListHolds',
    tag: 'Mapkeep',
    summary: 'List holds',
    text: 'Lists what is kept from being deleted or purged, why, and who to ask about it; newest first.',
    parameters: [allHoldsParameter],
    answers: [holdsAnswer],
    refusals: ['bad_request'],
  },
  handle: answer,
}

async function answer({ parts, principal, at, query }: AskedBy): Promise<Answer> {
  const pairs = query()
  const reasons: Reason[] = [...unknownParameters(pairs, ['all'])]
  const all = collectReasons(reasons, () => readFlag(pairs, 'all'))
  if (reasons.length > 0) throw new Problem('bad_request', reasons)
  const holds = await parts.catalog.listHolds(principal.organization, { at, all: all ?? false })
  return json({ data: holds.map(renderHold) })
}
