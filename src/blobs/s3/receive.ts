import { createHash } from 'node:crypto'
import { Problem } from '../../domain/problem.ts'
import { StoreUnavailable } from '../../operations/ports/store-unavailable.ts'
import { ObjectWriter } from './object-writer.ts'
import type { PartBuffers } from './part-buffers.ts'
import { putObject } from './put-object.ts'
import type { S3Bucket } from './s3-bucket.ts'
import { S3Spool, type Waiting } from './s3-spool.ts'
import { newTemporary } from './temporary-name.ts'

/** What receiving works with. */
export interface Receiving {
  readonly bucket: S3Bucket
  readonly buffers: PartBuffers
}

/** Takes an upload's bytes as they stream in; refuses more than `limit` bytes, and leaves nothing when it fails. */
export async function receive(source: AsyncIterable<Uint8Array>, limit: number, { bucket, buffers }: Receiving): Promise<S3Spool> {
  const path = newTemporary()
  const writer = new ObjectWriter(bucket, path, buffers)
  const hash = createHash('sha256')
  let size = 0
  try {
    for await (const chunk of source) {
      size += chunk.length
      if (size > limit) throw new Problem('too_large', `the file is larger than ${limit} bytes, the most that is taken`)
      hash.update(chunk)
      await writer.write(chunk)
    }
    const bytes = await writer.end()
    const waiting = bytes ? await wait({ bucket, buffers }, writer, { path, bytes }) : { path }
    return new S3Spool(bucket, waiting, { digest: hash.digest('hex'), size })
  } catch (error) {
    // The first failure is the one to tell; what cannot be removed now is swept a day later
    const leaving = writer.abandon().catch(() => {})
    // A server that does not answer would keep the uploader waiting for this, too
    if (!(error instanceof StoreUnavailable)) await leaving
    throw error
  }
}

/** Content of one part waits in memory, unless too much does already: an upload may have many files, and the event may come last. */
async function wait(
  { bucket, buffers }: Receiving,
  writer: ObjectWriter,
  { path, bytes }: { path: string; bytes: Uint8Array },
): Promise<Waiting> {
  if (!writer.holdsBuffer) return { bytes, release: () => {} }
  if (buffers.retain()) {
    const release = () => {
      buffers.release()
      writer.release()
    }
    return { bytes, release }
  }
  await putObject(bucket, path, bytes)
  writer.release()
  return { path }
}
