import { json } from '../answer.ts'
import type { Route } from '../route.ts'

/** Whether the process answers at all. */
export const health: Route = {
  method: 'GET',
  path: '/healthz',
  credentials: 'none',
  errors: 'objects',
  description: {
    operationId: 'Health',
    tag: 'Running',
    summary: 'Is the process alive',
    text: 'Answers as long as the process does; looks at nothing else.',
    answers: [
      {
        status: 200,
        description: 'Alive.',
        schema: { type: 'object', properties: { status: { type: 'string' } } },
        example: { status: 'ok' },
      },
    ],
  },
  handle: async () => json({ status: 'ok' }),
}
