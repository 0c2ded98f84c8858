import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadRequests, send } from '../fixtures/intake/replay.mjs'
import { call, download, everyMap, list, repositoryInfo, sha256 } from './api.mjs'
import { startServer } from './running-server.mjs'

const uploads = loadRequests().filter(request => request.parts)
const notFiles = new Set(['event', 'git_repository_url', 'git_commit_sha'])

test('every recorded upload', async t => {
  const server = await startServer(t)
  const ids = new Map()
  for (const request of uploads) {
    await t.test(request.name, async () => {
      const { status, text } = await send(server.url, request, { apiKey: server.keys.apiKey })
      assert.equal(status, 200, text)
      const { id, type } = JSON.parse(text).data
      assert.equal(type, 'sourcemap_upload')
      ids.set(request.name, id)
      if (request.repeats) assert.equal(id, ids.get(request.repeats), 'a repeat is answered with the map it repeats')
      else assert.equal([...ids.values()].filter(each => each === id).length, 1, 'a new map has an id of its own')
      await checkFiles(server, id, request)
      if (request.kind) await checkItem(server, id, request.attributes)
      await checkGit(server, request)
    })
  }

  await t.test('makes one map, and none for a repeat', async () => {
    assert.equal((await everyMap(server)).length, uploads.filter(request => !request.repeats).length)
  })

  await t.test('sent again makes no further map', async () => {
    const again = uploads.filter(request => request.kind === 'js' || request.kind === 'elf')
    for (const request of again) assert.equal((await send(server.url, request, { apiKey: server.keys.apiKey })).status, 200)
    assert.equal((await everyMap(server)).length, uploads.filter(request => !request.repeats).length)
  })
})

async function checkFiles(server, id, { kind, event_type, parts }) {
  const files = parts.filter(({ name }) => !notFiles.has(name) && (name !== 'repository' || event_type === 'repository'))
  for (const { name, sha256: digest, size } of files) {
    const { status, bytes, headers } = await download(server, id, name)
    assert.equal(status, 200, `${kind} ${name}`)
    assert.deepEqual([bytes.length, sha256(bytes)], [size, digest])
    assert.equal(headers.get('content-length'), String(size))
  }
}

async function checkItem(server, id, attributes) {
  const { mapkind, service, version, debug_id } = attributes
  const release = service ? { service, version } : mapkind === 'js' ? { debug_id } : {}
  const [item] = await list(server, mapkind, { id, ...release })
  assert.ok(item, `${mapkind} ${id} is not listed`)
  const { created_at, blob_storage_sourcemap_path, ...shown } = item.attributes
  assert.deepEqual(shown, attributes)
  assert.match(created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
  assert.equal(typeof blob_storage_sourcemap_path, mapkind === 'js' ? 'string' : 'undefined')
}

async function checkGit(server, { event, git }) {
  if (!event.service || !git) return
  const info = await repositoryInfo(server, event.service, event.version)
  assert.deepEqual(info, { status: 'success', ...git })
}

test('the two other calls of datadog-ci are answered', async t => {
  const server = await startServer(t)
  for (const request of loadRequests().filter(each => !each.parts)) {
    const { status, text } = await send(server.url, request, { apiKey: server.keys.apiKey })
    assert.ok(status >= 200 && status < 300, `${request.name}: ${status} ${text}`)
  }
  const { status, json } = await call(server, 'GET /api/v1/validate', { headers: { 'DD-API-KEY': 'unknown' } })
  assert.equal(status, 403)
  assert.ok(json.errors.every(error => typeof error === 'string'))
})
