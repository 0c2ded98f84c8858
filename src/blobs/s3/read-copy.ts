import { Readable } from 'node:stream'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import { type ByteRange, type CopyName, MissingCopy } from '../../operations/ports/blob-store.ts'
import { codecs } from '../codecs.ts'
import { copyFileName } from '../copy-file-name.ts'
import { slice } from '../slice.ts'
import { through } from '../through.ts'
import type { S3Bucket } from './s3-bucket.ts'
import { isRefused } from './s3-faults.ts'

/** The bytes of a copy as uploaded, or a part of them. Throws {@link MissingCopy} now rather than at the first byte. */
export async function readCopy(bucket: S3Bucket, name: CopyName, range?: ByteRange): Promise<AsyncIterable<Uint8Array>> {
  const bytes = copyBytes(bucket, name, range)
  await bytes.next()
  return bytes
}

/** Its first step asks the server and gives no bytes: from then on stopping cuts the connection, even before anything was read. */
async function* copyBytes(bucket: S3Bucket, name: CopyName, range?: ByteRange): AsyncGenerator<Uint8Array> {
  const decoder = codecs[name.codec].decoder?.()
  try {
    const stored = objectBytes(bucket, copyFileName(name), decoder ? undefined : range)
    try {
      await stored.next().catch(error => {
        throw isRefused(error, 'NoSuchKey') ? new MissingCopy(name) : error
      })
      yield new Uint8Array()
      if (!decoder) yield* stored
      else if (range) yield* slice(through(stored, decoder), range)
      else yield* through(stored, decoder)
    } finally {
      await stored.return(undefined)
    }
  } finally {
    decoder?.destroy()
  }
}

/** The bytes of an object, or a part of them, after a first step that asks the server and gives none. Fewer than it announced are an error. */
export async function* objectBytes(bucket: S3Bucket, path: string, range?: ByteRange): AsyncGenerator<Uint8Array> {
  const answer = await open(bucket, path, range)
  if (!answer) return yield new Uint8Array()
  const { body, length, whole } = answer
  try {
    yield new Uint8Array()
    const counted = count(bucket, body, length)
    if (range && whole) yield* slice(counted, range)
    else yield* counted
  } finally {
    body.destroy()
  }
}

async function* count(bucket: S3Bucket, body: Readable, length: number | undefined): AsyncGenerator<Uint8Array> {
  let seen = 0
  try {
    for await (const chunk of body) {
      seen += chunk.length
      yield chunk
    }
  } catch (error) {
    throw bucket.fault(error)
  }
  if (length !== undefined && seen !== length) throw new Error(`the S3 server gave ${seen} of ${length} bytes`)
}

/** Nothing when the object ends before the range begins. */
async function open(bucket: S3Bucket, path: string, range: ByteRange | undefined) {
  // Nothing is asked for, but whether there is such an object is to be told all the same
  const empty = range !== undefined && range.last < range.first
  const wanted = range ? { Range: empty ? 'bytes=0-0' : `bytes=${range.first}-${range.last}` } : {}
  try {
    const command = new GetObjectCommand({ ...bucket.object(path), ...wanted })
    const { Body, ContentLength, ContentRange } = await bucket.ask(options => bucket.client.send(command, options))
    if (!(Body instanceof Readable)) throw new TypeError('the S3 client gave no stream')
    if (!empty) return { body: Body, length: ContentLength, whole: ContentRange === undefined }
    Body.destroy()
  } catch (error) {
    if (!isRefused(error, 416)) throw error
  }
  return undefined
}
