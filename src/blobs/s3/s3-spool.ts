import type { Spooled } from '../../operations/ports/blob-store.ts'
import { copyObject } from './copy-object.ts'
import { putObject, removeObject } from './put-object.ts'
import type { S3Bucket } from './s3-bucket.ts'

/** Where received bytes wait for their name. */
export type Waiting = { readonly bytes: Uint8Array; readonly release: () => void } | { readonly path: string }

/** What a store received: small content in memory, larger as a temporary object. */
export class S3Spool implements Spooled {
  readonly digest: string
  readonly size: number
  readonly #bucket: S3Bucket
  #waiting: Waiting | undefined

  constructor(bucket: S3Bucket, waiting: Waiting, { digest, size }: Spooled) {
    this.digest = digest
    this.size = size
    this.#bucket = bucket
    this.#waiting = waiting
  }

  /** Makes an object of it; can be done again, under another name. */
  async keep(path: string): Promise<void> {
    if (!this.#waiting) throw new Error('these bytes were discarded')
    if ('bytes' in this.#waiting) await putObject(this.#bucket, path, this.#waiting.bytes)
    else await copyObject(this.#bucket, { from: this.#waiting.path, to: path, size: this.size })
  }

  async discard(): Promise<void> {
    const waiting = this.#waiting
    this.#waiting = undefined
    if (!waiting) return
    if ('bytes' in waiting) waiting.release()
    else await removeObject(this.#bucket, waiting.path)
  }
}
