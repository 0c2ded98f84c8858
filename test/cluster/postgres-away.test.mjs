// What happens to requests, and to what was promised, when the database goes away and comes back.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { postgresMissing } from '../../dist/catalog/postgres/postgres-programs.fixture.js'
import { startPostgres } from '../../dist/catalog/postgres/postgres-server.fixture.js'
import { call, download, filters, jsFiles, keyHeaders, list, upload, uploadJs } from '../wire/api.mjs'
import { startServer } from '../wire/running-server.mjs'
import { ask } from './stores.mjs'
import { startProxy } from './tcp-proxy.mjs'

const release = { service: 'shop', version: '1.0.0' }
const env = url => ({ MAPKEEP_DATABASE_URL: url, MAPKEEP_LOG_LEVEL: 'fatal', MAPKEEP_RATE_LIMIT: 'read=off,delete=off,upload=off' })

describe('a server whose Postgres', { skip: postgresMissing() ?? false, timeout: 300_000 }, () => {
  let postgres
  before(async () => {
    postgres = await startPostgres()
  })
  after(() => postgres?.remove())

  test('is stopped answers 503 with the time to wait, and goes on by itself when it is back', async t => {
    const server = await startServer(t, { env: env(await postgres.createDatabase('stopped')) })
    const { id } = await uploadJs(server)
    await postgres.stop('SIGINT')
    await assertUnavailable(server)
    await postgres.start()
    await untilReady(server)
    assert.equal((await download(server, id, 'source_map')).text, jsFiles('main').source_map)
    assert.equal((await uploadJs(server, { name: 'later' })).status, 200)
    assert.equal((await list(server, 'js', release)).length, 2)
  })

  test('goes away while an upload comes in stores nothing of it', async t => {
    const server = await startServer(t, { env: env(await postgres.createDatabase('meanwhile')) })
    await uploadJs(server)
    const { body, go } = slowUpload()
    const answer = fetch(`${server.url}/api/v2/srcmap`, {
      method: 'POST',
      headers: { ...keyHeaders(server.keys), ...body.headers },
      body: body.stream,
      duplex: 'half',
    })
    await sleep(300)
    await postgres.stop('SIGKILL')
    go()
    const { status, headers } = await answer
    assert.equal(status, 503)
    assert.equal(headers.get('retry-after'), headers.get('x-ratelimit-reset'))
    await postgres.start()
    await untilReady(server)
    assert.equal((await list(server, 'js', release)).length, 1)
  })

  test('is killed again and again loses no acknowledged upload', async t => {
    const server = await startServer(t, { env: env(await postgres.createDatabase('killed')) })
    const acknowledged = new Set()
    let running = true
    const clients = Array.from({ length: 4 }, async (_, client) => {
      for (let at = 0; running; at++) {
        const { status, id, text } = await uploadJs(server, { name: `${client}-${at}` })
        assert.ok(status === 200 || status === 503, `${status} ${text}`)
        if (status === 200) acknowledged.add(id)
        else await sleep(50)
      }
    })
    for (let kills = 0; kills < 3; kills++) {
      const before = acknowledged.size
      while (acknowledged.size < before + 10) await sleep(20)
      await postgres.stop('SIGKILL')
      await sleep(200)
      await postgres.start()
    }
    await untilReady(server)
    running = false
    await Promise.all(clients)
    for (const id of acknowledged) assert.equal((await download(server, id, 'source_map')).status, 200, `map ${id}`)
  })

  test('hangs answers 503 in the end, and goes on when it goes on', async t => {
    const server = await startServer(t, { env: env(await postgres.createDatabase('hanging')) })
    await uploadJs(server)
    await postgres.freeze('SIGSTOP')
    try {
      await assertUnavailable(server)
    } finally {
      await postgres.freeze('SIGCONT')
    }
    await untilReady(server)
    assert.equal((await list(server, 'js', release)).length, 1)
    assert.equal((await uploadJs(server, { name: 'later' })).status, 200)
  })
})

