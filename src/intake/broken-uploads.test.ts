import assert from 'node:assert/strict'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { Problem } from '../domain/problem.ts'
import { intakeLimits } from './limits.ts'
import { type ReceivedUpload, receiveUpload } from './receive-upload.ts'
import { boundary, type HashedFile, hashingReceiver, jsParts, multipart, requestOf } from './upload-samples.ts'

const limits = intakeLimits({ fileBytes: 1_000_000, archiveBytes: 1_000_000 })
const contentType = `multipart/form-data; boundary=${boundary}`
const repository = '{"data":[{"hash":"c0ffee","repository_url":"https://git.acme.example/shop"}]}'
// Contents that look like boundaries, so that a cut inside a near miss is tried too
const parts = jsParts({ minified_file: `a\r\n--${boundary.slice(0, 20)}\r\n-\r\n--`, source_map: '\r\n\r\n', repository })
const body = multipart(parts)

test('it does not matter where the chunks of an upload end', async () => {
  const whole = await receive([body])
  assert.equal(whole.repository?.commit, 'c0ffee')
  for (let cut = 1; cut < body.length; cut++) assert.deepEqual(await receive([body.subarray(0, cut), body.subarray(cut)]), whole)
  assert.deepEqual(await receive(Array.from(body, byte => Uint8Array.of(byte))), whole)
  const packed = gzipSync(body)
  assert.deepEqual(
    await receive(
      Array.from(packed, byte => Uint8Array.of(byte)),
      { 'content-encoding': 'gzip' },
    ),
    whole,
  )
})

test('an epilogue after the last boundary is no fault, wherever it is cut', async () => {
  const whole = await receive([body])
  const longer = Buffer.concat([body, Buffer.from(`epilogue\r\n--${boundary}\r\n`)])
  for (let cut = body.length - 10; cut <= longer.length; cut++)
    assert.deepEqual(await receive([longer.subarray(0, cut), longer.subarray(cut)].filter(chunk => chunk.length > 0)), whole)
})

test('randomly cut uploads of random bytes arrive as they were', async () => {
  const random = generator(20_260_101)
  for (let round = 0; round < 60; round++) {
    const content = Buffer.from(Array.from({ length: random(3000) }, () => '\r\n-0ab'.charCodeAt(random(6))))
    const sample = multipart(jsParts({ source_map: content }))
    const encoded = round % 2 ? gzipSync(sample) : sample
    const upload = await receive(cutAtRandom(encoded, random), round % 2 ? { 'content-encoding': 'gzip' } : {})
    const whole = await receive([sample])
    assert.deepEqual(upload, whole, `round ${round}`)
    assert.equal(upload.files[0]?.spooled.size, content.length)
  }
})

test('a body that ends without a part is refused and not waited for, wherever it is cut', async () => {
  for (const text of [`--${boundary}--\r\n`, `a preamble --${boundary}\r\n--${boundary}--\r\nepilogue\r\n--${boundary}--`]) {
    const bare = Buffer.from(text)
    for (let cut = 0; cut < bare.length; cut++) {
      const chunks = [bare.subarray(0, cut), bare.subarray(cut)].filter(chunk => chunk.length > 0)
      await assert.rejects(receive(chunks), (error: Problem) => error.code === 'bad_request')
    }
  }
})

test('an upload that ends before its last boundary is refused, wherever it ends', async () => {
  const end = body.length - '--\r\n'.length
  for (let length = 0; length <= end; length++) await refuses({ chunks: [body.subarray(0, length)] })
})

test('a gzip body that ends too early is refused, wherever it ends', async () => {
  const packed = gzipSync(body)
  for (let length = 0; length < packed.length; length++)
    await refuses({ chunks: [packed.subarray(0, length)], headers: { 'content-encoding': 'gzip' } })
})

test('a body that stands still is refused as a timeout and its connection is left to the caller', async () => {
  const silent = new PassThrough()
  silent.write(body.subarray(0, 300))
  const receiver = hashingReceiver()
  const receiving = receiveUpload({ headers: { 'content-type': contentType }, body: silent }, receiver, { ...limits, idleMs: 30 })
  await assert.rejects(receiving, (error: unknown) => error instanceof Problem && error.code === 'timeout')
  assert.equal(silent.destroyed, false)
  assert.deepEqual(
    ['readable', 'end', 'error'].map(event => silent.listenerCount(event)),
    [0, 0, 0],
  )
  assert.equal(receiver.held.size, 0)
})

