import assert from 'node:assert/strict'
import { createConnection } from 'node:net'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { DatabaseSync } from '@photostructure/sqlite'
import { allRoutes } from './all-routes.ts'
import { drain } from './drain.ts'
import { jsEvent, openRig, type Rig } from './rig.fixture.ts'

const list = '/api/v2/sourcemaps/list?filter[service]=web&filter[version]=1.0.0'

describe('rate limits', () => {
  let rig: Rig
  before(async () => {
    rig = await openRig({ rateLimits: { read: { limit: 3, period: 60 } } })
  })
  after(() => rig.close())
  const standing = (headers: NodeJS.Dict<string | string[]>) =>
    ['limit', 'period', 'remaining', 'reset', 'name'].map(name => headers[`x-ratelimit-${name}`])

  test('are told on every answer of the family, and the one too many is 429 with strings', async () => {
    const first = await rig.ask(list, { headers: rig.keys })
    assert.deepEqual(standing(first.headers).toSpliced(3, 1), ['3', '60', '2', 'read'])
    const reset = Number(first.headers['x-ratelimit-reset'])
    assert.ok(reset >= 1 && reset <= 60)
    const second = await rig.ask('/api/v2/sourcemaps', { headers: rig.keys })
    assert.deepEqual([second.status, second.headers['x-ratelimit-remaining']], [400, '1'])
    await rig.ask(list, { headers: rig.keys })
    const refused = await rig.ask(list, { headers: rig.keys })
    assert.equal(refused.status, 429)
    assert.deepEqual(refused.json(), { errors: ['Too many requests'] })
    assert.deepEqual(standing(refused.headers).toSpliced(3, 1), ['3', '60', '0', 'read'])
  })

  test('count each key for itself, and those without a key by address', async () => {
    const other = { authorization: `Bearer ${await rig.makeKey('application', ['rum_apps_read'])}` }
    assert.equal((await rig.ask(list, { headers: other })).status, 200)
    const anonymous = await rig.ask(list)
    assert.deepEqual([anonymous.status, anonymous.headers['x-ratelimit-remaining']], [401, '2'])
    const forbidden = { authorization: `Bearer ${await rig.makeKey('application')}` }
    const answer = await rig.ask(list, { headers: forbidden })
    assert.deepEqual([answer.status, answer.headers['x-ratelimit-remaining']], [403, '2'])
  })

  test('are left out where a family has none', async () => {
    assert.equal((await rig.ask('/healthz')).headers['x-ratelimit-limit'], undefined)
    assert.equal((await rig.ask('/api/v2/sourcemaps', { method: 'DELETE', headers: rig.keys })).headers['x-ratelimit-limit'], undefined)
  })
})

