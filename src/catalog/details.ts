import type { SourceMap, State } from '../domain/source-map.ts'
import type { MapDetail, ReadCatalog, StoredFile } from '../operations/ports/read-catalog.ts'
import type { Db } from './engine.ts'
import { allShownColumns, toPlainMap } from './row.ts'
import { statement } from './statement.ts'

/** All there is to know of one map. */
export function details(db: Db): Pick<ReadCatalog, 'detail'> {
  return {
    async detail(organization, id) {
      const row = (await mapRow(db, { organization, id })).rows[0]
      if (!row) return undefined
      const state: State = row.purged_at !== null ? 'purged' : row.deleted_at !== null ? 'deleted' : 'live'
      const { repository_url: url, repository_commit: commit } = row
      return {
        map: toPlainMap(row) satisfies SourceMap,
        state,
        files: state === 'purged' ? [] : await files(db, organization, id),
        uploader: { id: row.uploader, name: row.uploader_name ?? row.uploader },
        repository: url !== null && commit !== null ? { url, commit } : undefined,
        deletedAt: row.deleted_at ?? undefined,
        purgedAt: row.purged_at ?? undefined,
        undoUntil: state === 'deleted' ? (row.undo_until ?? undefined) : undefined,
        operation: row.last_operation ?? undefined,
      } satisfies MapDetail
    },
  }
}

interface MapName {
  readonly organization: number
  readonly id: number
}

const mapRow = statement((db, { organization, id }: MapName) =>
  db
    .selectFrom('source_map')
    .leftJoin('access_key', 'access_key.id', 'source_map.uploader')
    .leftJoin('operation', join =>
      join.onRef('operation.organization', '=', 'source_map.organization').onRef('operation.number', '=', 'source_map.last_operation'),
    )
    .select(allShownColumns.map(column => `source_map.${column}` as const))
    .select(['deleted_at', 'purged_at', 'last_operation', 'uploader', 'repository_url', 'repository_commit'])
    .select(['access_key.name as uploader_name', 'operation.undo_until'])
    .where('source_map.organization', '=', organization)
    .where('source_map.id', '=', id),
)

async function files(db: Db, organization: number, id: number): Promise<StoredFile[]> {
  const { rows } = await fileRows(db, { organization, id })
  return rows.map(({ part, file_name, size, stored_size, digest, generation, codec }) => ({
    part,
    fileName: file_name ?? undefined,
    size,
    storedSize: stored_size,
    copy: { organization, digest, generation, codec },
  }))
}

const fileRows = statement((db, { organization, id }: MapName) =>
  db
    .selectFrom('source_map_file as file')
    .innerJoin('blob', join => join.onRef('blob.organization', '=', 'file.organization').onRef('blob.digest', '=', 'file.digest'))
    .innerJoin('blob_copy as copy', join =>
      join
        .onRef('copy.organization', '=', 'blob.organization')
        .onRef('copy.digest', '=', 'blob.digest')
        .onRef('copy.generation', '=', 'blob.generation'),
    )
    .select(['part', 'file_name', 'file.size', 'file.digest', 'copy.generation', 'copy.codec', 'copy.stored_size'])
    .where('file.organization', '=', organization)
    .where('file.id', '=', id)
    .orderBy('part'),
)
