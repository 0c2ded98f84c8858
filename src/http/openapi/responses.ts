import { type ProblemCode, problems } from '../../domain/problem.ts'
import type { AnswerDescription, Schema } from '../description.ts'
import type { Route } from '../route.ts'
import { answerExamples } from './answer-examples.ts'
import { rateLimitHeaders } from './rate-limit-headers.ts'
import { refusalReference } from './refusal-responses.ts'

/** Every status a route can answer with, by number. */
export function responses(route: Route): Schema {
  const successes = route.description.answers.map(answer => [answer.status, success(route, answer)] as const)
  const refused = refusals(route).map(code => [problems[code].status, refusalReference(route, code)] as const)
  return Object.fromEntries([...successes, ...refused].sort(([a], [b]) => a - b))
}

/** Every way a route refuses: what it says itself, and what follows from its credentials, permission and rate limit. */
export function refusals(route: Route): readonly ProblemCode[] {
  return [...new Set([...(route.description.refusals ?? []), ...impliedRefusals(route)])]
}

/** The permission a route asks of the application key. */
export function permission(route: Route): string | undefined {
  return route.credentials === 'none' ? undefined : route.permission
}

function impliedRefusals(route: Route): ProblemCode[] {
  const implied: readonly (readonly [ProblemCode, boolean])[] = [
    // wire: datadog-ci knows a bad API key by 403 only
    ['unauthorized', route.credentials === 'keys'],
    ['forbidden', route.credentials === 'upload' || permission(route) !== undefined],
    ['too_many_requests', route.family !== undefined],
    ['fault', true],
  ]
  return implied.flatMap(([code, holds]) => (holds ? [code] : []))
}

function success(route: Route, answer: AnswerDescription): Schema {
  const { status, description, schema, contentType = 'application/json' } = answer
  const own = Object.entries(answer.headers ?? {}).map(([name, text]) => [name, { description: text, schema: { type: 'string' } }])
  const headers = { ...(route.family ? rateLimitHeaders(status) : {}), ...Object.fromEntries(own) }
  return {
    description,
    ...(Object.keys(headers).length > 0 ? { headers } : {}),
    ...(schema ? { content: { [contentType]: { schema, ...examples(route, answer) } } } : {}),
  }
}

function examples({ description }: Route, { example }: AnswerDescription): Schema {
  if (example !== undefined) return { example }
  const cases = Object.entries(answerExamples[description.operationId] ?? {})
  return cases.length === 0 ? {} : { examples: Object.fromEntries(cases.map(([name, value]) => [name, { value }])) }
}
