import { type Answer, json } from '../answer.ts'
import type { Asked, Route } from '../route.ts'

/** Whether the stores answer. */
export const ready: Route = {
  method: 'GET',
  path: '/readyz',
  credentials: 'none',
  errors: 'objects',
  description: {
    operationId: 'Ready',
    tag: 'Running',
    summary: 'Can requests be served',
    text: 'Answers 200 when catalog and blobs can be used and the server is not about to stop, else 503 that names what cannot, or does not answer in two seconds. The answer may be a second old.',
    answers: [
      {
        status: 200,
        description: 'Ready.',
        schema: { type: 'object', properties: { status: { type: 'string' } } },
        example: { status: 'ok' },
      },
      {
        status: 503,
        description: 'Not ready.',
        schema: { type: 'object', properties: { status: { type: 'string' }, failed: { type: 'array', items: { type: 'string' } } } },
        example: { status: 'unavailable', failed: ['catalog'] },
      },
    ],
  },
  handle: check,
}

async function check({ readiness }: Asked): Promise<Answer> {
  const failed = await readiness()
  return failed.length === 0 ? json({ status: 'ok' }) : json({ status: 'unavailable', failed }, 503)
}
