// What people wish of deletion, each told once from beginning to end, on the built server with its own command line.
import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { call, download, filters, jsFiles, keyHeaders, list, remove, sha256, upload, uploadJs } from '../wire/api.mjs'
import { cleanEnvironment, mapkeep, run, startServer } from '../wire/running-server.mjs'
import { settles, storedCopies, storedDigests } from '../wire/stored-files.mjs'

const own = '/api/mapkeep/v1'
const release = { service: 'shop', version: '1.0.0' }
const root = path.join(import.meta.dirname, '..', '..')
const ids = items => items.map(item => item.id)
const numbers = (from, to) => Array.from({ length: to - from + 1 }, (_, at) => from + at)

const uploadMany = (server, names, more = {}) => Promise.all(names.map(name => uploadJs(server, { name: `chunk-${name}`, ...more })))
const preview = (server, values = release) =>
  call(server, 'DELETE /api/v2/sourcemaps', { query: { mapkind: 'js', dry_run: true, ...filters(values) } })
const execute = (server, plan, values = release) =>
  call(server, 'DELETE /api/v2/sourcemaps', { query: { mapkind: 'js', dry_run: false, plan, ...filters(values) } })

/** A server whose deletions can be purged at once, by command and not by itself. */
const startImpatient = t => startServer(t, { env: { MAPKEEP_UNDO_WINDOW: '0s', MAPKEEP_PURGE_INTERVAL: 'off' } })

test('upload, delete, upload the same file: it is there again', async t => {
  const server = await startServer(t)
  const { id: first } = await uploadJs(server)
  assert.equal((await remove(server, 'js', release)).status, 200)
  const { id: second } = await uploadJs(server)
  assert.notEqual(second, first)
  assert.deepEqual(ids(await list(server, 'js', release)), [second])
  assert.equal((await download(server, second, 'source_map')).text, jsFiles('main').source_map)
})

test('an id that does not exist is never a silent 200', async t => {
  const server = await startServer(t)
  const { id } = await uploadJs(server)
  for (const dryRun of [true, false]) {
    const query = { mapkind: 'js', dry_run: dryRun, ...filters({ ...release, id: '77' }) }
    assert.equal((await call(server, 'DELETE /api/v2/sourcemaps', { query })).status, 404)
  }
  const mixed = await preview(server, { ...release, id: [id, '77'] })
  assert.deepEqual([mixed.status, ids(mixed.json.data), mixed.json.meta.unmatched], [200, [id], ['77']])
  for (const line of [
    `GET ${own}/sourcemaps/77`,
    `GET ${own}/operations/op_77`,
    `POST ${own}/operations/op_77/undo`,
    `DELETE ${own}/holds/hld_77`,
  ])
    assert.equal((await call(server, line)).status, 404, line)
})

test('after a deletion and a purge the files on disk are exactly those that rows need', async t => {
  const server = await startImpatient(t)
  await uploadMany(server, numbers(1, 20))
  await uploadMany(server, numbers(11, 30), { version: '2.0.0' })
  const kept = numbers(11, 30).flatMap(name => Object.values(jsFiles(`chunk-${name}`)).map(sha256))
  assert.equal((await remove(server, 'js', release)).status, 200)
  await mapkeep(server, 'purge')
  await settles(async () => assert.deepEqual(await storedDigests(server), kept.sort()))
  for (const { id } of await list(server, 'js', { service: 'shop', version: '2.0.0' }))
    assert.equal((await download(server, id, 'minified_file')).status, 200)
  assert.match(await mapkeep(server, 'fsck', '--verify-bytes'), /Nothing is wrong/)
})

test('preview 12, upload 3 that match, carry it out: exactly 12 are gone', async t => {
  const server = await startServer(t)
  await uploadMany(server, numbers(1, 12))
  const seen = await preview(server)
  assert.equal(seen.json.meta.totals.count, 12)
  const later = ids(await uploadMany(server, numbers(13, 15)))
  const done = await execute(server, seen.json.meta.plan.id)
  assert.deepEqual([done.status, ids(done.json.data)], [200, ids(seen.json.data)])
  assert.deepEqual(ids(await list(server, 'js', release)).sort(), later.sort())
})

