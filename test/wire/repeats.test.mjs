import assert from 'node:assert/strict'
import { test } from 'node:test'
import { call, everyMap, list, remove, restore, uploadJs } from './api.mjs'
import { startServer } from './running-server.mjs'
import { settles, storedDigests } from './stored-files.mjs'

const shop = { service: 'shop', version: '1.0.0' }
const ids = items => items.map(item => item.id)

test('repeated uploads', async t => {
  const server = await startServer(t)

  await t.test('twenty at once make one map and one stored copy of each file', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => uploadJs(server)))
    assert.deepEqual(
      answers.map(answer => [answer.status, answer.id]),
      Array(20).fill([200, '1']),
    )
    assert.equal((await everyMap(server)).length, 1)
    await settles(async () => assert.equal((await storedDigests(server)).length, 2))
  })

  await t.test('other bytes stand beside the first, and the newest answers', async () => {
    const rebuilt = await uploadJs(server, { name: 'other', minified_url: 'https://static.example/main.min.js' })
    assert.deepEqual([rebuilt.id, ids(await list(server, 'js', shop))], ['2', ['2', '1']])
    const query = { filename: 'main.min.js', ...shop }
    const { json } = await call(server, 'GET /api/v2/sourcemaps', { query })
    assert.deepEqual(json.data.attributes.sources, ['other.js'])
  })

  await t.test('an upload after a deletion is a new map, and a restoration puts both side by side', async () => {
    assert.equal((await remove(server, 'js', { ...shop, id: '1' })).status, 200)
    const again = await uploadJs(server)
    assert.equal(again.id, '3')
    assert.deepEqual(ids(await list(server, 'js', shop)), ['3', '2'])
    assert.equal((await restore(server, 'js', { ...shop, id: '1' })).status, 200)
    assert.deepEqual(ids(await list(server, 'js', shop)).sort(), ['1', '2', '3'])
    await settles(async () => assert.equal((await storedDigests(server)).length, 4))
  })

  await t.test('twenty deletions at once delete once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => remove(server, 'js', { ...shop, id: '2' })))
    const statuses = answers.map(answer => answer.status).sort()
    assert.deepEqual(statuses, [200, ...Array(19).fill(404)])
  })
})
