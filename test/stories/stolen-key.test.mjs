// What a thief can do with a key, and what the owner does about it: told once for each key from beginning to end, on the built server.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { call, download, filters, jsFiles, keyHeaders, list, upload, uploadJs } from '../wire/api.mjs'
import { mapkeep, startServer } from '../wire/running-server.mjs'

const own = '/api/mapkeep/v1'
const release = { service: 'shop', version: '1.0.0' }
const names = ['a', 'b', 'c', 'd']
const inOwn = line => line.replace(' ', ` ${own}/`)
const ids = items => items.map(item => item.id)

test('a stolen key that may delete: what it took by force is named, held, undone, and reads as it was', async t => {
  const server = await startServer(t, { env: { MAPKEEP_DELETE_LIMIT: '2' } })
  const uploaded = await Promise.all(names.map(name => uploadJs(server, { name })))
  const { keyId, thief } = await leakKey(server, { type: 'application', permissions: ['rum_delete_data'] })

  // The thief is stopped by nothing: a limit is for accidents
  const refused = await remove(thief, release)
  assert.equal(refused.status, 400)
  for (const { id } of uploaded.slice(0, 2)) assert.equal((await remove(thief, { ...release, id })).status, 200)
  const rest = await remove(thief, { ...release, ...forced })
  assert.deepEqual([rest.status, rest.json.data.length], [200, 2])
  assert.deepEqual(await list(server, 'js', release), [])

  await t.test('what the thief cannot: purge, place or release holds, make keys, read or erase the trail', async () => {
    for (const line of ['GET audit', 'GET keys', 'POST keys', 'GET holds', 'POST holds', 'DELETE holds/hld_1'].map(inOwn))
      assert.equal((await thief(line)).status, 403, line)
    for (const line of ['POST purge', 'DELETE audit', 'DELETE operations/op_1'].map(inOwn))
      assert.ok([404, 405].includes((await thief(line)).status), line)
    assert.match(await mapkeep(server, 'purge'), /Nothing is due/)
  })

  await t.test('the trail names the key, with what it did and what it was refused', async () => {
    const { json } = await call(server, `GET ${own}/audit`, { query: { 'filter[actor]': keyId } })
    assert.deepEqual(
      json.data.map(({ attributes }) => attributes.action),
      ['deletion', 'deletion', 'deletion', 'deletion.refused'],
    )
    assert.deepEqual(new Set(json.data.map(({ attributes }) => attributes.actor.name)), new Set(['leaked']))
  })

  await t.test('revoked, it ends', async () => {
    await revoke(server, asOwner(server), [keyId])
    assert.equal((await remove(thief, { ...release, ...forced })).status, 401)
    assert.equal((await thief(`GET ${own}/operations`)).status, 401)
  })

  await t.test('all its deletions are undone, and every byte reads as it was', async () => {
    assert.equal((await place(server, { service: 'shop' })).status, 201)
    const { json } = await call(server, `GET ${own}/operations`)
    const theirs = json.data.filter(({ attributes }) => attributes.actor.id === keyId)
    assert.equal(theirs.length, 3)
    for (const { id } of theirs) assert.equal((await call(server, `POST ${own}/operations/${id}/undo`)).status, 200)
    assert.deepEqual(ids(await list(server, 'js', release)).sort(), ids(uploaded).sort())
    for (const [at, name] of names.entries())
      for (const [part, text] of Object.entries(jsFiles(name))) assert.equal((await download(server, uploaded[at].id, part)).text, text)
  })
})

test('a theft that is noticed when the undo window is over: a hold that came in time has kept the bytes', async t => {
  const server = await startServer(t, { env: { MAPKEEP_UNDO_WINDOW: '0s', MAPKEEP_PURGE_INTERVAL: 'off' } })
  const kept = await uploadJs(server, { name: 'kept' })
  const lost = await uploadJs(server, { name: 'lost', service: 'web' })
  const { thief } = await leakKey(server, { type: 'application', permissions: ['rum_delete_data'] })
  for (const service of ['shop', 'web']) assert.equal((await remove(thief, { ...release, service })).status, 200)

  assert.equal((await place(server, { service: 'shop' })).status, 201)
  await mapkeep(server, 'purge')
  const undone = await call(server, `POST ${own}/operations/op_1/undo`)
  assert.equal(undone.status, 200, undone.text)
  assert.equal((await download(server, kept.id, 'source_map')).text, jsFiles('kept').source_map)
  // Without a hold the window is all the time there is
  assert.equal((await call(server, `POST ${own}/operations/op_2/undo`)).status, 409)
  assert.equal((await download(server, lost.id, 'source_map')).status, 404)
})

