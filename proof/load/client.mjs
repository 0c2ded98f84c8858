// What somebody does with the store, one thing after another, each answer compared with what was sent.

import { createHash } from 'node:crypto'
import http from 'node:http'
import { keyHeaders } from '../../test/wire/api.mjs'
import { below, oneOf } from '../shared/random.mjs'
import { asRelease } from './captured.mjs'

const own = '/api/mapkeep/v1'
/** Connections of one upload run. */
const width = 20
/** How often each thing is done, in proportion. */
const mix = { release: 5, retry: 1, list: 25, lookUp: 25, detail: 10, download: 24, preview: 10 }
/** Of so many releases one brings the maps of native code and of mobile applications, too. */
const othersEvery = 3
/** The part of deletions that was a mistake. */
const mistakes = 0.15

/**
 * A client of `server`. `world` is what all clients know: `live` releases, oldest first, how many to `keep`, `uploads` to make releases of,
 * `random` and a `meter`; a release in use is pinned, and nobody deletes it.
 */
export function client({ server, world }) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: width })
  const target = { url: server.url, agent, headers: keyHeaders(server.keys) }
  const self = { target, world }
  const actions = { release, retry, list, lookUp, detail, download, preview }
  const names = Object.entries(mix).flatMap(([name, share]) => Array(share).fill(name))
  return {
    step: () => actions[oneOf(world.random, names)](self),
    /** Uploads a release and lets nothing go for it. */
    fill: () => uploadRelease(self),
    close: () => agent.destroy(),
  }
}

async function release(self) {
  await uploadRelease(self)
  await letGo(self)
}

/** All maps of a release at once, through twenty connections. */
async function uploadRelease(self) {
  const { world } = self
  const number = world.made++
  const version = `2.${number}.0`
  const uploads = world.uploads.filter(({ kind, event }) => (kind === 'js' && event.service) || number % othersEvery === 0)
  const maps = uploads.map(upload => asRelease(upload, { service: 'shop-web', version, random: world.random }))
  const made = { version, maps, groups: [], pins: 1 }
  await Promise.all(maps.map(map => uploadMap(self, map)))
  made.groups = groupsOf(maps.filter(({ id }) => id))
  made.pins--
  world.live.push(made)
  if (world.latest) for (const map of world.latest.maps) map.request = undefined
  world.latest = made
}

async function uploadMap({ target, world }, map) {
  await world.meter.time('upload', async () => {
    const { request } = map
    const headers = Object.fromEntries(
      request.headers.filter(([name]) => !/^(host|connection|transfer-encoding|content-length|dd-api-key)$/i.test(name)),
    )
    const body = request.framing === 'content-length' ? request.body : outgoing => outgoing.end(request.body)
    const framing = request.framing === 'content-length' ? { 'content-length': request.body.length } : { 'transfer-encoding': 'chunked' }
    const { data } = await ask(target, { method: 'POST', path: request.target, headers: { ...headers, ...framing }, body })
    if (map.id && map.id !== data.id) throw new Error(`a repeat of ${map.id} became ${data.id}`)
    map.id = data.id
  })
}

/** What one selection each takes: the maps of a kind in a release; where a kind has no releases, the maps by id; a debug id alone. */
function groupsOf(maps) {
  const groups = new Map()
  for (const map of maps) {
    const { service, version, debug_id } = map.event
    const isReleased = service && version && ['js', 'react', 'jvm', 'flutter'].includes(map.kind)
    const filters = isReleased ? { service, version } : map.kind === 'js' ? { debug_id } : {}
    const key = `${map.kind} ${JSON.stringify(filters)}`
    if (!groups.has(key)) groups.set(key, { kind: map.kind, filters, byId: !isReleased && map.kind !== 'js', maps: [] })
    groups.get(key).maps.push(map)
  }
  return [...groups.values()]
}

function selectionOf({ kind, filters, byId, maps }) {
  const pairs = Object.entries(filters).map(([name, value]) => [`filter[${name}]`, value])
  return new URLSearchParams([['mapkind', kind], ...pairs, ...(byId ? maps.map(({ id }) => ['filter[id]', id]) : [])]).toString()
}

/** Deletes the oldest releases by plan until as many are left as shall be; some of it was a mistake. */
async function letGo(self) {
  const { world } = self
  while (world.live.length > world.keep) {
    const at = world.live.findIndex(({ pins }) => pins === 0)
    if (at < 0) return
    const [old] = world.live.splice(at, 1)
    const isMistake = world.random() < mistakes
    for (const group of old.groups) await deleteGroup(self, group, isMistake)
    if (isMistake) world.live.push(old)
  }
}

