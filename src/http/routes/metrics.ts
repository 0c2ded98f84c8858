import { Problem } from '../../domain/problem.ts'
import { hashSecret, sameHash } from '../../operations/keys.ts'
import type { Answer } from '../answer.ts'
import { readCredentials } from '../credentials.ts'
import type { Asked, Route } from '../route.ts'

/** The figures for Prometheus behind a token; without one set, this listener does not have them. */
export const metrics: Route = {
  method: 'GET',
  path: '/metrics',
  credentials: 'none',
  errors: 'objects',
  description: {
    operationId: 'Metrics',
    tag: 'Running',
    summary: 'Figures for Prometheus',
    text: 'Needs `Authorization: Bearer` with the token of the setting `MAPKEEP_METRICS_TOKEN`, and does not exist without that setting. The listener of `MAPKEEP_METRICS_PORT` has the same figures without a token.',
    answers: [{ status: 200, description: 'Prometheus text.', contentType: 'text/plain', schema: { type: 'string' } }],
    refusals: ['unauthorized', 'not_found'],
  },
  handle: read,
}

async function read({ parts, headers }: Asked): Promise<Answer> {
  const { metricsToken } = parts.settings
  if (!metricsToken) throw new Problem('not_found', 'There is nothing at this path')
  const { bearer } = readCredentials(headers)
  if (!bearer || !sameHash(hashSecret(bearer), hashSecret(metricsToken))) throw new Problem('unauthorized', 'The metrics need their token')
  return { status: 200, headers: { 'content-type': parts.metrics.contentType }, body: await parts.metrics.text() }
}
