import { Problem } from '../../domain/problem.ts'
import { revokeKey as endKey } from '../../operations/keys.ts'
import type { Answer } from '../answer.ts'
import { refuseBody } from '../refuse-body.ts'
import type { AskedBy, Route } from '../route.ts'
import { unknownParameters } from '../unknown-parameters.ts'

/** Ends a key. */
export const revokeKey: Route = {
  method: 'DELETE',
  path: '/api/mapkeep/v1/keys/:id',
  credentials: 'keys',
  permission: 'mapkeep_admin',
  family: 'delete',
  errors: 'objects',
  description: {
    operationId: 'RevokeKey',
    tag: 'Mapkeep',
    summary: 'Revoke a key',
    text: 'Ends a key of the organization at once. Revoking it again changes nothing.',
    parameters: [
      { name: 'id', in: 'path', required: true, description: 'The id of the key, never its secret.', schema: { type: 'string' } },
    ],
    answers: [{ status: 204, description: 'The key has ended.' }],
    refusals: ['bad_request', 'not_found'],
  },
  handle: revoke,
}

async function revoke({ parts, principal, query, path, incoming, address, at }: AskedBy): Promise<Answer> {
  const reasons = unknownParameters(query(), [])
  if (reasons.length > 0) throw new Problem('bad_request', reasons)
  await refuseBody(incoming)
  const { organization, keyId } = principal
  await endKey(parts.catalog, path.id ?? '', { actor: keyId, address, at, organization })
  return { status: 204, body: '' }
}
