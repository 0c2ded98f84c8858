import fs from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** The digest of every stored copy of a server's blobs, in order. */
export async function storedDigests(server) {
  const copies = (await filesBelow(path.join(server.data, 'blobs'))).map(file => path.basename(file))
  return copies.flatMap(name => /^[0-9a-f]{64}/.exec(name) ?? []).sort()
}

/** What uploads under way have spooled. */
export function temporaryFiles(server) {
  return filesBelow(path.join(server.data, 'blobs', '.mapkeep-tmp'))
}

/** Every file below a folder. */
export async function filesBelow(folder) {
  const entries = await fs.readdir(folder, { withFileTypes: true, recursive: true })
  return entries.filter(entry => entry.isFile()).map(entry => path.join(entry.parentPath ?? entry.path, entry.name))
}

/** What the background does, it does soon: tries again for a while. */
export async function settles(check) {
  for (let left = 150; ; left--) {
    try {
      return await check()
    } catch (error) {
      if (left === 0) throw error
      await sleep(100)
    }
  }
}
