import { access } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Folders } from './folders.ts'
import { isCode } from './is-code.ts'
import type { TemporaryFile } from './temporary-file.ts'

/**
 * Makes a written file durable under its final name: file synced, renamed, folder synced. The temporary folder is not: if a
 * power cut brings the old name back, it is a second name of the same bytes, and swept.
 */
export async function place(file: TemporaryFile, path: string, folders: Folders): Promise<void> {
  const folder = dirname(path)
  try {
    await file.sync()
    await folders.ensure(folder)
    await refuseTaken(path)
    await file.moveTo(path)
    await folders.sync(folder)
  } catch (error) {
    folders.forget(folder)
    throw error
  }
}

// Between looking and renaming another could take the name; it would hold the same content, since the name carries the digest
async function refuseTaken(path: string): Promise<void> {
  const taken = await access(path).then(
    () => true,
    error => {
      if (isCode(error, 'ENOENT')) return false
      throw error
    },
  )
  if (taken) throw new Error(`a copy of this name exists already: ${path}`)
}
