import { json } from '../answer.ts'
import type { Route } from '../route.ts'

/** The newer key check, which also says whose key it is. */
export const validateV2: Route = {
  method: 'GET',
  path: '/api/v2/validate',
  credentials: 'upload',
  family: 'read',
  errors: 'strings',
  description: {
    operationId: 'ValidateAPIKey',
    tag: 'Keys',
    summary: 'Check an API key and name its organization',
    text: 'Answers 200 with the organization and the id of a valid API key, and 403 for any other.',
    answers: [
      {
        status: 200,
        description: 'The key is valid.',
        schema: {
          type: 'object',
          required: ['data'],
          properties: {
            data: {
              type: 'object',
              required: ['id', 'type', 'attributes'],
              properties: {
                id: { type: 'string', format: 'uuid' },
                type: { type: 'string', enum: ['validate_v2'] },
                attributes: {
                  type: 'object',
                  properties: {
                    api_key_id: { type: 'string' },
                    api_key_scopes: { type: 'array', items: { type: 'string' } },
                    valid: { type: 'boolean' },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
  handle: async ({ principal }) => {
    const attributes = { api_key_id: principal.keyId, api_key_scopes: [], valid: true }
    return json({ data: { id: principal.organizationUuid, type: 'validate_v2', attributes } })
  },
}
