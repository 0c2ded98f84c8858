import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { openRig, type Rig } from '../rig.fixture.ts'

setFlagsFromString('--expose-gc')
/** What was read and let go of is not held, though it takes memory until it is collected. */
const collectGarbage: () => void = runInNewContext('gc')

const megabyte = Buffer.alloc(1024 * 1024, 'x')

describe('POST /api/v1/series', () => {
  let rig: Rig
  before(async () => {
    rig = await openRig()
  })
  after(() => rig.close())

  test('keeps nothing of what it takes, however many clients send at once', async () => {
    collectGarbage()
    const start = process.memoryUsage().arrayBuffers
    const clients = await Promise.all(Array.from({ length: 24 }, () => sendMost(rig.port)))
    await new Promise(resolve => setTimeout(resolve, 300))
    collectGarbage()
    const held = process.memoryUsage().arrayBuffers - start
    assert.ok(held < 24 * megabyte.length, `${held} bytes are held of ${24 * 3 * megabyte.length}`)
    for (const client of clients) {
      client.write(megabyte.subarray(1))
      const [answer] = await once(client, 'data')
      assert.match(String(answer), /^HTTP\/1.1 202 /)
      client.destroy()
    }
  })

  test('takes 4 MiB and refuses more, with strings', async () => {
    const send = (length: number) => rig.ask('/api/v2/series', { method: 'POST', body: Buffer.alloc(length) })
    assert.equal((await send(4 * megabyte.length)).status, 202)
    const refused = await send(4 * megabyte.length + 1)
    assert.equal(refused.status, 413)
    assert.equal(typeof refused.json().errors[0], 'string')
  })
})

/** Sends three of four declared megabytes and leaves the connection open. */
async function sendMost(port: number): Promise<Socket> {
  const client = createConnection({ host: '127.0.0.1', port })
  client.write(`POST /api/v1/series HTTP/1.1\r\nHost: x\r\nContent-Length: ${4 * megabyte.length - 1}\r\n\r\n`)
  for (let sent = 0; sent < 3; sent++) await new Promise(resolve => client.write(megabyte, resolve))
  return client
}
