// What a release of very many maps must not cost, on the built server.
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import { test } from 'node:test'
import { call, filters } from '../wire/api.mjs'
import { startServer } from '../wire/running-server.mjs'
import { seedRelease } from '../wire/seed-release.mjs'

const release = { service: 'shop', version: '1.0.0' }

test('100,000 maps are listed with flat memory', async t => {
  const server = await startServer(t)
  await server.stop()
  await seedRelease(server, { ...release, count: 100_000, pool: 5_000 })
  await server.restart()
  const pages = async limit => {
    let [seen, after] = [0, undefined]
    do {
      const query = { mapkind: 'js', 'page[size]': 1000, ...filters(release), ...(after ? { 'page[after]': after } : {}) }
      const { json } = await call(server, 'GET /api/v2/sourcemaps/list', { query })
      seen += json.data.length
      after = json.meta.page.next_cursor
    } while (after && seen < limit)
    return seen
  }
  await pages(30_000)
  const before = await residentMemory(server)
  assert.equal(await pages(Number.POSITIVE_INFINITY), 100_000)
  const grown = (await residentMemory(server)).map((after, node) => after - before[node])
  assert.ok(Math.max(...grown) < 48, `resident memory grew by ${grown} MiB while 100 pages were read`)
})

/** In MiB, of each of its processes. */
async function residentMemory({ nodes }) {
  const statuses = await Promise.all(nodes.map(({ pid }) => fs.readFile(`/proc/${pid}/status`, 'utf8')))
  return statuses.map(status => Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024)
}
