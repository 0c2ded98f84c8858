import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { loadRequests, send } from '../fixtures/intake/replay.mjs'
import { call, keyHeaders, uploadJs } from './api.mjs'
import { mapkeep, startServer } from './running-server.mjs'
import { everythingStored } from './stored-files.mjs'
import { datadogCi, inputsInGit } from './uploaders.mjs'

const json = { 'content-type': 'application/json' }
const release = { service: 'shop', version: '1.0.0' }
const selection = { mapkind: 'js', 'filter[service]': 'shop', 'filter[version]': '1.0.0' }
const endpoints = [
  ['GET /api/v2/sourcemaps/list', { query: selection }],
  ['GET /api/v2/sourcemaps', { query: { ...release, filename: 'main.min.js' } }],
  ['DELETE /api/v2/sourcemaps', { query: { ...selection, dry_run: true } }],
  ['PATCH /api/v2/sourcemaps/restore', { query: { ...selection, dry_run: true } }],
  [
    'POST /api/v2/sourcemaps/service_repository_info',
    { headers: json, body: '{"data":{"type":"service_repository_info","attributes":{}}}' },
  ],
  ['POST /api/v2/sourcemaps/check_exists', { headers: json, body: '{"debug_ids":[]}' }],
  ['POST /api/v2/profiles/symbols/query', { headers: json, body: '{}' }],
  ['POST /api/v2/srcmap', { headers: json, body: '{}' }],
  ['POST /v1/input', { headers: json, body: '{}' }],
  ['POST /', { headers: json, body: '{}' }],
  ['POST /api/v1/series', { headers: json, body: '{"series":[]}' }],
  ['GET /api/v1/validate', {}],
  ['GET /api/v2/validate', {}],
  ['GET /api/v2/validate_keys', {}],
  ['GET /api/mapkeep/v1/sourcemaps/1', {}],
  ['GET /api/mapkeep/v1/sourcemaps/1/files/source_map', {}],
  ['GET /healthz', {}],
  ['GET /readyz', {}],
  ['GET /metrics', {}],
  ['GET /openapi.json', {}],
  ['GET /docs', {}],
  ['GET /no/such/path', {}],
]

/** Every place in which a client might put its keys, right or wrong. */
function places({ apiKey, appKey }) {
  return [
    { headers: keyHeaders({ apiKey, appKey }) },
    { headers: keyHeaders({ apiKey: appKey, appKey: apiKey }) },
    { headers: { authorization: `Bearer ${appKey}` } },
    { headers: { authorization: `Bearer ${apiKey}` } },
    { headers: { authorization: `Basic ${btoa(`${apiKey}:${appKey}`)}` } },
    {
      headers: {
        authorization: appKey,
        cookie: `dd=${appKey}`,
        'user-agent': apiKey,
        referer: `http://x/?k=${appKey}`,
        'x-request-id': appKey,
      },
    },
    { headers: { 'dd-evp-origin': apiKey, 'dd-evp-origin-version': appKey, traceparent: apiKey, 'idempotency-key': appKey } },
    { query: { api_key: apiKey, application_key: appKey } },
    {
      query: {
        'filter[service]': apiKey,
        filename: appKey,
        mapkind: appKey,
        dry_run: apiKey,
        plan: apiKey,
        [`filter[${appKey}]`]: 'x',
        [apiKey]: '1',
      },
    },
    { suffix: `/${apiKey}` },
  ]
}

test('no key is ever told', async t => {
  const token = `mkt_${createHash('sha256').update(String(process.pid)).digest('hex')}`
  const server = await startServer(t, { env: { MAPKEEP_METRICS_TOKEN: token, MAPKEEP_LOG_LEVEL: 'debug' } })
  const others = await createdKeys(server)
  const secrets = [...Object.values(server.keys), ...others, token]
  const { folder } = await inputsInGit(t)
  const bodies = []

  await uploadJs(server, { name: 'main' })
  const { code, output } = await datadogCi({ server, folder }, 'sourcemaps', 'upload', 'js-debugid', '--debug-id')
  assert.equal(code, 0, output)
  for (const request of loadRequests().filter(each => !each.parts)) {
    for (const apiKey of secrets) bodies.push((await send(server.url, request, { apiKey })).text)
  }
  for (const keys of [server.keys, { apiKey: others[0], appKey: others[1] }, { apiKey: token, appKey: token }]) {
    for (const place of places(keys))
      for (const endpoint of endpoints) {
        const told = await tell(server, endpoint, place)
        if (!place.mayBeNamed) bodies.push(...told)
      }
  }
  const { status, text } = await call(server, 'GET /metrics', { headers: { authorization: `Bearer ${token}` } })
  assert.equal(status, 200)
  assert.match(text, /^# HELP/m)
  bodies.push(text)
  assert.ok(server.output.length > 1000, 'the server logged something to search')

  await t.test('in an answer', () => noneIn(secrets, 'an answer', bodies.join('\n')))
  await t.test('in the log', () => noneIn(secrets, 'the log', server.output))
  await t.test('in what is stored, while the server runs', () => noneStored(secrets, server))
  await t.test('in what is stored, after it has stopped', async () => {
    await server.stop()
    await noneStored(secrets, server)
    noneIn(secrets, 'the log', server.output)
  })
})

async function createdKeys(server) {
  const secrets = []
  for (const type of ['api', 'application']) {
    const granted = type === 'application' ? ['--permission', 'rum_apps_read'] : []
    const printed = await mapkeep(server, 'keys', 'create', '--type', type, '--name', `second ${type}`, ...granted, '--json')
    secrets.push(JSON.parse(printed).secret)
  }
  return secrets
}

/** Body and headers of an answer to a request with keys in some place. */
async function tell(server, [line, options], { headers = {}, query = {}, suffix = '' }) {
  const request = { ...options, headers: { ...options.headers, ...headers }, query: { ...options.query, ...query } }
  const answer = await call(server, `${line}${suffix}`, request)
  return [...answer.headers].map(([, value]) => value).concat(answer.text)
}

function noneIn(secrets, where, text) {
  for (const secret of secrets) {
    const at = text.indexOf(secret)
    assert.equal(at, -1, `a key stands in ${where}: ${text.slice(Math.max(0, at - 200), at)}…`)
  }
}

async function noneStored(secrets, server) {
  const stored = await everythingStored(server)
  assert.ok(stored.length > 2)
  for (const [name, text] of stored) noneIn(secrets, name, text)
}
