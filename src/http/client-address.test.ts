import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { jsEvent, jsFiles, openRig, uploadOf } from './rig.fixture.ts'

/** The addresses that the audit trail shows for uploads with these headers, one after the other, all from 127.0.0.1. */
async function shown(trustProxy: readonly string[] | undefined, ...forwardedFor: readonly string[]): Promise<string[]> {
  const rig = await openRig({ trustProxy })
  try {
    for (const each of forwardedFor) {
      const { headers, ...upload } = uploadOf(jsEvent({ version: each.slice(0, 50) }), jsFiles(each), rig.apiKey)
      const answer = await rig.ask('/api/v2/srcmap', { ...upload, headers: { ...headers, 'x-forwarded-for': each } })
      assert.equal(answer.status, 200, answer.text)
    }
    const trail = await rig.ask('/api/mapkeep/v1/audit?filter[action]=upload', { headers: rig.keys })
    return trail
      .json()
      .data.map((event: { attributes: { address: string } }) => event.attributes.address)
      .reverse()
  } finally {
    await rig.close()
  }
}

describe('the address in the audit trail', () => {
  test('is that of the connection, whatever the request says, when no proxy is trusted', async () => {
    assert.deepEqual(await shown(undefined, '192.0.2.7'), ['127.0.0.1'])
  })

  test('cannot be forged by a peer that is no trusted proxy', async () => {
    assert.deepEqual(await shown(['10.0.0.0/8', '::1'], '192.0.2.7', '10.0.0.1'), ['127.0.0.1', '127.0.0.1'])
  })

  test('is the one that a trusted proxy forwards for', async () => {
    const addresses = ['192.0.2.7', '2001:db8::7']
    for (const trusted of ['loopback', '127.0.0.0/8']) assert.deepEqual(await shown([trusted], ...addresses), addresses)
  })

  test('is the one that the trusted proxies saw, not what their client claimed before', async () => {
    const chains = ['198.51.100.1, 192.0.2.7', '198.51.100.1, 192.0.2.7, 10.1.2.3']
    assert.deepEqual(await shown(['127.0.0.1', '10.0.0.0/8'], ...chains), ['192.0.2.7', '192.0.2.7'])
  })

  test('is never a text that is no address', async () => {
    const texts = ['unknown', '<script>', '192.0.2.7:4711', 'x'.repeat(5000)]
    assert.deepEqual(
      await shown(['loopback'], ...texts),
      texts.map(() => '127.0.0.1'),
    )
  })
})
