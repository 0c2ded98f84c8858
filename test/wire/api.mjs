import { createHash } from 'node:crypto'

/** One request, as `GET /path`, with a server's keys or with other headers in their place. `query` is an object; a list repeats its key. */
export async function call(server, line, { query = {}, headers = keyHeaders(server.keys), body } = {}) {
  const [method, path] = line.split(' ')
  const response = await fetch(`${server.url}${path}${queryString(query)}`, { method, headers, body, redirect: 'manual' })
  const bytes = Buffer.from(await response.arrayBuffer())
  return { status: response.status, headers: response.headers, bytes, text: bytes.toString(), json: parse(bytes) }
}

/** The two headers of Datadog's own clients. */
export function keyHeaders({ apiKey, appKey }) {
  return { 'DD-API-KEY': apiKey, 'DD-APPLICATION-KEY': appKey }
}

/** `filter[name]` parameters. */
export function filters(values) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`filter[${name}]`, value]))
}

/** The items of one page of live maps; throws unless the list was answered. */
export async function list(server, mapkind, values = {}) {
  const answer = await call(server, 'GET /api/v2/sourcemaps/list', {
    query: { mapkind, 'page[size]': 1000, ...filters(values) },
  })
  if (answer.status !== 200) throw new Error(`list ${mapkind}: ${answer.status} ${answer.text}`)
  return answer.json.data
}

/** Deletes maps for good, or tries to. */
export function remove(server, mapkind, values) {
  return call(server, 'DELETE /api/v2/sourcemaps', { query: { mapkind, dry_run: false, ...filters(values) } })
}

/** Restores deleted maps, or tries to. */
export function restore(server, mapkind, values) {
  return call(server, 'PATCH /api/v2/sourcemaps/restore', { query: { mapkind, dry_run: false, ...filters(values) } })
}

/** The bytes of one file of a map. */
export function download(server, id, part) {
  return call(server, `GET /api/mapkeep/v1/sourcemaps/${id}/files/${part}`)
}

/** Everything a server holds of any kind, live or deleted: ids are dense from 1 until something is purged. */
export async function everyMap(server) {
  const maps = []
  for (;;) {
    const batch = await Promise.all(Array.from({ length: 20 }, (_, at) => mapDetail(server, maps.length + at + 1)))
    const end = batch.indexOf(undefined)
    if (end >= 0) return maps.concat(batch.slice(0, end))
    maps.push(...batch)
  }
}

async function mapDetail(server, id) {
  const { status, json, text } = await call(server, `GET /api/mapkeep/v1/sourcemaps/${id}`)
  if (status !== 200 && status !== 404) throw new Error(`map ${id}: ${status} ${text}`)
  return json.data
}

export async function repositoryInfo(server, service, version) {
  const body = JSON.stringify({ data: { type: 'service_repository_info', attributes: { service, version } } })
  const headers = { ...keyHeaders(server.keys), 'content-type': 'application/json' }
  const { json } = await call(server, 'POST /api/v2/sourcemaps/service_repository_info', { headers, body })
  return json.data.attributes
}

/** Uploads one map as curl would. `files`: part name → text or bytes. */
export async function upload(server, event, files) {
  const form = new FormData()
  form.set('event', JSON.stringify(event))
  for (const [part, content] of Object.entries(files)) form.set(part, new Blob([content]), part)
  const answer = await call(server, 'POST /api/v2/srcmap', { headers: { 'DD-API-KEY': server.keys.apiKey }, body: form })
  return { ...answer, id: answer.json?.data?.id }
}

/** Uploads a js map that nothing else resembles; `name` makes it so. */
export function uploadJs(server, { service = 'shop', version = '1.0.0', name = 'main', ...more } = {}) {
  const event = { type: 'js_sourcemap', service, version, minified_url: `https://static.example/${name}.min.js`, ...more }
  return upload(server, event, jsFiles(name))
}

/** The two files of such a map. */
export function jsFiles(name) {
  const map = { version: 3, file: `${name}.min.js`, sources: [`${name}.js`], sourcesContent: [`// ${name}\n`], names: [], mappings: 'AAAA' }
  return { source_map: JSON.stringify(map), minified_file: `console.log(${JSON.stringify(name)})\n` }
}

export function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
}

function queryString(query) {
  const pairs = Object.entries(query).flatMap(([name, value]) => [value].flat().map(each => [name, String(each)]))
  return pairs.length > 0 ? `?${new URLSearchParams(pairs)}` : ''
}

function parse(bytes) {
  try {
    return JSON.parse(bytes)
  } catch {
    return undefined
  }
}
