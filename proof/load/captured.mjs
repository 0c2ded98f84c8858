// Uploads as real uploaders made them, with another release in place of theirs.
import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { loadRequests } from '../../test/fixtures/intake/replay.mjs'
import { oneOf } from '../shared/random.mjs'

/** Texts of an event that name one build: a new build has new ones of the same shape. */
const buildNames = ['debug_id', 'build_id', 'uuids', 'gnu_build_id', 'file_hash', 'pdb_sig', 'git_commit_sha']
/** Parts that are no files. What a repository part says is the same for all. */
const notFiles = new Set(['event', 'repository', 'git_repository_url', 'git_commit_sha'])
/** A build leaves so many of its files as they were. */
const unchanged = 0.3

/** Every captured upload that is no repeat, taken apart. Node 20 cannot write zstd, so the one capture in it is left out. */
export function capturedUploads() {
  return loadRequests()
    .filter(({ parts, repeats, content_encoding }) => parts && !repeats && content_encoding !== 'zstd')
    .map(request => {
      const isZipped = request.content_encoding === 'gzip'
      const boundary = /boundary="?([^";]+)/.exec(request.content_type)[1]
      return { ...request, isZipped, boundary, pieces: takeApart(isZipped ? gunzipSync(request.body) : request.body, boundary) }
    })
}

/** The parts of a multipart body, each with its head as it came. */
function takeApart(body, boundary) {
  const text = body.toString('latin1')
  return text
    .split(`--${boundary}`)
    .slice(1, -1)
    .map(piece => {
      const end = piece.indexOf('\r\n\r\n')
      const head = piece.slice(0, end)
      return { head, name: /name="([^"]+)"/.exec(head)[1], content: Buffer.from(piece.slice(end + 4, -2), 'latin1') }
    })
}

/**
 * A captured upload as another release would send it: a request for `send` of the fixtures, the attributes of the map it makes, and size and digest of
 * each file, by part. `release`: `service` (of js maps) and `version`, and `random`, from which all that is new comes.
 */
export function asRelease(upload, { service, version, random }) {
  const event = { ...upload.event }
  if (event.version) event.version = version
  if (event.service && upload.kind === 'js') event.service = service
  for (const name of buildNames) if (event[name]) event[name] = renewed(event[name], random)
  const pieces = upload.pieces.map(piece => ({ ...piece, content: contentOf(piece, { event, random }) }))
  const body = Buffer.concat([
    ...pieces.flatMap(({ head, content }) => [Buffer.from(`--${upload.boundary}${head}\r\n\r\n`, 'latin1'), content, Buffer.from('\r\n')]),
    Buffer.from(`--${upload.boundary}--\r\n`),
  ])
  const files = pieces
    .filter(({ name }) => isFile(upload, name))
    .map(({ name, content }) => ({ part: name, size: content.length, digest: sha256(content) }))
  const kind = upload.kind ?? kindOf[upload.event_type]
  return { kind, event, files, request: { ...upload, body: upload.isZipped ? gzipSync(body, { level: 1 }) : body } }
}

/** Of the kinds that Datadog's API has no name for. */
const kindOf = { pe_symbol_file: 'pe', dotnet_portable_pdb: 'ppdb', wasm_symbol_file: 'wasm', repository: 'repository' }

function isFile({ event_type }, name) {
  return !notFiles.has(name) || (name === 'repository' && event_type === 'repository')
}

function contentOf({ name, content }, { event, random }) {
  if (name === 'event') return Buffer.from(JSON.stringify(event))
  if (notFiles.has(name) || random() < unchanged) return content
  const mark = Math.floor(random() * 2 ** 48).toString(36)
  if (name === 'source_map') return Buffer.concat([Buffer.from(`{"x_build":"${mark}",`), content.subarray(content.indexOf('{') + 1)])
  return Buffer.concat([content, Buffer.from(`\n//${mark}\n`)])
}

function renewed(text, random) {
  return text.replace(/[0-9a-f]/gi, digit => {
    const other = oneOf(random, '0123456789abcdef')
    return digit === digit.toUpperCase() ? other.toUpperCase() : other
  })
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
}
