import { json } from '../answer.ts'
import type { Route } from '../route.ts'

/** Whether an API key and an application key are good together. */
export const validateKeys: Route = {
  method: 'GET',
  path: '/api/v2/validate_keys',
  credentials: 'keys',
  family: 'read',
  errors: 'strings',
  description: {
    operationId: 'ValidateKeys',
    tag: 'Keys',
    summary: 'Check an API key together with an application key',
    text: 'Answers 200 when both keys are valid and belong to one organization.',
    answers: [
      {
        status: 200,
        description: 'The keys are valid.',
        schema: { type: 'object', required: ['status'], properties: { status: { type: 'string' } } },
        example: { status: 'ok' },
      },
    ],
  },
  handle: async () => json({ status: 'ok' }),
}
