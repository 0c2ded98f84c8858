import type { FileHandle } from 'node:fs/promises'

const batchSize = 1024 * 1024
const batchCount = 512
const cutSize = 8 * 1024

/**
 * Appends streamed chunks to a file in few large writes: one is under way while the next batch gathers, never more. Chunks go
 * to the system as they are, so their source must not use a buffer again; only small ones are copied, because they may be cuts
 * that would keep a large buffer alive.
 */
export class BatchedWriter {
  readonly #file: FileHandle
  #batch: Uint8Array[] = []
  #bytes = 0
  #writing: Promise<void> = Promise.resolve()

  constructor(file: FileHandle) {
    this.#file = file
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#batch.push(chunk.length < cutSize ? Buffer.from(chunk) : chunk)
    this.#bytes += chunk.length
    if (this.#bytes >= batchSize || this.#batch.length >= batchCount) await this.#flush()
  }

  /** Resolves when everything is written, though not synced. */
  async end(): Promise<void> {
    if (this.#bytes > 0) await this.#flush()
    await this.#writing
  }

  async #flush(): Promise<void> {
    await this.#writing
    this.#writing = writeBatch(this.#file, this.#batch, this.#bytes)
    // A failure is told to whoever flushes or ends next
    this.#writing.catch(() => {})
    this.#batch = []
    this.#bytes = 0
  }
}

async function writeBatch(file: FileHandle, batch: readonly Uint8Array[], bytes: number): Promise<void> {
  const { bytesWritten } = await file.writev(batch)
  // The system took a part: the rest either follows or brings the error that says why
  if (bytesWritten < bytes) await writeAll(file, Buffer.concat(batch).subarray(bytesWritten))
}

/** Appends all the bytes, also where the system takes them in several goes. */
export async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten
}
