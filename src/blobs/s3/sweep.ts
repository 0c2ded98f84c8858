import { AbortMultipartUploadCommand } from '@aws-sdk/client-s3'
import { copyAt } from '../copy-file-name.ts'
import { type ListedUpload, listObjects, listUploads } from './list-objects.ts'
import { removeObjects } from './remove-objects.ts'
import type { S3Bucket } from './s3-bucket.ts'
import { isRefused } from './s3-faults.ts'
import { temporaryName, temporaryPath } from './temporary-name.ts'

/** Pages of a list that one sweep looks at; the rest waits for the next. */
const most = 20

/**
 * Removes what interrupted uploads left. Other nodes upload at the same time, so only what is older than any upload goes. What
 * cannot be removed stays for the next sweep.
 */
export async function sweep(bucket: S3Bucket): Promise<void> {
  const before = Date.now() - bucket.limits.abandonedAfter
  for await (const page of firstPages(listObjects(bucket, temporaryPath()))) {
    // Only what this store can have put there
    const left = page.filter(({ path, changedAt }) => changedAt < before && temporaryName(path))
    const paths = left.map(({ path }) => path)
    await removeObjects(bucket, paths, () => {})
  }
  try {
    for await (const page of firstPages(listUploads(bucket)))
      for (const upload of page) if (upload.begunAt < before && isOurs(upload)) await abort(bucket, upload)
  } catch (error) {
    // A server without such a list removes them by itself, or its operator does
    if (!isRefused(error, 501)) throw error
  }
}

async function abort(bucket: S3Bucket, { path, id }: ListedUpload): Promise<void> {
  const command = new AbortMultipartUploadCommand({ ...bucket.object(path), UploadId: id })
  await bucket.ask(options => bucket.client.send(command, options)).catch(() => {})
}

function isOurs({ path }: ListedUpload): boolean {
  const [organization, folder = '', file = '', ...more] = path.split('/')
  if (temporaryName(path)) return true
  return more.length === 0 && /^\d+$/.test(organization ?? '') && copyAt(Number(organization), folder, file) !== undefined
}

async function* firstPages<Page>(pages: AsyncIterable<Page>): AsyncGenerator<Page> {
  let seen = 0
  for await (const page of pages) {
    yield page
    if (++seen === most) return
  }
}
