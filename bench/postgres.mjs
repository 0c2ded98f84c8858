import { fork } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import http from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { startPostgres } from '../dist/catalog/postgres/postgres-server.fixture.js'
import { firstAnswer } from './felt.mjs'
import { counted, ms, row, sideBySide, timed } from './figures.mjs'
import { requestsPerSecond } from './rates.mjs'
import { scaled } from './scale.mjs'
import { seedPostgres } from './seed-postgres.mjs'
import { startServer } from './server.mjs'

const release = 'mapkind=js&filter%5Bservice%5D=shop&filter%5Bversion%5D=2.0.0'
const where = "organization = 1 and kind = 'js' and service = 'shop' and version = '2.0.0'"
const few = 'mapkind=js&filter%5Bservice%5D=small&filter%5Bversion%5D=1.0.0'
const count = scaled(500_000, 500)
const others = scaled(50_000, 500)
const pool = scaled(50_000)

/** A server on Postgres against the bare statement on the same one: a deletion of half a million maps. */
export function postgres(scratch) {
  const releases = [
    { service: 'shop', version: '1.0.0', count: others, pool },
    { service: 'shop', version: '2.0.0', count, pool },
  ]
  return withServer(scratch, releases, async ({ server, url }) => {
    const bare = new pg.Client({ connectionString: url })
    await bare.connect()
    return deletion(server, bare).finally(() => bare.end())
  })
}

/** The same of lists and dry runs of 20 maps among others. */
export function postgresRequests(scratch) {
  const releases = [
    { service: 'shop', version: '1.0.0', count: others, pool },
    { service: 'small', version: '1.0.0', count: 20, pool },
  ]
  return withServer(scratch, releases, ({ server, url }) => smallRequests(server, url))
}

async function withServer(scratch, releases, measure) {
  const engine = await startPostgres({ shared_buffers: '1GB', max_wal_size: '8GB', checkpoint_timeout: '1h' })
  let server
  try {
    const url = await engine.createDatabase('bench')
    const stores = { MAPKEEP_DATABASE_URL: url, MAPKEEP_PURGE_INTERVAL: 'off' }
    server = await startServer(mkdtempSync(join(scratch, 'postgres-')), stores)
    await seedPostgres(url, releases)
    return await measure({ server, url })
  } finally {
    await server?.stop()
    await engine.remove()
  }
}

async function smallRequests(server, url) {
  const raw = await startRaw(url)
  const compare = async (work, request) => {
    const { ours, theirs } = await sideBySide(
      scaled(5),
      () => requestsPerSecond(server, request),
      () => requestsPerSecond(raw, request),
    )
    return row(
      `${work}, requests/s, against raw node:http + the same query through pg`,
      `${ours.toFixed(0)}/s against ${theirs.toFixed(0)}/s`,
      {
        value: ours / theirs,
        atLeast: 0.7,
      },
    )
  }
  try {
    return [
      await compare('Postgres: list of 20 maps', { path: `/api/v2/sourcemaps/list?${few}` }),
      await compare('Postgres: dry run of 20 maps', { method: 'DELETE', path: `/api/v2/sourcemaps?${few}&dry_run=true` }),
    ]
  } finally {
    await raw.stop()
  }
}

/** Each change starts from maps that are live, on rows that were cleaned up after the one before. */
async function deletion(server, bare) {
  const clean = async () => {
    await bare.query(`update source_map set deleted_at = null, last_operation = null where ${where} and deleted_at is not null`)
    await bare.query('vacuum source_map')
    await bare.query('checkpoint')
  }
  const { ours, theirs } = await sideBySide(
    scaled(3),
    async () => {
      await clean()
      const { time, status } = await firstAnswer(server, { method: 'DELETE', path: `/api/v2/sourcemaps?${release}&dry_run=false` })
      if (status !== 200) throw new Error(`the deletion was answered with ${status}`)
      return time
    },
    async () => {
      await clean()
      return timed(() =>
        bare.query(
          `update source_map set deleted_at = 5, last_operation = 1, state_version = state_version + 1 where ${where} and deleted_at is null`,
        ),
      )
    },
  )
  const figures = `${ms(ours)} against ${ms(theirs)}`
  return [
    row(`Postgres: deletion of ${counted(count)}, to commit, against the bare statement`, figures, { value: ours / theirs, atMost: 1.5 }),
  ]
}

async function startRaw(url) {
  const child = fork(fileURLToPath(new URL('./raw-postgres.mjs', import.meta.url)), [url])
  const address = await new Promise(resolve => child.once('message', resolve))
  const agent = new http.Agent({ keepAlive: true, maxSockets: 64 })
  return { url: address, agent, headers: {}, stop: async () => child.kill() && agent.destroy() }
}
