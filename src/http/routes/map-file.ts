import { Problem } from '../../domain/problem.ts'
import type { StoredFile } from '../../operations/ports/read-catalog.ts'
import { findFile, readStored } from '../../operations/read-file.ts'
import type { Answer } from '../answer.ts'
import { readRange } from '../byte-range.ts'
import { attachment } from '../content-disposition.ts'
import { idParameter } from '../detail-description.ts'
import { sameTag } from '../entity-tag.ts'
import { readMapId } from '../map-id.ts'
import { renderProblem } from '../render-problem.ts'
import type { AskedBy, Route } from '../route.ts'

/** A file of a map, byte for byte as uploaded. */
export const mapFile: Route = {
  method: 'GET',
  path: '/api/mapkeep/v1/sourcemaps/:id/files/:part',
  credentials: 'keys',
  permission: 'rum_apps_read',
  family: 'read',
  errors: 'objects',
  description: {
    operationId: 'DownloadSourcemapFile',
    tag: 'Mapkeep',
    summary: 'Download a file of a map',
    text: 'Answers the bytes as uploaded, of live and deleted maps. Length, ETag (the SHA-256) and ranges refer to these bytes.',
    parameters: [
      idParameter,
      {
        name: 'part',
        in: 'path',
        required: true,
        description: 'The name of the multipart part.',
        schema: { type: 'string' },
        example: 'source_map',
      },
      {
        name: 'Range',
        in: 'header',
        required: false,
        description: 'One range of bytes.',
        schema: { type: 'string' },
        example: 'bytes=0-1023',
      },
      { name: 'If-None-Match', in: 'header', required: false, description: 'An ETag known already.', schema: { type: 'string' } },
    ],
    answers: [
      { status: 200, description: 'The file.', contentType: 'application/octet-stream', schema: { type: 'string', format: 'binary' } },
      { status: 206, description: 'The range.', contentType: 'application/octet-stream', schema: { type: 'string', format: 'binary' } },
      { status: 304, description: 'The file is the one known already.' },
    ],
    refusals: ['not_found', 'range_not_satisfiable'],
  },
  handle: answer,
}

async function answer({ parts, principal, path, headers }: AskedBy): Promise<Answer> {
  const id = readMapId(path.id)
  const { organization } = principal
  const file = await findFile(parts.catalog, organization, { id, part: path.part ?? '' })
  const shared = describeFile(file)
  if (sameTag(headers['if-none-match'], shared.etag)) return { status: 304, headers: shared, body: '' }
  const ranged = headers['if-range'] === undefined || headers['if-range'] === shared.etag
  const range = ranged ? readRange(headers.range, file.size) : undefined
  if (range === 'unsatisfiable') return refuseRange(file, shared)
  const body = () => readStored(parts, organization, { id, file, ...(range ? { range } : {}) })
  if (!range) return { status: 200, headers: { ...shared, 'content-length': String(file.size) }, body }
  const { first, last } = range
  const span = { 'content-range': `bytes ${first}-${last}/${file.size}`, 'content-length': String(last - first + 1) }
  return { status: 206, headers: { ...shared, ...span }, body }
}

function describeFile({ part, fileName, copy }: StoredFile) {
  return {
    'content-type': 'application/octet-stream',
    'content-disposition': attachment(fileName ?? part),
    'accept-ranges': 'bytes',
    etag: `"${copy.digest}"`,
  }
}

function refuseRange({ size }: StoredFile, shared: Readonly<Record<string, string>>): Answer {
  const problem = new Problem('range_not_satisfiable', [{ detail: `The file has ${size} bytes`, source: { header: 'Range' } }])
  const answer = renderProblem(problem, mapFile)
  return { ...answer, headers: { ...answer.headers, etag: shared.etag ?? '', 'content-range': `bytes */${size}` } }
}
