// A running server in a folder of its own with something in it, and how it is looked at from outside.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { call, everyMap, keyHeaders, upload } from '../../test/wire/api.mjs'
import { startNode } from '../../test/wire/node-process.mjs'
import { cleanEnvironment, mapkeep } from '../../test/wire/running-server.mjs'
import { readLog } from './log.mjs'
import { foreignMark, kindNames, mapOf, releaseKinds } from './maps.mjs'
import { stored } from './shapes.mjs'

const keys = { apiKey: 'hostile-api-key-0123456789', appKey: 'hostile-application-key-0123456789' }
const metricsToken = 'hostile-metrics-token-0123456789'

/**
 * Starts the built server below a scratch folder, where it stands in `cwd` and keeps its data in `data`. Organization a is everybody's; in b maps are
 * deleted, and its last maps are canaries, which nobody names. `nodeOptions` are for the server alone. `close` ends it and removes the folder.
 */
export async function openGrounds(nodeOptions = {}) {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'mapkeep-grounds-'))
  const [cwd, data, tmp, home] = ['cwd', 'data', 'tmp', 'home'].map(name => path.join(scratch, name))
  for (const folder of [cwd, tmp, home]) fs.mkdirSync(folder)
  const log = readLog()
  const env = cleanEnvironment({
    MAPKEEP_BOOTSTRAP_API_KEY: keys.apiKey,
    MAPKEEP_BOOTSTRAP_APP_KEY: keys.appKey,
    MAPKEEP_RATE_LIMIT: 'read=off,delete=off,upload=off',
    MAPKEEP_LOG_LEVEL: 'debug',
    MAPKEEP_METRICS_TOKEN: metricsToken,
    TMPDIR: tmp,
    HOME: home,
  })
  const node = await startNode({ env: { ...env, ...nodeOptions }, args: ['serve', '--port', '0', '--data', data], told: log.told, cwd })
  const server = { keys, env, data, url: node.url }
  // A run that fails or is interrupted must not leave a server behind
  const clear = () => {
    node.child.kill('SIGKILL')
    fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 3 })
  }
  process.once('exit', clear)
  const close = async () => {
    process.off('exit', clear)
    await node.end('SIGKILL')
    fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 3 })
  }
  try {
    const other = await secondOrganization(server)
    log.secrets = [...Object.values(keys), ...Object.values(other.keys), metricsToken]
    return { scratch, node, log, server, other, close, stop: () => node.end('SIGTERM'), ...(await fillStores(server, other)) }
  } catch (error) {
    await close()
    throw error
  }
}

async function secondOrganization(server) {
  await mapkeep(server, 'orgs', 'create', 'b')
  const create = async (...args) =>
    JSON.parse(await mapkeep(server, 'keys', 'create', '--name', 'b', '--org', 'b', '--json', ...args)).secret
  const permissions = ['rum_apps_read', 'rum_delete_data', 'mapkeep_admin'].flatMap(each => ['--permission', each])
  const [apiKey, appKey] = await Promise.all([create('--type', 'api'), create('--type', 'application', ...permissions)])
  return { ...server, keys: { apiKey, appKey } }
}

async function fillStores(server, other) {
  for (const kind of kindNames) await give(server, kind, { service: 'web', version: '1', tag: 'red' })
  for (const tag of ['blue', 'green']) await give(server, 'js', { service: 'web', version: '1', tag })
  await giveMap(server, stored)
  await readLarge(server)
  const canaries = await fillOther(other)
  const maps = (await everyMap(other)).map(asMap)
  return {
    known: new Set((await everyMap(server)).map(each => each.id)),
    maps,
    canaries,
    cursors: [...(await cursorsOf(server)), ...(await cursorsOf(other))],
    plan: await planOf(other),
  }
}

const asMap = ({ id, attributes: { mapkind, state, ...attributes } }) => ({ id, kind: mapkind, state, attributes })

/** Ordinary maps first, so that small numbers are their ids, two of each release; some of them deleted; then one canary of each kind. */
async function fillOther(other) {
  for (const kind of kindNames) {
    await give(other, kind, { service: 'web', version: '1', tag: `${foreignMark}-one` })
    await give(other, kind, { service: 'web', version: '1', tag: `${foreignMark}-other` })
    await give(other, kind, { service: 'kiosk', version: '1.2', tag: `${foreignMark}-Two` })
    const { id } = await give(other, kind, { service: 'web', version: '2', tag: `${foreignMark}-gone` })
    const { status, text } = await removeOne(other, { kind, id })
    if (status !== 200) throw new Error(`a map of ${kind} was not deleted: ${status} ${text}`)
  }
  await give(other, 'js', { service: 'planned', version: '1', tag: `${foreignMark}-planned` })
  const canaries = []
  for (const kind of kindNames)
    canaries.push((await give(other, kind, { service: 'canary', version: '7.7', tag: `${foreignMark}-canary` })).id)
  return new Set(canaries)
}

