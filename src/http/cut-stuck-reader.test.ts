import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, createConnection } from 'node:net'
import { test } from 'node:test'
import { cutStuckReader } from './cut-stuck-reader.ts'

const large = Buffer.alloc(30_000_000)
const patience = 600

test('a reader that takes nothing is cut, in the middle of the answer', async () => {
  const { server, answered, port } = await serve()
  const reader = createConnection({ host: '127.0.0.1', port }).on('error', () => {})
  reader.pause().write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  const [outgoing] = (await answered) as [ServerResponse]
  const start = performance.now()
  outgoing.on('finish', () => assert.ok(outgoing.destroyed))
  await once(outgoing, 'close')
  const took = performance.now() - start
  assert.ok(took >= 0.9 * patience && took < 10 * patience, `${took} ms`)
  reader.destroy()
  server.close()
})

test('a reader that is slow but takes something now and then gets everything', async () => {
  const { server, port } = await serve()
  const reader = createConnection({ host: '127.0.0.1', port })
  reader.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
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
  assert.ok(taken > large.length)
  server.close()
})

async function serve(): Promise<{ server: Server; answered: Promise<unknown[]>; port: number }> {
  const server = createServer((_, outgoing) => {
    cutStuckReader(outgoing, patience)
    outgoing.end(large)
    server.emit('answered', outgoing)
  })
  const answered = once(server, 'answered')
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return { server, answered, port: (server.address() as AddressInfo).port }
}
