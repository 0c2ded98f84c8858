// A catalog of a million maps in three releases of one service, made once per run and copied for each measurement.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DatabaseSync } from '@photostructure/sqlite'
import { seedBlobs, seedMaps } from './seed.mjs'
import { startServer } from './server.mjs'

/** The query of the release that is deleted and its condition in SQL. */
export const big = {
  query: 'mapkind=js&filter%5Bservice%5D=shop&filter%5Bversion%5D=2.0.0',
  where: "organization = 1 and kind = 'js' and service = 'shop' and version = '2.0.0'",
  count: 500_000,
}

/** Makes the folder of a server that holds a million maps; `small` has 20 of its own. */
export async function seededFolder(scratch) {
  const folder = join(scratch, 'million')
  mkdirSync(folder)
  await (await startServer(folder)).stop()
  const file = join(folder, 'catalog.db')
  seedMaps(file, { service: 'shop', version: '1.0.0', count: 250_000 })
  seedMaps(file, { service: 'shop', version: '2.0.0', count: big.count })
  seedMaps(file, { service: 'shop', version: '3.0.0', count: 249_980 })
  seedMaps(file, { service: 'small', version: '1.0.0', count: 20 })
  seedBlobs(file)
  return folder
}

/** A copy of its own for a measurement that changes it. */
export function copyOf(folder, name) {
  const copy = `${folder}-${name}`
  rmSync(copy, { recursive: true, force: true })
  cpSync(folder, copy, { recursive: true })
  execFileSync('sync')
  return copy
}

/** The bare engine on a catalog file, set up for durability as the server sets it up. */
export function bareEngine(folder) {
  const db = new DatabaseSync(join(folder, 'catalog.db'))
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -16384')
  return db
}

export const repositoryRoot = fileURLToPath(new URL('..', import.meta.url))
