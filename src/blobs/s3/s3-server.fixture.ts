import { randomUUID } from 'node:crypto'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'

/** An S3 server for tests, and who may use it. */
export interface S3Server {
  readonly endpoint: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Makes an empty bucket and gives its name. */
  makeBucket(): Promise<string>
}

/** Makes an empty bucket of a new name. */
export async function makeBucket(endpoint: string, credentials: { accessKeyId: string; secretAccessKey: string }): Promise<string> {
  const client = new S3Client({ endpoint, credentials, region: 'us-east-1', forcePathStyle: true })
  const name = `b-${randomUUID()}`
  await client.send(new CreateBucketCommand({ Bucket: name }))
  client.destroy()
  return name
}