test('a slow receiver is not mistaken for a silent client', async () => {
  const receiver = hashingReceiver()
  const slow = { ...receiver, receive: async (source: AsyncIterable<Uint8Array>) => receiver.receive(slowly(source), 0) }
  const upload = await receiveUpload(requestOf(cut(body, 100)), slow, { ...limits, idleMs: 25 })
  assert.equal(upload.files.length, 2)
})

test('a client that goes away is a refusal, and what was received is discarded', async () => {
  const errors: unknown[] = []
  const receiver = hashingReceiver()
  const server = http.createServer((request, response) => {
    receiveUpload({ headers: request.headers, body: request }, receiver, limits)
      .catch(error => errors.push(error))
      .finally(() => response.end())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  for (const length of [0, 200, body.length - 50]) await sendAndLeave((server.address() as AddressInfo).port, length)
  while (errors.length < 3) await delay(5)
  await new Promise(resolve => server.close(resolve))
  assert.deepEqual(
    errors.map(error => (error as Problem).code),
    ['bad_request', 'bad_request', 'bad_request'],
  )
  assert.equal(receiver.held.size, 0)
})

test('a connection whose upload was refused early carries the answer and the next upload', async () => {
  const server = http.createServer((request, response) => {
    receiveUpload({ headers: request.headers, body: request }, hashingReceiver(), limits)
      .then(
        () => response.end('received'),
        (problem: Problem) => response.end(problem.code),
      )
      .finally(() => request.resume())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const target = { agent, port: (server.address() as AddressInfo).port, headers: { 'content-type': contentType } }
  const large = multipart(jsParts({ source_map: Buffer.alloc(3_000_000) }))
  assert.deepEqual([await send(target, large), await send(target, body)], ['too_large', 'received'])
  agent.destroy()
  await new Promise(resolve => server.close(resolve))
})

test('an upload refused early leaves the rest of its body unread and readable', async () => {
  let pulled = 0
  const endless = new Readable({
    read() {
      pulled += 16_384
      this.push(pulled === 16_384 ? body.subarray(0, 700) : Buffer.alloc(16_384, 'x'))
    },
  })
  const receiving = receiveUpload({ headers: { 'content-type': contentType }, body: endless }, hashingReceiver(), {
    ...limits,
    totalBytes: 200_000,
  })
  await assert.rejects(receiving, (error: unknown) => error instanceof Problem && error.code === 'too_large')
  assert.ok(pulled < 400_000, `${pulled} bytes were read`)
  assert.equal(endless.destroyed, false)
  endless.destroy()
})

function receive(chunks: readonly Uint8Array[], headers: Record<string, string> = {}): Promise<ReceivedUpload<HashedFile>> {
  return receiveUpload(requestOf(chunks, headers), hashingReceiver(), limits)
}

async function refuses({ chunks, headers = {} }: { chunks: readonly Uint8Array[]; headers?: Record<string, string> }): Promise<void> {
  const receiver = hashingReceiver()
  const request = requestOf(
    chunks.filter(chunk => chunk.length > 0),
    headers,
  )
  await assert.rejects(
    receiveUpload(request, receiver, limits),
    (error: unknown) => error instanceof Problem && error.code === 'bad_request',
  )
  assert.equal(receiver.held.size, 0)
}

async function* slowly(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    await delay(60)
    yield chunk
  }
}

function cut(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size))
}

function cutAtRandom(bytes: Buffer, random: (below: number) => number): Buffer[] {
  const chunks: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + random(random(4) ? 20 : 1500)
    chunks.push(bytes.subarray(at, at + size))
    at += size
  }
  return chunks
}

/** Numbers that look random and are the same in every run. */
function generator(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

function sendAndLeave(port: number, length: number): Promise<void> {
  return new Promise(resolve => {
    const request = http.request({ port, host: '127.0.0.1', method: 'POST', headers: { 'content-type': contentType } })
    request.on('error', () => resolve())
    request.write(body.subarray(0, length) || ' ')
    request.flushHeaders()
    setTimeout(() => request.destroy(new Error('gone')), 40)
  })
}

function send(target: http.RequestOptions, bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.request({ ...target, host: '127.0.0.1', method: 'POST' }, async response => {
      let text = ''
      for await (const chunk of response) text += chunk
      resolve(text)
    })
    request.on('error', reject)
    request.end(bytes)
  })
}
