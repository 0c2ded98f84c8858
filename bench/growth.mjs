import { join } from 'node:path'
import pg from 'pg'
import { startPostgres } from '../dist/catalog/postgres/postgres-server.fixture.js'
import { median, ms, row } from './figures.mjs'
import { accepted, form, smallFiles } from './made-uploads.mjs'
import { seedPostgres } from './seed-postgres.mjs'
import { send, startServer } from './server.mjs'

const sizes = (process.env.MAPKEEP_BENCH_SIZES ?? '10000,100000,1000000,3000000').split(',').map(Number)
const few = 'mapkind=js&filter%5Bservice%5D=small&filter%5Bversion%5D=1.0.0'
const rounds = 60

const requests = {
  'list of 20 maps': server => send(server, { path: `/api/v2/sourcemaps/list?${few}` }),
  'dry run of 20 maps': server => send(server, { method: 'DELETE', path: `/api/v2/sourcemaps?${few}&dry_run=true` }),
  'deletion and restoration of 20 maps': async server => {
    await ok(send(server, { method: 'DELETE', path: `/api/v2/sourcemaps?${few}&dry_run=false` }))
    return send(server, { method: 'PATCH', path: `/api/v2/sourcemaps/restore?${few}&dry_run=false` })
  },
  'one map by id': server => send(server, { path: '/api/mapkeep/v1/sourcemaps/777' }),
  'a small upload': server =>
    accepted(send(server, { method: 'POST', path: '/api/v2/srcmap', ...form(smallFiles(`growth-${Math.random()}`)) })),
}

/** What the same requests cost among more and more maps in Postgres. */
export async function growth(scratch) {
  const engine = await startPostgres({ shared_buffers: '2GB', max_wal_size: '8GB' })
  const url = await engine.createDatabase('growth')
  const server = await startServer(join(scratch, 'growth'), { MAPKEEP_DATABASE_URL: url, MAPKEEP_PURGE_INTERVAL: 'off' })
  const costs = Object.fromEntries(Object.keys(requests).map(work => [work, []]))
  try {
    await seedPostgres(url, [{ service: 'small', version: '1.0.0', count: 20 }])
    let there = 20
    for (const size of sizes) {
      for (let version = 0; there < size; version++) {
        const count = Math.min(size - there, 250_000)
        await seedPostgres(url, [{ service: 'shop', version: `${size}.${version}`, count }])
        there += count
      }
      await settle(url)
      for (const [work, ask] of Object.entries(requests)) costs[work].push(await cost(() => ask(server)))
    }
  } finally {
    await server.stop()
    await engine.remove()
  }
  return Object.entries(costs).map(([work, times]) =>
    row(`Postgres: ${work} among ${sizes.map(size => size.toLocaleString('en')).join(', ')} maps`, times.map(ms).join(', '), {
      value: times.at(-1) / times[0],
      atMost: 1.5,
    }),
  )
}

async function settle(url) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('vacuum analyze')
  await client.query('checkpoint')
  await client.end()
}

async function cost(ask) {
  for (let at = 0; at < 10; at++) await ok(ask())
  const times = []
  for (let at = 0; at < rounds; at++) {
    const start = performance.now()
    await ok(ask())
    times.push(performance.now() - start)
  }
  return median(times)
}

async function ok(answer) {
  const { status } = await answer
  if (status > 299) throw new Error(`a request was answered with ${status}`)
}
