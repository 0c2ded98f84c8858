import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadRequests, send } from '../fixtures/intake/replay.mjs'
import { call, download, everyMap, list, remove, repositoryInfo, restore, sha256, uploadJs } from './api.mjs'
import { startServer } from './running-server.mjs'

const uploads = loadRequests().filter(request => request.parts)
const shop = { service: 'shop-web', version: '1.4.2' }

test('everything is still there', async t => {
  const server = await startServer(t)
  for (const request of uploads) assert.equal((await send(server.url, request, { apiKey: server.keys.apiKey })).status, 200)
  const [gone, back] = (await list(server, 'js', shop)).map(item => item.id)
  assert.equal((await remove(server, 'js', { ...shop, id: [gone, back] })).status, 200)
  assert.equal((await restore(server, 'js', { ...shop, id: back })).status, 200)
  const before = await picture(server)

  await t.test('after a clean stop', async () => {
    assert.equal(await server.stop(), 0)
    await server.restart()
    assert.deepEqual(await picture(server), before)
  })

  await t.test('after a kill', async () => {
    assert.equal(await server.kill(), 'SIGKILL')
    await server.restart()
    assert.deepEqual(await picture(server), before)
  })

  await t.test('and what was deleted can be restored, what is new gets a new id', async () => {
    assert.equal((await restore(server, 'js', { ...shop, id: gone })).status, 200)
    const ids = before.maps.map(map => Number(map.id))
    assert.equal((await uploadJs(server, { name: 'after the restart' })).id, String(Math.max(...ids) + 1))
  })

  await t.test('the keys of the first start stay, and are not made again', async () => {
    assert.equal((await call(server, 'GET /api/v2/validate_keys')).status, 200)
    const later = server.output.split('listening on').length - 1
    assert.equal(later, 3)
    assert.doesNotMatch(server.output, /api key +mka_/)
  })
})

test('a stop ends with exit code 0 while a client keeps its connection', async t => {
  const server = await startServer(t)
  await uploadJs(server)
  const started = Date.now()
  assert.equal(await server.stop(), 0)
  assert.ok(Date.now() - started < 9000, 'an idle connection does not hold the stop up')
})

/** All that can be seen of the stored maps and their bytes, but not how small the background has made them by now. */
async function picture(server) {
  const maps = await everyMap(server)
  for (const { id, attributes } of maps) {
    for (const file of attributes.files) {
      delete file.stored_size
      const { status, bytes } = await download(server, id, file.part)
      assert.deepEqual([status, sha256(bytes), bytes.length], [200, file.sha256, file.size], `${file.part} of map ${id}`)
    }
  }
  return { maps, listed: await list(server, 'js', shop), repository: await repositoryInfo(server, 'shop-web', '1.4.2') }
}
