import assert from 'node:assert/strict'
import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { clientOf, mapkeep, release, uploadJs, uploadMany } from './mapkeep.fixture.ts'
import { ownServer } from './own-server.fixture.ts'

const server = ownServer()
const { client, live } = server
const operations = async () => JSON.parse((await client('operations', '--limit', '1000', '--json')).output).data.length

describe('a change whose first answer is lost', () => {
  for (const [name, cut] of [
    ['before it began', () => ''],
    ['in the middle', (answer: string) => answer.slice(0, answer.length / 2)],
    ['to a proxy that gave up', () => 'HTTP/1.1 504 Gateway Timeout\r\ncontent-length: 0\r\n\r\n'],
  ] as const)
    test(`${name} is made once, and takes nothing that was uploaded before it is asked for again`, async () => {
      const version = name.replaceAll(' ', '-')
      await uploadMany(server.url, version, 2)
      const earlier = await operations()
      const late = () => uploadJs(server.url, { version, name: 'late.js' })
      const proxy = await startProxy({ pattern: 'dry_run=false', cut, meanwhile: late })
      const ended = await mapkeep(['delete', ...release(version), '--yes'], { ...clientOf(server), MAPKEEP_URL: proxy.url })
      await proxy.close()
      assert.equal(ended.exitCode, 0, ended.errors)
      assert.match(ended.errors, /^mapkeep: .*; asking again in 0\.5 s, which cannot change more$/m)
      assert.match(ended.output, /^Deleted 2 maps/m)
      assert.deepEqual(await live(version), ['/assets/late.js'])
      assert.equal(await operations(), earlier + 1)
    })

  test('prints one whole answer as JSON', async () => {
    await uploadMany(server.url, 'json', 2)
    const proxy = await startProxy({ pattern: 'dry_run=false', cut: answer => answer.slice(0, answer.length / 2) })
    const ended = await mapkeep(['delete', ...release('json'), '--yes', '--json'], { ...clientOf(server), MAPKEEP_URL: proxy.url })
    await proxy.close()
    assert.equal(JSON.parse(ended.output).data.length, 2)
  })

  test('may be an undo', async () => {
    await uploadMany(server.url, 'undo', 2)
    const deleted = await client('delete', ...release('undo'), '--yes', '--json')
    const { id } = JSON.parse(deleted.output).meta.operation
    const earlier = await operations()
    const proxy = await startProxy({ pattern: '/undo', cut: () => '' })
    const ended = await mapkeep(['undo', id, '--yes'], { ...clientOf(server), MAPKEEP_URL: proxy.url })
    await proxy.close()
    assert.match(ended.errors, /asking again/)
    assert.match(ended.output, /brought back 2 maps/)
    assert.equal(await operations(), earlier + 1)
  })
})

interface Loss {
  /** In the request whose answer is lost, once. */
  readonly pattern: string
  /** What the client gets of it. */
  readonly cut: (answer: string) => string
  /** Happens after the server has answered. */
  readonly meanwhile?: () => Promise<unknown>
}

/** A proxy between client and server that loses one answer, after the server gave it. */
async function startProxy({ pattern, cut, meanwhile = async () => undefined }: Loss) {
  let armed = true
  const listener = net.createServer(near => {
    const far = net.connect(Number(new URL(server.url).port), '127.0.0.1')
    let losing = false
    near.on('data', bytes => {
      losing = armed && bytes.includes(pattern)
      if (losing) armed = false
      far.write(bytes)
    })
    far.on('data', async bytes => {
      if (!losing) return near.write(bytes)
      await meanwhile()
      near.write(cut(bytes.toString()), () => near.destroy())
    })
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const)
      one.on('error', () => {}).on('close', () => other.destroy())
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const close = () => new Promise(resolve => listener.close(resolve))
  return { url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`, close }
}
