import { inspectFileBlobs } from '../blobs/files/inspect-file-blobs.ts'
import { openFileBlobs } from '../blobs/files/open-file-blobs.ts'
import type { S3Place } from '../blobs/s3/s3-place.ts'
import type { Settings } from '../config/setting.ts'
import type { BlobsPlace } from '../config/store-urls.ts'
import { freeBytes } from '../disk/free-bytes.ts'
import type { BlobInspection } from '../operations/ports/blob-inspection.ts'
import type { BlobStore } from '../operations/ports/blob-store.ts'

/** Blobs and how they are closed. */
export interface Opened<Store> {
  readonly blobs: Store
  readonly close: () => void
}

/** Opens the blobs for work; makes the folder if they are files. */
export async function openBlobs(settings: Settings): Promise<Opened<BlobStore>> {
  const { blobs } = settings
  if (blobs.store === 's3') return (await s3()).openS3Blobs(s3Place(blobs, settings))
  return { blobs: await openFileBlobs(blobs.folder), close: () => {} }
}

/** Opens the blobs as they are; makes nothing. */
async function inspectBlobs(settings: Settings): Promise<Opened<BlobInspection>> {
  const { blobs } = settings
  if (blobs.store === 'files') return { blobs: inspectFileBlobs(blobs.folder), close: () => {} }
  const { inspection, close } = (await s3()).inspectS3Blobs(s3Place(blobs, settings))
  return { blobs: inspection, close }
}

/** Does a piece of work on the blobs as they are, and closes them. */
export async function onFoundBlobs<T>(settings: Settings, work: (blobs: BlobInspection) => Promise<T>): Promise<T> {
  const { blobs, close } = await inspectBlobs(settings)
  try {
    return await work(blobs)
  } finally {
    close()
  }
}

/** How many bytes can still be written to the volume of the blobs; nothing of a bucket, which has no end. */
export function roomOf({ blobs }: Settings): () => Promise<number | undefined> {
  return async () => (blobs.store === 'files' ? freeBytes(blobs.folder) : undefined)
}

// Its client is large, and loaded only where bytes are in a bucket
async function s3() {
  const [{ openS3Blobs }, { inspectS3Blobs }] = await Promise.all([
    import('../blobs/s3/open-s3-blobs.ts'),
    import('../blobs/s3/inspect-s3-blobs.ts'),
  ])
  return { openS3Blobs, inspectS3Blobs }
}

function s3Place({ bucket, prefix }: Extract<BlobsPlace, { store: 's3' }>, settings: Settings): S3Place {
  const { s3Endpoint: endpoint, s3Region: region, s3PathStyle, s3Encryption: encryption } = settings
  // The client finds the keys itself, as all programs that talk to S3 do
  return { bucket, prefix, endpoint, region, pathStyle: s3PathStyle ?? endpoint !== undefined, encryption }
}
