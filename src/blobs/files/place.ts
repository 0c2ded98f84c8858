import { dirname } from 'node:path'
import type { Folders } from './folders.ts'
import type { TemporaryFile } from './temporary-file.ts'

/**
 * Makes a written file durable under its final name: file synced, renamed, folder synced. The temporary folder is not: if a
 * power cut brings the old name back, it is a second name of the same bytes, and swept. No name is taken: generations are random.
 */
export async function place(file: TemporaryFile, path: string, folders: Folders): Promise<void> {
  const folder = dirname(path)
  try {
    await file.sync()
    await folders.ensure(folder)
    await file.moveTo(path)
    await folders.sync(folder)
  } catch (error) {
    folders.forget(folder)
    throw error
  }
}
