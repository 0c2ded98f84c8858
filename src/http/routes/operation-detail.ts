import { Problem } from '../../domain/problem.ts'
import { findOperation } from '../../operations/find-operation.ts'
import { type Answer, json } from '../answer.ts'
import { operationAnswer, operationIdParameter } from '../operation-description.ts'
import { pageAfterDescription } from '../page-after-description.ts'
import type { CursorOwner } from '../place-cursor.ts'
import { pageAfterParameters, pageMeta, readPageAfter } from '../read-page-after.ts'
import { renderMember, renderOperation } from '../render-operation.ts'
import type { AskedBy, Route } from '../route.ts'
import { unknownParameters } from '../unknown-parameters.ts'

/** One operation, and its maps page by page. */
export const operationDetail: Route = {
  method: 'GET',
  path: '/api/mapkeep/v1/operations/:id',
  credentials: 'keys',
  permission: 'rum_apps_read',
  family: 'read',
  errors: 'objects',
  description: {
    operationId: 'GetOperation',
    tag: 'Mapkeep',
    summary: 'Get an operation and its maps',
    text: 'Answers one operation and, a page at a time, its maps as they are now: a later operation may have moved some of them on.',
    parameters: [operationIdParameter, ...pageAfterDescription('Maps')],
    answers: [operationAnswer],
    refusals: ['bad_request', 'not_found'],
  },
  handle: answer,
}

async function answer({ parts, principal, path, query }: AskedBy): Promise<Answer> {
  const { organization, organizationUuid } = principal
  const id = path.id ?? ''
  const owner: CursorOwner = ['operation', organizationUuid, id]
  const pairs = query()
  const unknown = unknownParameters(pairs, pageAfterParameters)
  if (unknown.length > 0) throw new Problem('bad_request', unknown)
  const { size, after } = readPageAfter(pairs, owner)
  const operation = await findOperation(parts.catalog, organization, id)
  const found = await parts.catalog.operationMembers(organization, operation.number, { after: after ?? 0, limit: size + 1 })
  const shown = found.slice(0, size)
  const next = found.length > size ? shown.at(-1)?.id : undefined
  return json({ data: renderOperation(operation), included: shown.map(renderMember), meta: pageMeta(owner, next) })
}
