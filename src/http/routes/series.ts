import { json } from '../answer.ts'
import type { Asked, Route } from '../route.ts'
import { discardSmallBody } from '../small-body.ts'

/** Most bytes of figures that are taken; they are thrown away as they come. */
const maxSeries = 4 * 1024 * 1024

const paths = { SubmitMetricsV1: '/api/v1/series', SubmitMetrics: '/api/v2/series' } as const

/** datadog-ci's own metrics, answered and dropped. `wire:` its API key is in the query string, which is not even looked at. */
export const series: readonly Route[] = Object.entries(paths).map(([operationId, path]) => ({
  method: 'POST',
  onlyReads: true,
  path,
  credentials: 'none',
  errors: 'strings',
  description: {
    operationId,
    tag: 'Upload',
    summary: 'Take the metrics of datadog-ci and drop them',
    text: 'datadog-ci reports metrics of its own to the same site. They are answered so that it does not warn, and thrown away unread.',
    answers: [
      {
        status: 202,
        description: 'Dropped.',
        schema: { type: 'object', properties: { status: { type: 'string' } } },
        example: { status: 'ok' },
      },
    ],
    refusals: ['bad_request', 'timeout', 'too_large'],
  },
  handle: drop,
}))

async function drop({ incoming }: Asked) {
  await discardSmallBody(incoming, maxSeries)
  return json({ status: 'ok' }, 202)
}