test('a failover to a synchronous standby loses nothing that was acknowledged', {
  skip: postgresMissing() ?? false,
  timeout: 300_000,
}, async t => {
  const primary = await startPostgres({ wal_level: 'replica' })
  t.after(() => primary.remove())
  await primary.createDatabase('maps')
  const standby = await primary.addStandby('standby')
  t.after(() => standby.remove())
  await ask(primary.url('postgres'), "alter system set synchronous_standby_names = 'standby'")
  await ask(primary.url('postgres'), 'select pg_reload_conf()')
  while ((await ask(primary.url('postgres'), "select 1 from pg_stat_replication where sync_state = 'sync'")).length === 0) await sleep(50)
  const proxy = await startProxy(primary.port)
  t.after(proxy.stop)
  const server = await startServer(t, { env: env(`postgres://postgres@127.0.0.1:${proxy.port}/maps`) })
  const ids = []
  for (let at = 0; at < 20; at++) ids.push((await uploadJs(server, { name: `map ${at}`, version: at < 5 ? '2.0.0' : '1.0.0' })).id)
  const query = { mapkind: 'js', ...filters({ ...release, version: '2.0.0' }), dry_run: false }
  const deleted = await call(server, 'DELETE /api/v2/sourcemaps', { query })
  assert.equal(deleted.status, 200, deleted.text)
  await primary.stop('SIGKILL')
  await standby.promote()
  proxy.leadTo(standby.port)
  await untilReady(server)
  assert.deepEqual((await list(server, 'js', release)).map(map => map.id).sort(), ids.slice(5).sort())
  const undone = await call(server, `POST /api/mapkeep/v1/operations/${deleted.json.meta.operation.id}/undo`)
  assert.equal(undone.status, 200, undone.text)
  assert.equal((await uploadJs(server, { name: 'later' })).status, 200)
})

/** Every kind of request is refused in the shape of its route, with one time to wait; the process itself is well. */
async function assertUnavailable(server) {
  const query = { mapkind: 'js', ...filters(release) }
  const requests = [
    () => call(server, 'GET /api/v2/sourcemaps/list', { query }),
    () => call(server, 'DELETE /api/v2/sourcemaps', { query: { ...query, dry_run: true } }),
    () => call(server, 'DELETE /api/v2/sourcemaps', { query: { ...query, dry_run: false } }),
    () => call(server, 'GET /api/mapkeep/v1/operations'),
    () => upload(server, { type: 'js_sourcemap', ...release, minified_url: 'https://static.example/x.min.js' }, jsFiles('x')),
  ]
  const answers = await Promise.all(requests.map(request => request()))
  for (const { status, headers, json, text } of answers) {
    assert.equal(status, 503, text)
    assert.ok(json.errors.length > 0)
    assert.doesNotMatch(text, /postgres|ECONN|127\.0\.0\.1|select/i)
    assert.ok(Number(headers.get('retry-after')) > 0)
    assert.equal(headers.get('retry-after'), headers.get('x-ratelimit-reset'))
  }
  assert.equal((await call(server, 'GET /readyz', { headers: {} })).status, 503)
  assert.equal((await call(server, 'GET /healthz', { headers: {} })).status, 200)
}

async function untilReady(server) {
  while ((await call(server, 'GET /readyz', { headers: {} })).status !== 200) await sleep(100)
}

/** A body that stops before its end until it is told to go on. */
function slowUpload() {
  const boundary = 'slow'
  const event = JSON.stringify({ type: 'js_sourcemap', ...release, minified_url: 'https://static.example/slow.min.js' })
  const { source_map, minified_file } = jsFiles('slow')
  const part = (name, content, more = '') => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n${content}`
  const text = [
    part('event', event),
    part('minified_file', minified_file, '; filename="minified_file"'),
    part('source_map', source_map, '; filename="source_map"'),
    `--${boundary}--\r\n`,
  ].join('\r\n')
  let go
  const waiting = new Promise(resolve => (go = resolve))
  const stream = (async function* () {
    yield Buffer.from(text.slice(0, -60))
    await waiting
    yield Buffer.from(text.slice(-60))
  })()
  return { body: { stream, headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } }, go }
}
