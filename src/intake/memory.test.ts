import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { intakeLimits } from './limits.ts'
import { receiveUpload } from './receive-upload.ts'
import { boundary, multipart } from './upload-samples.ts'

const MiB = 1024 * 1024
const size = 300 * MiB
const limits = intakeLimits({ fileBytes: size, archiveBytes: size })
const encodings = { identity: (piece: Buffer) => piece, gzip: (piece: Buffer) => gzipSync(piece, { level: 0 }) }

for (const [encoding, encode] of Object.entries(encodings)) {
  test(`an upload of 300 MiB, ${encoding}, is received in little memory by a slow receiver`, async () => {
    const before = process.memoryUsage().rss
    let peak = before
    const receiver = {
      async receive(source: AsyncIterable<Uint8Array>) {
        let received = 0
        for await (const chunk of source) {
          received += chunk.length
          await nextTurn()
          if (received % MiB === 0) peak = Math.max(peak, process.memoryUsage.rss())
        }
        return received
      },
      async discard() {},
    }
    const headers = { 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-encoding': encoding }
    const { files } = await receiveUpload({ headers, body: upload(encode) }, receiver, limits)
    assert.equal(files[0]?.spooled, size)
    const growth = (peak - before) / MiB
    assert.ok(growth < 100, `memory grew by ${growth.toFixed(0)} MiB`)
  })
}

/** Gzip members may follow each other, so each piece can be encoded on its own. */
function upload(encode: (piece: Buffer) => Buffer): Readable {
  const marker = 'the archive'
  const parts = [
    { name: 'symbols_archive', bytes: marker },
    { name: 'event', bytes: '{"type":"ios_symbols","uuids":"A"}' },
  ]
  const whole = multipart(parts)
  const at = whole.indexOf(marker)
  const [head, tail] = [whole.subarray(0, at), whole.subarray(at + marker.length)].map(encode)
  const piece = encode(Buffer.alloc(64 * 1024, 'symbols'))
  return Readable.from([head, ...Array(size / 65_536).fill(piece), tail], { objectMode: false })
}
