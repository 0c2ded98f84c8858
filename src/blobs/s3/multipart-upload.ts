import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { objectSize, removeObject } from './put-object.ts'
import type { S3Bucket } from './s3-bucket.ts'
import { isRefused } from './s3-faults.ts'

/** An object in the making, part by part; nobody sees it before it is completed. */
export class MultipartUpload {
  readonly #bucket: S3Bucket
  readonly #path: string
  readonly #id: string
  readonly #parts: CompletedPart[] = []
  readonly #abort = new AbortController()
  #completing = false

  private constructor(bucket: S3Bucket, path: string, id: string) {
    this.#bucket = bucket
    this.#path = path
    this.#id = id
  }

  static async begin(bucket: S3Bucket, path: string): Promise<MultipartUpload> {
    const command = new CreateMultipartUploadCommand({ ...bucket.object(path), ...bucket.encryption() })
    const { UploadId } = await bucket.ask(options => bucket.client.send(command, options))
    if (!UploadId) throw new Error('the S3 server began an upload without naming it')
    return new MultipartUpload(bucket, path, UploadId)
  }

  /** Sends a part; numbers count from 1. The bytes must stay as they are until it resolves. */
  async send(number: number, bytes: Uint8Array): Promise<void> {
    const command = new UploadPartCommand({ ...this.#part(number), Body: bytes, ContentLength: bytes.length })
    const { ETag } = await this.#bucket.ask(options => this.#bucket.client.send(command, options), this.#abort.signal)
    this.#parts.push({ ETag, PartNumber: number })
  }

  /** Lets the server copy a part from another object; `range` both ends included, in bytes. */
  async copy(number: number, source: string, range: { readonly first: number; readonly last: number }): Promise<void> {
    const from = { CopySource: source, CopySourceRange: `bytes=${range.first}-${range.last}` }
    const command = new UploadPartCopyCommand({ ...this.#part(number), ...from })
    const answer = await this.#bucket.ask(options => this.#bucket.client.send(command, options), this.#abort.signal)
    this.#parts.push({ ETag: answer.CopyPartResult?.ETag, PartNumber: number })
  }

  /** Makes the object of its parts, which have so many bytes together; durable once resolved. */
  async complete(size: number): Promise<void> {
    this.#completing = true
    const Parts = this.#parts.sort((a, b) => Number(a.PartNumber) - Number(b.PartNumber))
    const command = new CompleteMultipartUploadCommand({ ...this.#upload(), MultipartUpload: { Parts } })
    try {
      await this.#bucket.ask(options => this.#bucket.client.send(command, options))
    } catch (error) {
      // A first attempt may have done it, and its answer was lost
      if (!isRefused(error, 'NoSuchUpload') || (await objectSize(this.#bucket, this.#path)) !== size) throw error
    }
  }

  /** Leaves nothing of it. */
  async abandon(): Promise<void> {
    this.#abort.abort()
    const command = new AbortMultipartUploadCommand(this.#upload())
    try {
      await this.#bucket.ask(options => this.#bucket.client.send(command, options))
    } catch (error) {
      if (!isRefused(error, 'NoSuchUpload')) throw error
    }
    if (this.#completing) await removeObject(this.#bucket, this.#path)
  }

  #upload() {
    return { ...this.#bucket.object(this.#path), UploadId: this.#id }
  }

  #part(number: number) {
    return { ...this.#upload(), PartNumber: number }
  }
}
