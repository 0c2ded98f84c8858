import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { postgresMissing } from '../catalog/postgres/postgres-programs.fixture.ts'
import { type PostgresServer, startPostgres } from '../catalog/postgres/postgres-server.fixture.ts'
import { keys, type Server, startServer, temporaryFolder, uploadJs } from '../cli/mapkeep.fixture.ts'

const headers = { 'dd-api-key': keys.api, 'dd-application-key': keys.application }
const selection = 'mapkind=js&filter[service]=shop&filter[version]=1'

const folder = temporaryFolder()
let postgres: PostgresServer
let owner: pg.Client
let server: Server

describe('when a client goes away, on Postgres', { skip: postgresMissing() ?? false, timeout: 120_000 }, () => {
  before(async () => {
    postgres = await startPostgres({ fsync: 'off' })
    owner = new pg.Client({ connectionString: await postgres.createDatabase('left') })
    owner.on('error', () => {})
    await owner.connect()
    // Rules that make rows slow to look at bind everybody but a superuser
    await owner.query('create role app login')
    await owner.query('alter database "left" owner to app')
    const database = postgres.url('left').replace('postgres@', 'app@')
    server = await startServer(folder.path, { MAPKEEP_DATABASE_URL: database, MAPKEEP_RATE_LIMIT: 'read=off,delete=off,upload=off' })
    await uploadJs(server.url, { version: '1', name: 'a.js' })
    await owner.query('alter table source_map enable row level security, force row level security')
  })
  beforeEach(() => secondsPerRow(0))
  after(async () => {
    server?.child.kill('SIGTERM')
    await server?.ended
    await owner?.end().catch(() => {})
    await postgres?.remove()
    folder.remove()
  })

  for (const path of [`/api/v2/sourcemaps/list?${selection}`, '/api/mapkeep/v1/usage?by=service']) {
    test(`what it reads is given up: ${path.split('?')[0]}`, async () => {
      await secondsPerRow(100)
      const pid = await leave(path, 'GET')
      while ((await sleeping()).length > 0) await wait(20)
      await secondsPerRow(0)
      assert.ok(await isConnected(pid), 'the connection is kept')
      for (let at = 0; at < 20; at++) assert.equal((await ask(path, 'GET')).status, 200)
      assert.equal(server.said.errors, '', 'and nobody calls it a fault')
    })
  }

  test('what it reads in a snapshot of several statements is given up, too', async () => {
    await secondsPerRow(100)
    await leave(`/api/mapkeep/v1/sourcemaps/1`, 'GET')
    while ((await sleeping()).length > 0) await wait(20)
    await secondsPerRow(0)
    assert.equal((await ask('/api/mapkeep/v1/sourcemaps/1', 'GET')).status, 200)
    assert.equal(server.said.errors, '')
  })

  test('what it changes is changed all the same', async () => {
    await secondsPerRow(0.3)
    const pid = await leave(`/api/v2/sourcemaps?${selection}&dry_run=false`, 'DELETE')
    while ((await deleted()) === 0) {
      assert.ok(await isConnected(pid))
      await wait(50)
    }
    await secondsPerRow(0)
    const { data } = (await (await ask(`/api/v2/sourcemaps/list?${selection}`, 'GET')).json()) as { data: unknown[] }
    assert.deepEqual(data, [])
    assert.equal(server.said.errors, '')
  })
})

/** From now on nobody sees a row of the maps before this time has passed. */
async function secondsPerRow(seconds: number): Promise<void> {
  await owner.query('drop policy if exists slow on source_map')
  await owner.query(`create policy slow on source_map using (${seconds > 0 ? `pg_sleep(${seconds}) is not null` : 'true'})`)
}

/** Asks, and goes away when the statement runs; gives the connection it runs on. */
async function leave(path: string, method: string): Promise<number> {
  const client = new AbortController()
  const asked = ask(path, method, client.signal)
  let busy: number[] = []
  while (busy.length === 0) busy = await sleeping()
  client.abort()
  await assert.rejects(asked, { name: 'AbortError' })
  return busy[0] ?? 0
}

function ask(path: string, method: string, signal?: AbortSignal): Promise<Response> {
  return fetch(`${server.url}${path}`, { method, headers, ...(signal ? { signal } : {}) })
}

/** The connections whose statement looks at a slow row now. */
async function sleeping(): Promise<number[]> {
  const { rows } = await owner.query(`select pid from pg_stat_activity where usename = 'app' and wait_event = 'PgSleep'`)
  return rows.map(row => row.pid)
}

async function isConnected(pid: number): Promise<boolean> {
  return (await owner.query('select 1 from pg_stat_activity where pid = $1', [pid])).rowCount === 1
}

async function deleted(): Promise<number> {
  return (await owner.query('select 1 from source_map where deleted_at is not null')).rowCount ?? 0
}
