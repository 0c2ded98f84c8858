import { MultipartUpload } from './multipart-upload.ts'
import type { PartBuffers } from './part-buffers.ts'
import type { S3Bucket } from './s3-bucket.ts'

/** Up to so many bytes no buffer of a part's size is taken, since most files are small. */
const smallest = 256 * 1024

/**
 * Writes an object of unknown size: sends each part as soon as it is full and more comes, and holds at most two. Content of one
 * part is not written at all but given back, for whoever knows a better name by then.
 */
export class ObjectWriter {
  readonly #bucket: S3Bucket
  readonly #path: string
  readonly #buffers: PartBuffers
  #small: Buffer[] = []
  #buffer: Buffer | undefined
  #held = 0
  #size = 0
  #parts = 0
  #upload: MultipartUpload | undefined
  #sending: Promise<void> = Promise.resolve()

  constructor(bucket: S3Bucket, path: string, buffers: PartBuffers) {
    this.#bucket = bucket
    this.#path = path
    this.#buffers = buffers
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#size += chunk.length
    if (!this.#buffer && this.#size <= smallest) {
      // A copy, because the chunk may be a small cut of a buffer that would stay alive until the upload ends
      this.#small.push(Buffer.from(chunk))
      this.#held += chunk.length
      return
    }
    if (!this.#buffer) await this.#spill()
    for (let rest = chunk; rest.length > 0; ) {
      if (this.#held === this.#buffers.size) await this.#send()
      const some = rest.subarray(0, this.#buffers.size - this.#held)
      this.#buffer?.set(some, this.#held)
      this.#held += some.length
      rest = rest.subarray(some.length)
    }
  }

  /** Whether a buffer is held for content that {@link end} gave back. */
  get holdsBuffer(): boolean {
    return this.#buffer !== undefined
  }

  /** The content, if it fits in a part: valid until the buffer is given back. Otherwise the object is durable now. */
  async end(): Promise<Uint8Array | undefined> {
    if (!this.#upload) return this.#buffer ? this.#buffer.subarray(0, this.#held) : Buffer.concat(this.#small)
    await this.#send()
    await this.#sending
    await this.#upload.complete(this.#size)
    this.release()
    return undefined
  }

  /** Gives the buffer back. */
  release(): void {
    if (this.#buffer) this.#buffers.give(this.#buffer)
    this.#buffer = undefined
    this.#small = []
  }

  /** Leaves nothing of the object, and gives the buffer back. */
  async abandon(): Promise<void> {
    const ended = this.#upload?.abandon()
    await this.#sending.catch(() => {})
    // Not the buffer itself: a connection that was cut may still have hold of it
    if (this.#buffer) this.#buffers.give()
    this.#buffer = undefined
    this.#small = []
    await ended
  }

  async #spill(): Promise<void> {
    this.#buffer = await this.#buffers.take()
    Buffer.concat(this.#small).copy(this.#buffer)
    this.#small = []
  }

  async #send(): Promise<void> {
    await this.#sending
    const buffer = this.#buffer
    if (!buffer) return
    this.#upload ??= await MultipartUpload.begin(this.#bucket, this.#path)
    const sent = this.#upload.send(++this.#parts, buffer.subarray(0, this.#held))
    this.#held = 0
    const next = this.#buffers.takeSpare()
    if (!next) return sent
    this.#buffer = next
    this.#sending = this.#giveBack(sent, buffer)
    // A failure is told to whoever sends or ends next
    this.#sending.catch(() => {})
  }

  async #giveBack(sent: Promise<void>, buffer: Buffer): Promise<void> {
    let free: Buffer | undefined
    try {
      await sent
      free = buffer
    } finally {
      this.#buffers.give(free)
    }
  }
}