async function deleteGroup({ target, world: { meter } }, group, isMistake) {
  const path = `${own}/sourcemaps?${selectionOf(group)}`
  const count = expect(group.maps.length)
  const plan = await meter.time(
    'preview',
    async () => count(await ask(target, { method: 'DELETE', path: `${path}&dry_run=true` })).meta.plan.id,
  )
  const operation = await meter.time('planned deletion', async () => {
    const answer = count(await ask(target, { method: 'DELETE', path: `${path}&dry_run=false&plan=${plan}` }))
    return answer.meta.operation.id
  })
  if (isMistake)
    await meter.time('undo', async () => count(await ask(target, { method: 'POST', path: `${own}/operations/${operation}/undo` })))
}

/** A build that was started once more sends the same again. */
async function retry(self) {
  const { latest, live } = self.world
  if (!latest || !live.includes(latest)) return
  await pinned(latest, async () => {
    // A newer release may be the latest by the time
    await Promise.all(latest.maps.filter(({ request }) => request).map(map => uploadMap(self, map)))
  })
}

const someGroup = ({ random }, { groups }) => oneOf(random, groups)

function list({ target, world }) {
  return withRelease(world, async release => {
    const group = someGroup(world, release)
    const path = `${own}/sourcemaps?${selectionOf(group)}&page%5Bsize%5D=100`
    await world.meter.time('list', async () => expect(group.maps.length)(await ask(target, { path })))
  })
}

function lookUp({ target, world }) {
  return withRelease(world, async release => {
    const { event } = oneOf(
      world.random,
      release.maps.filter(({ kind, event }) => kind === 'js' && event.service),
    )
    const filename = new URL(event.minified_url, 'http://host').pathname
    const query = new URLSearchParams({ service: event.service, version: event.version, filename })
    await world.meter.time('look-up by name', () => ask(target, { path: `/api/v2/sourcemaps?${query}` }))
  })
}

function detail({ target, world }) {
  return withRelease(world, async release => {
    const map = oneOf(world.random, release.maps)
    await world.meter.time('get', async () => {
      const { data } = await ask(target, { path: `${own}/sourcemaps/${map.id}` })
      if (data.id !== map.id) throw new Error(`${data.id} in place of ${map.id}`)
    })
  })
}

function download({ target, world }) {
  return withRelease(world, async release => {
    const map = oneOf(
      world.random,
      release.maps.filter(({ files }) => files.length > 0),
    )
    const { part, size, digest } = oneOf(world.random, map.files)
    await world.meter.time('download', async () => {
      const bytes = await receive(target, { path: `${own}/sourcemaps/${map.id}/files/${part}` })
      const found = createHash('sha256').update(bytes).digest('hex')
      if (found !== digest) throw new Error(`${bytes.length} other bytes in place of ${size}`)
    })
  })
}

function preview({ target, world }) {
  return withRelease(world, async release => {
    const group = someGroup(world, release)
    const path = `${own}/sourcemaps?${selectionOf(group)}&dry_run=true`
    await world.meter.time('preview', async () => expect(group.maps.length)(await ask(target, { method: 'DELETE', path })))
  })
}

/** Nobody deletes what somebody looks at. Of what datadog-ci sent the bytes are not known here: so nobody looks at it. */
async function withRelease({ live, random }, work) {
  const whole = live.filter(({ maps }) => maps.length > 0 && maps.every(({ id }) => id))
  if (whole.length > 0) await pinned(whole[below(random, whole.length)], work)
}

async function pinned(release, work) {
  release.pins++
  try {
    await work(release)
  } finally {
    release.pins--
  }
}

function expect(count) {
  return answer => {
    if (answer.data.length !== count) throw new Error(`${answer.data.length} maps where ${count} are`)
    return answer
  }
}

async function ask(target, request) {
  return JSON.parse(await receive(target, request))
}

function receive(target, request) {
  return new Promise((resolve, reject) => {
    const { body, ...rest } = request
    const outgoing = http.request(
      `${target.url}${rest.path}`,
      { method: rest.method ?? 'GET', agent: target.agent, headers: { ...target.headers, ...rest.headers } },
      response => {
        const received = []
        response.on('data', piece => received.push(piece))
        response.on('error', reject)
        response.on('end', () => {
          const bytes = Buffer.concat(received)
          if (response.statusCode > 299) reject(new Error(`${response.statusCode} ${bytes}`))
          else resolve(bytes)
        })
      },
    )
    outgoing.on('error', reject)
    if (typeof body === 'function') body(outgoing)
    else outgoing.end(body)
  })
}
