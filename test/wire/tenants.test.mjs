import assert from 'node:assert/strict'
import { test } from 'node:test'
import { call, download, everyMap, keyHeaders, list, remove, repositoryInfo, restore, sha256, upload, uploadJs } from './api.mjs'
import { mapkeep, startServer } from './running-server.mjs'

const debugId = '0b1d7462-e967-4399-9b62-88142b9f9fd6'
const repository = { git_repository_url: 'https://github.com/acme/shop.git', git_commit_sha: '0123456789abcdef0123456789abcdef01234567' }
const shop = { service: 'shop', version: '1.0.0' }
const elf = {
  type: 'elf_symbol_file',
  arch: 'x86_64',
  gnu_build_id: '26a778a8cce5184c392306354f50405c17c18a8b',
  symbol_source: 'debug_info',
}

/** The same server, seen with the keys of an organization of its own. */
async function organization(server, name) {
  await mapkeep(server, 'orgs', 'create', name)
  const create = async (type, permissions) => {
    const granted = permissions.flatMap(each => ['--permission', each])
    const printed = await mapkeep(
      server,
      'keys',
      'create',
      '--type',
      type,
      '--name',
      `${name} ${type}`,
      '--org',
      name,
      ...granted,
      '--json',
    )
    return JSON.parse(printed).secret
  }
  const keys = { apiKey: await create('api', []), appKey: await create('application', ['rum_apps_read', 'rum_delete_data']) }
  return { ...server, keys }
}

test('two organizations on one server', async t => {
  const server = await startServer(t)
  const [red, blue] = [await organization(server, 'red'), await organization(server, 'blue')]
  await uploadJs(red, { name: 'main', debug_id: debugId, ...repository })
  await uploadJs(red, { name: 'admin' })
  await upload(red, elf, { elf_symbol_file: 'ELF' })

  await t.test('one sees nothing of the other', async () => {
    assert.deepEqual(await everyMap(blue), [])
    assert.deepEqual(await list(blue, 'js', shop), [])
    assert.deepEqual(await list(blue, 'elf'), [])
    assert.deepEqual(await list(blue, 'js', { debug_id: debugId }), [])
    const { json } = await call(blue, 'GET /api/v2/sourcemaps/list', { query: { mapkind: 'js', search_by: 'debug_id' } })
    assert.deepEqual(json.data, [])
    for (const part of ['source_map', 'minified_file']) assert.equal((await download(blue, 1, part)).status, 404)
    assert.equal((await repositoryInfo(blue, 'shop', '1.0.0')).status, 'not_found')
    const query = { filename: 'main.min.js', ...shop }
    assert.equal((await call(blue, 'GET /api/v2/sourcemaps', { query })).status, 404)
    assert.equal((await call(red, 'GET /api/v2/sourcemaps', { query })).status, 200)
  })

  await t.test('one does not learn which debug ids and build ids the other has', async () => {
    const existing = async view => {
      const headers = { 'DD-API-KEY': view.keys.apiKey, 'content-type': 'application/json' }
      const body = JSON.stringify({ debug_ids: [debugId] })
      return (await call(view, 'POST /api/v2/sourcemaps/check_exists', { headers, body })).json.data.attributes.results
    }
    assert.deepEqual([await existing(red), await existing(blue)], [{ [debugId]: true }, { [debugId]: false }])
    const known = async view => {
      const attributes = { buildIds: [elf.gnu_build_id], arch: 'x86_64' }
      const body = JSON.stringify({ data: { type: 'symbols-query-request', attributes } })
      const headers = { ...keyHeaders(view.keys), 'content-type': 'application/json' }
      return (await call(view, 'POST /api/v2/profiles/symbols/query', { headers, body })).json.data
    }
    assert.deepEqual([(await known(red)).length, await known(blue)], [1, []])
  })

  await t.test('one cannot delete or restore for the other, and an unknown id looks like a foreign one', async () => {
    for (const change of [remove, restore]) {
      const foreign = await change(blue, 'js', { ...shop, id: ['1'] })
      const unknown = await change(blue, 'js', { ...shop, id: ['99'] })
      assert.deepEqual([foreign.status, foreign.json], [404, unknown.json])
    }
    assert.equal((await list(red, 'js', shop)).length, 2)
  })

  await t.test('ids start at 1 in each, and the same content is a map of its own in each', async () => {
    const { id } = await uploadJs(blue, { name: 'main', debug_id: debugId })
    assert.equal(id, '1')
    const [mine, theirs] = await Promise.all([blue, red].map(view => download(view, 1, 'source_map')))
    assert.equal(sha256(mine.bytes), sha256(theirs.bytes))
    const answer = await remove(blue, 'js', { ...shop, id: ['1', '2', '3', 'zzz'] })
    assert.deepEqual([answer.json.data.map(item => item.id), answer.json.meta.unmatched.sort()], [['1'], ['2', '3', 'zzz']])
    assert.deepEqual((await list(red, 'js', shop)).map(item => item.id).sort(), ['1', '2'])
    assert.equal((await download(red, 1, 'source_map')).status, 200)
  })

  await t.test('keys of two organizations are not valid together', async () => {
    const mixed = keyHeaders({ apiKey: red.keys.apiKey, appKey: blue.keys.appKey })
    assert.equal((await call(server, 'GET /api/v2/sourcemaps/list', { headers: mixed, query: { mapkind: 'elf' } })).status, 401)
  })

  await t.test('a revoked key ends at once', async () => {
    const { data } = JSON.parse(await mapkeep(server, 'keys', 'list', '--org', 'red', '--json'))
    const application = data.find(key => key.type === 'application')
    await mapkeep(server, 'keys', 'revoke', application.id)
    assert.equal((await call(red, 'GET /api/v2/sourcemaps/list', { query: { mapkind: 'elf' } })).status, 401)
    assert.equal((await call(blue, 'GET /api/v2/sourcemaps/list', { query: { mapkind: 'elf' } })).status, 200)
  })
})
