import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { DatabaseSync } from '@photostructure/sqlite'
import { allRoutes } from './all-routes.ts'
import { guards } from './guard-headers.ts'
import { createMetrics } from './metrics.ts'
import { createMetricsServer } from './metrics-server.ts'
import { jsEvent, openRig, type Rig } from './rig.fixture.ts'
import type { Route } from './route.ts'

/** What is the same for everybody may be kept by browsers, as long as they ask whether it is still good. */
const kept: readonly string[] = ['/docs', '/docs/:file', '/openapi.json']

describe('the guards of answers', () => {
  let rig: Rig
  before(async () => {
    rig = await openRig({ metricsToken: 'token-of-the-scraper', rateLimits: { upload: { limit: 3, period: 60 } } })
    await rig.upload(jsEvent())
  })
  after(() => rig.close())

  for (const route of allRoutes) {
    test(`stand on all that ${route.method} ${route.path} answers`, async () => {
      const wrong = { 'dd-api-key': 'nobody', 'dd-application-key': 'nobody' }
      const methods = route.method === 'GET' ? ['GET', 'HEAD', 'TRACE', 'PUT'] : [route.method, 'OPTIONS', 'PUT']
      for (const method of methods)
        for (const headers of [rig.keys, {}, wrong, { authorization: 'Bearer token-of-the-scraper' }])
          for (const query of ['', '?x=%zz', '?filter[service]=web&filter[version]=1.0.0&mapkind=js&dry_run=true']) {
            const answer = await rig.ask(`${targetOf(route)}${query}`, { method, headers })
            const label = `${method} ${query} ${answer.status}`
            const keepable = kept.includes(route.path) && answer.status < 300
            checkGuards(answer.headers, label, keepable)
          }
    })
  }

  test('keep a page to what its own server sends', async () => {
    const { headers } = await rig.ask('/docs')
    assert.match(String(headers['content-security-policy']), /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'$/)
  })

  test('keep a new secret and the bytes of a map out of every cache', async () => {
    const order = { data: { type: 'keys', attributes: { type: 'api', name: 'new' } } }
    const json = { ...rig.keys, 'content-type': 'application/json' }
    const made = await rig.ask('/api/mapkeep/v1/keys', { method: 'POST', headers: json, body: JSON.stringify(order) })
    assert.equal(made.status, 201)
    checkGuards(made.headers, 'a secret', false)
    const file = '/api/mapkeep/v1/sourcemaps/1/files/source_map'
    const whole = await rig.ask(file, { headers: rig.keys })
    const etag = String(whole.headers.etag)
    for (const [status, headers] of [
      [200, {}],
      [206, { range: 'bytes=0-3' }],
      [304, { 'if-none-match': etag }],
      [416, { range: 'bytes=9000-' }],
    ] as const) {
      const answer = await rig.ask(file, { headers: { ...rig.keys, ...headers } })
      assert.equal(answer.status, status)
      checkGuards(answer.headers, String(status), false)
    }
  })

  test('stand where no route is reached', async () => {
    for (const target of ['/nothing', '/%zz', '/docs/nothing.js', '/docs/']) checkGuards((await rig.ask(target)).headers, target, false)
    const long = await rig.ask(`/healthz?${'x'.repeat(140_000)}`)
    assert.equal(long.status, 431)
    checkGuards(long.headers, '431', false)
    const text = await sendRaw(rig.port, 'nonsense\r\n\r\n')
    assert.match(text, /^HTTP\/1.1 400 /)
    for (const [name, value] of Object.entries(guards)) assert.ok(text.includes(`\r\n${name}: ${value}\r\n`), name)
  })

  test('stand on 429 and on faults', async () => {
    const limited = await openRig({ rateLimits: { read: { limit: 1, period: 60 } } })
    try {
      await limited.ask('/api/v1/validate', { headers: limited.keys })
      const refused = await limited.ask('/api/v1/validate', { headers: limited.keys })
      assert.equal(refused.status, 429)
      checkGuards(refused.headers, '429', false)
      const file = new DatabaseSync(path.join(limited.folder, 'catalog.db'))
      file.exec('alter table access_key rename to lost_1; alter table installation rename to lost_2')
      file.close()
      const fault = await limited.ask('/api/v2/validate_keys', { headers: limited.keys })
      assert.equal(fault.status, 500)
      checkGuards(fault.headers, '500', false)
      const unready = await limited.ask('/readyz')
      assert.equal(unready.status, 503)
      checkGuards(unready.headers, '503', false)
    } finally {
      await limited.close()
    }
  })

  test('stand on the figures of the listener that has nothing else', async () => {
    const server = createMetricsServer(createMetrics())
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = server.address() as AddressInfo
      for (const target of ['/metrics', '/nothing']) {
        const { headers } = await fetch(`http://127.0.0.1:${port}${target}`)
        checkGuards(Object.fromEntries(headers), target, false)
      }
    } finally {
      server.close()
    }
  })
})

function checkGuards(headers: NodeJS.Dict<string | string[]>, label: string, keepable: boolean): void {
  assert.equal(headers['x-content-type-options'], 'nosniff', label)
  assert.equal(headers['cache-control'], keepable ? 'no-cache' : 'no-store', label)
  assert.match(String(headers['content-security-policy']), /^default-src 'none';.* frame-ancestors 'none'$/, label)
  assert.equal(headers['referrer-policy'], 'no-referrer', label)
  for (const name of ['server', 'x-powered-by', 'via', 'set-cookie', 'access-control-allow-origin'])
    assert.equal(headers[name], undefined, `${label} ${name}`)
}

function targetOf({ path: pattern }: Route): string {
  return pattern.replace(':id', '1').replace(':part', 'source_map').replace(':file', 'page.css')
}

async function sendRaw(port: number, text: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port })
  socket.write(text)
  let answered = ''
  for await (const chunk of socket) answered += chunk
  return answered
}
