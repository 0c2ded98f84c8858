import { Problem } from '../../domain/problem.ts'
import { type Answer, json } from '../answer.ts'
import { operationsAnswer } from '../operation-description.ts'
import { pageAfterDescription } from '../page-after-description.ts'
import type { CursorOwner } from '../place-cursor.ts'
import { pageAfterParameters, pageMeta, readPageAfter } from '../read-page-after.ts'
import { renderOperation } from '../render-operation.ts'
import type { AskedBy, Route } from '../route.ts'
import { unknownParameters } from '../unknown-parameters.ts'

/** The history of deletions, restorations, undos and purges. */
export const listOperations: Route = {
  method: 'GET',
  path: '/api/mapkeep/v1/operations',
  credentials: 'keys',
  permission: 'rum_apps_read',
  family: 'read',
  errors: 'objects',
  description: {
    operationId: 'ListOperations',
    tag: 'Mapkeep',
    summary: 'List operations',
    text: 'Who deleted, restored, undid or purged what, when, and until when it can be undone; newest first.',
    parameters: pageAfterDescription('Operations'),
    answers: [operationsAnswer],
    refusals: ['bad_request'],
  },
  handle: answer,
}

async function answer({ parts, principal, query }: AskedBy): Promise<Answer> {
  const owner: CursorOwner = ['operations', principal.organizationUuid]
  const pairs = query()
  const unknown = unknownParameters(pairs, pageAfterParameters)
  if (unknown.length > 0) throw new Problem('bad_request', unknown)
  const { size, after } = readPageAfter(pairs, owner)
  const found = await parts.catalog.listOperations(principal.organization, { before: after, limit: size + 1 })
  const shown = found.slice(0, size)
  const next = found.length > size ? shown.at(-1)?.number : undefined
  return json({ data: shown.map(renderOperation), meta: pageMeta(owner, next) })
}
