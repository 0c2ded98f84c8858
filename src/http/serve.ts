import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../domain/problem.ts'
import { Interrupted } from '../operations/affected.ts'
import { Unwanted } from '../operations/ports/while-wanted.ts'
import { admit, type Gate, type Visit } from './admit.ts'
import type { Answer } from './answer.ts'
import { clientAddress } from './client-address.ts'
import { guardHeaders } from './guard-headers.ts'
import { parseQuery } from './query-string.ts'
import { readJson } from './read-json.ts'
import { type Refused, recordRefusal } from './record-refusal.ts'
import { recordRequest } from './record-request.ts'
import { renderProblem } from './render-problem.ts'
import type { Asked, Route } from './route.ts'
import { type Exchange, sendAnswer } from './send-answer.ts'
import { whileClientWaits } from './while-client-waits.ts'

/** The whole way of a request of one route: admitted, handled, answered. */
export function serve(route: Route, gate: Gate): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  return async (request, reply) => {
    reply.hijack()
    const visit: Visit = { route, headers: request.headers, address: clientAddress(request), at: gate.parts.clock() }
    const exchange = { incoming: request.raw, outgoing: reply.raw, readerPatience: gate.parts.settings.readerPatience }
    recordRequest(gate.parts.metrics, { request, outgoing: reply.raw, route: route.path, keyId: () => visit.principal?.keyId })
    try {
      await admit(gate, visit)
      await whileClientWaits(gate.parts, { route, outgoing: reply.raw }, async () => {
        const answer = await handle(gate, visit, request)
        logBreak(request, await sendAnswer(exchange, withHeaders(answer, visit, request.id)))
      })
    } catch (error) {
      if (error instanceof Unwanted) return
      if (error instanceof Interrupted) return breakOff(request, exchange, error)
      if (error instanceof Problem) await note(gate, visit, { request, problem: error })
      else noteFault(gate, request, error)
      await sendAnswer(exchange, withHeaders(renderProblem(error, route, request.id), visit, request.id))
    }
  }
}

/** Where nothing may change the trail does not either. */
async function note({ parts }: Gate, visit: Visit, refused: Refused): Promise<void> {
  if (!parts.settings.readOnly) await recordRefusal(parts.catalog, visit, refused)
}

function noteFault({ parts }: Gate, request: FastifyRequest, error: unknown): void {
  request.log.error({ err: error }, 'fault')
  parts.tracing?.failed(error)
}

async function handle(gate: Gate, visit: Visit, request: FastifyRequest): Promise<Answer> {
  const { route } = visit
  const asked = ask(gate, visit, request)
  if (route.credentials === 'none') return route.handle(asked)
  if (!visit.principal) throw new Error('a keyed route was entered without a principal')
  return route.handle({ ...asked, principal: visit.principal })
}

function ask({ parts, readiness, contract }: Gate, { headers, address, at }: Visit, request: FastifyRequest): Asked {
  return {
    parts,
    readiness,
    contract,
    query: () => parseQuery(request.raw.url ?? ''),
    json: () => readJson(request.raw),
    path: request.params as Record<string, string>,
    headers,
    incoming: request.raw,
    address,
    at,
  }
}

function withHeaders(answer: Answer, { standing }: Visit, requestId: string): Answer {
  // wire: on 5xx X-RateLimit-Reset says when to try again, so the limit's own headers are left out
  const limits = answer.status < 500 ? standing?.headers : undefined
  return { ...answer, headers: { ...guardHeaders(requestId), ...limits, ...answer.headers } }
}

/** An answer that would not tell the truth any more is none: the client sees a broken connection, as in the middle of a long one. */
function breakOff(request: FastifyRequest, { outgoing }: Exchange, error: Interrupted): void {
  logBreak(request, error)
  outgoing.destroy()
}

function logBreak(request: FastifyRequest, reason: unknown): void {
  if (reason !== undefined && !(reason instanceof Unwanted)) request.log.error({ err: reason }, 'answer broken off')
}
