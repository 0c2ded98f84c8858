// The requests of a history: each is sent as users send it, and its answer is read down to what the model speaks of.
import http from 'node:http'
import { filters, keyHeaders } from '../../test/wire/api.mjs'

/** A connection that was cut, or a server that has no store just now (502, 503): the request may have happened or not. */
export class Unanswered extends Error {}

/** What is uploaded, per kind: the event, the part and the names by which items tell the slot again. */
const kinds = {
  js: {
    event: slot => ({ type: 'js_sourcemap', minified_url: `https://static.example/s${slot}.min.js` }),
    part: 'source_map',
    more: { minified_file: 'f()\n' },
    slotOf: ({ file_name }) => Number(/^s(\d+)\./.exec(file_name)[1]),
  },
  jvm: {
    event: slot => ({ type: 'jvm_mapping_file', variant: `s${slot}` }),
    part: 'jvm_mapping_file',
    more: {},
    slotOf: ({ variant }) => Number(/^s(\d+)$/.exec(variant)[1]),
  },
}

export const kindNames = Object.keys(kinds)

/** Contents differ in length, since items tell sizes and not digests. */
function contentOf({ kind, service }, { slot, content }) {
  const pad = ' '.repeat(content)
  const [name] = kindNames
  if (kind !== name) return `# ${service} ${slot}${pad}\n`
  return JSON.stringify({ version: 3, sources: [`s${slot}.js`], sourcesContent: [`// ${service}${pad}`], names: [], mappings: 'AAAA' })
}

/** The slot and content that an item of an answer tells. */
export function readItem(release, { attributes }) {
  const slot = kinds[release.kind].slotOf(attributes)
  return { slot, content: attributes.size - Buffer.byteLength(contentOf(release, { slot, content: 0 })) }
}

/**
 * Sends a request of a history. `target`: `{ url, keys, agent }`; `release`: `{ kind, service, versions }`; `cut`: milliseconds after which the client
 * hangs up. Gives `{ answer, items }`; throws Unanswered.
 */
export async function ask(target, release, { kind, input, cut }) {
  const { line, query = {}, headers = {}, body, read } = doors[kind](release, input)
  const [method, path] = line.split(' ')
  const url = `${target.url}${path}?${new URLSearchParams(Object.entries(query).flatMap(([name, value]) => [value].flat().map(each => [name, each])))}`
  const { status, json, text } = await send({
    url,
    method,
    headers: { ...keyHeaders(target.keys), ...headers },
    body,
    cut,
    agent: target.agent,
  })
  if (status === 503 || status === 502) throw new Unanswered(`answered with ${status}`)
  const answer = read(status, json)
  if (!answer) throw new Error(`${kind} ${JSON.stringify(input)} was answered with ${status} ${text}`)
  return { answer, items: [json?.data ?? []].flat().filter(({ type }) => type === 'sourcemaps') }
}

function send({ url, method, headers, body, cut, agent }) {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
    const request = http.request(url, { method, agent, headers: { ...headers, ...length } }, response => {
      const chunks = []
      response.on('data', chunk => chunks.push(chunk))
      response.on('end', () => {
        clearTimeout(timer)
        const text = Buffer.concat(chunks).toString()
        resolve({ status: response.statusCode, text, json: parse(text) })
      })
      response.on('error', error => reject(new Unanswered(error.message)))
    })
    const timer = cut === undefined ? undefined : setTimeout(() => request.destroy(new Error('cut')), cut)
    request.on('error', error => {
      clearTimeout(timer)
      reject(new Unanswered(error.message))
    })
    request.end(body)
  })
}

function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const numberOf = name => (name === undefined ? undefined : Number(/^op_(\d+)$/.exec(name)[1]))
const idsOf = json => json.data.map(({ id }) => Number(id))
const heldOf = (held = []) => Object.fromEntries(held.map(({ id, reason }) => [id, reason]))
/** A selection of several versions is read in several stretches. */
const versionNames = count => Array.from({ length: count }, (_, at) => `1.${at}`)

const ofRelease = ({ service, versions }, ids) =>
  filters({ service, version: versionNames(versions), ...(ids === undefined ? {} : { id: ids.map(String) }) })

