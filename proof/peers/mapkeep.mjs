import path from 'node:path'
import { keyHeaders } from '../../test/wire/api.mjs'
import { main, startNode } from '../../test/wire/node-process.mjs'
import { cleanEnvironment, run } from '../../test/wire/running-server.mjs'
import { bytesOf, clientOf } from './ask.mjs'
import { sizeOf } from './size-of.mjs'

const keys = { apiKey: 'mka_proof-of-peers-0123456789', appKey: 'mkp_proof-of-peers-0123456789' }
const own = '/api/mapkeep/v1/sourcemaps'
const kinds = { map: { mapkind: 'react', part: 'source_map' }, elf: { mapkind: 'elf', part: 'elf_symbol_file' } }

export const mapkeep = {
  name: 'mapkeep',
  lacks:
    'does all of it: answers when bytes and row are synced, asks for keys, compares with what is there, compresses, keeps holds and history; its rate limits are off here, and the undo window is 0 s, so that bytes can go at once',
  jobs: ['put', 'get', 'remove'],
  kinds: ['map', 'elf'],
  start,
}

async function start(folder) {
  const data = path.join(folder, 'data')
  const env = cleanEnvironment({
    MAPKEEP_BOOTSTRAP_API_KEY: keys.apiKey,
    MAPKEEP_BOOTSTRAP_APP_KEY: keys.appKey,
    MAPKEEP_RATE_LIMIT: 'read=off,delete=off,upload=off',
    MAPKEEP_UNDO_WINDOW: '0s',
    MAPKEEP_PURGE_INTERVAL: 'off',
    MAPKEEP_LOG_LEVEL: 'warn',
  })
  const node = await startNode({ env, args: ['serve', '--port', '0', '--data', data], told: () => {} })
  const client = clientOf(node.url)
  const purge = async () => {
    const { code, output } = await run(process.execPath, [main, 'purge', '--data', data], { env })
    if (code !== 0) throw new Error(`mapkeep purge ended with ${code}: ${output}`)
  }
  return {
    ...operations(client.ask),
    free: purge,
    pids: () => [node.pid],
    stored: () => sizeOf(path.join(data, 'blobs')),
    stop: async () => {
      client.close()
      await node.end('SIGTERM')
    },
  }
}

function operations(ask) {
  const headers = keyHeaders(keys)
  const ids = new Map()
  const change = async query => bytesOf('a deletion', await ask(`DELETE /api/v2/sourcemaps?${new URLSearchParams(query)}`, { headers }))
  return {
    prepare,
    put: async (file, { body, contentType }) => {
      const sent = { headers: { ...headers, 'content-type': contentType, 'content-length': body.length }, body }
      ids.set(file.name, JSON.parse(bytesOf('an upload', await ask('POST /api/v2/srcmap', sent))).data.id)
    },
    get: async file => {
      const { mapkind, part } = kindOf(file)
      const id = file.buildId ? await idOf(ask, { mapkind, 'filter[gnu_build_id]': file.buildId }) : ids.get(file.name)
      return id && bytesOf('a download', await ask(`GET ${own}/${id}/files/${part}`, { headers }))
    },
    remove: file => change({ mapkind: 'react', ...releaseOf(file), 'filter[id]': ids.get(file.name), dry_run: false }),
    removeAll: ([file]) => change({ mapkind: 'react', ...releaseOf(file), dry_run: false }),
  }
}

const kindOf = file => kinds[file.buildId ? 'elf' : 'map']
const versionOf = file => file.name.replace(/-\d+$/, '') // a round is a release
const releaseOf = file => ({ 'filter[service]': 'proof', 'filter[version]': versionOf(file) })

/** A build id is all that a debugger knows, so this is asked first. */
async function idOf(ask, query) {
  const answer = await ask(`GET /api/v2/sourcemaps/list?${new URLSearchParams(query)}`, { headers: keyHeaders(keys) })
  return JSON.parse(bytesOf('a list', answer)).data[0]?.id
}

async function prepare(file) {
  const release = { service: 'proof', version: versionOf(file), platform: 'ios', bundle_name: file.name }
  const event = file.buildId
    ? { type: 'elf_symbol_file', gnu_build_id: file.buildId, arch: 'x86_64', symbol_source: 'debug_info', filename: file.name }
    : { type: 'react_native_sourcemap', ...release }
  const form = new FormData()
  form.set('event', new Blob([JSON.stringify(event)], { type: 'application/json' }), 'event')
  form.set(kindOf(file).part, new Blob([file.bytes]), file.name)
  const message = new Response(form)
  return { contentType: message.headers.get('content-type'), body: Buffer.from(await message.arrayBuffer()) }
}
