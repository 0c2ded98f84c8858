import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { cephMissing, startCeph } from '../dist/blobs/s3/ceph.fixture.js'
import { ms, row, sideBySide, timed } from './figures.mjs'
import { accepted, files, form, parallel, smallFiles } from './made-uploads.mjs'
import { scaled } from './scale.mjs'
import { send, startServer } from './server.mjs'

const MB = 1024 * 1024

/** Uploads to a server whose bytes are in S3, against the SDK's own PUT of the same bytes to the same server and SHA-256 of them. */
export async function s3(scratch) {
  const missing = cephMissing()
  if (missing) return [row('uploads to S3 against the SDK', missing)]
  const ceph = await startCeph()
  const bucket = await ceph.makeBucket()
  const { endpoint, accessKeyId, secretAccessKey } = ceph
  const env = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION: 'us-east-1' }
  const server = await startServer(join(scratch, 's3'), {
    MAPKEEP_BLOBS_URL: `s3://${bucket}/bench`,
    MAPKEEP_S3_ENDPOINT: endpoint,
    ...env,
  })
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  const put = async ({ source_map, minified_file }) => {
    for (const Body of [source_map, minified_file]) {
      const Key = `bare/${createHash('sha256').update(Body).digest('hex')}`
      await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body }))
    }
  }
  const upload = made => accepted(send(server, { method: 'POST', path: '/api/v2/srcmap', ...form(made) }))
  try {
    return [
      await compare({ work: '5 + 1 MB', count: scaled(12), width: 1, make: () => files(5 * MB, MB), upload, put }),
      await compare({ work: '24 + 1 MB, in parts', count: scaled(6), width: 1, make: () => files(24 * MB, MB), upload, put }),
      await compare({ work: 'small, 8 in parallel', count: scaled(160, 8), width: 8, make: name => smallFiles(name), upload, put }),
    ]
  } finally {
    client.destroy()
    await server.stop()
    await ceph.stop()
  }
}

async function compare({ work, count, width, make, upload, put }) {
  const batch = kind => Array.from({ length: count }, (_, at) => make(`${kind}-${process.pid}-${at}-${Math.random()}`))
  const { ours, theirs } = await sideBySide(
    scaled(3),
    () => {
      const made = batch('ours')
      return timed(() => parallel(width, count, at => upload(made[at])))
    },
    () => {
      const made = batch('theirs')
      return timed(() => parallel(width, count, at => put(made[at])))
    },
  )
  const each = time => ms(time / count)
  return row(`S3: ${work} upload against the SDK's own PUTs and sha256`, `${each(ours)} against ${each(theirs)} each`, {
    value: theirs / ours,
    atLeast: 0.7,
  })
}
