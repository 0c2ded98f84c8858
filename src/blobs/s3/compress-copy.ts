import { type CopyName, DamagedCopy, MissingCopy } from '../../operations/ports/blob-store.ts'
import { codecs } from '../codecs.ts'
import { copyFileName } from '../copy-file-name.ts'
import { digestOf } from '../digest-of.ts'
import { through } from '../through.ts'
import { worthwhile } from '../worthwhile.ts'
import { ObjectWriter } from './object-writer.ts'
import { objectSize, putObject, removeObject } from './put-object.ts'
import { readInPieces, type SlowReading } from './read-in-pieces.ts'
import type { Receiving } from './receive.ts'
import type { S3Bucket } from './s3-bucket.ts'

/** One copy to be written in another codec. */
export interface Compression {
  readonly from: CopyName
  readonly to: CopyName
  /** Awaited before each piece of work. */
  readonly pause: () => Promise<void>
}

/** Writes the copy `to` from `from`, and gives its stored bytes; nothing when it would not be worth it. */
export async function compressCopy({ bucket, buffers }: Receiving, { from, to, pause }: Compression): Promise<number | undefined> {
  const size = await objectSize(bucket, copyFileName(from))
  if (size === undefined) throw new MissingCopy(from)
  const path = copyFileName(to)
  const writer = new ObjectWriter(bucket, path, buffers)
  try {
    const most = Math.floor(size * worthwhile)
    const stored = await encodeInto(writer, readInPieces(bucket, { name: from, size, pause }), { codec: to.codec, most })
    if (stored === undefined) await writer.abandon()
    else await finish(bucket, writer, path)
    if (stored !== undefined) await verify(bucket, { name: to, size: stored, pause })
    return stored
  } catch (error) {
    await writer.abandon().catch(() => {})
    // A write whose answer was lost, or one that did not read back
    await removeObject(bucket, path).catch(() => {})
    throw error
  }
}

/** Nothing as soon as there are more than `most` bytes. */
async function encodeInto(
  writer: ObjectWriter,
  source: AsyncIterable<Uint8Array>,
  { codec, most }: { codec: CopyName['codec']; most: number },
): Promise<number | undefined> {
  const encoder = codecs[codec].encoder?.()
  let stored = 0
  for await (const chunk of encoder ? through(source, encoder) : source) {
    stored += chunk.length
    if (stored > most) return undefined
    await writer.write(chunk)
  }
  return stored
}

async function finish(bucket: S3Bucket, writer: ObjectWriter, path: string): Promise<void> {
  const bytes = await writer.end()
  if (bytes) await putObject(bucket, path, bytes)
  writer.release()
}

async function verify(bucket: S3Bucket, written: SlowReading): Promise<void> {
  const found = await digestOf(readInPieces(bucket, written))
  if (found !== written.name.digest) throw new DamagedCopy(written.name, found)
}
