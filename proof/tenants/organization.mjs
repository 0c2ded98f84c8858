import http from 'node:http'
import { requests, unknown } from './requests.mjs'

/** An organization as a client: its keys, an address of its own, as real ones have, and what it has learned from its answers. */
export function organization(server, keys, localAddress) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 4 })
  const learned = Object.fromEntries(Object.keys(unknown).map(sort => [sort, []]))
  return { server, keys, localAddress, agent, learned, secrets: [], close: () => agent.destroy() }
}

/** The request of a step. `takeOther` finds the other organization's things. */
export function toRequest(asker, { kind, dice }, takeOther) {
  const ref = sort => {
    const [from, nth] = [dice.of(['own', 'own', 'other', 'none']), dice.next()]
    if (from === 'none') return unknown[sort](nth)
    if (from === 'other') return takeOther(sort, nth)
    return oneOf(asker.learned[sort], nth) ?? unknown[sort](nth)
  }
  const credentials = dice.of(ways)(asker, dice.next())
  const request = requests[kind](dice, ref)
  return { method: 'GET', query: {}, ...request, headers: { ...credentials, ...request.headers } }
}

/** One of the things of a sort that the organization has, its first keys among them; an unknown one where it has none. */
export function take({ learned, keys }, sort, nth) {
  const all = sort === 'keys' ? [...keys.keyIds, ...learned.keys] : learned[sort]
  return oneOf(all, nth) ?? unknown[sort](nth)
}

const oneOf = (list, nth) => (list.length > 0 ? list[nth % list.length] : undefined)

const both = ({ keys }) => ({ 'DD-API-KEY': keys.apiKey, 'DD-APPLICATION-KEY': keys.appKey })

/** How keys are sent, mostly right. Nobody has a secret of somebody else: whoever has is that organization. */
const ways = [
  ...Array.from({ length: 20 }, () => both),
  ({ keys }) => ({ 'DD-API-KEY': keys.apiKey, Authorization: `Bearer ${keys.appKey}` }),
  ({ keys }) => ({ Authorization: `Bearer ${keys.appKey}` }),
  () => ({}),
  ({ keys }) => ({ 'DD-API-KEY': keys.appKey, 'DD-APPLICATION-KEY': keys.apiKey }),
  ({ keys }) => ({ 'DD-API-KEY': 'mka_nobody', 'DD-APPLICATION-KEY': keys.appKey }),
  ({ keys }) => ({ 'DD-API-KEY': keys.apiKey, 'DD-APPLICATION-KEY': 'mkp_nobody' }),
  ({ secrets, keys }, nth) => ({ Authorization: `Bearer ${oneOf(secrets, nth) ?? keys.appKey}` }),
]

/** Sends a request and learns from its answer. */
export async function ask(asker, request) {
  const answer = await send(asker, request)
  learn(asker, request, answer)
  return answer
}

/** Sends a request: `{ status, headers, text }`, the headers as pairs in their order. */
export function send({ server, localAddress, agent }, { method = 'GET', path, query = {}, headers = {}, body }) {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
    const options = { method, localAddress, agent, headers: { ...headers, ...length } }
    const sent = http.request(`${server.url}${path}${queryString(query)}`, options, incoming => {
      const chunks = []
      incoming.on('data', chunk => chunks.push(chunk)).on('error', reject)
      incoming.on('end', () => {
        const pairs = incoming.rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, incoming.rawHeaders[at + 1]]] : []))
        resolve({ status: incoming.statusCode, headers: pairs, text: Buffer.concat(chunks).toString() })
      })
    })
    sent.on('error', reject).end(body)
  })
}

/** `?name=value&…`; a list repeats its name. */
export function queryString(query) {
  const pairs = Object.entries(query).flatMap(([name, value]) => [value].flat().map(each => [name, String(each)]))
  return pairs.length > 0 ? `?${new URLSearchParams(pairs)}` : ''
}

function learn({ learned, secrets }, { method, path, query }, { status, headers, text }) {
  const etag = headers.find(([name]) => name.toLowerCase() === 'etag')?.[1]
  if (etag) learned.etags.push(etag)
  if (status >= 300 || !text.startsWith('{')) return
  const { data, meta } = parse(text) ?? {}
  const sort = { sourcemap_upload: 'maps', holds: 'holds', keys: 'keys' }[data?.type]
  if (sort && !learned[sort].includes(data.id)) learned[sort].push(data.id)
  if (data?.attributes?.secret) secrets.push(data.attributes.secret)
  if (meta?.operation) learned.operations.push(meta.operation.id)
  const cursor = meta?.page?.next_cursor
  if (cursor) learned.cursors.push({ path, query: { ...query, 'page[after]': cursor } })
  if (!meta?.plan) return
  learned.plans.push(meta.plan.id)
  learned.previews.push({ method, path, query: { ...query, dry_run: false, plan: meta.plan.id } })
}

function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    // Some answers are lines of JSON
    return undefined
  }
}
