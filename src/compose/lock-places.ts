import { dirname } from 'node:path'
import { lockStores, withoutServer } from '../catalog/sqlite/lock-stores.ts'
import type { Settings } from '../config/setting.ts'

/** Whether one server alone can work on these stores: files know no other way, and a file of rows does not either. */
export function isForOneServer({ database, blobs }: Settings): boolean {
  return database.engine === 'sqlite' || blobs.store === 'files'
}

/** Makes this process the only server of stores that take one alone, until the given function is called. */
export async function lockPlaces(settings: Settings): Promise<() => void> {
  return isForOneServer(settings) ? lockStores(placesOf(settings)) : () => {}
}

/** Keeps servers from starting while the work runs, and tells it true; where any number may run, it is told false. */
export function withoutServers<T>(settings: Settings, work: (alone: boolean) => Promise<T>): Promise<T> {
  return isForOneServer(settings) ? withoutServer(placesOf(settings), work) : work(false)
}

function placesOf({ data, database, blobs }: Settings) {
  const file = database.engine === 'sqlite' ? database.file : undefined
  const folder = blobs.store === 'files' ? blobs.folder : undefined
  const place = folder ?? (file === undefined ? data : dirname(file))
  return { data, database: file, blobs: place }
}
