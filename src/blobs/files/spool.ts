import { createHash } from 'node:crypto'
import { type GatheredBytes, gatherBytes } from '../../domain/gather-bytes.ts'
import type { Spooled } from '../../operations/ports/blob-store.ts'
import { BatchedWriter, writeAll } from './batched-writer.ts'
import { fileBytes } from './file-bytes.ts'
import { TemporaryFile } from './temporary-file.ts'

/** Up to so many bytes stay in memory, so that a refused or repeated small upload never costs a file. */
const memoryLimit = 256 * 1024

/** Bytes after which the disk is set to work while more stream in; earlier it only stands in the way of the writes. */
const syncEvery = 64 * 1024 * 1024

/** What a store received: small content in memory, larger in a temporary file that stays open until discarded. */
export class Spool implements Spooled {
  digest = ''
  size = 0
  readonly #folder: string
  readonly #hash = createHash('sha256')
  #held: GatheredBytes | undefined = gatherBytes()
  #file: TemporaryFile | undefined
  #writer: BatchedWriter | undefined
  #given = false
  #unsynced = 0

  constructor(folder: string) {
    this.#folder = folder
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.size += chunk.length
    this.#hash.update(chunk)
    if (!this.#writer && this.size > memoryLimit) this.#writer = await this.#spill()
    if (this.#writer) await this.#append(this.#writer, chunk)
    // A copy, because the chunk may be a small cut of a buffer that would stay alive until the upload ends
    else this.#held?.add(chunk)
  }

  async end(): Promise<void> {
    await this.#writer?.end()
    this.#writer = undefined
    // Begun now, so that the disk works while the rest of the upload streams in; a failure is told when the file is placed
    this.#file?.sync().catch(() => {})
    this.digest = this.#hash.digest('hex')
  }

  /** Gives a file with all the bytes, not yet synced, to `place`, which may move it. Can be used again, for another place. */
  async writeOut(place: (file: TemporaryFile) => Promise<void>): Promise<void> {
    if (this.#file && !this.#given) {
      this.#given = true
      return place(this.#file)
    }
    const copy = await TemporaryFile.create(this.#folder)
    try {
      await this.#copyTo(copy)
      await place(copy)
    } finally {
      await copy.dispose()
    }
  }

  async discard(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    this.#writer = undefined
    this.#held = undefined
    await file?.dispose()
  }

  async #append(writer: BatchedWriter, chunk: Uint8Array): Promise<void> {
    await writer.write(chunk)
    this.#unsynced += chunk.length
    if (this.#unsynced < syncEvery) return
    this.#unsynced = 0
    // So that the disk keeps up with the network, and little is left to be synced at the end
    this.#file?.syncAhead()
  }

  async #spill(): Promise<BatchedWriter> {
    this.#file = await TemporaryFile.create(this.#folder)
    const writer = new BatchedWriter(this.#file.handle)
    if (this.#held) await writer.write(this.#held.all())
    this.#held = undefined
    return writer
  }

  async #copyTo(copy: TemporaryFile): Promise<void> {
    if (this.#held) return writeAll(copy.handle, this.#held.all())
    if (!this.#file) throw new Error('these bytes were discarded')
    // Through the open handle, because under its name the first copy may be gone by now
    for await (const chunk of fileBytes(this.#file.handle)) await writeAll(copy.handle, chunk)
  }
}
