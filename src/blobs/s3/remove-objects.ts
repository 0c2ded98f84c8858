import { DeleteObjectsCommand } from '@aws-sdk/client-s3'
import { removeObject } from './put-object.ts'
import type { S3Bucket } from './s3-bucket.ts'
import { isRefused } from './s3-faults.ts'

/** The most that S3 takes in one request. */
const batch = 1000

/** How many are removed at once where the server takes them only one by one. */
const width = 8

/** Tells of each fault that kept objects from being removed. */
type OnFault = (error: unknown) => void

/** Removes objects, and gives those that are gone for good; some of which may not have been there. */
export async function removeObjects(bucket: S3Bucket, paths: readonly string[], onFault: OnFault): Promise<ReadonlySet<string>> {
  const gone = new Set<string>()
  for (let at = 0; at < paths.length; at += batch) {
    const some = paths.slice(at, at + batch)
    for (const path of await removeBatch(bucket, some, onFault)) gone.add(path)
  }
  return gone
}

async function removeBatch(bucket: S3Bucket, paths: readonly string[], onFault: OnFault): Promise<readonly string[]> {
  if (!bucket.batches || paths.length === 1) return removeEach(bucket, paths, onFault)
  try {
    return await removeTogether(bucket, paths, onFault)
  } catch (error) {
    // Servers that do not know the request, or want a checksum of another kind with it
    if (isRefused(error, 501, 405, 411, 'MissingContentMD5', 'InvalidDigest', 'InvalidRequest')) {
      bucket.batches = false
      return removeEach(bucket, paths, onFault)
    }
    onFault(error)
    return []
  }
}

async function removeTogether(bucket: S3Bucket, paths: readonly string[], onFault: OnFault): Promise<readonly string[]> {
  const Objects = paths.map(path => ({ Key: bucket.key(path) }))
  const command = new DeleteObjectsCommand({ Bucket: bucket.name, Delete: { Objects, Quiet: true } })
  const { Errors = [] } = await bucket.ask(options => bucket.client.send(command, options))
  const kept = new Set<string>()
  for (const { Key = '', Code, Message } of Errors) {
    if (Code === 'NoSuchKey') continue
    kept.add(bucket.path(Key))
    onFault(new Error(`${Key} could not be removed: ${Code}, ${Message}`))
  }
  return paths.filter(path => !kept.has(path))
}

async function removeEach(bucket: S3Bucket, paths: readonly string[], onFault: OnFault): Promise<readonly string[]> {
  const gone: string[] = []
  const queue = paths.values()
  const worker = async () => {
    for (const path of queue) await removeObject(bucket, path).then(() => gone.push(path), onFault)
  }
  await Promise.all(Array.from({ length: width }, worker))
  return gone
}
