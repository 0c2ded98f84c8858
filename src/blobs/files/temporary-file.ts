import { randomUUID } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** A file under a temporary name, gone when disposed of unless it was moved. */
export class TemporaryFile {
  readonly handle: FileHandle
  readonly #path: string
  #synced: Promise<void> | undefined
  #moved = false

  private constructor(path: string, handle: FileHandle) {
    this.#path = path
    this.handle = handle
  }

  /** A new, empty, private file for writing and reading. */
  static async create(folder: string): Promise<TemporaryFile> {
    const path = join(folder, randomUUID())
    return new TemporaryFile(path, await open(path, 'wx+', 0o600))
  }

  /** When nothing more will be written. Syncs once only: after a failure a second sync could succeed without the bytes. */
  sync(): Promise<void> {
    this.#synced ??= this.handle.sync()
    return this.#synced
  }

  async moveTo(path: string): Promise<void> {
    await rename(this.#path, path)
    this.#moved = true
  }

  async dispose(): Promise<void> {
    // Not the handle first: if closing fails, the name must be gone all the same
    if (!this.#moved) await rm(this.#path, { force: true })
    await this.handle.close()
  }
}