describe('the server', () => {
  let rig: Rig
  before(async () => {
    rig = await openRig({ rateLimits: { read: { limit: 1000, period: 60 } } })
  })
  after(() => rig.close())

  test('keeps keys and raw URLs out of its log, whatever comes', async () => {
    await rig.upload(jsEvent())
    const secret = 'secret-in-a-query'
    for (const { path: pattern, method } of allRoutes) {
      const target = `${pattern.replace(':id', '1').replace(':part', 'source_map')}?api_key=${secret}&x=%zz`
      await rig.ask(target, { method, headers: rig.keys })
      await rig.ask(target, { method, headers: { ...rig.keys, 'dd-api-key': secret, authorization: `Bearer ${secret}` } })
    }
    await rig.ask(`/${secret}/%zz?${secret}`, { headers: rig.keys })
    const lines = rig.log.join('')
    for (const each of [secret, rig.apiKey, rig.applicationKey, 'api_key']) assert.ok(!lines.includes(each), each)
    const line = JSON.parse(rig.log.find(each => each.includes('/files/:part')) ?? '{}')
    assert.equal(line.route, '/api/mapkeep/v1/sourcemaps/:id/files/:part')
    assert.ok(line.reqId && line.method && line.status && line.ms >= 0)
  })

  test('tells in its log where a request came from that was refused for its keys, and of no other', async () => {
    rig.log.length = 0
    await rig.ask(list, { headers: { ...rig.keys, 'dd-api-key': 'mka_another' } })
    await rig.ask(list, { headers: rig.keys })
    const lines = rig.log.map(line => JSON.parse(line)).filter(line => line.msg === 'request')
    assert.deepEqual(
      lines.map(({ status, address }) => [status, address]),
      [
        [401, '127.0.0.1'],
        [200, undefined],
      ],
    )
  })

  test('takes a query of a thousand UUIDs, and refuses a head beyond its limit', async () => {
    const ids = Array.from({ length: 1000 }, () => 'filter%5Bid%5D=0f9d5e6c-7e1a-4c55-9f6f-3a9f2c1b7a10').join('&')
    assert.equal((await rig.ask(`${list}&${ids}`, { headers: rig.keys })).status, 200)
    const answer = await rig.ask(`${list}&${'x'.repeat(140_000)}`, { headers: rig.keys })
    assert.equal(answer.status, 431)
    assert.equal(answer.json().errors[0].status, '431')
  })

  test('refuses a method in the shape of the path it was sent to', async () => {
    for (const { path: pattern, errors } of allRoutes) {
      const target = pattern.replace(':id', '1').replace(':part', 'source_map').replace(':file', 'page.css')
      const answer = await rig.ask(target, { method: 'PUT', headers: rig.keys })
      assert.equal(answer.status, 405, pattern)
      assert.equal(typeof answer.json().errors[0], errors === 'strings' ? 'string' : 'object', pattern)
    }
  })

  test('refuses a body that is no chunked encoding in the shape of its path, too', async () => {
    for (const [method, target, shape] of [
      ['POST', '/base/api/v2/srcmap', 'string'],
      ['POST', '/', 'string'],
      ['POST', '/api/v2/sourcemaps/check_exists', 'string'],
      ['POST', '/api/v2/sourcemaps/service_repository_info', 'object'],
      ['POST', '/nowhere', 'object'],
    ] as const) {
      const socket = createConnection({ host: '127.0.0.1', port: rig.port })
      const keys = `DD-API-KEY: ${rig.apiKey}\r\nDD-APPLICATION-KEY: ${rig.applicationKey}`
      socket.write(`${method} ${target} HTTP/1.1\r\nHost: x\r\n${keys}\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n`)
      let text = ''
      for await (const chunk of socket) text += chunk
      assert.match(text, /^HTTP\/1.1 4\d\d /)
      assert.equal(text.match(/HTTP\/1.1/g)?.length, 1, 'one answer')
      assert.equal(typeof JSON.parse(text.slice(text.indexOf('\r\n\r\n'))).errors[0], shape, target)
    }
  })

  test('refuses what Node or Fastify would refuse by themselves in the shape of the path, with the headers of every answer', async () => {
    for (const [head, shape] of [
      ['POST /api/v2/srcmap HTTP/1.1\r\nContent-Length: 0', 'string'],
      ['GET /api/v2/sourcemaps HTTP/1.1', 'object'],
      ['POST /api/v2/srcmap HTTP/1.1\r\nHost: x\r\nContent-Type: \r\nContent-Length: 0', 'string'],
      ['POST /api/v2/sourcemaps/service_repository_info HTTP/1.1\r\nHost: x\r\nContent-Type: \xff\r\nContent-Length: 0', 'object'],
    ] as const) {
      const text = await answerTo(rig.port, `${head}\r\nConnection: close\r\n\r\n`)
      assert.match(text, /^HTTP\/1.1 400 /)
      assert.match(text, /^x-request-id: /m)
      assert.equal(typeof JSON.parse(text.slice(text.indexOf('\r\n\r\n'))).errors[0], shape, head)
    }
  })

  test('knows nothing under a name that is too long to be one', async () => {
    assert.equal((await rig.ask(`/api/mapkeep/v1/sourcemaps/${'9'.repeat(300)}`, { headers: rig.keys })).status, 404)
  })

  test('does not mind an expectation that it does not know', async () => {
    const text = await answerTo(rig.port, 'GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: the unexpected\r\nConnection: close\r\n\r\n')
    assert.match(text, /^HTTP\/1.1 200 /)
  })

  test('tells clients apart by no inbound request id', async () => {
    const answer = await rig.ask('/healthz', { headers: { 'x-request-id': 'mine', 'request-id': 'mine' } })
    assert.match(String(answer.headers['x-request-id']), /^[0-9a-f-]{36}$/)
    assert.equal(answer.headers['cache-control'], 'no-store')
    assert.equal(answer.headers['x-content-type-options'], 'nosniff')
  })

  test('a fault is a 500 that tells only an id, with the time to wait and no other rate header', async () => {
    const broken = await openRig({ rateLimits: { read: { limit: 10, period: 60 } } })
    try {
      const file = new DatabaseSync(path.join(broken.folder, 'catalog.db'))
      file.exec('alter table access_key rename to lost_1; alter table installation rename to lost_2')
      file.close()
      const answer = await broken.ask(list, { headers: broken.keys })
      assert.equal(answer.status, 500)
      const [error] = answer.json().errors
      assert.deepEqual([error.status, error.title, error.meta.request_id], ['500', 'Internal Server Error', answer.headers['x-request-id']])
      assert.equal(answer.headers['retry-after'], answer.headers['x-ratelimit-reset'])
      assert.equal(answer.headers['x-ratelimit-limit'], undefined)
      assert.doesNotMatch(answer.text, /sqlite|database|access_key|\bat\b.*\.js/i)
      assert.equal(broken.log.filter(line => line.includes('"msg":"fault"')).length, 1)
      const strings = await broken.ask('/api/v1/validate', { headers: broken.keys })
      assert.equal(strings.status, 500)
      assert.equal(typeof strings.json().errors[0], 'string')
      assert.deepEqual((await broken.ask('/readyz')).json(), { status: 'unavailable', failed: ['catalog'] })
    } finally {
      await broken.close()
    }
  })

  test('notes when keys were used', async () => {
    const used = await openRig()
    await used.ask(list, { headers: used.keys })
    await used.server.close()
    const keys = await used.catalog.listKeys()
    assert.ok(keys.some(key => key.type === 'application' && key.lastUsedAt !== undefined))
    await used.close()
  })

  test('stops: idle connections end at once, an upload in flight is dropped after the grace', async () => {
    const stopping = await openRig()
    const idle = createConnection({ host: '127.0.0.1', port: stopping.port })
    const busy = createConnection({ host: '127.0.0.1', port: stopping.port })
    const ends = Promise.all(
      [idle, busy].map(
        socket =>
          new Promise(resolve =>
            socket
              .on('close', resolve)
              .on('error', () => {})
              .resume(),
          ),
      ),
    )
    idle.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
    busy.write(
      `POST /api/v2/srcmap HTTP/1.1\r\nHost: x\r\nDD-API-KEY: ${stopping.apiKey}\r\nContent-Length: 99\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n--b`,
    )
    await new Promise(resolve => idle.once('data', resolve))
    const start = Date.now()
    await drain(stopping.server, { notice: 0, grace: 300 })
    await ends
    const took = Date.now() - start
    assert.ok(took >= 250 && took < 5000, `${took} ms`)
    await stopping.close()
  })

  test('in the time of notice it answers, and tells every client to come back no more', async () => {
    const rig = await openRig()
    const draining = drain(rig.server, { notice: 1_500, grace: 300 })
    const answer = await rig.ask(list, { headers: rig.keys })
    assert.deepEqual([answer.status, answer.headers.connection], [200, 'close'])
    await draining
    await assert.rejects(rig.ask('/healthz'))
    await rig.close()
  })
})

async function answerTo(port: number, request: string): Promise<string> {
  const socket = createConnection({ host: '127.0.0.1', port })
  socket.write(request, 'latin1')
  let text = ''
  for await (const chunk of socket) text += chunk
  return text
}
