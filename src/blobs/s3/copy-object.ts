import { CopyObjectCommand } from '@aws-sdk/client-s3'
import { MultipartUpload } from './multipart-upload.ts'
import { objectSize, removeObject } from './put-object.ts'
import type { S3Bucket } from './s3-bucket.ts'

/** How many pieces of one object the server copies at once. */
const width = 4

/** An object and the name it shall have beside its own. */
export interface ObjectCopy {
  readonly from: string
  readonly to: string
  /** Bytes. */
  readonly size: number
}

/** Lets the server copy an object; once resolved the copy is durable and was looked at. */
export async function copyObject(bucket: S3Bucket, copy: ObjectCopy): Promise<void> {
  if (copy.size <= bucket.limits.wholeCopy) await copyWhole(bucket, copy)
  else await copyInPieces(bucket, copy)
  const size = await objectSize(bucket, copy.to)
  if (size === copy.size) return
  await removeObject(bucket, copy.to)
  throw new Error(`the S3 server copied ${copy.from} to ${copy.to} and left ${size} of ${copy.size} bytes`)
}

async function copyWhole(bucket: S3Bucket, { from, to }: ObjectCopy): Promise<void> {
  const command = new CopyObjectCommand({ ...bucket.object(to), CopySource: sourceOf(bucket, from), ...bucket.encryption() })
  await bucket.ask(options => bucket.client.send(command, options))
}

async function copyInPieces(bucket: S3Bucket, { from, to, size }: ObjectCopy): Promise<void> {
  const { copyPiece } = bucket.limits
  const numbers = Array.from({ length: Math.ceil(size / copyPiece) }, (_, at) => at + 1).values()
  const upload = await MultipartUpload.begin(bucket, to)
  const worker = async () => {
    for (const number of numbers) {
      const first = (number - 1) * copyPiece
      await upload.copy(number, sourceOf(bucket, from), { first, last: Math.min(first + copyPiece, size) - 1 })
    }
  }
  try {
    await Promise.all(Array.from({ length: width }, worker))
    await upload.complete(size)
  } catch (error) {
    await upload.abandon().catch(() => {})
    throw error
  }
}

// This one travels in a header and not in the URL, and the client leaves it as it is
function sourceOf(bucket: S3Bucket, path: string): string {
  return `${bucket.name}/${bucket.key(path)}`.split('/').map(encodeURIComponent).join('/')
}