test('a stolen key that may administer: its owner is let in again by the machine, and nothing is gone', async t => {
  const server = await startServer(t)
  const { id } = await uploadJs(server)
  assert.equal((await place(server, { service: 'shop' })).status, 201)
  const { thief } = await leakKey(server, { type: 'application', permissions: ['mapkeep_admin'] })

  // It ends every key but its own, and the hold, and deletes with a key it has made for that
  const others = (await thief(`GET ${own}/keys`)).json.data.filter(({ attributes }) => attributes.name !== 'leaked')
  await revoke(server, thief, ids(others))
  const holds = (await thief(`GET ${own}/holds`)).json.data
  for (const hold of holds) assert.equal((await thief(`DELETE ${own}/holds/${hold.id}`)).status, 204)
  const attributes = { type: 'application', name: 'second', permissions: ['rum_apps_read', 'rum_delete_data'] }
  const body = JSON.stringify({ data: { type: 'keys', attributes } })
  const made = await thief(`POST ${own}/keys`, { body, more: { 'content-type': 'application/json' } })
  const second = asBearer(server, made.json.data.attributes.secret)
  assert.equal((await remove(second, release)).status, 200)
  assert.equal((await call(server, `GET ${own}/keys`)).status, 401)

  // The owner has the machine
  const permissions = ['rum_apps_read', 'rum_delete_data', 'mapkeep_admin'].flatMap(each => ['--permission', each])
  const printed = await mapkeep(server, 'keys', 'create', '--type', 'application', '--name', 'owner', ...permissions)
  const owner = asBearer(server, printed.match(/mkp_\S+/)[0])
  const foreign = (await owner(`GET ${own}/keys`)).json.data.filter(({ attributes }) => attributes.name !== 'owner')
  await revoke(server, owner, ids(foreign))
  assert.equal((await remove(second, release)).status, 401)
  assert.equal((await owner(`POST ${own}/operations/op_1/undo`)).status, 200)
  assert.equal((await owner(`GET ${own}/sourcemaps/${id}/files/source_map`)).text, jsFiles('main').source_map)
  const trail = (await owner(`GET ${own}/audit`)).json.data.map(event => event.attributes.action)
  for (const action of ['key.created', 'key.revoked', 'hold.released', 'deletion']) assert.ok(trail.includes(action), `${action}: ${trail}`)
})

test('a stolen key that only uploads: nothing stored changes, and what it brought is found and taken away', async t => {
  const server = await startServer(t)
  const real = await uploadJs(server, { name: 'main' })
  const { keyId, secret } = await leakKey(server, { type: 'api' })
  const thief = (line, more = {}) => call(server, line, { headers: { 'DD-API-KEY': secret, 'DD-APPLICATION-KEY': secret }, ...more })

  // The worst of it: a false map under the true one's name, which look-ups prefer, and others beside it
  const event = { type: 'js_sourcemap', ...release, minified_url: 'https://static.example/main.min.js' }
  const thiefs = { ...server, keys: { apiKey: secret, appKey: '' } }
  const first = await upload(thiefs, event, jsFiles('false'))
  assert.equal(first.status, 200)
  assert.equal((await upload(thiefs, { ...event, minified_url: 'https://static.example/other.min.js' }, jsFiles('noise'))).status, 200)
  const foundBy = async () => ids((await list(server, 'js', { ...release, filename: 'main.min.js' })).slice(0, 1))
  assert.deepEqual(await foundBy(), [first.id])

  await t.test('it reads, lists, deletes and restores nothing', async () => {
    for (const line of ['GET /api/v2/sourcemaps/list', 'DELETE /api/v2/sourcemaps', 'PATCH /api/v2/sourcemaps/restore'])
      assert.equal((await thief(line, { query: { mapkind: 'js', dry_run: false, ...filters(release) } })).status, 401, line)
    for (const line of [`GET ${own}/sourcemaps/${real.id}`, `GET ${own}/sourcemaps/${real.id}/files/source_map`, `GET ${own}/audit`])
      assert.equal((await thief(line)).status, 401, line)
  })

  await t.test('the true map is what it was', async () => {
    for (const [part, text] of Object.entries(jsFiles('main'))) assert.equal((await download(server, real.id, part)).text, text)
  })

  await t.test('the trail names what it uploaded, that goes, and look-ups are right again', async () => {
    await revoke(server, asOwner(server), [keyId])
    assert.equal((await upload(thiefs, event, jsFiles('more'))).status, 403)
    const { json } = await call(server, `GET ${own}/audit`, { query: { 'filter[actor]': keyId, 'filter[action]': 'upload' } })
    const brought = json.data.map(({ attributes }) => attributes.subject)
    assert.equal(brought.length, 2)
    const removed = await remove(asOwner(server), { ...release, id: brought })
    assert.deepEqual([removed.status, removed.json.data.length], [200, 2])
    assert.deepEqual(ids(await list(server, 'js', release)), [real.id])
    assert.deepEqual(await foundBy(), [real.id])
  })
})

const forced = { force: true, reason: 'none of your business' }

/** A key that has fallen into the wrong hands. An application key needs no other beside it. */
async function leakKey(server, { type, permissions }) {
  const { json, status, text } = await post(server, `${own}/keys`, { type: 'keys', attributes: { type, name: 'leaked', permissions } })
  assert.equal(status, 201, text)
  const { secret } = json.data.attributes
  return { keyId: json.data.id, secret, thief: asBearer(server, secret) }
}

/** Asks with the keys of the first start. */
function asOwner(server) {
  return (line, more) => call(server, line, more)
}

/** Ends keys: at once where one server runs; each of several nodes may believe a key for two more seconds. */
async function revoke(server, ask, keyIds) {
  for (const id of keyIds) assert.equal((await ask(`DELETE ${own}/keys/${id}`)).status, 204)
  if (server.shared) await sleep(2500)
}

/** Asks with one application key and nothing else. */
function asBearer(server, secret) {
  return (line, { more = {}, ...rest } = {}) => call(server, line, { headers: { authorization: `Bearer ${secret}`, ...more }, ...rest })
}

function place(server, selector) {
  return post(server, `${own}/holds`, { type: 'holds', attributes: { selector, reason: 'a key was stolen', owner: 'security' } })
}

function post(server, path, data) {
  const headers = { ...keyHeaders(server.keys), 'content-type': 'application/json' }
  return call(server, `POST ${path}`, { headers, body: JSON.stringify({ data }) })
}

/** A deletion of js maps by whoever asks. */
function remove(ask, { force, reason, ...values }) {
  const insisting = force ? { force, reason } : {}
  return ask('DELETE /api/v2/sourcemaps', { query: { mapkind: 'js', dry_run: false, ...insisting, ...filters(values) } })
}
