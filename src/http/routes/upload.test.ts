import assert from 'node:assert/strict'
import { createConnection } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { jsEvent, openRig, type Question, type Rig, smallMap, uploadOf } from '../rig.fixture.ts'

describe('POST /api/v2/srcmap', () => {
  let rig: Rig
  before(async () => {
    rig = await openRig({ maxFile: 200_000, maxArchive: 200_000 })
  })
  after(() => rig.close())
  const files = { source_map: smallMap, minified_file: 'a()' }
  const question = (facts = {}): Question & { headers: Record<string, string> } => {
    const { headers, ...rest } = uploadOf(jsEvent(facts), files, rig.apiKey)
    return { ...rest, headers: headers as Record<string, string> }
  }

  test('is answered with the id of the map, at every path uploaders use', async () => {
    for (const path of ['/api/v2/srcmap', '/intake/api/v2/srcmap', '/a/b/api/v2/srcmap?x=1', '/v1/input', '/']) {
      const answer = await rig.ask(path, question({ service: path }))
      assert.equal(answer.status, 200, path)
      assert.equal(answer.json().data.type, 'sourcemap_upload')
      assert.match(answer.json().data.id, /^\d+$/)
    }
  })

  test('takes a gzipped body, and a repeat is the same map', async () => {
    const plain = question({ service: 'zipped' })
    const first = await rig.ask('/api/v2/srcmap', plain)
    const zipped = { ...plain, headers: { ...plain.headers, 'content-encoding': 'gzip' }, body: gzipSync(plain.body ?? '') }
    assert.deepEqual((await rig.ask('/api/v2/srcmap', zipped)).json(), first.json())
  })

  test('refuses what nobody could find again, with strings', async () => {
    const answer = await rig.ask('/api/v2/srcmap', uploadOf({ type: 'js_sourcemap' }, files, rig.apiKey))
    assert.equal(answer.status, 400)
    assert.match(answer.json().errors[0], /Missing required field/)
  })

  test('refuses a file that is too large', async () => {
    const large = { ...files, source_map: 'x'.repeat(300_000) }
    const answer = await rig.ask('/api/v2/srcmap', uploadOf(jsEvent(), large, rig.apiKey))
    assert.equal(answer.status, 413)
    assert.equal(typeof answer.json().errors[0], 'string')
  })

  test('a client that is refused gets its answer although it is still sending', async () => {
    for (const [key, status] of [
      ['wrong', 403],
      [rig.apiKey, 413],
    ] as const) {
      const text = await sendSlowly(rig.port, { key, bytes: 8_000_000 })
      assert.match(text, new RegExp(`^HTTP/1.1 ${status} `))
      assert.match(text, /connection: close/i)
      assert.match(text, /"errors":\["/)
    }
  })

  test('the API key alone is enough, and a bad or missing one is 403', async () => {
    const { body, headers } = question()
    for (const key of [undefined, '', 'wrong', rig.applicationKey]) {
      const { 'dd-api-key': _, ...others } = headers
      const answer = await rig.ask('/api/v2/srcmap', {
        method: 'POST',
        ...(body ? { body } : {}),
        headers: { ...others, ...(key === undefined ? {} : { 'dd-api-key': key }) },
      })
      assert.equal(answer.status, 403)
      assert.equal(typeof answer.json().errors[0], 'string')
    }
  })
})

/** Sends a large chunked body on a raw connection, all of it, and gives whatever came back until the server closed. */
function sendSlowly(port: number, { key, bytes }: { key: string; bytes: number }): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = createConnection({ host: '127.0.0.1', port, allowHalfOpen: false })
    socket.on('data', chunk => {
      text += chunk
    })
    socket.on('close', () => resolve(text)).on('error', reject)
    const head = ['POST /api/v2/srcmap HTTP/1.1', 'Host: x', `DD-API-KEY: ${key}`, 'Transfer-Encoding: chunked']
    socket.write(`${head.join('\r\n')}\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n`)
    const opening = '--b\r\nContent-Disposition: form-data; name="source_map"; filename="source_map"\r\n\r\n'
    socket.write(`${opening.length.toString(16)}\r\n${opening}\r\n`)
    const piece = `10000\r\n${'x'.repeat(65_536)}\r\n`
    let sent = 0
    const push = () => {
      while (sent < bytes) {
        sent += 65_536
        if (!socket.write(piece)) return void socket.once('drain', push)
      }
      socket.write('0\r\n\r\n')
    }
    push()
  })
}
