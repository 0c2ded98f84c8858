import fs from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** The digest of every stored copy of a server's blobs, in order. */
export async function storedDigests(server) {
  return (await storedCopies(server)).map(({ name }) => path.basename(name).slice(0, 64)).sort()
}

/** Every stored copy of a server's blobs, with its size in bytes. */
export async function storedCopies(server) {
  const files = await storedBlobs(server)
  return files.filter(({ name }) => /^[0-9a-f]{64}/.test(path.basename(name)))
}

/** What uploads under way have spooled. */
export async function temporaryFiles(server) {
  const files = await storedBlobs(server)
  return files.filter(({ name }) => /^(\.mapkeep-tmp|temporary)\//.test(name))
}

/** Everything a server has stored, rows and bytes, as texts with a name. */
export async function everythingStored(server) {
  if (server.shared) return (await import('../cluster/stored.mjs')).everythingStored(server.shared)
  const files = await filesBelow(server.data)
  return Promise.all(files.map(async file => [file, (await fs.readFile(file)).toString('latin1')]))
}

/** Every file or object of a server's blobs: its name below their root, and its size in bytes. */
async function storedBlobs(server) {
  if (server.shared) return (await import('../cluster/stored.mjs')).storedObjects(server.shared)
  const root = path.join(server.data, 'blobs')
  const files = await filesBelow(root)
  return Promise.all(files.map(async file => ({ name: path.relative(root, file), size: (await statOf(file))?.size ?? 0 })))
}

/** Every file below a folder. */
async function filesBelow(folder) {
  const entries = await fs.readdir(folder, { withFileTypes: true, recursive: true })
  return entries.filter(entry => entry.isFile()).map(entry => path.join(entry.parentPath ?? entry.path, entry.name))
}

/** Nothing for a file that the background has removed meanwhile. */
function statOf(file) {
  return fs.stat(file).catch(error => {
    if (error.code !== 'ENOENT') throw error
  })
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
