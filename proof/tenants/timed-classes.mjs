// The classes of requests of A whose time is looked at. Each asks about sorts of things that look alike and differ in whose they are: `theirs`
// are B's, `nobody` and `nobody2` are nobody's, drawn twice, and `own` are A's, where asking for these changes nothing.
import { randomBytes, randomUUID } from 'node:crypto'
import { ask } from './organization.mjs'
import { uploadRequest } from './requests.mjs'

const own = '/api/mapkeep/v1'
const version = '1.0.0'
const json = { 'content-type': 'application/json' }
const sorts = ['theirs', 'nobody', 'nobody2', 'own']

/** So many things there are of a sort that is seldom made. */
const few = 40

/** Bytes of an upload that is timed; they cannot be compressed. */
const uploadSize = 2048

/**
 * Gives both organizations what the classes ask about, and the classes: name, the sorts that are asked about, what is to be done before it is
 * measured, and the request for the nth thing of a sort. `samples`: how many requests about each sort there will be;
 * `pool`: how many things of each sort they are about, unless each can be asked for once only.
 */
export async function timedClasses({ a, b, samples, pool }) {
  const names = Object.fromEntries(sorts.map(sort => [sort, Array.from({ length: pool }, drawNames)]))
  for (const each of names.own) await fill(a, each)
  // Twice as many maps as A has, so that half of their ids name none of A's
  for (const each of [...names.theirs, ...Array.from({ length: pool }, drawNames)]) await fill(b, each)
  const ids = { ...(await operations(b, names)), ...(await thingsOf(b)) }
  return [...namedClasses(a, names), ...numberedClasses(a, pool), ...idClasses(a, ids), uploadClass({ a, b, samples })]
}

const drawNames = () => ({
  service: `s-${randomBytes(8).toString('hex')}`,
  file: `f-${randomBytes(8).toString('hex')}.min.js`,
  debugId: randomUUID(),
  buildId: randomBytes(20).toString('hex'),
})

async function fill(who, { service, file, debugId, buildId }) {
  const repository = { git_repository_url: `https://github.com/acme/${service}.git`, git_commit_sha: buildId }
  const js = { type: 'js_sourcemap', service, version, minified_url: `https://static.example/${file}`, debug_id: debugId, ...repository }
  const source = JSON.stringify({ version: 3, sources: [file], names: [], mappings: 'AAAA' })
  await done(who, withKeys(who, uploadRequest({ event: js, files: { source_map: source, minified_file: file } })))
  const elf = { type: 'elf_symbol_file', arch: 'x86_64', gnu_build_id: buildId, symbol_source: 'debug_info' }
  await done(who, withKeys(who, uploadRequest({ event: elf, files: { elf_symbol_file: buildId } })))
}

const withKeys = ({ keys }, request) => ({
  method: 'GET',
  ...request,
  headers: { 'DD-API-KEY': keys.apiKey, 'DD-APPLICATION-KEY': keys.appKey, ...request.headers },
})

async function done(who, request) {
  const answer = await ask(who, request)
  if (answer.status >= 300) throw new Error(`${request.method} ${request.path} was answered ${answer.status}: ${answer.text}`)
  return answer
}

function symbolFile(who, content) {
  const event = { type: 'elf_symbol_file', arch: 'x86_64', gnu_build_id: randomBytes(20).toString('hex'), symbol_source: 'debug_info' }
  return withKeys(who, uploadRequest({ event, files: { elf_symbol_file: content.toString('latin1') } }, 'latin1'))
}

/** Requests that say the name of something. */
function namedClasses(a, names) {
  const filters = ({ service }) => ({ 'filter[service]': service, 'filter[version]': version })
  const post = (path, type, attributes) => ({ method: 'POST', path, headers: json, body: JSON.stringify({ data: { type, attributes } }) })
  const requests = {
    'list by release': name => ({ path: '/api/v2/sourcemaps/list', query: filters(name) }),
    'list by debug id': ({ debugId }) => ({ path: '/api/v2/sourcemaps/list', query: { 'filter[debug_id]': debugId } }),
    'list deleted maps': name => ({ path: `${own}/deleted`, query: { mapkind: 'js', ...filters(name) } }),
    'get by file name': ({ service, file }) => ({ path: '/api/v2/sourcemaps', query: { filename: `/${file}`, service, version } }),
    'look a repository up': ({ service }) =>
      post('/api/v2/sourcemaps/service_repository_info', 'service_repository_info', { service, version }),
    'check a debug id': ({ debugId }) => post('/api/v2/sourcemaps/check_exists', 'check_exists', { debug_ids: [debugId] }),
    'query symbols by build id': ({ buildId }) =>
      post('/api/v2/profiles/symbols/query', 'symbols-query-request', { buildIds: [buildId], arch: 'x86_64' }),
    'preview a deletion': name => ({
      method: 'DELETE',
      path: '/api/v2/sourcemaps',
      query: { ...filters(name), mapkind: 'js', dry_run: true },
    }),
  }
  const deletion = name => ({ ...requests['preview a deletion'](name), query: { ...filters(name), mapkind: 'js', dry_run: false } })
  const asked = Object.entries(requests).map(([name, toRequest]) => ({ name, sorts, toRequest }))
  return [...asked, { name: 'delete', sorts: sorts.slice(0, 3), toRequest: deletion }].map(({ toRequest, ...rest }) => ({
    ...rest,
    request: (sort, nth) => withKeys(a, toRequest(names[sort][nth % names[sort].length])),
  }))
}

