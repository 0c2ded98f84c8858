import { randomUUID } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

const nameForm = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** A file under a temporary name, gone when disposed of unless it was moved. */
export class TemporaryFile {
  readonly handle: FileHandle
  readonly #path: string
  #ahead: Promise<void> | undefined
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

  /** Whether {@link create} may have given this name to a file. */
  static isName(name: string): boolean {
    return nameForm.test(name)
  }

  /** While more is being written: sets the disk to work on what there is, one such sync at a time. */
  syncAhead(): void {
    if (this.#ahead || this.#synced) return
    const ahead = this.handle.datasync().then(() => {
      this.#ahead = undefined
    })
    // A failure stays, and is told when the file is synced
    ahead.catch(() => {})
    this.#ahead = ahead
  }

  /** When nothing more will be written. Syncs once only: after a failure a second sync could succeed without the bytes. */
  sync(): Promise<void> {
    this.#synced ??= this.#syncAll()
    return this.#synced
  }

  async #syncAll(): Promise<void> {
    await this.#ahead
    await this.handle.sync()
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
