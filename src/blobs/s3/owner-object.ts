import { setTimeout as sleep } from 'node:timers/promises'
import { putNew } from './put-object.ts'
import { objectBytes } from './read-copy.ts'
import type { S3Bucket } from './s3-bucket.ts'
import { isRefused } from './s3-faults.ts'

const path = 'installation'

/** The installation that this store belongs to; nothing when it is nobody's yet. */
export async function readOwner(bucket: S3Bucket): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of objectBytes(bucket, path)) chunks.push(chunk)
  } catch (error) {
    if (isRefused(error, 'NoSuchKey')) return undefined
    throw error
  }
  return Buffer.concat(chunks).toString('utf8').trim()
}

/** Makes the store this installation's, unless another one was first: throws then. Several nodes of one installation may do it at once. */
export async function claim(bucket: S3Bucket, installation: string): Promise<void> {
  let owner = await readOwner(bucket)
  if (owner === undefined) {
    await putNew(bucket, path, Buffer.from(`${installation}\n`))
    // Without conditions the last to write wins; whoever read before that has written after this time
    if (!bucket.conditions) await sleep(bucket.limits.settle)
    owner = await readOwner(bucket)
  }
  if (owner !== installation) throw new Error(`the bytes at bucket ${bucket.name} were claimed by another installation meanwhile`)
}