/** A map so large that the server starts the thread which reads such: it stays, and so do its files, from then on. */
async function readLarge(server) {
  const map = mapOf('js', { service: 'large', version: '1', tag: 'large' })
  const source = { ...JSON.parse(map.files.source_map), sourcesContent: ['large '.repeat(2 ** 20)] }
  await giveMap(server, { ...map, files: { ...map.files, source_map: JSON.stringify(source) } })
  const { status, text } = await call(server, 'GET /api/v2/sourcemaps', { query: { debug_id: map.event.debug_id } })
  if (status !== 200) throw new Error(`a large map was not shown: ${status} ${text.slice(0, 200)}`)
}

function removeOne(server, { kind, id }) {
  const release = releaseKinds.includes(kind) ? { 'filter[service]': 'web', 'filter[version]': '2' } : {}
  return call(server, 'DELETE /api/mapkeep/v1/sourcemaps', { query: { mapkind: kind, dry_run: false, 'filter[id]': id, ...release } })
}

const give = (server, kind, names) => giveMap(server, mapOf(kind, names))

async function giveMap(server, { event, files }) {
  const answer = await upload(server, event, files)
  if (answer.status !== 200) throw new Error(`a map of ${event.type} was not taken: ${answer.status} ${answer.text}`)
  return answer
}

/** Real cursors of several lists. */
async function cursorsOf(server) {
  const asked = [
    ['GET /api/v2/sourcemaps/list', { mapkind: 'js', 'filter[service]': 'web', 'filter[version]': '1', 'page[size]': 1 }],
    ['GET /api/mapkeep/v1/audit', { 'page[size]': 1 }],
    ['GET /api/mapkeep/v1/operations', { 'page[size]': 1 }],
    ['GET /api/mapkeep/v1/deleted', { mapkind: 'elf', 'page[size]': 1 }],
    ['GET /api/mapkeep/v1/sourcemaps', { mapkind: 'elf', 'page[size]': 1 }],
  ]
  const cursors = []
  for (const [line, query] of asked) {
    const { json } = await call(server, line, { query })
    const cursor = json?.meta?.page?.next_cursor
    if (cursor) cursors.push(cursor)
  }
  return cursors
}

/** A plan of a selection that no hostile request makes. */
async function planOf(server) {
  const query = { mapkind: 'js', dry_run: true, 'filter[service]': 'planned', 'filter[version]': '1' }
  const { json } = await call(server, 'DELETE /api/v2/sourcemaps', { query })
  return json.meta.plan.id
}

/** Live and deleted maps of an organization, as it counts them itself. */
export async function countMaps(server) {
  const { json, status } = await call(server, 'GET /api/mapkeep/v1/usage', { query: { by: 'mapkind' } })
  if (status !== 200) throw new Error(`usage was answered with ${status}`)
  return { live: json.meta.totals.maps, deleted: json.meta.totals.deleted_maps }
}

/** Resident memory in MiB. */
export const memoryOf = pid => Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

/** The server's figures of itself, by name. */
export async function figuresOf(server) {
  const { text } = await call(server, 'GET /metrics', { headers: { authorization: `Bearer ${metricsToken}` } })
  return name => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1])
}

/** What the server has open beside living connections, of which this process keeps some: files of the system, and handles of its event loop. */
export async function openOf(server) {
  const figure = await figuresOf(server)
  const living = connectionsTo(Number(new URL(server.url).port))
  return { files: figure('process_open_fds') - living, handles: figure('nodejs_active_handles_total') - living }
}

/** Established on both sides; one that only the server still holds is not. */
function connectionsTo(port) {
  const ending = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const lines = fs.readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)
  return lines.map(line => line.trim().split(/\s+/)).filter(([, local, , state]) => local?.endsWith(ending) && state === '01').length
}

/** Everything below the scratch folder but the data, by path, size and time. */
export function outside({ scratch }) {
  return fs
    .readdirSync(scratch, { withFileTypes: true, recursive: true })
    .map(entry => path.join(entry.parentPath ?? entry.path, entry.name))
    .filter(file => !file.startsWith(path.join(scratch, 'data')))
    .map(file => `${file} ${fs.lstatSync(file).isFile() ? `${fs.lstatSync(file).size} ${fs.lstatSync(file).mtimeMs}` : ''}`)
    .sort()
}

/** The digests of the files of a map. */
export async function digestsOf(server, id) {
  const { json, status } = await call(server, `GET /api/mapkeep/v1/sourcemaps/${id}`, { headers: keyHeaders(server.keys) })
  if (status !== 200) throw new Error(`map ${id} was acknowledged, and now it is ${status}`)
  return json.data.attributes.files.map(each => each.sha256)
}

/** Which of the maps are not as they should be. */
export async function changedMaps(server, maps) {
  const found = (await everyMap(server)).map(asMap)
  const states = new Map(found.map(map => [map.id, map.state]))
  return maps.filter(map => states.get(map.id) !== map.state).map(map => `${map.kind} ${map.id} is ${states.get(map.id)}, not ${map.state}`)
}
