import { join } from 'node:path'
import { startPostgres } from '../dist/catalog/postgres/postgres-server.fixture.js'
import { row, sideBySide } from './figures.mjs'
import { seedPostgres } from './seed-postgres.mjs'
import { requestsPerSecond, startServer } from './server.mjs'

const few = 'mapkind=js&filter%5Bservice%5D=small&filter%5Bversion%5D=1.0.0'

/** Two nodes on one Postgres against one, asked by as many clients, all on this machine: what is left of it is shared by all of them. */
export async function nodes(scratch) {
  const engine = await startPostgres()
  const url = await engine.createDatabase('nodes')
  const start = name => startServer(join(scratch, name), { MAPKEEP_DATABASE_URL: url, MAPKEEP_PURGE_INTERVAL: 'off' })
  const [first, second] = [await start('node-1'), await start('node-2')]
  try {
    await seedPostgres(url, [{ service: 'small', version: '1.0.0', count: 20 }])
    const request = { path: `/api/v2/sourcemaps/list?${few}` }
    const { ours, theirs } = await sideBySide(
      5,
      async () => (await Promise.all([first, second].map(node => requestsPerSecond(node, request, 4)))).reduce((sum, rate) => sum + rate),
      () => requestsPerSecond(first, request, 8),
    )
    return [
      row('two nodes against one, lists of 20 maps, requests/s', `${ours.toFixed(0)}/s against ${theirs.toFixed(0)}/s`, {
        value: ours / theirs,
      }),
    ]
  } finally {
    await Promise.all([first, second].map(node => node.stop()))
    await engine.remove()
  }
}
