import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:https'
import { type AddressInfo, createConnection, type Server } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { type ConnectionOptions, connect, type SecureVersion, type TLSSocket } from 'node:tls'
import { drain } from '../drain.ts'
import { jsEvent, jsFiles, openRig, type Rig, uploadOf } from '../rig.fixture.ts'
import { authority, renewedPair, serverPair } from './certificates.fixture.ts'
import { renewPair, tlsOptions } from './tls-pair.ts'

const host = '127.0.0.1'

describe('a server with a certificate', () => {
  let rig: Rig
  before(async () => {
    rig = await openRig({ rateLimits: {} }, serverPair)
  })
  after(() => rig.close())

  test('takes uploads and answers about them', async () => {
    const id = await rig.upload(jsEvent(), jsFiles('a.js'))
    const answer = await rig.ask(`/api/mapkeep/v1/sourcemaps/${id}/files/minified_file`, { headers: rig.keys })
    assert.equal(answer.text, 'a.js')
  })

  test('speaks TLS 1.2 and 1.3, and nothing older', async () => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const socket = await secured(rig.port, { minVersion: version, maxVersion: version })
      assert.equal(socket.getProtocol(), version)
      socket.destroy()
    }
    const old: SecureVersion = 'TLSv1.1'
    await assert.rejects(secured(rig.port, { minVersion: 'TLSv1', maxVersion: old, ciphers: 'DEFAULT@SECLEVEL=0' }), /protocol version/i)
  })

  test('keeps a connection for the next request', async () => {
    const socket = await secured(rig.port)
    for (let round = 0; round < 3; round++) {
      socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
      const [chunk] = await once(socket, 'data')
      assert.match(String(chunk), /^HTTP\/1.1 200 [\s\S]*keep-alive/i)
    }
    socket.destroy()
  })

  test('answers a head that is too large and a body that is no chunked encoding, then closes', async () => {
    const large = `GET /healthz?${'x'.repeat(140_000)} HTTP/1.1\r\nHost: x\r\n\r\n`
    assert.match(await told(rig.port, large), /^HTTP\/1.1 431 [\s\S]*"status":"431"/)
    const keys = `DD-API-KEY: ${rig.apiKey}\r\nTransfer-Encoding: chunked`
    const broken = await told(rig.port, `POST /api/v2/srcmap HTTP/1.1\r\nHost: x\r\n${keys}\r\n\r\nnonsense\r\n`)
    assert.match(broken, /^HTTP\/1.1 4\d\d /)
    assert.equal(typeof JSON.parse(broken.slice(broken.indexOf('\r\n\r\n'))).errors[0], 'string')
  })

  test('refuses a large upload before it has come, and the client gets the answer', async () => {
    const files = { ...jsFiles('b.js'), minified_file: 'x'.repeat(4_000_000) }
    const answer = await rig.ask('/api/v2/srcmap', uploadOf(jsEvent(), files, 'not-a-key'))
    assert.equal(answer.status, 403)
  })

  test('hangs up on a client that speaks plain HTTP, and logs nothing of it', async () => {
    const socket = createConnection({ host, port: rig.port }).on('error', () => {})
    socket.write(`GET /healthz?secret HTTP/1.1\r\nHost: x\r\n\r\n`)
    let text = ''
    socket.on('data', chunk => {
      text += chunk
    })
    await once(socket, 'close')
    assert.doesNotMatch(text, /HTTP/)
    assert.doesNotMatch(rig.log.join(''), /secret/)
    assert.equal((await rig.ask('/healthz')).status, 200)
  })

  test('gives a renewed certificate to new connections, and keeps the old one when the new one cannot be used', async () => {
    const open = await secured(rig.port)
    renewPair(rig.server, renewedPair)
    assert.equal(await nameAt(rig.port), 'mapkeep test renewed')
    assert.throws(() => renewPair(rig.server, { ...serverPair, key: renewedPair.key }))
    assert.equal(await nameAt(rig.port), 'mapkeep test renewed')
    await assert.rejects(secured(rig.port, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }))
    open.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
    assert.match(String((await once(open, 'data'))[0]), /^HTTP\/1.1 200 /)
    open.destroy()
  })
})

describe('a large answer by TLS', () => {
  const patience = 600
  const size = 30_000_000
  let rig: Rig
  let request: string
  before(async () => {
    rig = await openRig({ readerPatience: patience, maxFile: 2 * size }, serverPair)
    const id = await rig.upload(jsEvent(), { ...jsFiles('large.js'), minified_file: 'x'.repeat(size) })
    const bearer = `Authorization: Bearer ${rig.applicationKey}`
    request = `GET /api/mapkeep/v1/sourcemaps/${id}/files/minified_file HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${bearer}\r\n\r\n`
  })
  after(() => rig.close())

  test('is broken off when its reader takes nothing', async () => {
    const reader = await secured(rig.port)
    reader.pause().on('error', () => {})
    reader.write(request)
    const aborted = () => rig.log.some(line => line.includes('"aborted":true'))
    while (!aborted()) await new Promise(resolve => setTimeout(resolve, 20))
    reader.destroy()
  })

  test('comes whole to a reader that is slow but takes something now and then', async () => {
    const reader = await secured(rig.port)
    reader.write(request)
    let [taken, rest] = [0, 0]
    reader.on('data', chunk => {
      taken += chunk.length
      rest += chunk.length
      if (rest < 5_000_000) return
      rest = 0
      reader.pause()
      setTimeout(() => reader.resume(), patience / 3)
    })
    await once(reader, 'close')
    assert.ok(taken > size, `${taken} bytes`)
  })
})

describe('a handshake that never ends', () => {
  test('does not keep a server from stopping', async () => {
    const rig = await openRig({}, serverPair)
    const silent = createConnection({ host, port: rig.port }).on('error', () => {})
    await once(rig.server.server, 'connection')
    const closed = once(silent.resume(), 'close')
    const start = performance.now()
    await drain(rig.server, { notice: 0, grace: 60_000 })
    await closed
    assert.ok(performance.now() - start < 15_000)
    await rig.close()
  })

  test('is ended when its time is over, even if bytes keep coming', async () => {
    const options = tlsOptions(serverPair)
    assert.ok(options.handshakeTimeout)
    const server: Server = createServer({ ...options, handshakeTimeout: 500 })
    await new Promise<void>(resolve => server.listen(0, host, resolve))
    const slow = createConnection({ host, port: (server.address() as AddressInfo).port }).on('error', () => {})
    // The beginning of a greeting that announces 508 bytes
    slow.resume().write(Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]))
    const drip = setInterval(() => slow.write(Buffer.from([0])), 100)
    await once(slow, 'close')
    clearInterval(drip)
    server.close()
  })
})

async function secured(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ host, port, ca: authority, ...options })
  await once(socket, 'secureConnect')
  return socket
}

async function nameAt(port: number): Promise<string> {
  const socket = await secured(port)
  const { CN } = socket.getPeerCertificate().subject
  socket.destroy()
  return String(CN)
}

async function told(port: number, request: string): Promise<string> {
  const socket = await secured(port)
  socket.write(request)
  let text = ''
  for await (const chunk of socket) text += chunk
  return text
}
