import { Problem } from '../../domain/problem.ts'
import { createKey as makeKey } from '../../operations/keys.ts'
import { type Answer, json } from '../answer.ts'
import { document } from '../item-schema.ts'
import { keyResource, keySchema, orderedAttributes } from '../key-resource.ts'
import { readKeyOrder } from '../read-key-order.ts'
import type { AskedBy, Route } from '../route.ts'
import { unknownParameters } from '../unknown-parameters.ts'

const order = {
  type: 'object',
  required: ['type', 'attributes'],
  additionalProperties: false,
  properties: {
    type: { type: 'string', enum: ['keys'] },
    attributes: { type: 'object', required: ['type', 'name'], additionalProperties: false, properties: orderedAttributes },
  },
}

/** Makes a key. */
export const createKey: Route = {
  method: 'POST',
  path: '/api/mapkeep/v1/keys',
  credentials: 'keys',
  permission: 'mapkeep_admin',
  family: 'delete',
  errors: 'objects',
  description: {
    operationId: 'CreateKey',
    tag: 'Mapkeep',
    summary: 'Make a key',
    text: 'Makes a key of the same organization and answers its secret, this once. An application key without `permissions` may read.',
    body: {
      contentTypes: ['application/json', 'application/vnd.api+json'],
      required: true,
      schema: document(order),
      example: { data: { type: 'keys', attributes: { type: 'application', name: 'release bot', permissions: ['rum_delete_data'] } } },
    },
    answers: [
      {
        status: 201,
        description: 'The key, with its secret.',
        schema: document(keySchema({ secret: { type: 'string', description: 'Shown this once and stored nowhere.' } })),
      },
    ],
    refusals: ['bad_request', 'timeout', 'too_large'],
  },
  handle: create,
}

async function create({ parts, principal, query, json: body, address, at }: AskedBy): Promise<Answer> {
  const reasons = unknownParameters(query(), [])
  if (reasons.length > 0) throw new Problem('bad_request', reasons)
  const wanted = readKeyOrder(await body(), at)
  const owner = { organizationName: principal.organizationName, creator: principal.keyId, createdAt: at }
  const { key, secret } = await makeKey(parts.catalog, { ...wanted, ...owner }, address)
  const { attributes, ...shown } = keyResource(key)
  return json({ data: { ...shown, attributes: { ...attributes, secret } } }, 201)
}
