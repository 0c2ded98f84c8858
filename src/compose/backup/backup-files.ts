import { join } from 'node:path'

/** Where the parts of a backup lie: the same names as in a data folder, and what tells a backup from one. */
export interface BackupFiles {
  readonly folder: string
  /** Says that the folder is for backups, and of which installation. */
  readonly marker: string
  readonly catalog: string
  readonly manifest: string
  readonly blobs: string
  /** The catalog and the manifest that are about to take the place of the others. */
  readonly next: { readonly catalog: string; readonly manifest: string }
  /** A catalog to be worked on; it never becomes another file's, since a connection lets go of its file only when the process ends. */
  readonly scratch: string
}

/** The files that a SQLite database of this name may have. */
export function filesOfCatalog(file: string): readonly string[] {
  return ['', '-wal', '-shm', '-journal'].map(end => `${file}${end}`)
}

/** The parts of a backup in this folder. */
export function backupFiles(folder: string): BackupFiles {
  return {
    folder,
    marker: join(folder, '.mapkeep-backup'),
    catalog: join(folder, 'catalog.db'),
    manifest: join(folder, 'manifest.json'),
    blobs: join(folder, 'blobs'),
    next: { catalog: join(folder, 'catalog.next.db'), manifest: join(folder, 'manifest.next.json') },
    scratch: join(folder, 'catalog.scratch.db'),
  }
}
