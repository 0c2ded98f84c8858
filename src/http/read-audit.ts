import { auditActionNames } from '../domain/audit-actions.ts'
import { Problem, parameterReason, type Reason } from '../domain/problem.ts'
import { type Query, queryValues } from '../domain/selection.ts'
import type { AuditStretch } from '../operations/audit.ts'
import type { Principal } from '../operations/authenticate.ts'
import type { AuditAction } from '../operations/ports/audit-catalog.ts'
import { type AuditWalk, readAuditCursor } from './audit-cursor.ts'
import { collectReasons } from './collect-reasons.ts'
import { isoTime } from './iso-time.ts'
import { readPageSize } from './read-page.ts'
import { pageAfterParameters } from './read-page-after.ts'
import { singleValue } from './single-value.ts'
import { unknownParameters } from './unknown-parameters.ts'

/** What is asked of the trail. */
export interface AuditWish extends AuditWalk {
  /** A page; nothing when all is to be exported. */
  readonly page: AuditStretch | undefined
}

const filters = ['filter[action]', 'filter[actor]', 'filter[subject]', 'filter[since]', 'filter[until]']

/** Reads what is asked of the trail, every fault of it at once; whatever it does not know it refuses. */
export function readAudit(query: Query, { organization, organizationUuid }: Principal): AuditWish {
  const reasons: Reason[] = unknownParameters(query, [...filters, ...pageAfterParameters, 'format'])
  const single = (name: string) => collectReasons(reasons, () => singleValue(query, name))
  const format = collectReasons(reasons, () => readFormat(query))
  const size = collectReasons(reasons, () => readPageSize(query))
  const after = single('page[after]')
  const actions = collectReasons(reasons, () => readActions(query)) ?? []
  const [actor, subject] = [single('filter[actor]'), single('filter[subject]')]
  const since = collectReasons(reasons, () => readTime(query, 'filter[since]'))
  const until = collectReasons(reasons, () => readTime(query, 'filter[until]'))
  if (format === 'jsonl') reasons.push(...pagingFaults(query))
  if (reasons.length > 0 || size === undefined) throw new Problem('bad_request', reasons)
  const walk = { organizationUuid, query: { organization, actions, actor, subject, since, until } }
  const before = after === undefined ? undefined : readAuditCursor(walk, after)
  return { ...walk, page: format === 'jsonl' ? undefined : { before, size } }
}

function readFormat(query: Query): 'json' | 'jsonl' {
  const format = singleValue(query, 'format') ?? 'json'
  if (format !== 'json' && format !== 'jsonl') throw refused('format', 'must be json or jsonl')
  return format
}

function readActions(query: Query): AuditAction[] {
  return [...new Set(queryValues(query, 'filter[action]'))].map(text => {
    const action = auditActionNames.find(each => each === text)
    if (!action) throw refused('filter[action]', `must be one of ${auditActionNames.join(', ')}`)
    return action
  })
}

function readTime(query: Query, name: string): number | undefined {
  const text = singleValue(query, name)
  if (text === undefined) return undefined
  const time = isoTime(text)
  if (time === undefined) throw refused(name, 'must be a time in ISO 8601 with its zone, such as 2026-01-31T08:00:00Z')
  return time
}

function pagingFaults(query: Query): Reason[] {
  const given = pageAfterParameters.filter(name => queryValues(query, name).length > 0)
  return given.map(name => parameterReason(name, `${name} is not allowed with format=jsonl, which answers everything that matches`))
}

function refused(parameter: string, detail: string): Problem {
  return new Problem('bad_request', [parameterReason(parameter, `${parameter} ${detail}`)])
}
