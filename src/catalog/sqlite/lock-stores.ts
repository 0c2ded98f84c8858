import { existsSync } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolder } from '../../disk/make-folder.ts'
import { FolderInUse, lockFolder } from './lock-folder.ts'

/** Where the parts of a store lie: the data folder, the file of the catalog if it is one, the folder of the blobs. */
export interface StorePlaces {
  readonly data: string
  readonly database: string | undefined
  readonly blobs: string
}

/**
 * Makes this process the only server of a store until the given function is called. Locks every folder that a part of it lies in, since
 * another server may share one of them and not the others. Throws {@link FolderInUse}, and then has locked nothing.
 */
export async function lockStores(places: StorePlaces): Promise<() => void> {
  const unlocks: (() => void)[] = []
  const unlock = () => {
    for (let next = unlocks.pop(); next; next = unlocks.pop()) next()
  }
  try {
    for (const folder of await foldersOf(places)) unlocks.push(await lockFolder(folder))
    return unlock
  } catch (error) {
    unlock()
    throw error
  }
}

/** Keeps servers from starting while the work runs, and tells it true; beside a running server it runs, too, and is told false. */
export async function withoutServer<T>(places: StorePlaces, work: (alone: boolean) => Promise<T>): Promise<T> {
  // A data folder in which no part lies may be missing, and is not made for this
  const data = existsSync(places.data) ? places.data : places.blobs
  const unlock = await lockStores({ ...places, data }).catch(error => {
    if (error instanceof FolderInUse) return undefined
    throw error
  })
  try {
    return await work(unlock !== undefined)
  } finally {
    unlock?.()
  }
}

async function foldersOf({ data, database, blobs }: StorePlaces): Promise<Iterable<string>> {
  const folders = new Map<string, string>()
  // The catalog's own folder, should its name be a link
  const catalog = database === undefined ? [] : [dirname(await realpath(database).catch(() => database))]
  for (const folder of [data, ...catalog, blobs]) {
    await makeFolder(folder)
    // By what it is, not by its name: the same folder under two names would be in use by ourselves
    const { dev, ino } = await stat(folder, { bigint: true })
    folders.set(`${dev} ${ino}`, folder)
  }
  return folders.values()
}