test('the last command at 3 a.m. is undone by the line it printed', async t => {
  const server = await startServer(t)
  await uploadMany(server, numbers(1, 5))
  const said = await cli(server, 'delete', '--kind', 'js', '--service', 'shop', '--version', '1.0.0', '--yes')
  assert.equal(said.code, 0, said.output)
  assert.deepEqual(await list(server, 'js', release), [])
  await uploadJs(server, { name: 'later' })
  const [, command] = /mapkeep (undo op_\d+)/.exec(said.output) ?? []
  assert.ok(command, said.output)
  const undone = await cli(server, ...command.split(' '), '--yes')
  assert.equal(undone.code, 0, undone.output)
  assert.deepEqual(ids(await list(server, 'js', release)).sort(), ['1', '2', '3', '4', '5', '6'])
})

test('a hold on an LTS line survives a filter deletion that matches it', async t => {
  const server = await startImpatient(t)
  await uploadMany(server, numbers(1, 3))
  await uploadMany(server, numbers(4, 5), { version: '1.0.0-lts.3' })
  const body = JSON.stringify({
    data: { type: 'holds', attributes: { selector: { service: 'shop', version: '*-lts*' }, reason: 'LTS', owner: 'mobile' } },
  })
  const placed = await call(server, `POST ${own}/holds`, {
    headers: { ...keyHeaders(server.keys), 'content-type': 'application/json' },
    body,
  })
  assert.equal(placed.status, 201, placed.text)
  const { id: late } = await uploadJs(server, { name: 'late', version: '1.0.0-lts.3' })
  const both = { service: 'shop', version: ['1.0.0', '1.0.0-lts.3'] }
  const done = await remove(server, 'js', both)
  assert.deepEqual([done.status, ids(done.json.data)], [200, ['1', '2', '3']])
  assert.deepEqual(
    done.json.meta.held,
    ['4', '5', late].map(id => ({ id, hold: placed.json.data.id, reason: 'LTS' })),
  )
  const again = await remove(server, 'js', both)
  assert.deepEqual([again.status, again.json.errors[0].title], [409, 'Held'])
  await mapkeep(server, 'purge')
  assert.deepEqual(ids(await list(server, 'js', both)).sort(), ['4', '5', late])
  for (const id of ['4', '5', late]) assert.equal((await download(server, id, 'source_map')).status, 200)
})

test('the bytes a deletion announces are the bytes that come back', async t => {
  const server = await startImpatient(t)
  const large = name => ({
    source_map: JSON.stringify({ version: 3, names: [], sources: [name], mappings: ';AAAA'.repeat(20_000) + name }),
    minified_file: 'shared'.repeat(3000),
  })
  for (const [service, version, name] of [
    ['shop', '1.0.0', 'a'],
    ['shop', '1.0.0', 'b'],
    ['shop', '2.0.0', 'a'],
    ['web', '1.0.0', 'b'],
  ]) {
    const event = { type: 'js_sourcemap', service, version, minified_url: `https://static.example/${name}.js` }
    assert.equal((await upload(server, event, name === 'a' ? large(`a of ${version}`) : large('b of all'))).status, 200)
  }
  // The four contents, compressed, and nothing beside them
  await settles(async () =>
    assert.deepEqual(
      (await storedCopies(server)).map(({ name }) => path.extname(name)),
      Array(4).fill('.br'),
    ),
  )
  const before = await storedBytes(server)
  const done = await remove(server, 'js', release)
  const { freed_size: freed, shared_size: shared } = done.json.meta.totals
  assert.ok(freed > 0 && shared > 0, done.text)
  assert.equal(await storedBytes(server), before, 'a deletion frees nothing by itself')
  await mapkeep(server, 'purge')
  await settles(async () => assert.equal(before - (await storedBytes(server)), freed))
  const { json } = await call(server, `GET ${own}/operations`)
  assert.deepEqual([json.data[0].attributes.kind, json.data[0].attributes.totals.freed_size], ['purge', freed])
})

test('the same content under two services: deleting one keeps the other readable', async t => {
  const server = await startImpatient(t)
  const { id: kept } = await uploadJs(server, { service: 'web' })
  const { id: gone } = await uploadJs(server)
  assert.equal((await remove(server, 'js', release)).status, 200)
  await mapkeep(server, 'purge')
  for (const part of ['source_map', 'minified_file']) {
    assert.equal((await download(server, kept, part)).text, jsFiles('main')[part])
    assert.equal((await download(server, gone, part)).status, 404)
  }
})

