// What is asked of the installation, the same at every size.
import { send } from '../../bench/server.mjs'
import { jsFiles } from '../../test/wire/api.mjs'

const own = '/api/mapkeep/v1'
const release = ({ service, version }) => `mapkind=js&filter%5Bservice%5D=${service}&filter%5Bversion%5D=${version}`
const jsonHeaders = { 'content-type': 'application/json' }

/**
 * By name: `ask` does it once for a release; `grows` says why it costs more among more maps, where it is known to;
 * `isControl` is what asks the catalog for nothing and so shows what the machine itself does between two sizes.
 */
export const requests = {
  'nothing (health check)': { ask: server => get(server, '/healthz'), isControl: true },
  'list of 20 maps': { ask: (server, probe) => get(server, `/api/v2/sourcemaps/list?${release(probe)}`, found(20)) },
  'second page of a list': {
    ask: (server, probe) =>
      get(
        server,
        `/api/v2/sourcemaps/list?${release(probe)}&page%5Bsize%5D=10&page%5Bafter%5D=${encodeURIComponent(probe.cursor)}`,
        found(10),
      ),
    prepare: async (server, probe) => {
      const { meta } = await get(server, `/api/v2/sourcemaps/list?${release(probe)}&page%5Bsize%5D=10`)
      probe.cursor = meta.page.next_cursor
    },
  },
  'list by debug id': {
    ask: (server, { debugId }) => get(server, `/api/v2/sourcemaps/list?mapkind=js&filter%5Bdebug_id%5D=${debugId}`, found(1)),
  },
  'list by GNU build id': {
    ask: (server, { buildId }) => get(server, `/api/v2/sourcemaps/list?mapkind=elf&filter%5Bgnu_build_id%5D=${buildId}`, found(1)),
  },
  'look-up of a js map by name': {
    ask: (server, { service, version, name }) =>
      get(server, `/api/v2/sourcemaps?service=${service}&version=${version}&filename=${name}.min.js`),
  },
  'query of symbols by build id': {
    ask: async (server, { buildId }) => {
      const body = JSON.stringify({ data: { type: 'symbols-query-request', attributes: { buildIds: [buildId] } } })
      found(1)(await json(server, { method: 'POST', path: '/api/v2/profiles/symbols/query', headers: jsonHeaders, body }))
    },
  },
  'one map by id': { ask: (server, { id }) => get(server, `${own}/sourcemaps/${id}`) },
  'download of a file': { ask: (server, { id }) => get(server, `${own}/sourcemaps/${id}/files/source_map`) },
  'dry run of 20': { ask: (server, probe) => remove(server, probe, 'dry_run=true') },
  'deletion and restoration of 20': {
    ask: async (server, probe) => {
      await remove(server, probe, 'dry_run=false')
      found(20)(await json(server, { method: 'PATCH', path: `/api/v2/sourcemaps/restore?${release(probe)}&dry_run=false` }))
    },
  },
  'dry run, its plan and the undo of 20': {
    ask: async (server, probe) => {
      const { meta } = await remove(server, probe, 'dry_run=true')
      const { meta: done } = await remove(server, probe, `dry_run=false&plan=${meta.plan.id}`)
      found(20)(await json(server, { method: 'POST', path: `${own}/operations/${done.operation.id}/undo` }))
    },
  },
  'hold of 20, placed and released': {
    ask: async (server, { service, version }) => {
      const attributes = { selector: { service, version }, reason: 'growth', owner: 'growth' }
      const body = JSON.stringify({ data: { type: 'holds', attributes } })
      const { data } = await json(server, { method: 'POST', path: `${own}/holds`, headers: jsonHeaders, body })
      await json(server, { method: 'DELETE', path: `${own}/holds/${data.id}` })
    },
  },
  'small upload': { ask: (server, _, count) => uploadOne(server, `new-${process.hrtime.bigint()}-${count}`) },
  'the same upload again': { ask: server => uploadOne(server, 'again'), prepare: server => uploadOne(server, 'again') },
  'first page of operations': { ask: server => get(server, `${own}/operations`, some) },
  'first page of the audit trail': { ask: server => get(server, `${own}/audit`, some) },
  'usage by service': {
    ask: server => get(server, `${own}/usage`, some),
    grows:
      'it sums up every map of the organization: an index that has all it needs, from end to end, and every shared content with its maps',
    heavy: true,
  },
}

async function json(server, request) {
  const { status, text } = await send(server, { ...request, keep: true })
  if (status > 299) throw new Error(`${request.method ?? 'GET'} ${request.path}: ${status} ${text}`)
  return text.startsWith('{') ? JSON.parse(text) : undefined
}

async function get(server, path, check = () => {}) {
  const answer = await json(server, { path })
  check(answer)
  return answer
}

/** An answer that is cheap because it is empty would prove nothing. */
function found(count) {
  return ({ data }) => {
    if (data.length !== count) throw new Error(`${data.length} items where ${count} were expected`)
  }
}

function some({ data }) {
  if (data.length === 0) throw new Error('an empty page')
}

async function remove(server, probe, how) {
  const answer = await json(server, { method: 'DELETE', path: `/api/v2/sourcemaps?${release(probe)}&${how}` })
  found(20)(answer)
  return answer
}

function uploadOne(server, name) {
  const boundary = 'growth-growth-growth'
  const event = { type: 'js_sourcemap', service: 'uploads', version: '1.0.0', minified_url: `https://static.acme.example/${name}.js` }
  const parts = Object.entries({ event: JSON.stringify(event), ...jsFiles(name) })
  const part = ([title, content]) =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${title}"; filename="${title}"\r\n\r\n${content}\r\n`
  const body = Buffer.from(`${parts.map(part).join('')}--${boundary}--\r\n`)
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-length': body.length }
  return json(server, { method: 'POST', path: '/api/v2/srcmap', headers, body })
}