/** How each request is sent, and what its answers mean; an answer that is not listed is a fault. */
const doors = {
  upload(release, { slot, content }) {
    const { event, part, more } = kinds[release.kind]
    const version = versionNames(release.versions)[slot % release.versions]
    const described = { ...event(slot), service: release.service, version }
    const parts = { event: JSON.stringify(described), [part]: contentOf(release, { slot, content }), ...more }
    const boundary = 'mapkeep-history'
    const body = Object.entries(parts).map(([name, text]) => `--${boundary}\r\n${disposition(name)}\r\n\r\n${text}\r\n`)
    const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` }
    const read = (status, json) => status === 200 && { id: Number(json.data.id) }
    return { line: 'POST /api/v2/srcmap', headers, body: `${body.join('')}--${boundary}--\r\n`, read }
  },

  preview: (release, { to, ids }) => ({
    line: passageLines[to],
    query: { mapkind: release.kind, dry_run: 'true', ...ofRelease(release, ids) },
    read: readPassage,
  }),

  move: (release, { to, ids, plan, name }) => ({
    line: passageLines[to],
    query: { mapkind: release.kind, dry_run: 'false', ...ofRelease(release, ids), ...(plan === undefined ? {} : { plan }) },
    headers: name === undefined ? {} : { 'idempotency-key': `${release.service} ${name}`.replaceAll(' ', '-') },
    read: readPassage,
  }),

  undo: (_, { operation, partial }) => ({
    line: `POST /api/mapkeep/v1/operations/op_${operation}/undo`,
    query: partial ? { partial: 'true' } : {},
    read: readPassage,
  }),

  hold: ({ service }, { reason, ids }) => ({
    line: 'POST /api/mapkeep/v1/holds',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      data: {
        type: 'holds',
        attributes: { selector: { service, version: '1.*', ...(ids && { ids: ids.map(String) }) }, reason, owner: 'histories' },
      },
    }),
    read: (status, json) => (status === 201 && { placed: json.data.id }) || (status === 404 && { refused: 'missing' }),
  }),

  release: (_, { hold }) => ({
    line: `DELETE /api/mapkeep/v1/holds/${hold}`,
    read: status => (status === 204 && { released: true }) || (status === 404 && { refused: 'missing' }),
  }),

  get: (_, { id }) => ({
    line: `GET /api/mapkeep/v1/sourcemaps/${id}`,
    read: (status, json) => status === 200 && { state: json.data.attributes.state, operation: numberOf(json.data.attributes.operation) },
  }),

  list: release => ({
    line: 'GET /api/v2/sourcemaps/list',
    query: { mapkind: release.kind, 'page[size]': '100', ...ofRelease(release) },
    read: (status, json) => status === 200 && { ids: idsOf(json), total: json.meta.page.total_filtered_count },
  }),

  deleted: release => ({
    line: 'GET /api/mapkeep/v1/deleted',
    query: { mapkind: release.kind, 'page[size]': '100', ...ofRelease(release) },
    read: (status, json) =>
      status === 200 && { maps: json.data.map(({ id, attributes }) => ({ id: Number(id), operation: numberOf(attributes.operation) })) },
  }),
}

const disposition = name => `content-disposition: form-data; name="${name}"${name === 'event' ? '' : `; filename="${name}"`}`

const passageLines = { deleted: 'DELETE /api/v2/sourcemaps', live: 'PATCH /api/v2/sourcemaps/restore' }

function readPassage(status, json) {
  if (status === 200) return readPassed(json)
  const [{ title, meta }] = json.errors
  if (status === 404) return { refused: 'nothing' }
  if (status !== 409) return undefined
  if (title === 'Held') return { refused: 'held', held: heldOf(meta.held) }
  if (title === 'Plan is stale') return { refused: 'stale', planned: meta.planned, now: meta.now }
  const { undoable, purged, moved_on, held, undone_by } = meta
  return { refused: 'left', undoable, left: { purged, moved_on, held }, undone_by: numberOf(undone_by) }
}

/** A list that tells another number of maps than its totals is no answer. */
function readPassed(json) {
  const { totals, plan, operation, held, unmatched = [], left } = json.meta
  const ids = idsOf(json)
  if (totals.count !== ids.length) return undefined
  const told = { ids, held: heldOf(held), unmatched: unmatched.map(Number) }
  return plan
    ? { plan: plan.id, ...told }
    : { operation: numberOf(operation.id), ...told, left, undoUntil: Date.parse(operation.undo_until) }
}

/** Ends the holds of a release that are still there, so that later histories need not ask them; may throw Unanswered. */
export async function releaseAll(target, { service }) {
  const headers = keyHeaders(target.keys)
  const { status, json } = await send({ url: `${target.url}/api/mapkeep/v1/holds`, method: 'GET', headers, agent: target.agent })
  if (status !== 200) throw new Unanswered(`answered with ${status}`)
  const ours = json.data.filter(({ attributes }) => attributes.selector.service === service)
  for (const { id } of ours) await send({ url: `${target.url}/api/mapkeep/v1/holds/${id}`, method: 'DELETE', headers, agent: target.agent })
}
