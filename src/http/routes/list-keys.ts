import { Problem } from '../../domain/problem.ts'
import { json } from '../answer.ts'
import { keyResource, keySchema } from '../key-resource.ts'
import type { Route } from '../route.ts'
import { unknownParameters } from '../unknown-parameters.ts'

/** The keys of the organization. */
export const listKeys: Route = {
  method: 'GET',
  path: '/api/mapkeep/v1/keys',
  credentials: 'keys',
  permission: 'mapkeep_admin',
  family: 'read',
  errors: 'objects',
  description: {
    operationId: 'ListKeys',
    tag: 'Mapkeep',
    summary: 'List keys',
    text: 'Answers all keys of the organization, oldest first, the revoked and expired ones, too; never their secrets.',
    answers: [
      {
        status: 200,
        description: 'The keys.',
        schema: { type: 'object', required: ['data'], properties: { data: { type: 'array', items: keySchema() } } },
      },
    ],
    refusals: ['bad_request'],
  },
  handle: async ({ parts, principal, query }) => {
    const reasons = unknownParameters(query(), [])
    if (reasons.length > 0) throw new Problem('bad_request', reasons)
    return json({ data: (await parts.catalog.keysOf(principal.organization)).map(keyResource) })
  },
}
