import { downloadPath, toItem } from '../../domain/source-map.ts'
import { operationId } from '../../operations/operation-id.ts'
import type { MapDetail, StoredFile } from '../../operations/ports/read-catalog.ts'
import { findMap } from '../../operations/read-file.ts'
import { json } from '../answer.ts'
import { detailAnswer, idParameter } from '../detail-description.ts'
import { readMapId } from '../map-id.ts'
import type { Route } from '../route.ts'

/** One map of any kind and state, with all there is to know of it. */
export const mapDetail: Route = {
  method: 'GET',
  path: '/api/mapkeep/v1/sourcemaps/:id',
  credentials: 'keys',
  permission: 'rum_apps_read',
  family: 'read',
  errors: 'objects',
  description: {
    operationId: 'GetSourcemapDetail',
    tag: 'Mapkeep',
    summary: 'Get everything known of one map',
    text: 'Answers one map of any kind, live, deleted or purged: its attributes, state, files, uploader and repository.',
    parameters: [idParameter],
    answers: [detailAnswer],
    refusals: ['not_found'],
  },
  handle: async ({ parts, principal, path }) =>
    json({ data: render(await findMap(parts.catalog, principal.organization, readMapId(path.id))) }),
}

function render(detail: MapDetail): object {
  const { map, state, files, uploader, repository, operation } = detail
  const { attributes, ...item } = toItem(map)
  return {
    ...item,
    attributes: {
      ...attributes,
      state,
      ...time('deleted_at', detail.deletedAt),
      ...time('undo_until', detail.undoUntil),
      ...time('purged_at', detail.purgedAt),
      ...(operation === undefined ? {} : { operation: operationId(operation) }),
      files: files.map(file => renderFile(map.id, file)),
      uploader,
      ...(repository ? { repository: { url: repository.url, commit: repository.commit } } : {}),
    },
  }
}

function renderFile(id: number, { part, fileName, size, storedSize, copy }: StoredFile): object {
  const name = fileName === undefined ? {} : { file_name: fileName }
  return { part, ...name, size, stored_size: storedSize, sha256: copy.digest, path: `/${downloadPath(id, part)}` }
}

function time(name: string, at: number | undefined): Record<string, string> {
  return at === undefined ? {} : { [name]: new Date(at).toISOString() }
}