test('who deleted this, when, from where, why, and until when can it come back', async t => {
  const server = await startServer(t, { env: { MAPKEEP_UNDO_WINDOW: '14d' } })
  const { id } = await uploadJs(server)
  const query = { mapkind: 'js', dry_run: false, reason: 'wrong build', ...filters(release) }
  const from = Date.now()
  assert.equal((await call(server, 'DELETE /api/v2/sourcemaps', { query })).status, 200)
  const { attributes: map } = (await call(server, `GET ${own}/sourcemaps/${id}`)).json.data
  const { attributes: operation } = (await call(server, `GET ${own}/operations/${map.operation}`)).json.data
  assert.deepEqual([map.state, operation.kind, operation.reason, operation.address], ['deleted', 'deletion', 'wrong build', '127.0.0.1'])
  assert.match(operation.actor.id, /^key_/)
  assert.ok(operation.actor.name.length > 0)
  assert.ok(Date.parse(operation.at) >= from && Date.parse(operation.at) <= Date.now())
  assert.equal(Date.parse(map.undo_until) - Date.parse(operation.at), 14 * 86_400_000)
  const { json } = await call(server, `GET ${own}/audit`, { query: { 'filter[subject]': map.operation } })
  assert.deepEqual(
    json.data.map(({ attributes }) => [attributes.action, attributes.actor.id, attributes.at, attributes.detail.reason]),
    [['deletion', operation.actor.id, operation.at, 'wrong build']],
  )
})

test('a deletion with a typo in a filter deletes nothing', async t => {
  const server = await startServer(t)
  await uploadMany(server, numbers(1, 3))
  const typos = [
    { 'filter[verison]': '1.0.0' },
    { 'filter[version][]': '1.0.0' },
    { filter: 'version:1.0.0' },
    { 'Filter[id]': '1' },
    { dryrun: 'true' },
  ]
  for (const typo of typos) {
    const query = { mapkind: 'js', dry_run: false, ...filters(release), ...typo }
    const { status, json } = await call(server, 'DELETE /api/v2/sourcemaps', { query })
    assert.equal(status, 400)
    assert.equal(json.errors[0].source.parameter, Object.keys(typo)[0])
  }
  assert.equal((await list(server, 'js', release)).length, 3)
  const { json } = await call(server, `GET ${own}/audit`, { query: { 'filter[action]': 'deletion.refused' } })
  assert.equal(json.data.length, typos.length)
})

test('a retry, planned or by Idempotency-Key, never deletes more than the first would have', async t => {
  const server = await startServer(t)
  await uploadMany(server, numbers(1, 4))
  const seen = await preview(server)
  const planned = await Promise.all(numbers(1, 5).map(() => execute(server, seen.json.meta.plan.id)))
  await uploadMany(server, numbers(5, 6))
  planned.push(await execute(server, seen.json.meta.plan.id))
  assert.deepEqual(
    new Set(planned.map(answer => `${answer.status} ${answer.json.meta.operation.id} ${ids(answer.json.data)}`)),
    new Set(['200 op_1 1,2,3,4']),
  )
  const query = { mapkind: 'js', dry_run: false, ...filters(release) }
  const headers = { ...keyHeaders(server.keys), 'idempotency-key': 'night-job-7' }
  const first = await call(server, 'DELETE /api/v2/sourcemaps', { query, headers })
  await uploadMany(server, numbers(7, 8))
  const second = await call(server, 'DELETE /api/v2/sourcemaps', { query, headers })
  assert.deepEqual([first.status, second.text], [200, first.text])
  assert.equal(first.json.data.length, 2)
  assert.equal((await list(server, 'js', release)).length, 2)
  const other = await call(server, 'DELETE /api/v2/sourcemaps', { query: { ...query, 'filter[version]': '2.0.0' }, headers })
  assert.deepEqual([other.status, other.json.errors[0].source.header], [400, 'Idempotency-Key'])
})

/** The command line as a user runs it, with the server's keys. */
function cli(server, ...args) {
  const { apiKey, appKey } = server.keys
  const env = cleanEnvironment({ MAPKEEP_URL: server.url, DD_API_KEY: apiKey, DD_APP_KEY: appKey })
  return run(process.execPath, [path.join(root, 'dist', 'main.js'), ...args], { env })
}

async function storedBytes(server) {
  return (await storedCopies(server)).reduce((sum, { size }) => sum + size, 0)
}