/** Requests that say a number that each organization counts for itself: those after A's last are B's, and then nobody's. */
function numberedClasses(a, pool) {
  // Every second map is a js map, and B has twice as many maps as A
  const first = { own: 1, theirs: 2 * pool + 1, nobody: 501, nobody2: 701 }
  const requests = {
    'get by id': id => ({ path: `${own}/sourcemaps/${id}` }),
    'download by id': id => ({ path: `${own}/sourcemaps/${id}/files/source_map` }),
  }
  return Object.entries(requests).map(([name, toRequest]) => ({
    name,
    sorts,
    request: (sort, nth) => withKeys(a, toRequest(first[sort] + (nth % pool) * 2)),
  }))
}

/** Requests that say the id of something, drawn at random when it was made. */
function idClasses(a, ids) {
  const release = { 'filter[service]': 'nobody', 'filter[version]': version, mapkind: 'js', dry_run: false }
  const requests = {
    'get an operation': id => ({ path: `${own}/operations/${id}` }),
    'carry a plan out': id => ({ method: 'DELETE', path: '/api/v2/sourcemaps', query: { ...release, plan: id } }),
    'release a hold': id => ({ method: 'DELETE', path: `${own}/holds/${id}` }),
    'revoke a key': id => ({ method: 'DELETE', path: `${own}/keys/${id}` }),
  }
  return Object.entries(requests).map(([name, toRequest]) => ({
    name,
    sorts: sorts.slice(0, 3),
    request: (sort, nth) => withKeys(a, toRequest(ids[name][sort][nth % ids[name][sort].length])),
  }))
}

/** B has carried out more operations than A, which has none. */
async function operations(b, { theirs }) {
  for (const { service } of theirs.slice(0, few)) {
    const query = { 'filter[service]': service, 'filter[version]': version, mapkind: 'js' }
    for (const [method, path] of [
      ['DELETE', '/api/v2/sourcemaps'],
      ['PATCH', '/api/v2/sourcemaps/restore'],
    ])
      await done(b, withKeys(b, { method, path, query: { ...query, dry_run: false } }))
    await done(b, withKeys(b, { method: 'DELETE', path: '/api/v2/sourcemaps', query: { ...query, dry_run: true } }))
  }
  const numbered = from => Array.from({ length: 80 }, (_, at) => `op_${from + at}`)
  return { 'get an operation': { theirs: b.learned.operations, nobody: numbered(100), nobody2: numbered(300) } }
}

async function thingsOf(b) {
  const order = (path, type, attributes) =>
    done(b, withKeys(b, { method: 'POST', path: `${own}/${path}`, headers: json, body: JSON.stringify({ data: { type, attributes } }) }))
  for (let count = 0; count < few; count++) {
    await order('holds', 'holds', { selector: { service: `kept-${count}` }, reason: 'a release', owner: 'release team' })
    await order('keys', 'keys', { type: 'api', name: `key ${count}` })
  }
  const drawn = (prefix, bytes) => Array.from({ length: few }, () => `${prefix}_${randomBytes(bytes).toString('base64url')}`)
  const pools = (theirs, prefix, bytes) => ({ theirs, nobody: drawn(prefix, bytes), nobody2: drawn(prefix, bytes) })
  return {
    'carry a plan out': pools(b.learned.plans, 'pln', 12),
    'release a hold': pools(b.learned.holds, 'hld', 9),
    'revoke a key': pools(b.learned.keys, 'key', 9),
  }
}

/** Bytes that B has are uploaded once each: after that A has them itself. They come last, since maps that are there push the numbers up. */
function uploadClass({ a, b, samples }) {
  const contents = Object.fromEntries(sorts.map(sort => [sort, Array.from({ length: samples }, () => randomBytes(uploadSize))]))
  contents.own = contents.own.slice(0, 1)
  const prepare = async () => {
    for (const content of contents.theirs) await done(b, symbolFile(b, content))
    await done(a, symbolFile(a, contents.own[0]))
  }
  return { name: 'upload', sorts, prepare, request: (sort, nth) => symbolFile(a, contents[sort][nth % contents[sort].length]) }
}
