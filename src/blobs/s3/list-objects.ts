import { type _Object, ListMultipartUploadsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import type { S3Bucket } from './s3-bucket.ts'

/** An object as a list tells of it. */
export interface ListedObject {
  /** Below the root of the store. */
  readonly path: string
  /** Bytes. */
  readonly size: number
  /** Milliseconds since 1970. */
  readonly changedAt: number
}

/** An object in the making. */
export interface ListedUpload {
  readonly path: string
  readonly id: string
  /** Milliseconds since 1970. */
  readonly begunAt: number
}

const pageSize = 500

/** All objects whose path begins so, in pages. */
export async function* listObjects(bucket: S3Bucket, beginning: string): AsyncGenerator<readonly ListedObject[]> {
  for (let token: string | undefined; ; ) {
    const more = token ? { ContinuationToken: token } : {}
    const command = new ListObjectsV2Command({ Bucket: bucket.name, Prefix: bucket.key(beginning), MaxKeys: pageSize, ...more })
    const { Contents = [], NextContinuationToken } = await bucket.ask(options => bucket.client.send(command, options))
    if (Contents.length > 0) yield Contents.map(object => toListed(bucket, object))
    token = NextContinuationToken
    if (!token) return
  }
}

/** The folders directly below the root of the store, without their slash, in pages. */
export async function* listFolders(bucket: S3Bucket): AsyncGenerator<readonly string[]> {
  for (let token: string | undefined; ; ) {
    const more = token ? { ContinuationToken: token } : {}
    const command = new ListObjectsV2Command({ Bucket: bucket.name, Prefix: bucket.key(''), Delimiter: '/', ...more })
    const { CommonPrefixes = [], NextContinuationToken } = await bucket.ask(options => bucket.client.send(command, options))
    yield CommonPrefixes.map(({ Prefix = '' }) => bucket.path(Prefix).slice(0, -1))
    token = NextContinuationToken
    if (!token) return
  }
}

/** All objects in the making below the root of the store, in pages. */
export async function* listUploads(bucket: S3Bucket): AsyncGenerator<readonly ListedUpload[]> {
  for (let after = {}; ; ) {
    const command = new ListMultipartUploadsCommand({ Bucket: bucket.name, Prefix: bucket.key(''), MaxUploads: pageSize, ...after })
    const answer = await bucket.ask(options => bucket.client.send(command, options))
    yield (answer.Uploads ?? []).map(({ Key = '', UploadId = '', Initiated }) => ({
      path: bucket.path(Key),
      id: UploadId,
      begunAt: Initiated?.getTime() ?? Date.now(),
    }))
    if (!answer.IsTruncated || !answer.NextKeyMarker) return
    after = { KeyMarker: answer.NextKeyMarker, UploadIdMarker: answer.NextUploadIdMarker }
  }
}

function toListed(bucket: S3Bucket, { Key = '', Size = 0, LastModified }: _Object): ListedObject {
  return { path: bucket.path(Key), size: Size, changedAt: LastModified?.getTime() ?? Date.now() }
}
