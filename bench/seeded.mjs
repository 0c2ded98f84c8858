// A catalog of a million maps (at full scale) in three releases of one service, made once per run and copied for each measurement.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DatabaseSync } from '@photostructure/sqlite'
import { scaled } from './scale.mjs'
import { seedBlobs, seedMaps } from './seed.mjs'
import { startServer } from './server.mjs'

const half = scaled(500_000, 500)

/** The query of the release that is deleted, its condition in SQL, how many maps it has and among how many. */
export const big = {
  query: 'mapkind=js&filter%5Bservice%5D=shop&filter%5Bversion%5D=2.0.0',
  where: "organization = 1 and kind = 'js' and service = 'shop' and version = '2.0.0'",
  count: half,
  among: 2 * half,
}

/** Makes the folder of a server that holds these maps; `small` has 20 of its own. */
export async function seededFolder(scratch) {
  const folder = join(scratch, 'million')
  mkdirSync(folder)
  await (await startServer(folder)).stop()
  const file = join(folder, 'catalog.db')
  const pool = scaled(50_000)
  const older = Math.round(half / 2)
  seedMaps(file, { service: 'shop', version: '1.0.0', count: older, pool })
  seedMaps(file, { service: 'shop', version: '2.0.0', count: half, pool })
  seedMaps(file, { service: 'shop', version: '3.0.0', count: half - older - 20, pool })
  seedMaps(file, { service: 'small', version: '1.0.0', count: 20, pool })
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
