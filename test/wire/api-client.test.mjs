import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { jsFiles, repositoryInfo, upload, uploadJs } from './api.mjs'
import { startServer } from './running-server.mjs'

const { client, v2 } = createRequire(import.meta.url)('@datadog/datadog-api-client')
const operations = ['deleteSourcemaps', 'getSourcemaps', 'listSourcemaps', 'restoreSourcemaps', 'getServiceRepositoryInfo']

/** The official client, pointed at the server; `more` goes into its configuration. */
function officialClient(server, more = {}) {
  const configuration = client.createConfiguration({
    baseServer: new client.BaseServerConfiguration(server.url, {}),
    authMethods: { apiKeyAuth: server.keys.apiKey, appKeyAuth: server.keys.appKey },
    ...more,
  })
  for (const name of operations) configuration.unstableOperations[`v2.${name}`] = true
  return new v2.RUMApi(configuration)
}

const repository = { git_repository_url: 'https://github.com/acme/shop.git', git_commit_sha: '0123456789abcdef0123456789abcdef01234567' }
const shop = { filterService: ['shop'], filterVersion: ['1.0.0'] }
// Every item matches all eight of the client's schemas, so it leaves them unparsed: what came is in _data
const raw = response => response.data.map(item => item._data)

test('the official API client', async t => {
  const server = await startServer(t)
  const api = officialClient(server)
  const { id } = await uploadJs(server, { name: 'main', ...repository })
  await uploadJs(server, { name: 'admin', ...repository })
  await upload(server, { type: 'ios_symbols', uuids: '4C4C4428-5555-3144-A168-2F51A643CF36' }, { symbols_archive: 'PK' })

  await t.test('lists maps page by page', async () => {
    const first = await api.listSourcemaps({ mapkind: 'js', ...shop, pageSize: 1 })
    assert.equal(first.meta.page.hasMoreResults, true)
    assert.equal(first.meta.page.totalFilteredCount, 2)
    const second = await api.listSourcemaps({ mapkind: 'js', ...shop, pageSize: 1, pageNumber: 2 })
    assert.equal(second.meta.page.hasMoreResults, false)
    assert.deepEqual(
      [...raw(first), ...raw(second)].map(item => [item.type, item.attributes.file_name]),
      [
        ['sourcemaps', 'admin.min.js'],
        ['sourcemaps', 'main.min.js'],
      ],
    )
  })

  await t.test('lists a kind that needs no filter', async () => {
    const { data, meta } = await api.listSourcemaps({ mapkind: 'ios' })
    assert.equal(data[0]._data.attributes.uuids, '4C4C4428-5555-3144-A168-2F51A643CF36')
    assert.equal(meta.page.totalFilteredCount, 1)
  })

  await t.test('gets the content of a map, typed', async () => {
    const { data } = await api.getSourcemaps({ filename: '/main.min.js.map', service: 'shop', version: '1.0.0' })
    assert.equal(data.type, 'sourcemap_files')
    assert.equal(data.attributes.version, 3)
    assert.deepEqual(data.attributes.sources, ['main.js'])
    assert.deepEqual(data.attributes.sourcesContent, ['// main\n'])
    assert.deepEqual(data.attributes.minifiedLineLengths, [jsFiles('main').minified_file.length - 1, 0])
  })

  await t.test('previews, deletes and restores', async () => {
    const selection = { mapkind: 'js', ...shop, filterId: [id] }
    const preview = await api.deleteSourcemaps({ ...selection, dryRun: true })
    assert.deepEqual(preview.additionalProperties.meta.totals.count, 1)
    assert.equal(preview.additionalProperties.meta.dry_run, true)
    assert.equal((await api.listSourcemaps({ mapkind: 'js', ...shop })).data.length, 2)

    const deleted = await api.deleteSourcemaps({ ...selection, dryRun: false })
    assert.deepEqual(raw(deleted), raw(preview))
    assert.equal((await api.listSourcemaps({ mapkind: 'js', ...shop })).data.length, 1)

    const restored = await api.restoreSourcemaps({ ...selection, dryRun: false })
    assert.deepEqual(raw(restored), raw(preview))
    assert.equal((await api.listSourcemaps({ mapkind: 'js', ...shop })).data.length, 2)
  })

  await t.test('asks for the repository of a release, typed', async () => {
    const ask = version => ({ body: { data: { type: 'service_repository_info', attributes: { service: 'shop', version } } } })
    const { data } = await api.getServiceRepositoryInfo(ask('1.0.0'))
    assert.deepEqual(
      [data.id, data.attributes.status, data.attributes.repositoryUrl, data.attributes.commitSha],
      ['shop:1.0.0', 'success', repository.git_repository_url, repository.git_commit_sha],
    )
    assert.equal((await api.getServiceRepositoryInfo(ask('9'))).data.attributes.status, 'not_found')
    assert.equal((await repositoryInfo(server, 'shop', '9')).status, 'not_found')
  })

  await t.test('gets refusals as typed errors', async () => {
    await assert.rejects(api.deleteSourcemaps({ mapkind: 'js', dryRun: true, filterService: ['shop'] }), error => {
      assert.deepEqual([error.code, error.body.errors[0].source.parameter], [400, 'filter[version]'])
      return true
    })
    await assert.rejects(api.listSourcemaps({}), error => error.code === 400 && error.body.errors[0].source.parameter === 'filter[service]')
    const nothing = { mapkind: 'js', dryRun: false, filterService: ['nobody'], filterVersion: ['1'] }
    for (const call of [() => api.deleteSourcemaps(nothing), () => api.restoreSourcemaps(nothing)]) {
      await assert.rejects(call, error => error.code === 404 && error.body.errors[0].status === '404')
    }
    const absent = { filename: 'absent.js', service: 'shop', version: '1.0.0' }
    await assert.rejects(api.getSourcemaps(absent), error => error.code === 404 && error.body.errors[0].status === '404')
  })

  await t.test('is let in with a bearer token alone, and not with a wrong one', async () => {
    const bearer = token => officialClient(server, { authMethods: { AuthZ: { accessToken: token } } })
    assert.equal((await bearer(server.keys.appKey).listSourcemaps({ mapkind: 'ios' })).data.length, 1)
    await assert.rejects(bearer('mkp_wrong').listSourcemaps({ mapkind: 'ios' }), error => error.code === 401)
    await assert.rejects(bearer(server.keys.apiKey).listSourcemaps({ mapkind: 'ios' }), error => error.code === 401)
  })
})

test('the official API client, limited', async t => {
  const server = await startServer(t, { env: { MAPKEEP_RATE_LIMIT: 'read=3/2' } })
  const list = api => api.listSourcemaps({ mapkind: 'ios' })

  await t.test('gets 429 as a typed error', async () => {
    const calls = await Promise.allSettled(Array.from({ length: 6 }, () => list(officialClient(server))))
    const refused = calls.filter(call => call.status === 'rejected').map(call => call.reason)
    assert.ok(refused.length >= 3, `${refused.length} of 6 were refused`)
    for (const error of refused) {
      assert.equal(error.code, 429)
      assert.ok(error.body.errors.every(text => typeof text === 'string'))
    }
  })

  await t.test('waits as told and then succeeds', async () => {
    const api = officialClient(server, { enableRetry: true, maxRetries: 3 })
    for (let at = 0; at < 5; at++) assert.deepEqual((await list(api)).data, [])
  })
})
