import { json } from '../answer.ts'
import type { Route } from '../route.ts'

/** Whether an API key is good; datadog-ci asks after a refused upload. */
export const validate: Route = {
  method: 'GET',
  path: '/api/v1/validate',
  credentials: 'upload',
  family: 'read',
  errors: 'strings',
  description: {
    operationId: 'Validate',
    tag: 'Keys',
    summary: 'Check an API key',
    text: 'Answers 200 for a valid API key and 403 for any other.',
    answers: [
      {
        status: 200,
        description: 'The key is valid.',
        schema: { type: 'object', required: ['valid'], properties: { valid: { type: 'boolean' } } },
        example: { valid: true },
      },
    ],
  },
  handle: async () => json({ valid: true }),
}
