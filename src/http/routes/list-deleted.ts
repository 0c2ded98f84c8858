import { kindNames } from '../../domain/kinds.ts'
import { toItem } from '../../domain/source-map.ts'
import { operationId } from '../../operations/operation-id.ts'
import type { DeletedMap } from '../../operations/ports/read-catalog.ts'
import { type Answer, json } from '../answer.ts'
import { deletedAnswer } from '../deleted-description.ts'
import { pageAfterDescription } from '../page-after-description.ts'
import { deletedRules, readDeleted } from '../read-deleted.ts'
import { pageMeta } from '../read-page-after.ts'
import type { AskedBy, Route } from '../route.ts'
import { selectionParameters } from '../selection-parameters.ts'
import { timeMember } from '../time-text.ts'

/** The deleted maps that can still be restored. */
export const listDeleted: Route = {
  method: 'GET',
  path: '/api/mapkeep/v1/deleted',
  credentials: 'keys',
  permission: 'rum_apps_read',
  family: 'read',
  errors: 'objects',
  description: {
    operationId: 'ListDeleted',
    tag: 'Mapkeep',
    summary: 'List deleted source maps',
    text: 'Lists maps of one kind that are deleted and can still be restored, newest upload first, with the operation that deleted them and until when it can surely be undone.',
    parameters: [...selectionParameters(deletedRules(kindNames)), ...pageAfterDescription('Maps')],
    answers: [deletedAnswer],
    refusals: ['bad_request', 'too_large'],
  },
  handle: answer,
}

async function answer({ parts, principal, query }: AskedBy): Promise<Answer> {
  const { selection, page, owner } = readDeleted(query(), kindNames, principal.organizationUuid)
  const asked = { organization: principal.organization, selection }
  const { maps, next } = await parts.catalog.deletedMaps(asked, page.after, page.size)
  return json({ data: maps.map(render), meta: pageMeta(owner, next) })
}

function render({ deletedAt, undoUntil, operation, ...map }: DeletedMap): object {
  const item = toItem(map)
  const when = { ...timeMember('deleted_at', deletedAt), ...timeMember('undo_until', undoUntil) }
  return { ...item, attributes: { ...item.attributes, ...when, ...(operation ? { operation: operationId(operation) } : {}) } }
}
