import { placeHold as place } from '../../operations/hold.ts'
import { type Answer, json } from '../answer.ts'
import { holdAnswer, holdBody } from '../hold-description.ts'
import { readHold } from '../read-hold.ts'
import { renderHold } from '../render-hold.ts'
import type { AskedBy, Route } from '../route.ts'

/** A new hold. */
export const placeHold: Route = {
  method: 'POST',
  path: '/api/mapkeep/v1/holds',
  credentials: 'keys',
  permission: 'mapkeep_admin',
  family: 'delete',
  errors: 'objects',
  description: {
    operationId: 'PlaceHold',
    tag: 'Mapkeep',
    summary: 'Place a hold',
    text: 'Keeps every map that its selector matches, now and in the future, from being deleted or purged, until it is released or expires. Plans made before are stale when it touches their maps. Ids that are no map’s are refused with 404.',
    body: holdBody,
    answers: [holdAnswer],
    refusals: ['bad_request', 'not_found', 'too_large'],
  },
  handle: answer,
}

async function answer({ parts, principal, address, at, json: body }: AskedBy): Promise<Answer> {
  const wish = { organization: principal.organization, ...readHold(await body(), at) }
  const hold = await place(parts.catalog, wish, { actor: principal.keyId, address, at })
  return json({ data: renderHold(hold) }, 201)
}
