import type { BlobStore, CopyName, Spooled } from '../../operations/ports/blob-store.ts'
import { copyFileName } from '../copy-file-name.ts'
import { compressCopy } from './compress-copy.ts'
import { claim, readOwner } from './owner-object.ts'
import { PartBuffers } from './part-buffers.ts'
import { objectSize, putObject, removeObject } from './put-object.ts'
import { readCopy } from './read-copy.ts'
import { receive } from './receive.ts'
import { removeObjects } from './remove-objects.ts'
import { S3Bucket } from './s3-bucket.ts'
import { type S3Limits, s3Limits } from './s3-limits.ts'
import type { S3Place } from './s3-place.ts'
import { S3Spool } from './s3-spool.ts'
import { sweep } from './sweep.ts'
import { newTemporary } from './temporary-name.ts'

/** A store on S3 and how its connections are closed. */
export interface OpenS3Blobs {
  readonly blobs: BlobStore
  readonly close: () => void
}

/** Opens the store that keeps copies as objects of a bucket, which has to be there. Asks the server nothing yet. */
export async function openS3Blobs(place: S3Place, limits: S3Limits = s3Limits): Promise<OpenS3Blobs> {
  const bucket = new S3Bucket(place, limits)
  const buffers = new PartBuffers(limits.part, limits.buffers)
  const blobs: BlobStore = {
    installation: () => readOwner(bucket),
    claim: installation => claim(bucket, installation),
    receive: (source, limit) => receive(source, limit, { bucket, buffers }),
    keep: async (spooled, name) => keep(spooled, copyFileName(name)),
    discard: spooled => discard(spooled),
    read: async (name, range) => readCopy(bucket, name, range),
    measure: async name => objectSize(bucket, copyFileName(name)),
    compress: async (from, to, pause = async () => {}) => compressCopy({ bucket, buffers }, { from, to, pause }),
    remove: async name => removeObject(bucket, copyFileName(name)),
    removeAll: (names, onFault) => removeAll(bucket, names, onFault),
    check: () => check(bucket),
    sweep: () => sweep(bucket),
  }
  return { blobs, close: () => bucket.close() }
}

async function keep(spooled: Spooled, path: string): Promise<void> {
  if (!(spooled instanceof S3Spool)) throw new TypeError('these bytes were not received by this store')
  await spooled.keep(path)
}

async function discard(spooled: Spooled): Promise<void> {
  // What cannot be removed now is swept a day later
  if (spooled instanceof S3Spool) await spooled.discard().catch(() => {})
}

async function removeAll(bucket: S3Bucket, names: readonly CopyName[], onFault: (error: unknown) => void): Promise<readonly CopyName[]> {
  const paths = names.map(copyFileName)
  const gone = await removeObjects(bucket, paths, onFault)
  return names.filter((_, at) => gone.has(paths[at] ?? ''))
}

async function check(bucket: S3Bucket): Promise<void> {
  const path = newTemporary()
  await putObject(bucket, path, Buffer.from('probe'))
  await removeObject(bucket, path)
}
