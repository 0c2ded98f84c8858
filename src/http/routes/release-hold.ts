import { Problem } from '../../domain/problem.ts'
import { releaseHold as release } from '../../operations/hold.ts'
import type { Answer } from '../answer.ts'
import { holdIdParameter } from '../hold-description.ts'
import { refuseBody } from '../refuse-body.ts'
import type { AskedBy, Route } from '../route.ts'
import { unknownParameters } from '../unknown-parameters.ts'

/** The end of a hold. */
export const releaseHold: Route = {
  method: 'DELETE',
  path: '/api/mapkeep/v1/holds/:id',
  credentials: 'keys',
  permission: 'mapkeep_admin',
  family: 'delete',
  errors: 'objects',
  description: {
    operationId: 'ReleaseHold',
    tag: 'Mapkeep',
    summary: 'Release a hold',
    text: 'Ends a hold at once. What it kept is not deleted by that, but can be from now on.',
    parameters: [holdIdParameter],
    answers: [{ status: 204, description: 'The hold has ended.' }],
    refusals: ['bad_request', 'not_found'],
  },
  handle: answer,
}

async function answer({ parts, principal, address, at, path, query, incoming }: AskedBy): Promise<Answer> {
  await refuseBody(incoming)
  const unknown = unknownParameters(query(), [])
  if (unknown.length > 0) throw new Problem('bad_request', unknown)
  const hold = { organization: principal.organization, id: path.id ?? '' }
  await release(parts.catalog, hold, { actor: principal.keyId, address, at })
  return { status: 204, body: '' }
}
