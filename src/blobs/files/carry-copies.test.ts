import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, describe, test } from 'node:test'
import { brotliCompressSync } from 'node:zlib'
import type { Codec, CopyName } from '../../operations/ports/blob-store.ts'
import { openCopyCarrier } from './carry-copies.ts'
import { copyPath } from './copy-path.ts'

const root = mkdtempSync(join(tmpdir(), 'mapkeep-carry-'))
after(() => rmSync(root, { recursive: true, force: true }))

const text = 'these words come again and again, '.repeat(20_000)
const name = (codec: Codec, bytes: string): CopyName => ({
  organization: 1,
  digest: createHash('sha256').update(bytes).digest('hex'),
  generation: 'generation',
  codec,
})

/** Two folders of blobs; the first has these bytes stored under the name. */
function folders(copy: CopyName, stored: Uint8Array) {
  const place = mkdtempSync(join(root, 'pair-'))
  const [from, to] = [join(place, 'from'), join(place, 'to')]
  put(from, copy, stored)
  const filesIn = () => readdirSync(to, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  return { from, to, filesIn }
}

function put(folder: string, copy: CopyName, stored: Uint8Array): void {
  mkdirSync(dirname(copyPath(folder, copy)), { recursive: true })
  writeFileSync(copyPath(folder, copy), stored)
}

describe('carrying a copy', () => {
  for (const codec of ['identity', 'brotli'] as const)
    test(`brings the ${codec} bytes as they are stored, privately, and finds them there the next time`, async () => {
      const copy = name(codec, text)
      const stored = codec === 'brotli' ? brotliCompressSync(text) : Buffer.from(text)
      const { from, to } = folders(copy, stored)
      const carrier = await openCopyCarrier({ from, to, verifyThere: false })
      assert.equal(await carrier.carry(copy, stored.length), 'written')
      assert.deepEqual(readFileSync(copyPath(to, copy)), stored)
      assert.equal(statSync(copyPath(to, copy)).mode & 0o777, 0o600)
      assert.equal(await carrier.carry(copy, stored.length), 'there')
      await carrier.settle()
    })

  const stored = brotliCompressSync(text)
  const middle = Buffer.from(stored)
  middle[stored.length >> 1] = ~(middle[stored.length >> 1] ?? 0) & 0xff
  const faults: readonly [string, Codec, Uint8Array, RegExp][] = [
    ['changed', 'identity', Buffer.from(text.replace('again', 'never')), /the bytes have the digest [0-9a-f]{64}/],
    ['cut off', 'identity', Buffer.from(text.slice(1)), /the file has \d+ bytes; \d+ are expected/],
    ['changed below the compression', 'brotli', middle, /digest|cannot be read/],
    ['cut off below the compression', 'brotli', stored.subarray(0, -9), /cannot be read|bytes; \d+ are expected/],
  ]
  for (const [how, codec, bytes, fault] of faults)
    test(`leaves nothing of one that was ${how}, and says what is wrong`, async () => {
      const copy = name(codec, text)
      const { from, to, filesIn } = folders(copy, bytes)
      const carrier = await openCopyCarrier({ from, to, verifyThere: false })
      const arrival = await carrier.carry(copy, codec === 'brotli' ? stored.length : text.length)
      assert.ok(typeof arrival === 'object', String(arrival))
      assert.match(arrival.fault, fault)
      await carrier.settle()
      assert.deepEqual(filesIn(), [])
    })

  test('that is gone says so', async () => {
    const copy = name('identity', text)
    const { from, to } = folders(name('identity', 'other'), Buffer.from('other'))
    const carrier = await openCopyCarrier({ from, to, verifyThere: false })
    assert.deepEqual(await carrier.carry(copy, text.length), { fault: 'the file is gone' })
    await carrier.settle()
  })

  test('replaces one that is damaged there if it is to be verified, and one of another length always', async () => {
    const copy = name('identity', text)
    const { from, to } = folders(copy, Buffer.from(text))
    const damaged = text.replace('again', 'never')
    put(to, copy, Buffer.from(damaged))
    const trusting = await openCopyCarrier({ from, to, verifyThere: false })
    assert.equal(await trusting.carry(copy, text.length), 'there')
    assert.equal(readFileSync(copyPath(to, copy), 'utf8'), damaged)
    const careful = await openCopyCarrier({ from, to, verifyThere: true })
    assert.equal(await careful.carry(copy, text.length), 'written')
    assert.equal(readFileSync(copyPath(to, copy), 'utf8'), text)
    put(to, copy, Buffer.from('half'))
    assert.equal(await trusting.carry(copy, text.length), 'written')
    assert.equal(readFileSync(copyPath(to, copy), 'utf8'), text)
  })

  test('fails when the new place cannot be written, and does not call that a fault of the copy', async () => {
    const copy = name('identity', text)
    const { from, to } = folders(copy, Buffer.from(text))
    const carrier = await openCopyCarrier({ from, to, verifyThere: false })
    // A file where a folder should be: not even root may write there
    rmSync(join(to, '.mapkeep-tmp'), { recursive: true })
    writeFileSync(join(to, '.mapkeep-tmp'), '')
    await assert.rejects(carrier.carry(copy, text.length), /ENOTDIR/)
  })
})
