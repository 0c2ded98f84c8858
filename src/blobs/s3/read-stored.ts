import { type CopyName, MissingCopy } from '../../operations/ports/blob-store.ts'
import { copyFileName } from '../copy-file-name.ts'
import { watched } from '../watched.ts'
import { objectBytes } from './read-copy.ts'
import type { S3Bucket } from './s3-bucket.ts'
import { isRefused } from './s3-faults.ts'

/** The bytes of a copy in the form they are stored in, checked on their way. Throws {@link MissingCopy} now rather than at the first byte. */
export async function readStored(bucket: S3Bucket, name: CopyName): Promise<AsyncIterable<Uint8Array>> {
  const stored = objectBytes(bucket, copyFileName(name))
  // Its first step asks the server and gives no bytes
  await stored.next().catch(error => {
    throw isRefused(error, 'NoSuchKey') ? new MissingCopy(name) : error
  })
  return watched(stored, name)
}
