import { DeleteObjectCommand, HeadBucketCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import type { S3Bucket } from './s3-bucket.ts'
import { isRefused } from './s3-faults.ts'

/** Writes an object under a name that nobody has used; durable once resolved. */
export async function putObject(bucket: S3Bucket, path: string, bytes: Uint8Array): Promise<void> {
  if (await putNew(bucket, path, bytes)) return
  // The name is ours alone, so it was an attempt of our own whose answer was lost
  const size = await objectSize(bucket, path)
  if (size !== bytes.length) throw new Error(`${path} was written by somebody else: it has ${size} bytes and not ${bytes.length}`)
}

/** Writes an object unless there is one of this name; false when there is. Where the server knows no conditions it always writes. */
export async function putNew(bucket: S3Bucket, path: string, bytes: Uint8Array): Promise<boolean> {
  // As it was now: another request may find out meanwhile
  const { conditions } = bucket
  const condition = conditions ? { IfNoneMatch: '*' } : {}
  const input = { ...bucket.object(path), Body: bytes, ContentLength: bytes.length, ...bucket.encryption(), ...condition }
  try {
    await bucket.ask(options => bucket.client.send(new PutObjectCommand(input), options))
    return true
  } catch (error) {
    if (isRefused(error, 412, 'ConditionalRequestConflict')) return false
    if (!conditions || !isRefused(error, 501)) throw error
    bucket.conditions = false
    return putNew(bucket, path, bytes)
  }
}

/** The bytes of an object; nothing when there is none. */
export async function objectSize(bucket: S3Bucket, path: string): Promise<number | undefined> {
  try {
    const { ContentLength } = await bucket.ask(options => bucket.client.send(new HeadObjectCommand(bucket.object(path)), options))
    return ContentLength ?? 0
  } catch (error) {
    if (!isRefused(error, 404)) throw error
    // The answer has no body and does not say what is missing: without the bucket everything seems to be
    await bucket.ask(options => bucket.client.send(new HeadBucketCommand({ Bucket: bucket.name }), options))
    return undefined
  }
}

/** Removes one object; none is no error. */
export async function removeObject(bucket: S3Bucket, path: string): Promise<void> {
  try {
    await bucket.ask(options => bucket.client.send(new DeleteObjectCommand(bucket.object(path)), options))
  } catch (error) {
    if (!isRefused(error, 'NoSuchKey')) throw error
  }
}
