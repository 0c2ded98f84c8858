import { randomUUID } from 'node:crypto'
import type { TestContext } from 'node:test'
import { ListMultipartUploadsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import type { BlobInspection } from '../../operations/ports/blob-inspection.ts'
import type { BlobStore } from '../../operations/ports/blob-store.ts'
import { inspectS3Blobs } from './inspect-s3-blobs.ts'
import { openS3Blobs } from './open-s3-blobs.ts'
import { type S3Limits, s3Limits } from './s3-limits.ts'
import type { S3Place } from './s3-place.ts'
import type { S3Server } from './s3-server.fixture.ts'

/** The least that S3 allows, so that megabytes go in parts; and patience for a machine on loopback. */
export const testLimits: S3Limits = {
  ...s3Limits,
  part: 5 * 1024 * 1024,
  connectTimeout: 2000,
  idleTimeout: 4000,
  requestTimeout: 20_000,
  settle: 50,
}

/** A store on a real server, in a folder of its own. */
export interface S3Rig {
  readonly store: BlobStore
  readonly inspection: BlobInspection
  readonly place: S3Place
  /** For what only a test asks the server. */
  readonly client: S3Client
  /** All objects and uploads under way, below the root of the store. */
  names(): Promise<readonly string[]>
}

/** What differs from test to test. */
export interface RigWish {
  readonly place?: Partial<S3Place>
  readonly limits?: Partial<S3Limits>
}

/** Opens an empty store that is closed when the test ends. */
export async function openRig(
  t: TestContext,
  { server, bucket }: { server: S3Server; bucket: string },
  wish: RigWish = {},
): Promise<S3Rig> {
  process.env.AWS_ACCESS_KEY_ID = server.accessKeyId
  process.env.AWS_SECRET_ACCESS_KEY = server.secretAccessKey
  // Of whoever runs the tests, maybe
  delete process.env.AWS_SESSION_TOKEN
  delete process.env.AWS_PROFILE
  const defaults = { bucket, prefix: randomUUID(), endpoint: server.endpoint, pathStyle: true, encryption: undefined }
  const place: S3Place = { ...defaults, ...wish.place }
  const limits = { ...testLimits, ...wish.limits }
  const { blobs, close } = await openS3Blobs(place, limits)
  const inspected = inspectS3Blobs(place, limits)
  const client = new S3Client({ endpoint: server.endpoint, region: 'us-east-1', forcePathStyle: true })
  t.after(() => {
    close()
    inspected.close()
    client.destroy()
  })
  return { store: blobs, inspection: inspected.inspection, place, client, names: () => namesIn(client, place) }
}

async function namesIn(client: S3Client, { bucket, prefix }: S3Place): Promise<readonly string[]> {
  const root = prefix === '' ? '' : `${prefix}/`
  const query = { Bucket: bucket, Prefix: root }
  const { Contents = [] } = await client.send(new ListObjectsV2Command(query))
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand(query))
  return [...Contents, ...Uploads].map(({ Key = '' }) => Key.slice(root.length))
}
