import type { FastifyRequest } from 'fastify'
import { type Problem, problems } from '../domain/problem.ts'
import type { Query } from '../domain/selection.ts'
import type { AuditCatalog } from '../operations/ports/audit-catalog.ts'
import type { Visit } from './admit.ts'
import { readCredentials } from './credentials.ts'
import { parseQuery } from './query-string.ts'
import type { Route } from './route.ts'

/** A request and why it was refused. */
export interface Refused {
  readonly request: FastifyRequest
  readonly problem: Problem
}

/** What is kept: not 401, since nobody is known, and not 429, since floods must stay cheap. */
const kept: ReadonlySet<number> = new Set([400, 403, 404, 409, 413])

/** Most characters that are kept of a query, and of the reasons; and of the id in a path. */
const longest = { query: 2000, details: 2000, subject: 100 }

/** Keeps a refusal in the audit trail where the route wants it; a failure to do so is logged and changes nothing for the client. */
export async function recordRefusal(catalog: AuditCatalog, visit: Visit, { request, problem }: Refused): Promise<void> {
  const { route, principal, address, at } = visit
  const { status } = problems[problem.code]
  if (!route.refusedAs || !principal || !kept.has(status)) return
  const actor = { organization: principal.organization, actor: principal.keyId, address, at }
  try {
    await catalog.recordRefusal({ ...actor, action: route.refusedAs, ...told(route, { request, problem }) })
  } catch (error) {
    request.log.error({ err: error }, 'a refusal is missing in the audit trail')
  }
}

function told(route: Route, { request, problem }: Refused) {
  const hide = hiding(request)
  const { id } = request.params as { id?: string }
  const details = cut(
    problem.reasons.map(reason => [hide(reason.detail)]),
    longest.details,
  )
  const query = cut(queryOf(request, route, hide), longest.query)
  const { status, title } = problems[problem.code]
  const shortened = details.cut || query.cut ? { shortened: true } : {}
  const asked = { method: route.method, path: route.path, query: query.rows }
  return {
    subject: id === undefined ? undefined : hide(id).slice(0, longest.subject),
    detail: { status, title, details: details.rows.flat(), ...asked, ...shortened },
  }
}

/** The pairs of a query. A parameter that nobody knows may be anything, a key too, so its value is left out. */
function queryOf(request: FastifyRequest, route: Route, hide: (text: string) => string): string[][] {
  const known = new Set((route.description.parameters ?? []).map(each => each.name))
  const mayShow = (name: string) => known.has(name) || name.startsWith('filter[')
  return parsed(request).map(([name, value]) => (mayShow(name) ? [hide(name), hide(value)] : [hide(name)]))
}

function parsed(request: FastifyRequest): Query {
  try {
    return parseQuery(request.raw.url ?? '')
  } catch {
    // What cannot be decoded is named in the reasons
    return []
  }
}

/** Takes out of a text whatever is a key by its look, and the keys of this request however they look. */
function hiding({ headers }: FastifyRequest): (text: string) => string {
  const own = Object.values(readCredentials(headers)).filter(each => each !== undefined)
  return text => own.reduce((rest, key) => rest.replaceAll(key, '(a key)'), text.replace(/mk[ap]_[\w-]{20,}/g, '(a key)'))
}

/** As much of the rows as fits into so many characters. */
function cut(rows: readonly string[][], characters: number): { rows: string[][]; cut: boolean } {
  let left = characters
  const fitting = rows.map(row =>
    row.map(text => {
      const shown = text.slice(0, Math.max(left, 0))
      left -= text.length
      return shown
    }),
  )
  return { rows: fitting.filter(row => row[0] !== ''), cut: left < 0 }
}
