import type { CopyName } from '../../operations/ports/blob-store.ts'
import { codecs } from '../codecs.ts'
import { copyFileName } from '../copy-file-name.ts'
import { through } from '../through.ts'
import { objectBytes } from './read-copy.ts'
import type { S3Bucket } from './s3-bucket.ts'

const step = 256 * 1024

/** A copy whose stored bytes are known to be so many, and what is awaited before each step of reading it. */
export interface SlowReading {
  readonly name: CopyName
  /** Bytes. */
  readonly size: number
  readonly pause: () => Promise<void>
}

/**
 * The bytes of a copy as uploaded, for somebody who is not in a hurry. Each piece is fetched in one go, since a server cuts a
 * connection on which nobody reads for long.
 */
export function readInPieces(bucket: S3Bucket, reading: SlowReading): AsyncIterable<Uint8Array> {
  const decoder = codecs[reading.name.codec].decoder?.()
  const stored = storedPieces(bucket, reading)
  return decoder ? through(stored, decoder) : stored
}

async function* storedPieces(bucket: S3Bucket, { name, size, pause }: SlowReading): AsyncGenerator<Uint8Array> {
  const { part } = bucket.limits
  for (let first = 0; first < size; first += part) {
    const pieces: Uint8Array[] = []
    const range = { first, last: Math.min(first + part, size) - 1 }
    for await (const chunk of objectBytes(bucket, copyFileName(name), range)) pieces.push(chunk)
    const bytes = Buffer.concat(pieces)
    for (let at = 0; at < bytes.length; at += step) {
      await pause()
      yield bytes.subarray(at, at + step)
    }
  }
}
