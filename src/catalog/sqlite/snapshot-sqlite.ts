import { open } from 'node:fs/promises'
import { backup, DatabaseSync } from '@photostructure/sqlite'

/**
 * Writes a private copy of a catalog file as it is at one moment, beside whoever writes to it, and makes its bytes durable, not its name.
 * In one step on a thread of its own: readers and writers go on, and no change makes it begin anew. Nothing may lie under the new name.
 */
export async function snapshotSqlite(file: string, to: string): Promise<void> {
  // Made first, so that it is never for others to read
  const made = await open(to, 'wx', 0o600)
  try {
    const source = new DatabaseSync(file, { readOnly: true, timeout: 10_000 })
    try {
      await backup(source, to, { rate: -1 })
    } finally {
      source.close()
    }
    await made.sync()
  } finally {
    await made.close()
  }
}
