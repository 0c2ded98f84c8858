import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { jsEvent, openRig, type Rig } from '../rig.fixture.ts'

describe('the small calls around the maps', () => {
  const debugId = '0f9d5e6c-7e1a-4c55-9f6f-3a9f2c1b7a10'
  let rig: Rig
  before(async () => {
    rig = await openRig({ metricsToken: 'token-of-the-scraper' })
  })
  after(() => rig.close())
  const post = (path: string, body: unknown, headers: Record<string, string> = rig.keys) =>
    rig.ask(path, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })

  test('the three checks of keys answer as their callers expect', async () => {
    const headers = { 'dd-api-key': rig.apiKey }
    assert.deepEqual((await rig.ask('/api/v1/validate', { headers })).json(), { valid: true })
    const { id, type, attributes } = (await rig.ask('/api/v2/validate', { headers })).json().data
    assert.match(id, /^[0-9a-f-]{36}$/)
    assert.equal(type, 'validate_v2')
    assert.equal(attributes.valid, true)
    assert.deepEqual((await rig.ask('/api/v2/validate_keys', { headers: rig.keys })).json(), { status: 'ok' })
  })

  test('a bad key is 403 with strings where datadog-ci asks, and 401 elsewhere', async () => {
    const missing = await rig.ask('/api/v1/validate')
    assert.deepEqual([missing.status, missing.json()], [403, { errors: ['API key required'] }])
    const headers = { 'dd-api-key': 'wrong' }
    for (const path of ['/api/v2/sourcemaps/check_exists', '/api/v2/srcmap', '/']) {
      const answer = await rig.ask(path, { method: 'POST', headers, body: '{}' })
      assert.equal(answer.status, 403, path)
      assert.equal(typeof answer.json().errors[0], 'string', path)
    }
    const together = await rig.ask('/api/v2/validate_keys', { headers: { 'dd-api-key': rig.apiKey, 'dd-application-key': rig.apiKey } })
    assert.equal(together.status, 401)
    assert.equal(typeof together.json().errors[0], 'string')
  })

  test('check_exists takes both bodies and answers each id in its own spelling', async () => {
    await rig.upload({ type: 'js_sourcemap', debug_id: debugId, minified_url: 'x.js' })
    const ids = [debugId.toUpperCase(), 'none', '__proto__']
    const headers = { 'dd-api-key': rig.apiKey }
    const expected = `{"data":{"type":"check_exists","id":"check_exists","attributes":{"results":{"${debugId.toUpperCase()}":true,"none":false,"__proto__":false}}}}`
    for (const body of [{ debug_ids: ids }, { data: { type: 'check_exists', attributes: { debug_ids: ids } } }]) {
      assert.equal((await post('/api/v2/sourcemaps/check_exists', body, headers)).text, expected)
    }
    for (const body of ['{', '[]', { debug_ids: 'x' }, { debug_ids: [1] }, { debug_ids: Array.from({ length: 1001 }, String) }]) {
      const answer = await post('/api/v2/sourcemaps/check_exists', body, headers)
      assert.equal(answer.status, 400)
      assert.equal(typeof answer.json().errors[0], 'string')
    }
  })

  test('service_repository_info tells success, no repository and not found apart', async () => {
    const git = { git_repository_url: 'https://bob:secret@h/r', git_commit_sha: 'abc' }
    await rig.upload(jsEvent({ service: 'with', ...git }))
    await rig.upload(jsEvent({ service: 'without' }))
    const info = async (service: string) => {
      const body = { data: { type: 'service_repository_info', attributes: { service, version: '1.0.0' } } }
      const { data } = (await post('/api/v2/sourcemaps/service_repository_info', body)).json()
      assert.equal(data.id, `${service}:1.0.0`)
      return data.attributes
    }
    assert.deepEqual(await info('with'), { status: 'success', repository_url: 'https://h/r', commit_sha: 'abc' })
    assert.deepEqual(await info('without'), { status: 'no_repository' })
    assert.deepEqual(await info('never'), { status: 'not_found' })
  })

  test('service_repository_info names the place of a fault', async () => {
    const pointers = async (body: unknown) => {
      const answer = await post('/api/v2/sourcemaps/service_repository_info', body)
      assert.equal(answer.status, 400)
      return answer.json().errors.map((error: { source: { pointer: string } }) => error.source.pointer)
    }
    const type = 'service_repository_info'
    assert.deepEqual(await pointers('{"data":'), ['/data'])
    assert.deepEqual(await pointers({ data: { type, attributes: { service: '' } } }), [
      '/data/attributes/service',
      '/data/attributes/version',
    ])
    assert.deepEqual(await pointers({ data: { attributes: { service: 'a', version: 'b' } } }), ['/data/type'])
    assert.equal((await post('/api/v2/sourcemaps/service_repository_info', `"${'x'.repeat(1_100_000)}"`)).status, 413)
  })

  test('the host profiler learns which build ids have symbols', async () => {
    const build = 'ab'.repeat(20)
    await rig.upload({ type: 'elf_symbol_file', arch: 'x86_64', gnu_build_id: build, symbol_source: 'symbol_table' })
    const ask = (arch: string) =>
      post('/api/v2/profiles/symbols/query', {
        data: { id: 'symbols-query-request', type: 'symbols-query-request', attributes: { buildIds: [build, 'none'], arch } },
      })
    const attributes = { buildId: build, buildIdType: 'gnu_build_id', symbolSource: 'symbol_table' }
    assert.deepEqual((await ask('amd64')).json(), { data: [{ id: build, type: 'symbols-query-response', attributes }] })
    assert.deepEqual((await ask('arm64')).json(), { data: [] })
  })

  test('the metrics of datadog-ci are taken and dropped', async () => {
    const answer = await post('/api/v1/series?api_key=secret-in-the-query&application_key=', { series: [] }, {})
    assert.deepEqual([answer.status, answer.json()], [202, { status: 'ok' }])
    assert.ok(!rig.log.join('').includes('secret-in-the-query'))
  })

  test('the server tells whether it lives and is ready', async () => {
    assert.equal((await rig.ask('/healthz')).status, 200)
    assert.deepEqual((await rig.ask('/readyz')).json(), { status: 'ok' })
  })

  test('the figures need their token and tell no organization apart', async () => {
    assert.equal((await rig.ask('/metrics')).status, 401)
    const { status, text } = await rig.ask('/metrics', { headers: { authorization: 'Bearer token-of-the-scraper' } })
    assert.equal(status, 200)
    assert.match(text, /mapkeep_http_requests_total\{method="POST",route="\/api\/v2\/srcmap",status="2xx"\} \d/)
    assert.match(text, /mapkeep_upload_bytes_total [1-9]/)
    assert.doesNotMatch(text, /organization/)
  })

  test('unknown paths are 404, unknown methods of known paths 405, never a redirect', async () => {
    assert.equal((await rig.ask('/api/v2/nothing?x=%zz')).status, 404)
    assert.equal((await rig.ask('/%zz')).status, 400)
    const answer = await rig.ask('/api/v2/sourcemaps', { method: 'PUT' })
    assert.equal(answer.status, 405)
    assert.deepEqual(answer.headers.allow?.split(', ').sort(), ['DELETE', 'GET', 'HEAD'])
    assert.equal(answer.json().errors[0].status, '405')
    assert.equal((await rig.ask('/api/v2/sourcemaps/', { headers: rig.keys })).status, 404)
  })
})
