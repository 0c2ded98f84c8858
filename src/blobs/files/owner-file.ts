import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAll } from './batched-writer.ts'
import { isCode } from './is-code.ts'
import { TemporaryFile } from './temporary-file.ts'

/** The file in a store's root that says to which installation the store belongs. */
export interface OwnerFile {
  /** Nothing when the store is nobody's yet. */
  read(): Promise<string | undefined>
  /** Durable once resolved. */
  write(installation: string, temporary: string, place: (file: TemporaryFile, path: string) => Promise<void>): Promise<void>
}

/** The owner file of the store in this folder, which need not exist yet. */
export function ownerFile(root: string): OwnerFile {
  const path = join(root, '.mapkeep-installation')
  return {
    read: async () => {
      try {
        return (await readFile(path, 'utf8')).trim()
      } catch (error) {
        if (isCode(error, 'ENOENT')) return undefined
        throw error
      }
    },
    write: async (installation, temporary, place) => {
      const file = await TemporaryFile.create(temporary)
      try {
        await writeAll(file.handle, Buffer.from(`${installation}\n`))
        await place(file, path)
      } finally {
        await file.dispose()
      }
    },
  }
}
