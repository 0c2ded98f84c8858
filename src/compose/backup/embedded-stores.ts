import { realpathSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import type { Settings } from '../../config/setting.ts'

/** Where an installation in files lies. */
export interface EmbeddedStores {
  readonly data: string
  readonly catalog: string
  readonly blobs: string
}

/** The files that the settings name; throws when catalog or blobs are kept elsewhere. */
export function embeddedStores({ data, database, blobs }: Settings): EmbeddedStores {
  if (database.engine !== 'sqlite' || blobs.store !== 'files')
    throw new Error('this is for SQLite and files; with Postgres or S3, see docs/operate/backups.md and mapkeep purge --suspend')
  return { data, catalog: database.file, blobs: blobs.folder }
}

/** A backup must not become a part of what it is a backup of, nor the other way round. */
export function refuseNested({ data, blobs }: EmbeddedStores, folder: string): void {
  for (const place of [data, blobs]) {
    if (isWithin(folder, place)) throw new Error(`${folder} lies inside ${place}: a backup belongs elsewhere, best on another disk`)
    if (isWithin(place, folder)) throw new Error(`${place} lies inside the folder of the backup, ${folder}`)
  }
}

function isWithin(inner: string, outer: string): boolean {
  const way = relative(realPath(resolve(outer)), realPath(resolve(inner)))
  return way === '' || !(way === '..' || way.startsWith('../') || way.startsWith('/'))
}

/** Also of what does not exist yet. */
function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return dirname(path) === path ? path : join(realPath(dirname(path)), relative(dirname(path), path))
  }
}
