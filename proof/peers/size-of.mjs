import fs from 'node:fs/promises'
import path from 'node:path'

/** Bytes of all files below a folder; one that goes away meanwhile counts for nothing. */
export async function sizeOf(folder) {
  const entries = await fs.readdir(folder, { withFileTypes: true, recursive: true })
  const files = entries.filter(entry => entry.isFile()).map(entry => path.join(entry.parentPath ?? entry.path, entry.name))
  const sizes = await Promise.all(
    files.map(file =>
      fs.stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
