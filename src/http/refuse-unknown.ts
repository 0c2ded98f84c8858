import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../domain/problem.ts'
import { guardHeaders } from './guard-headers.ts'
import type { Metrics } from './metrics.ts'
import { recordRequest } from './record-request.ts'
import { renderProblem } from './render-problem.ts'
import type { ErrorShape, Route } from './route.ts'
import { sendAnswer } from './send-answer.ts'

/** Answers what no route takes: 404 for unknown paths, 405 with `Allow` for unknown methods of known ones. */
export function refuseUnknown(server: FastifyInstance, routes: readonly Route[], metrics: Metrics): void {
  const refuse = refuser(metrics)
  server.setNotFoundHandler((request, reply) =>
    refuse({ request, reply, problem: new Problem('not_found', 'There is nothing at this path') }),
  )
  const paths = methodsByPath(routes)
  server.setErrorHandler((error, request, reply) => {
    const path = request.routeOptions.url ?? ''
    const known = paths.get(path)
    return refuse({ request, reply, problem: asProblem(error), ...(known && { path, errors: known.errors }) })
  })
  for (const [path, { allowed, errors }] of paths) {
    const method = server.supportedMethods.filter(each => !allowed.includes(each))
    const allow = allowed.join(', ')
    const problem = new Problem('method_not_allowed', `This path takes ${allow}`)
    server.route({ method, url: path, handler: (request, reply) => refuse({ request, reply, problem, headers: { allow }, path, errors }) })
  }
}

interface Refusal {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly problem: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly path?: string
  readonly errors?: ErrorShape
}

/** Refuses, with objects unless the path is known and answers strings; also what Fastify finds wrong before any of our code runs. */
export function refuser(metrics: Metrics): (refusal: Refusal) => Promise<void> {
  return async ({ request, reply, problem, headers, path = 'unknown', errors = 'objects' }) => {
    reply.hijack()
    recordRequest(metrics, { request, outgoing: reply.raw, route: path, keyId: () => undefined })
    if (!(problem instanceof Problem)) request.log.error({ err: problem }, 'fault')
    const answer = renderProblem(problem, { errors, credentials: 'none' }, request.id)
    const all = { ...guardHeaders(request.id), ...answer.headers, ...headers }
    await sendAnswer({ incoming: request.raw, outgoing: reply.raw }, { ...answer, headers: all })
  }
}

/** What Fastify refuses by itself, without its words: they may quote the raw URL. */
export function asProblem(error: unknown): unknown {
  const { statusCode } = error as { statusCode?: number }
  // A segment longer than any name: what it names is not there, as a shorter one would not be
  if (statusCode === 414) return new Problem('not_found', 'There is nothing at this path')
  return statusCode !== undefined && statusCode < 500 ? new Problem('bad_request', 'The request is malformed') : error
}

interface KnownPath {
  readonly allowed: readonly string[]
  readonly errors: ErrorShape
}

function methodsByPath(routes: readonly Route[]): Map<string, KnownPath> {
  const paths = new Map<string, KnownPath>()
  for (const { path, method, errors } of routes) {
    const others = paths.get(path)?.allowed ?? []
    paths.set(path, { allowed: [...others, ...(method === 'GET' ? ['GET', 'HEAD'] : [method])], errors })
  }
  return paths
}
