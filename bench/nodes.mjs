import { join } from 'node:path'
import { startPostgres } from '../dist/catalog/postgres/postgres-server.fixture.js'
import { row, sideBySide } from './figures.mjs'
import { requestsPerSecond } from './rates.mjs'
import { scaled } from './scale.mjs'
import { seedPostgres } from './seed-postgres.mjs'
import { startServer } from './server.mjs'

const few = 'mapkind=js&filter%5Bservice%5D=small&filter%5Bversion%5D=1.0.0'

/** Two nodes on one Postgres against one, asked by as many clients, all on this machine: what is left of it is shared by all of them. */
export async function nodes(scratch) {
  const engine = await startPostgres()
  const running = []
  try {
    const url = await engine.createDatabase('nodes')
    const stores = { MAPKEEP_DATABASE_URL: url, MAPKEEP_PURGE_INTERVAL: 'off' }
    for (const name of ['node-1', 'node-2']) running.push(await startServer(join(scratch, name), stores))
    const [first] = running
    await seedPostgres(url, [{ service: 'small', version: '1.0.0', count: 20 }])
    const request = { path: `/api/v2/sourcemaps/list?${few}` }
    const { ours, theirs } = await sideBySide(
      scaled(5),
      async () => (await Promise.all(running.map(node => requestsPerSecond(node, request, 4)))).reduce((sum, rate) => sum + rate),
      () => requestsPerSecond(first, request, 8),
    )
    return [
      row('two nodes against one, lists of 20 maps, requests/s', `${ours.toFixed(0)}/s against ${theirs.toFixed(0)}/s`, {
        value: ours / theirs,
      }),
    ]
  } finally {
    await Promise.all(running.map(node => node.stop()))
    await engine.remove()
  }
}
